"""StartRetraining: decide about a trigger, and start the retraining workflow once (D7)."""

from datetime import datetime

from functions.contracts import keys
from functions.contracts.errors import WindvaneError
from functions.contracts.labels import LabelChange
from functions.contracts.messages import Decision, RetrainingAnswer, RetrainingRequest
from functions.contracts.model_spec import Retraining
from functions.contracts.naming import Alias
from functions.contracts.release import ExecutionRecord
from functions.contracts.retraining import DecisionRecord, Lease
from functions.core.alarm_message import Ignored, SnsEvent, order_of_alarm, read_alarm
from functions.core.ports import ObjectNotFoundError, StartedExecution
from functions.core.retraining import (
    RetrainingDecision,
    RetrainingState,
    bury,
    decide_retraining,
    enter,
)
from functions.core.retraining_ledger import LedgerMovedError
from functions.core.retraining_order import (
    RetrainingOrder,
    about_change,
    execution_name,
    order_of,
    payload_of,
)
from functions.monitoring import wiring
from functions.monitoring.log import write_log
from functions.monitoring.ports import RetrainingPorts

ATTEMPTS = 10
"""How often other triggers may be faster before a delivery is given up."""


class ClaimLostError(WindvaneError):
    """Other triggers were faster, again and again; the next delivery tries once more."""


def start_retraining(
    order: RetrainingOrder, *, policy: Retraining, ports: RetrainingPorts, now: datetime
) -> RetrainingAnswer:
    """Start the workflow for a trigger, or say why not.

    The decision, its record and the lease are one transaction upon what was read: if anything of
    it changed meanwhile, nothing is written and all is read again. An execution that was decided
    upon and does not exist is started by whoever comes next: a second start of a name does nothing.

    Raises
    ------
    ClaimLostError
        If others were faster each time.
    """
    change = _read_change(order, ports)
    for _ in range(ATTEMPTS):
        state, closed = bury(read_state(order, ports), now=now)
        order = about_change(order, change, state.champion, state.book.runs)
        helped = _start(state.book.lease, ports) if state.is_unstarted else None

        decision = decide_retraining(order, policy, state, now=now)

        if state.decided is not None:
            return _answer_again(decision, state.book.lease, helped)
        try:
            lease = _enter(order, decision, state, closed, ports=ports, now=now)
        except LedgerMovedError:
            continue
        return _answer(decision, lease, _start(lease, ports) if lease else None)
    msg = f"{state.execution} lost the claim of {order.model} {ATTEMPTS} times to other triggers"
    raise ClaimLostError(msg)


def read_state(order: RetrainingOrder, ports: RetrainingPorts) -> RetrainingState:
    """Return what a decision about an order needs to know."""
    book = ports.ledger.read(order.model)
    pointer = ports.registry.find_alias(order.model, Alias.CHAMPION)
    champion = ports.registry.get(order.model, pointer.number) if pointer else None
    newest = book.newest_run
    return RetrainingState(
        execution=execution_name(
            order.model, order.trigger, champion.dataset_version if champion else None
        ),
        book=book,
        decided=ports.ledger.find_decision(order.model, order.trigger.id),
        newest_status=ports.workflow.status(newest.execution) if newest else None,
        champion=champion.number if champion else None,
    )


def handler(event: dict[str, object], _context: object) -> dict[str, object]:
    """Lambda entry point: an SNS event of alarms, or a RetrainingRequest."""
    now = wiring.now()
    if "Records" not in event:
        return _decide(order_of(RetrainingRequest.model_validate(event), now), now)
    stage = wiring.retraining_settings().stage
    messages = SnsEvent.model_validate(event).messages
    return {"answers": [answer_alarm(message, stage, now) for message in messages]}


def answer_alarm(text: str, stage: str, now: datetime) -> dict[str, object]:
    """Return the answer to an alarm's message."""
    alarm = read_alarm(text)
    order = order_of_alarm(alarm, stage, lambda model: wiring.model_spec(model).alerts)
    if not isinstance(order, Ignored):
        return _decide(order, now)
    ignored = RetrainingAnswer(decision=Decision.IGNORED, reason=order.reason)
    write_log("retraining.ignored", {"reason": ignored.reason})
    return ignored.model_dump(mode="json")


def _decide(order: RetrainingOrder, now: datetime) -> dict[str, object]:
    policy = wiring.model_spec(order.model).retraining
    answer = start_retraining(order, policy=policy, ports=wiring.retraining_ports(), now=now)
    written = answer.model_dump(mode="json")
    write_log("retraining.decided", {"model": order.model, "trigger": order.trigger.id, **written})
    return written


def _read_change(order: RetrainingOrder, ports: RetrainingPorts) -> LabelChange | None:
    """Return what was last found in the model's labels; None if nothing ever was."""
    if ports.captures is None:
        return None
    try:
        return LabelChange.model_validate_json(ports.captures.read(keys.label_change(order.model)))
    except ObjectNotFoundError:
        return None


def _enter(
    order: RetrainingOrder,
    decision: RetrainingDecision,
    state: RetrainingState,
    closed: ExecutionRecord | None,
    *,
    ports: RetrainingPorts,
    now: datetime,
) -> Lease | None:
    """Write the decision and what it changes; return the lease that it gives."""
    entered = enter(order, decision, state, now=now)
    lease = entered.lease if entered and decision.decision is Decision.STARTED else None
    record = DecisionRecord(
        model=order.model,
        trigger=order.trigger,
        decision=decision.decision,
        reason=decision.reason,
        execution=lease.execution if lease else None,
        at=now,
    )
    ports.ledger.decide(record, book=entered or (state.book if closed else None), closed=closed)
    return lease


def _start(lease: Lease | None, ports: RetrainingPorts) -> StartedExecution | None:
    """Start the execution that has the lease, whoever took it."""
    if lease is None:
        return None
    return ports.workflow.start(lease.execution, payload_of(lease))


def _answer(
    decision: RetrainingDecision, lease: Lease | None, started: StartedExecution | None
) -> RetrainingAnswer:
    return RetrainingAnswer(
        decision=decision.decision,
        reason=decision.reason,
        execution=lease.execution if lease else None,
        execution_arn=started.arn if started else None,
    )


def _answer_again(
    decision: RetrainingDecision, lease: Lease | None, helped: StartedExecution | None
) -> RetrainingAnswer:
    """Answer another delivery; it may have started what its first could not."""
    if decision.decision is not Decision.STARTED or lease is None:
        return RetrainingAnswer(decision=decision.decision, reason=decision.reason)
    if helped is not None and helped.started_now:
        return _answer(decision, lease, helped)
    reason = f"{lease.execution} was started by an earlier delivery"
    return RetrainingAnswer(
        decision=Decision.DUPLICATE,
        reason=reason,
        execution=lease.execution,
        execution_arn=helped.arn if helped else None,
    )
