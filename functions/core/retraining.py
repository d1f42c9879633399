"""Whether a trigger starts the retraining workflow."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from functions.contracts.messages import ALARMS, Decision, TriggerKind
from functions.contracts.model_spec import Retraining
from functions.contracts.release import ExecutionRecord, Outcome
from functions.contracts.retraining import (
    DecisionRecord,
    Lease,
    RetrainingBook,
    RetrainingRun,
    WaitingTrigger,
)
from functions.core.breaker import refuse_for_breaker
from functions.core.budget import measure_usage, refuse_for_budget
from functions.core.drills import is_drilled
from functions.core.lease import RUNNING, free, is_dead, take
from functions.core.retraining_order import RetrainingOrder

PASSING = frozenset({Decision.COOLING_DOWN, Decision.OVER_BUDGET, Decision.BREAKER_OPEN})
"""Reasons that pass: such a trigger waits, and Reconcile takes it up again."""

SAME_WINDOW = timedelta(minutes=5)
"""By how much the alarms of one window may ring apart: their period."""

LONGEST_TRAINING_SECONDS = 900.0
"""What a candidate takes at most: the time limit of Train."""


@dataclass(frozen=True, slots=True)
class RetrainingState:
    """What is known when a trigger arrives.

    `execution` is the name that this trigger's execution has, `decided` what was decided about it
    before. `newest_status` is Step Functions' status of the run that was started last; None if
    there is none, or its execution does not exist (yet). `champion` is a version's number.
    """

    execution: str
    book: RetrainingBook
    decided: DecisionRecord | None = None
    newest_status: str | None = None
    champion: int | None = None

    @property
    def is_unstarted(self) -> bool:
        """Whether an execution has the lease and does not exist: it can be started by anybody."""
        return self.book.lease is not None and self.newest_status is None


@dataclass(frozen=True, slots=True)
class RetrainingDecision:
    """The decision and the sentence an operator will read."""

    decision: Decision
    reason: str


def is_turned_off(kind: TriggerKind, policy: Retraining) -> bool:
    """Return whether the policy wants nothing of this kind to start anything."""
    return kind in ALARMS and not policy.on_alarm


def decide_retraining(
    order: RetrainingOrder, policy: Retraining, state: RetrainingState, *, now: datetime
) -> RetrainingDecision:
    """Return whether the trigger starts an execution, and why.

    A trigger whose own execution has the lease and does not exist starts it: its first delivery
    failed between the decision and the start, and a second start of one name does nothing. An alarm
    that a fire drill raised is answered with what would have been decided.
    """
    if state.decided is not None:
        return _decide_again(order, state, state.decided)
    decision = _decide_first(order, policy, state, now)
    drill = state.book.drill
    if drill is None or not is_drilled(drill, order.trigger):
        return decision
    return RetrainingDecision(
        Decision.DRILLED,
        f"{drill.name} is a fire drill of {drill.announced_by}: nothing was started; without it: "
        f"{decision.decision}, {decision.reason}",
    )


def _decide_first(
    order: RetrainingOrder, policy: Retraining, state: RetrainingState, now: datetime
) -> RetrainingDecision:
    if is_turned_off(order.trigger.kind, policy):
        return RetrainingDecision(
            Decision.TURNED_OFF, "retraining.on_alarm is false: alarms start nothing"
        )
    refusal = _refuse_another(state) or _refuse_for_limits(order, policy, state, now)
    return refusal or RetrainingDecision(
        Decision.STARTED, f"started {state.execution}: {order.trigger.reason or order.trigger.kind}"
    )


def _decide_again(
    order: RetrainingOrder, state: RetrainingState, decided: DecisionRecord
) -> RetrainingDecision:
    lease = state.book.lease
    if lease is not None and lease.trigger.id == order.trigger.id and state.is_unstarted:
        return RetrainingDecision(Decision.STARTED, decided.reason)
    return RetrainingDecision(Decision.DUPLICATE, f"this trigger came before: {decided.reason}")


def _refuse_another(state: RetrainingState) -> RetrainingDecision | None:
    """Return why a trigger must not start beside the newest run.

    A run that gave its lease back is the newest one until its execution has ended, too.
    """
    run = state.book.newest_run
    if run is None:
        return None
    if state.newest_status == RUNNING:
        return RetrainingDecision(Decision.ALREADY_RUNNING, f"{run.execution} is still running")
    if state.is_unstarted:
        return RetrainingDecision(Decision.ALREADY_RUNNING, f"{run.execution} is being started")
    return None


def _refuse_for_limits(
    order: RetrainingOrder, policy: Retraining, state: RetrainingState, now: datetime
) -> RetrainingDecision | None:
    if order.ignore_limits:
        return None
    checks = (
        (Decision.BREAKER_OPEN, refuse_for_breaker(state.book, policy, state.champion)),
        (Decision.COOLING_DOWN, refuse_to_hurry(state.book, policy, now)),
        (Decision.OVER_BUDGET, refuse_for_budget(measure_usage(state.book, now=now), policy)),
    )
    return next((RetrainingDecision(name, why) for name, why in checks if why is not None), None)


def refuse_to_hurry(book: RetrainingBook, policy: Retraining, now: datetime) -> str | None:
    """Return why it is too soon after the last start that no person asked for, or None.

    Without a cool-down it is never too soon, though the clock that dated the start be ahead.
    """
    asked = {TriggerKind.PERSON, TriggerKind.DRILL}
    run = next((run for run in book.runs if run.kind not in asked), None)
    if run is None or not policy.cool_down_minutes:
        return None
    free_at = run.started_at + timedelta(minutes=policy.cool_down_minutes)
    if now >= free_at:
        return None
    return (
        f"{run.execution} was started at {run.started_at:%Y-%m-%d %H:%M:%S} UTC, the next may be "
        f"started from {free_at:%Y-%m-%d %H:%M:%S} on (retraining.cool_down_minutes = "
        f"{policy.cool_down_minutes})"
    )


def enter(
    order: RetrainingOrder, decision: RetrainingDecision, state: RetrainingState, *, now: datetime
) -> RetrainingBook | None:
    """Return the book that a decision makes of the one it was made upon, None if it stays.

    A declined trigger waits if its reason passes and no run began for it or after it.
    """
    book, trigger = state.book, order.trigger
    if decision.decision is Decision.STARTED:
        token = book.newest_token + 1
        lease = Lease(
            model=order.model,
            execution=state.execution,
            token=token,
            trigger=trigger,
            again=order.again,
            taken_at=now,
        )
        return take(book, lease, now=now, champion=state.champion)
    waits = decision.decision in PASSING and book.waiting is None
    if not waits or any(serves(run, trigger.requested_at) for run in book.runs):
        return None
    waiting = WaitingTrigger(trigger=trigger, decision=decision.decision, since=now)
    return book.model_copy(update={"waiting": waiting})


def serves(run: RetrainingRun, asked_at: datetime) -> bool:
    """Return whether a run is an answer to what was asked at a moment: it began then or later.

    One that an alarm began is also an answer to the other alarms of the same window, which ring a
    little later. A fire drill's run answers nothing.
    """
    if run.kind is TriggerKind.DRILL:
        return False
    was_planned = run.kind in {TriggerKind.PERSON, TriggerKind.SCHEDULE}
    allowance = timedelta(0) if was_planned else SAME_WINDOW
    return max(run.requested_at, run.started_at) >= asked_at - allowance


def bury(
    state: RetrainingState, *, now: datetime
) -> tuple[RetrainingState, ExecutionRecord | None]:
    """Return the state after a dead execution's lease was freed, and the record of its end."""
    book, lease = state.book, state.book.lease
    if lease is None or not is_dead(book, state.newest_status):
        return state, None
    status = str(state.newest_status).lower().replace("_", " ")
    reason = f"the execution {status} without concluding; its lease was freed"
    seconds = estimate_seconds(book, lease.taken_at, now=now)
    record = ExecutionRecord(
        model=book.model,
        execution=lease.execution,
        trigger=lease.trigger.kind,
        outcome=Outcome.FAILED,
        reason=reason,
        training_seconds=seconds,
        ended_at=now,
    )
    freed = free(book, Outcome.FAILED, training_seconds=seconds, champion=state.champion, now=now)
    return replace(state, book=freed), record


def estimate_seconds(book: RetrainingBook, started_at: datetime, *, now: datetime) -> float:
    """Return what a run that could not tell is charged: the most that another took.

    Without another: its whole time, at most as long as a candidate may take.
    """
    expected = measure_usage(book, now=now).expected_seconds
    elapsed = max(0.0, (now - started_at).total_seconds())
    return expected or min(elapsed, LONGEST_TRAINING_SECONDS)
