"""What `windvane rollout replay` shows."""

from collections.abc import Mapping
from pathlib import Path

from functions.cli import wiring
from functions.cli.errors import RefusedError
from functions.cli.output import Output
from functions.contracts import keys
from functions.contracts.naming import check_model_name, format_version
from functions.contracts.replay import ReplayReport
from functions.core.ports import ObjectNotFoundError, ObjectStore
from functions.core.registry import SplitRegistry

SHOWN_ROWS = 5


def show(
    out: Output, *, model: str, execution: str | None, folder: Path | None, stage: str | None
) -> None:
    """Show a replay's report and save its page; raise RefusedError if there is none."""
    check_model_name(model)
    deployed = wiring.open_stage(stage)
    registry, store = wiring.registry(deployed), wiring.bucket(deployed.settings.models_bucket)
    report = find_report(model, execution, registry=registry, store=store)

    file = (folder or wiring.home() / "reports") / f"replay-{model}-{report.challenger}.html"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(store.read(keys.replay_report(model, report.execution, "html")))
    _describe(out, report)
    out.line(f"\nevery row that differs, and the scores: {file}")
    out.result({**report.model_dump(mode="json"), "html": str(file)})


def find_report(
    model: str, execution: str | None, *, registry: SplitRegistry, store: ObjectStore
) -> ReplayReport:
    """Return an execution's replay report, else the model's newest."""
    asked = [execution] if execution else _executions(registry, model)
    for name in asked:
        try:
            body = store.read(keys.replay_report(model, name, "json"))
        except ObjectNotFoundError:
            continue
        return ReplayReport.model_validate_json(body)
    whose = f"execution {execution}" if execution else model
    msg = (
        f"{whose} has no replay report: the first version has nobody to be compared with, and "
        "without captured requests there is nothing to replay"
    )
    raise RefusedError(msg)


def _executions(registry: SplitRegistry, model: str) -> list[str]:
    """Return the executions that may have replayed something, the newest first."""
    rollout = registry.find_rollout(model)
    live = [rollout.execution] if rollout and not rollout.is_over else []
    return [*live, *(record.execution for record in registry.list_executions(model))]


def _describe(out: Output, report: ReplayReport) -> None:
    challenger, champion = (
        format_version(report.model, number) for number in (report.challenger, report.champion)
    )
    out.fields(
        {
            "replay": f"{challenger} against {champion}",
            "passed": report.passed,
            "reason": report.reason,
            "rows": report.rows,
            "agreement": report.agreement,
            "prediction PSI": report.predictions.psi if report.predictions else None,
            "rows with outcome": report.labelled_rows,
            "score": report.score.reason if report.score else None,
        }
    )
    out.line()
    out.table(
        ["gate", "passed", "reason"],
        [[gate.gate, gate.passed, gate.reason] for gate in report.gates],
    )
    if report.differing:
        out.line()
        out.table(
            ["differs most", "by", champion, challenger],
            [
                [row.inference_id, row.difference, _answer(row.champion), _answer(row.challenger)]
                for row in report.differing[:SHOWN_ROWS]
            ],
        )


def _answer(prediction: Mapping[str, object]) -> str:
    shown = {name: value for name, value in prediction.items() if name != "probabilities"}
    return ", ".join(f"{name} {value}" for name, value in shown.items())
