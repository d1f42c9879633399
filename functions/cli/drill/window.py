"""What the drills of a window share: rows are judged, and each condition is followed to its notice.

The rows lie in the drill's own folder. DetectDrift itself compacts and judges them, and emits the
metrics of a real window.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from pydantic import BaseModel

from functions.aws.alarms import Alarm
from functions.aws.topic_mailbox import TopicMessage
from functions.cli.drill.cast import DrillCast
from functions.cli.drill.rows import Matrix, Served, capture_lines, describe_rows
from functions.cli.drill.session import Session
from functions.cli.errors import RefusedError
from functions.contracts import keys
from functions.contracts.alerts import Condition, ConditionKind, Severity
from functions.contracts.drift import DriftReport
from functions.contracts.messages import Decision, DetectDriftInput, DetectDriftOutput
from functions.contracts.retraining import DecisionRecord

RAISED = "ALARM"
DECISIONS_READ = 50

SETTLE_SECONDS = 310.0
"""The alarms' period, and a little."""


def require_calm(cast: DrillCast, kinds: Sequence[ConditionKind]) -> tuple[Condition, ...]:
    """Return the conditions of some kinds; raise RefusedError where none is, or one rings already.

    An alarm that rings cannot go off, so a drill could not tell its own from it.
    """
    found = tuple(each for each in cast.spec.alerts.conditions if each.kind in kinds)
    if not found:
        names = " or ".join(kinds)
        msg = f"[alerts] of {cast.model} has no {names}, so nobody would hear of it"
        raise RefusedError(msg)
    watched = {condition.metric_name for condition in found}
    ringing = [one for one in cast.own_alarms() if one.metric in watched and one.state == RAISED]
    if ringing:
        names = ", ".join(one.name for one in ringing)
        msg = (
            f"{names} is in ALARM already, so a drill could not tell its own alarm from it: wait "
            "until it is over"
        )
        raise RefusedError(msg)
    return found


def inject(session: Session, served: Served, rows: Matrix, what: str, *, until: datetime) -> None:
    """Write rows into the drill's folder, as Firehose leaves captures."""
    key = f"{keys.hour_prefix(keys.CAPTURES_PREFIX, session.cast.now())}{session.name}.jsonl"
    body = capture_lines(session.name, served, rows, until=until)
    session.captures.write(key, body, content_type="application/x-ndjson")
    session.chain.alive("injected", f"{describe_rows(served, rows)}: {what}")


def judge_window(session: Session) -> DriftReport:
    """Have the deployed DetectDrift judge the drill's rows; return its report."""
    cast, chain = session.cast, session.chain
    message = DetectDriftInput(model=cast.model, drill=session.name)
    function = cast.stage.settings.detect_drift_function
    restore_by(session, function, DetectDriftInput(model=cast.model, tell_all=True))
    answer = cast.functions.invoke(function, message.model_dump_json())
    output = DetectDriftOutput.model_validate(answer)
    if output.json_key is None:
        chain.dead("report", f"{output.verdict}: {output.reason}")
    report = DriftReport.model_validate_json(session.captures.read(output.json_key))
    chain.alive("report", f"{report.verdict}: {report.current_rows:,} rows, {report.reason}")
    return report


def settle(session: Session) -> None:
    """Wait until the drill's metrics are out of the alarms' sight, and see the alarms over.

    An alarm for people stays as it is until a window says otherwise, and what is emitted in one
    period counts together. So what is real is judged when the drill's period is over.
    """
    cast, chain = session.cast, session.chain
    raised = {one.metric for one in cast.own_alarms() if one.state == RAISED}
    if not raised or session.restoring is None:
        return
    chain.rest(SETTLE_SECONDS, "until the drill's metrics are out of the alarms' sight")
    judged_at = cast.now()
    restore(session)
    chain.wait(
        "over",
        lambda: _count_over(cast, raised, judged_at),
        what=f"the end of {len(raised)} alarms",
        told=lambda over: f"{over} of {len(raised)} alarms are over, by what is real now",
    )


def restore(session: Session) -> None:
    """Have what is real judged, so that each metric says again what is so."""
    if session.restoring is not None:
        function, payload = session.restoring
        session.restoring = None
        session.cast.functions.invoke(function, payload)


def restore_by(session: Session, function: str, message: BaseModel) -> None:
    """Have a function judge what is real when the drill ends."""
    session.restoring = (function, message.model_dump_json())
    session.on_end("what the metrics say", lambda: restore(session))


def _count_over(cast: DrillCast, raised: set[str], since: datetime) -> int | None:
    """Return how many alarms are over, None while one rings that nothing real keeps ringing."""
    ringing = {one.metric for one in cast.own_alarms() if one.state == RAISED} & raised
    false = [name for name in ringing if (cast.find_metric(name, since) or 0.0) < 1.0]
    return None if false else len(raised) - len(ringing)


def follow(session: Session, condition: Condition) -> None:
    """Wait for a condition's metric, its alarm, what it triggers, and its notice."""
    cast, chain, name = session.cast, session.chain, condition.metric_name
    chain.wait(
        "metric",
        lambda: True if (cast.find_metric(name, session.began) or 0.0) >= 1.0 else None,
        what=f"{name} = 1",
        told=lambda _: f"{name} = 1",
    )
    alarm = chain.wait(
        "alarm",
        lambda: find_raised(cast, name),
        what=f"the alarm on {name}",
        told=lambda found: f"{found.name} went to {found.state}",
    )
    if condition.severity is Severity.RETRAIN:
        _follow_trigger(session, alarm)
    chain.wait(
        "notice",
        lambda: session.hear(lambda told: is_about(told, condition, cast.model)),
        what=f"a message about {condition.text!r} on the topic {condition.severity}",
        told=lambda told: f"{told.topic}: {told.subject}",
    )


def find_raised(cast: DrillCast, metric: str) -> Alarm | None:
    """Return the alarm on a metric if it is in ALARM."""
    return next(
        (one for one in cast.own_alarms() if one.metric == metric and one.state == RAISED), None
    )


def is_about(told: TopicMessage, condition: Condition, model: str) -> bool:
    """Return whether a message tells of a model's condition, to those whom it concerns."""
    return (
        told.topic == condition.severity
        and model in told.subject
        and condition.text in f"{told.subject}\n{told.text}"
    )


def _follow_trigger(session: Session, alarm: Alarm) -> None:
    """See that StartRetraining got the alarm and wrote down why nothing was started."""
    cast, chain = session.cast, session.chain
    record = chain.wait(
        "trigger",
        lambda: _find_decision(cast, lambda each: alarm.name in each.trigger.reason, session.began),
        what=f"a decision about {alarm.name}",
        told=lambda found: f"{found.decision}: {found.reason}",
    )
    if record.decision is Decision.STARTED:
        chain.dead("trigger", f"{record.execution} was started for real: {record.reason}")


def _find_decision(
    cast: DrillCast, fits: Callable[[DecisionRecord], bool], since: datetime
) -> DecisionRecord | None:
    found = cast.ledger.list_decisions(cast.model, limit=DECISIONS_READ)
    return next((each for each in found if each.at >= since and fits(each)), None)
