"""Reconcile: look at levels every quarter of an hour, and mend what lost events left (D7)."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from functions.contracts.messages import Decision
from functions.contracts.model_spec import Retraining
from functions.contracts.retraining import ReconcileInput, ReconcileOutput, RetrainingBook
from functions.core.drills import is_echo
from functions.core.reconciling import (
    LOOK_BACK,
    RaisedAlarm,
    find_stuck,
    find_unserved,
    note_told,
    order_of_level,
    order_of_waiting,
)
from functions.core.retraining import (
    PASSING,
    RetrainingState,
    bury,
    decide_retraining,
    is_turned_off,
)
from functions.core.retraining_ledger import LedgerMovedError
from functions.core.retraining_order import RetrainingOrder, payload_of
from functions.monitoring import wiring
from functions.monitoring.log import write_log
from functions.monitoring.ports import ReconcilePorts
from functions.monitoring.start_retraining import read_state, start_retraining


def reconcile(
    message: ReconcileInput, *, policy: Retraining, ports: ReconcilePorts, now: datetime
) -> ReconcileOutput:
    """Mend, tell and start what is due for one model; return what was done, in sentences.

    Whatever another trigger changes at the same moment is left to the next look.
    """
    actions: list[str] = []
    steps = (
        _mend_run(message, ports, now),
        _tell_stuck(message, ports, now),
        _take_up(message, policy, ports, now),
    )
    for step in steps:
        with suppress(LedgerMovedError):
            actions.extend(step)
    return ReconcileOutput(model=message.model, actions=tuple(actions))


def handler(event: dict[str, object], _context: object) -> dict[str, object]:
    """Lambda entry point: one model and the alarms that ask for its retraining."""
    message = ReconcileInput.model_validate(event)
    output = reconcile(
        message,
        policy=wiring.model_spec(message.model).retraining,
        ports=wiring.reconcile_ports(),
        now=wiring.now(),
    )
    written = output.model_dump(mode="json")
    write_log("retraining.reconciled", written)
    return written


def _mend_run(message: ReconcileInput, ports: ReconcilePorts, now: datetime) -> Iterator[str]:
    """Start what was decided upon and not started; close what died."""
    book = ports.retraining.ledger.read(message.model)
    lease = book.lease
    if lease is None:
        return
    status = ports.retraining.workflow.status(lease.execution)
    state = RetrainingState(lease.execution, book, newest_status=status)
    if state.is_unstarted:
        ports.retraining.workflow.start(lease.execution, payload_of(lease))
        yield f"{lease.execution} was decided upon and not started: started it"
    settled, record = bury(state, now=now)
    if record is None:
        return
    ports.retraining.ledger.write(settled.book, closed=record)
    ports.notifier.tell(
        f"{message.model}: a retraining died",
        f"{lease.execution}: {record.reason}.\n\nWhere it stopped: windvane runs show "
        f"{lease.execution}. Its alarm, if it rings on, is taken up again by itself; else: "
        f"windvane train {message.model}",
        attributes={"model": message.model, "outcome": str(record.outcome)},
    )
    yield f"{lease.execution}: {record.reason}"


def _tell_stuck(message: ReconcileInput, ports: ReconcilePorts, now: datetime) -> Iterator[str]:
    """Tell people what waits for too long, once a day."""
    book = ports.retraining.ledger.read(message.model)
    stuck = find_stuck(book, ports.rollouts.find_rollout(message.model), now=now)
    if not stuck:
        return
    for each in stuck:
        ports.notifier.tell(each.subject, each.text, attributes={"model": message.model})
        yield f"told people: {each.subject}"
    ports.retraining.ledger.write(note_told(book, stuck, now=now))


def _take_up(
    message: ReconcileInput, policy: Retraining, ports: ReconcilePorts, now: datetime
) -> Iterator[str]:
    """Ask again for what waits, or for what an alarm that rings on wants and nothing did."""
    book = ports.retraining.ledger.read(message.model)
    waiting = order_of_waiting(book, now=now)
    order = waiting or _order_of_alarms(message, policy, book, ports=ports, now=now)
    if order is None:
        return
    state, _ = bury(read_state(order, ports.retraining), now=now)
    decision = decide_retraining(order, policy, state, now=now).decision
    if waiting is not None and decision is Decision.TURNED_OFF:
        ports.retraining.ledger.write(book.model_copy(update={"waiting": None}))
        yield f"{order.trigger.id} waits no more: retraining.on_alarm is false"
    is_first_refusal = waiting is None and decision in PASSING and state.decided is None
    if decision is not Decision.STARTED and not is_first_refusal:
        return
    answer = start_retraining(order, policy=policy, ports=ports.retraining, now=now)
    yield f"{answer.decision}: {answer.reason}"


def _order_of_alarms(
    message: ReconcileInput,
    policy: Retraining,
    book: RetrainingBook,
    *,
    ports: ReconcilePorts,
    now: datetime,
) -> RetrainingOrder | None:
    if book.lease is not None:
        return None
    found: list[RaisedAlarm] = []
    for kind, names in message.alarms.items():
        if names and not is_turned_off(kind, policy):
            raised = ports.alarms.raised(names, since=now - LOOK_BACK)
            found += [
                replace(alarm, kind=kind)
                for alarm in raised
                if not is_echo(book.drill, alarm.raised_at, is_ringing=alarm.is_ringing, now=now)
            ]
    alarm = find_unserved(book, tuple(found), now=now)
    return order_of_level(book, alarm, now=now) if alarm else None
