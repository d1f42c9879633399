"""What `windvane drift` does and says."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from functions.aws.lambda_invoker import LambdaInvoker
from functions.cli import wiring
from functions.cli.drift_findings import tell_findings
from functions.cli.errors import RefusedError, UsageError
from functions.cli.output import Output
from functions.cli.stage import DeployedStage
from functions.contracts.artifact import Artifact
from functions.contracts.drift import ColumnDrift, DriftReport, Verdict
from functions.contracts.messages import DetectDriftInput, DetectDriftOutput
from functions.contracts.naming import check_model_name
from functions.core.model_monitor_export import (
    CONSTRAINTS,
    STATISTICS,
    VIOLATIONS,
    constraints_document,
    statistics_document,
    violations_document,
)
from functions.core.ports import ObjectStore
from functions.core.profile import Profile
from functions.core.stored_objects import read_stored
from functions.core.stored_specs import read_spec

Window = tuple[datetime | None, datetime | None]


@dataclass(frozen=True, slots=True)
class Save:
    """Where files are written, and in whose format."""

    folder: Path
    format: str


def read_save(folder: Path | None, format_: str) -> Save | None:
    """Return what is to be written; raise UsageError if a format has no folder."""
    if folder is not None:
        return Save(folder, format_)
    if format_ != "windvane":
        msg = f"--format {format_} writes files: say where with --save FOLDER"
        raise UsageError(msg)
    return None


def read_window(since: datetime | None, until: datetime | None) -> Window:
    """Return the window that was written, in UTC; raise UsageError if it ends before it starts."""
    start = since.replace(tzinfo=UTC) if since else None
    end = until.replace(tzinfo=UTC) if until else None
    if start and end and start >= end:
        msg = f"--since {start:%Y-%m-%dT%H:%M:%S} is not before --until {end:%Y-%m-%dT%H:%M:%S}"
        raise UsageError(msg)
    return start, end


def detect(
    functions: LambdaInvoker, stage: DeployedStage, *, model: str, window: Window
) -> DetectDriftOutput:
    """Have a window judged, metrics and all."""
    asked = DetectDriftInput(model=model, window_start=window[0], window_end=window[1])
    # A stage that was deployed by an older release knows fewer fields.
    payload = asked.model_dump_json(exclude_defaults=True)
    answer = functions.invoke(stage.settings.detect_drift_function, payload)
    return DetectDriftOutput.model_validate(answer)


def read_drift_report(store: ObjectStore, judged: DetectDriftOutput) -> DriftReport | None:
    """Return the report of a judged window, if one was written."""
    if judged.json_key is None:
        return None
    return DriftReport.model_validate_json(store.read(judged.json_key))


def drift(
    out: Output, *, model: str, window: Window, save: Save | None, fail: bool, stage: str | None
) -> None:
    """Judge a window, show it, and save the report if asked."""
    check_model_name(model)
    deployed = wiring.open_stage(stage)
    judged = detect(wiring.functions(), deployed, model=model, window=window)
    store = wiring.bucket(deployed.settings.captures_bucket)
    report = read_drift_report(store, judged)

    if report is not None:
        show_features(out, report)
    out.line(f"{judged.verdict}: {judged.reason}")
    if report is not None:
        for line in tell_findings(report):
            out.line(line)
    for file in _save(deployed, judged, report, save) if save else ():
        out.line(f"saved {file}")
    out.result(
        {
            **judged.model_dump(mode="json"),
            "report": report.model_dump(mode="json") if report else None,
        }
    )
    if fail and judged.verdict == Verdict.DRIFT:
        msg = f"{model} has drifted in {', '.join(judged.drifted_features) or 'its predictions'}"
        raise RefusedError(msg)


def show_features(out: Output, report: DriftReport) -> None:
    """Show the features and the prediction, the most drifted first."""
    columns = sorted(report.features, key=lambda column: column.measured, reverse=True)
    out.line(
        f"{report.model}/{report.model_version}: {report.current_rows:,} rows against "
        f"{report.reference_rows:,}, {report.rows_needed:,} needed"
    )
    out.table(
        [
            "feature",
            "verdict",
            "method",
            "distance",
            "threshold",
            "JS distance",
            "KS",
            "KS error",
            "missing",
            "unseen",
        ],
        [_row(column, column.name) for column in columns]
        + [_row(report.prediction, "(prediction)")],
    )


def _row(column: ColumnDrift, name: str) -> list[object]:
    return [
        name,
        str(column.verdict),
        str(column.method),
        column.measured,
        column.threshold,
        column.jensen_shannon_distance,
        column.ks_statistic,
        column.ks_error,
        column.current_missing_rate,
        column.current_unseen_rate,
    ]


def _save(
    deployed: DeployedStage, judged: DetectDriftOutput, report: DriftReport | None, save: Save
) -> list[Path]:
    if save.format == "windvane":
        store = wiring.bucket(deployed.settings.captures_bucket)
        return save_report(store, judged, save.folder)
    if report is None:
        return []
    models = wiring.bucket(deployed.settings.models_bucket)
    version = wiring.registry(deployed).get(report.model, report.model_version)
    return save_for_model_monitor(models, version.artifact, report, save.folder)


def save_for_model_monitor(
    models: ObjectStore, artifact: Artifact, report: DriftReport, folder: Path
) -> list[Path]:
    """Write a report and its reference as Model Monitor's files and return them."""
    spec = read_spec(artifact.spec, models)
    reference = Profile.model_validate_json(read_stored(artifact.profile, models))
    documents = {
        STATISTICS: statistics_document(spec, reference),
        CONSTRAINTS: constraints_document(spec, reference),
        VIOLATIONS: violations_document(report),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in documents.items():
        text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in documents]


def save_report(store: ObjectStore, judged: DetectDriftOutput, folder: Path) -> list[Path]:
    """Write the JSON and the HTML report into a folder and return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for key in (judged.json_key, judged.html_key):
        if key is not None:
            file = folder / key.rpartition("/")[2]
            file.write_bytes(store.read(key))
            written.append(file)
    return written
