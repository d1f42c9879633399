"""`windvane drill bad-candidate`: a candidate that learned nothing must be refused."""

from functions.aws.executions import Execution
from functions.cli.drill.cast import RUNS, DrillCast
from functions.cli.drill.links import Chain
from functions.cli.drill.rows import require_champion
from functions.cli.drill.session import Session
from functions.cli.execution_report import ExecutionReport, read_report
from functions.cli.progress import answer_remark
from functions.contracts.messages import (
    Decision,
    RetrainingAnswer,
    RetrainingRequest,
    TriggerKind,
)
from functions.contracts.naming import format_version
from functions.contracts.release import ExecutionRecord, GateReport, Outcome

RUNNING = "RUNNING"
LONGEST_RUN_SECONDS = 3600.0
"""Preparing, training, exporting and judging one candidate; each state has its own limit."""


def drill_bad_candidate(session: Session) -> None:
    """Have a candidate trained on shuffled labels, and see that nothing comes of it."""
    cast, chain = session.cast, session.chain
    champion = require_champion(cast)
    before = cast.ledger.read(cast.model)

    name = _start(session)
    execution = _follow(cast, chain, name)
    report = read_report(execution, store=cast.models)

    _require_refused(chain, report)
    now = require_champion(cast)
    chain.require(
        (now.number, now.revision) == (champion.number, champion.revision),
        "champion",
        f"{format_version(cast.model, champion.number)} at revision {champion.revision}, as before",
        otherwise=f"it moved from {champion.number} to {now.number} meanwhile",
    )
    record = chain.wait(
        "ledger",
        lambda: _find_record(cast, name),
        what=f"the record of {name}",
        told=lambda found: f"{found.outcome} by {found.trigger}: {found.reason}",
    )
    chain.require(
        record.outcome is Outcome.REJECTED_BY_GATES,
        "outcome",
        f"{record.outcome}, and no version was registered",
        otherwise=f"the ledger says {record.outcome}",
    )
    after = cast.ledger.read(cast.model)
    chain.require(
        after.rejected_in_a_row == before.rejected_in_a_row and after.lease is None,
        "breaker",
        f"{after.rejected_in_a_row} refused in a row, as before; the lease is free",
        otherwise=f"{after.rejected_in_a_row} refused in a row, {before.rejected_in_a_row} before",
    )
    chain.wait(
        "notice",
        lambda: session.hear(lambda told: told.topic == RUNS and name in told.text),
        what=f"a message about {name}",
        told=lambda told: f"{told.topic}: {told.subject}",
    )


def _start(session: Session) -> str:
    cast = session.cast
    request = RetrainingRequest(
        model=cast.model,
        kind=TriggerKind.DRILL,
        id=session.name,
        reason="fire drill: a candidate on shuffled labels",
        requested_by=cast.caller,
    )
    function = cast.stage.settings.start_retraining_function
    payload = cast.functions.invoke(function, request.model_dump_json())
    answer = RetrainingAnswer.model_validate(payload)
    session.chain.require(
        answer.decision is Decision.STARTED and answer.execution is not None,
        "start",
        f"{answer.execution} was started",
        otherwise=f"{answer.decision}: {answer.reason}",
    )
    return str(answer.execution)


def _follow(cast: DrillCast, chain: Chain, name: str) -> Execution:
    def look() -> Execution | None:
        found = cast.executions.describe(name)
        return found if found.status != RUNNING else None

    return chain.wait(
        "run",
        look,
        what=f"the end of {name}",
        told=lambda found: f"{name} {found.status.lower()}: {_trained(found)}",
        seconds=LONGEST_RUN_SECONDS,
    )


def _trained(execution: Execution) -> str:
    return answer_remark("TrainCandidates", execution.output or "") or execution.error or "no word"


def _require_refused(chain: Chain, report: ExecutionReport) -> GateReport:
    gates = report.gates
    if gates is None:
        chain.dead("gates", f"they were never asked: {report.reason}")
    chain.require(
        not gates.passed,
        "gates",
        gates.reason,
        otherwise=(
            f"they took a model that learned from shuffled labels ({gates.reason}); it was not "
            "released. Demand more in [gates] of model.toml"
        ),
    )
    return gates


def _find_record(cast: DrillCast, name: str) -> ExecutionRecord | None:
    found = cast.registry.list_executions(cast.model)
    return next((each for each in found if each.execution == name), None)
