"""Whether a trigger starts the retraining workflow, and under what name."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.contracts.messages import Decision, RetrainingRequest, Trigger, TriggerKind
from functions.contracts.model_spec import Retraining

MAXIMUM_NAME_LENGTH = 80
"""Step Functions' limit of an execution's name."""

START_DELAY = timedelta(minutes=1)
"""How long after its claim an execution may take to exist; the function is stopped by then."""

_DIGEST_LENGTH = 16


@dataclass(frozen=True, slots=True)
class RetrainingOrder:
    """A trigger and the model that it asks a new version of."""

    model: str
    trigger: Trigger
    ignore_cool_down: bool = False


@dataclass(frozen=True, slots=True)
class RetrainingState:
    """What is known when a trigger arrives.

    `execution` is the name that this trigger's execution has; `decided` is what was decided about
    the trigger before, if it was. `is_running` is whether the execution claimed last still runs,
    `is_started` whether it exists at all: between the claim and the start it does not.
    """

    execution: str
    decided: str | None
    last_start: tuple[str, datetime] | None
    is_running: bool
    is_started: bool

    @property
    def is_claimed(self) -> bool:
        """Whether an earlier delivery of the same trigger has claimed the start."""
        return self.last_start is not None and self.last_start[0] == self.execution


@dataclass(frozen=True, slots=True)
class RetrainingDecision:
    """The decision and the sentence an operator will read."""

    decision: Decision
    reason: str


def order_of(request: RetrainingRequest, now: datetime) -> RetrainingOrder:
    """Return the order that a person or a schedule gives; without an id each moment is one."""
    trigger = Trigger(
        kind=request.kind,
        id=request.id or f"{request.kind}@{now.isoformat()}",
        reason=request.reason,
        requested_by=request.requested_by,
        requested_at=now,
    )
    is_person = request.kind is TriggerKind.PERSON
    return RetrainingOrder(request.model, trigger, is_person and request.ignore_cool_down)


def execution_name(model: str, trigger: Trigger, dataset_version: str | None) -> str:
    """Return the execution's name: the same in every delivery of a trigger.

    Parameters
    ----------
    model : str
    trigger : Trigger
    dataset_version : str or None
        What the champion was trained on; None if there is no champion.

    Returns
    -------
    str
        At most 80 of the characters that Step Functions allows; ends in 16 hexadecimal digits over
        the model, the trigger's id and the dataset version.
    """
    identity = json.dumps([model, trigger.id, dataset_version])
    digest = hashlib.sha256(identity.encode()).hexdigest()[:_DIGEST_LENGTH]
    tail = f"-{trigger.kind}-{digest}"
    return f"{model[: MAXIMUM_NAME_LENGTH - len(tail)]}{tail}"


def decide_retraining(
    order: RetrainingOrder, policy: Retraining, state: RetrainingState, *, now: datetime
) -> RetrainingDecision:
    """Return whether the trigger starts an execution, and why.

    A trigger whose start was claimed, and that does not run, starts again: its first delivery may
    have failed between the claim and the start, and a second start of one name does nothing.
    """
    if order.trigger.kind is TriggerKind.DRIFT_ALARM and not policy.on_drift:
        return RetrainingDecision(
            Decision.TURNED_OFF, "retraining.on_drift is false: drift alarms start nothing"
        )
    if state.decided is not None or (state.is_claimed and state.is_running):
        before = state.decided or f"{state.execution} is running"
        return RetrainingDecision(Decision.DUPLICATE, f"this trigger came before: {before}")
    refusal = None if state.is_claimed else _refuse_another(order, policy, state, now)
    return refusal or RetrainingDecision(
        Decision.STARTED, f"started {state.execution}: {order.trigger.reason or order.trigger.kind}"
    )


def _refuse_another(
    order: RetrainingOrder, policy: Retraining, state: RetrainingState, now: datetime
) -> RetrainingDecision | None:
    """Return why a trigger must not start beside, or so soon after, the last execution."""
    if state.last_start is None:
        return None
    name, claimed_at = state.last_start
    if state.is_running:
        return RetrainingDecision(Decision.ALREADY_RUNNING, f"{name} is still running")
    if not state.is_started:
        return _refuse_to_overtake(name, claimed_at, now)
    return _refuse_to_hurry(order, policy, state.last_start, now)


def _refuse_to_overtake(
    name: str, claimed_at: datetime, now: datetime
) -> RetrainingDecision | None:
    """Refuse while another delivery may be starting what it claimed.

    Two alarms of one window arrive at once, and the second must not come between the first's claim
    and its start. A claim that came to nothing holds nobody up for longer than that.
    """
    if now >= claimed_at + START_DELAY:
        return None
    return RetrainingDecision(Decision.ALREADY_RUNNING, f"{name} is being started")


def _refuse_to_hurry(
    order: RetrainingOrder, policy: Retraining, last_start: tuple[str, datetime], now: datetime
) -> RetrainingDecision | None:
    name, started_at = last_start
    free_at = started_at + timedelta(minutes=policy.cool_down_minutes)
    if now >= free_at or order.ignore_cool_down:
        return None
    return RetrainingDecision(
        Decision.COOLING_DOWN,
        f"{name} was started at {started_at:%Y-%m-%d %H:%M:%S} UTC, the next may be started from "
        f"{free_at:%Y-%m-%d %H:%M:%S} on (retraining.cool_down_minutes = "
        f"{policy.cool_down_minutes})",
    )
