"""Workflow step JudgeReplay: put the parts together, write the report, ask the replay's gates."""

from datetime import datetime

from functions.contracts import keys
from functions.contracts.artifact import ArtifactSpec
from functions.contracts.model_spec import ModelSpec
from functions.contracts.replay import ReplayReport
from functions.contracts.replay_plan import ReplayPlan
from functions.contracts.rollout_messages import (
    JudgeReplayInput,
    JudgeReplayOutput,
    ReplayOutput,
)
from functions.core.ports import ObjectStore
from functions.core.replay import ReplayComparison, merge_replay
from functions.core.replay_report import Replay, report_replay
from functions.core.stored_specs import read_spec
from functions.release import wiring
from functions.release.ports import ReplayPorts
from functions.release.replay_report_html import render_replay_report

HTML = "text/html; charset=utf-8"


def judge_replay(
    message: JudgeReplayInput, *, spec: ModelSpec, ports: ReplayPorts, now: datetime
) -> JudgeReplayOutput:
    """Return the replay's verdict; the report lies beside the gate report, for machines and people.

    Where nothing could be replayed the version passes, and the reason says why.
    """
    if not message.replay:
        return JudgeReplayOutput(passed=True, reason=message.plan_replay.reason)
    plan_key = keys.replay_plan(message.model, message.execution)
    plan = ReplayPlan.model_validate_json(ports.models.read(plan_key))
    comparison = merge_replay(_parts(message.replay, ports.models))

    report = report_replay(
        _artifact_spec(message, ports),
        Replay(
            execution=message.execution,
            champion=plan.champion,
            challenger=plan.challenger,
            metric=spec.rollout.guards.metric or spec.training.metric,
            at=now,
        ),
        comparison,
        spec.rollout.replay,
    )

    json_key, html_key = _store(report, ports.models)
    return JudgeReplayOutput(
        passed=report.passed,
        reason="; ".join([_sentence(report), *_set_aside(message.replay)]),
        report_key=json_key,
        html_key=html_key,
    )


def _parts(outputs: tuple[ReplayOutput, ...], models: ObjectStore) -> list[ReplayComparison]:
    return [
        ReplayComparison.model_validate_json(models.read(output.key))
        for output in sorted(outputs, key=lambda output: output.part)
    ]


def _artifact_spec(message: JudgeReplayInput, ports: ReplayPorts) -> ArtifactSpec:
    version = ports.registry.get(message.model, message.register_.number)
    return read_spec(version.artifact.spec, ports.models)


def _store(report: ReplayReport, models: ObjectStore) -> tuple[str, str]:
    json_key, html_key = (
        keys.replay_report(report.model, report.execution, suffix) for suffix in ("json", "html")
    )
    models.write(json_key, report.model_dump_json(indent=1).encode(), content_type=keys.JSON_TYPE)
    models.write(html_key, render_replay_report(report).encode(), content_type=HTML)
    return json_key, html_key


def _sentence(report: ReplayReport) -> str:
    agreement = "" if report.agreement is None else f", {report.agreement:.2%} answered alike"
    return f"replay over {report.rows:,} captured rows{agreement}: {report.reason}"


def _set_aside(outputs: tuple[ReplayOutput, ...]) -> list[str]:
    count = sum(output.set_aside for output in outputs)
    why = next((output.why for output in outputs if output.why), "")
    return [f"{count:,} captured rows were set aside: {why}"] if count else []


def handler(event: dict[str, object], _context: object) -> dict[str, object]:
    """Lambda entry point."""
    message = JudgeReplayInput.model_validate(event)
    output = judge_replay(
        message,
        spec=wiring.model_spec(message.model),
        ports=wiring.replay_ports(),
        now=wiring.now(),
    )
    return output.model_dump(mode="json")
