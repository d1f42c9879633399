"""What `windvane train` and `windvane runs …` do and say."""

import getpass
import json
from collections.abc import Mapping

from functions.aws.executions import Execution, StepFunctionsExecutions, largest_state_bytes
from functions.aws.lambda_invoker import LambdaInvoker
from functions.cli import wiring
from functions.cli.errors import RefusedError
from functions.cli.execution_report import ExecutionReport, read_report, show_report
from functions.cli.output import Output
from functions.cli.progress import follow
from functions.cli.stage import DeployedStage
from functions.cli.watching import state_line, watch
from functions.contracts.messages import Decision, RetrainingAnswer, RetrainingRequest, TriggerKind
from functions.contracts.naming import check_model_name
from functions.contracts.release import Outcome

RUNNING = "RUNNING"


def request_training(
    functions: LambdaInvoker, stage: DeployedStage, *, model: str, reason: str, again: bool = False
) -> RetrainingAnswer:
    """Ask start_retraining, as a person, whose request no cool-down, budget or breaker stops.

    `again`: train although data and model are those of the champion or of the last refused one.
    """
    request = RetrainingRequest(
        model=model,
        kind=TriggerKind.PERSON,
        reason=reason,
        requested_by=getpass.getuser(),
        ignore_limits=True,
        again=again,
    )
    answer = functions.invoke(stage.settings.start_retraining_function, request.model_dump_json())
    return RetrainingAnswer.model_validate(answer)


def train(
    out: Output, *, model: str, reason: str, wait: bool, again: bool, stage: str | None
) -> None:
    """Start the workflow and, if asked, follow it to its end."""
    check_model_name(model)
    deployed = wiring.open_stage(stage)
    answer = request_training(wiring.functions(), deployed, model=model, reason=reason, again=again)
    if answer.decision is not Decision.STARTED or answer.execution is None:
        msg = f"not started, {answer.decision}: {answer.reason}"
        raise RefusedError(msg)
    out.line(f"execution {answer.execution}")
    if not wait:
        out.result(answer.model_dump(mode="json"))
        return
    finish(out, deployed, answer.execution)


def finish(out: Output, deployed: DeployedStage, name: str) -> None:
    """Follow an execution to its end and tell how it ended; raise RefusedError if not promoted."""
    executions = wiring.executions(deployed)
    execution = watch(name, executions=executions, out=out, now=wiring.now)
    report = read_report(execution, store=wiring.bucket(deployed.settings.models_bucket))
    show_report(out, report)
    out.result(_document(executions, execution, report))
    if report.outcome is not Outcome.PROMOTED:
        how = report.outcome or execution.status
        msg = f"{name} ended without a new champion ({how}): {report.reason}"
        raise RefusedError(msg)


def watch_execution(out: Output, *, name: str, stage: str | None) -> None:
    """Follow an execution that somebody started."""
    finish(out, wiring.open_stage(stage), name)


def show(out: Output, *, name: str, stage: str | None) -> None:
    """Show one execution as it stands."""
    deployed = wiring.open_stage(stage)
    executions = wiring.executions(deployed)
    execution = executions.describe(name)
    report = read_report(execution, store=wiring.bucket(deployed.settings.models_bucket))
    now = wiring.now()

    out.fields(
        {
            "execution": execution.name,
            "status": execution.status.lower(),
            "outcome": report.outcome,
            "reason": report.reason,
            "started": execution.started_at,
            "ended": execution.stopped_at,
        }
    )
    for state in follow(executions.history(name)):
        out.line(state_line(state, now))
    show_report(out, report)
    out.result(_document(executions, execution, report))


def list_runs(out: Output, *, model: str | None, limit: int, stage: str | None) -> None:
    """Show the latest executions, the running ones among them."""
    deployed = wiring.open_stage(stage)
    executions = wiring.executions(deployed)
    registry = wiring.registry(deployed)
    found = executions.list(limit=limit)
    models = {execution.name: _model_of(executions.describe(execution.name)) for execution in found}
    shown = [execution for execution in found if model in (None, models[execution.name])]
    ended = {
        record.execution: record
        for name in set(models.values())
        if name
        for record in registry.list_executions(name)
    }

    rows: list[dict[str, object]] = [
        {
            "execution": execution.name,
            "model": models[execution.name],
            "status": execution.status.lower(),
            "outcome": str(ended[execution.name].outcome) if execution.name in ended else None,
            "version": ended[execution.name].number if execution.name in ended else None,
            "started_at": execution.started_at.isoformat(),
        }
        for execution in shown
    ]
    out.table(
        ["execution", "status", "outcome", "version", "started"],
        [
            [row["execution"], row["status"], row["outcome"], row["version"], execution.started_at]
            for row, execution in zip(rows, shown, strict=True)
        ],
    )
    out.result(rows)


def _model_of(execution: Execution) -> str:
    content = json.loads(execution.input)
    return str(content.get("model", "")) if isinstance(content, Mapping) else ""


def _document(
    executions: StepFunctionsExecutions, execution: Execution, report: ExecutionReport
) -> dict[str, object]:
    events = tuple(executions.history(execution.name))
    now = wiring.now()
    return {
        "execution": execution.name,
        "status": execution.status.lower(),
        "started_at": execution.started_at.isoformat(),
        "ended_at": execution.stopped_at.isoformat() if execution.stopped_at else None,
        "largest_state_bytes": largest_state_bytes(events),
        "states": [
            {
                "name": state.name,
                "status": str(state.status),
                "seconds": round(state.seconds(now), 3),
                "remark": state.remark,
            }
            for state in follow(events)
        ],
        **report.as_document(),
    }
