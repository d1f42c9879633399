"""What a trigger asks for, and what the execution that answers it is called and given."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from functions.contracts.labels import LabelChange
from functions.contracts.messages import RetrainingRequest, Trigger, TriggerKind, WorkflowInput
from functions.contracts.retraining import Lease, RetrainingRun
from functions.core.retraining_policy import PolicyDecision
from functions.core.returns import find_releases

MAXIMUM_NAME_LENGTH = 80
"""Step Functions' limit of an execution's name."""

_DIGEST_LENGTH = 16


@dataclass(frozen=True, slots=True)
class RetrainingOrder:
    """A trigger and the model that it asks a new version of.

    `ignore_limits`: a person starts without cool-down, budget and breaker. `again`: train although
    nothing is new.
    """

    model: str
    trigger: Trigger
    ignore_limits: bool = False
    again: bool = False


def order_of(request: RetrainingRequest, now: datetime) -> RetrainingOrder:
    """Return the order that a person or a schedule gives; without an id each moment is one.

    A fire drill trains without cool-down, budget and breaker, and though nothing is new.
    """
    trigger = Trigger(
        kind=request.kind,
        id=request.id or f"{request.kind}@{now.isoformat()}",
        reason=request.reason,
        requested_by=request.requested_by,
        requested_at=now,
    )
    is_drill = request.kind is TriggerKind.DRILL
    may_ignore = is_drill or (request.kind is TriggerKind.PERSON and request.ignore_limits)
    return RetrainingOrder(
        request.model,
        trigger,
        ignore_limits=may_ignore,
        again=request.again or is_drill,
    )


def describe_change(
    decision: PolicyDecision, *, model: str, version: int, until: datetime
) -> LabelChange:
    """Return what is written down of a decision for the run that is asked for about it."""
    return LabelChange(
        model=model,
        version=version,
        window_end=until,
        since=decision.since,
        labelled_rows=decision.rows,
        earlier=tuple(each.rows for each in decision.earlier),
        earlier_since=tuple(each.since for each in decision.earlier),
    )


def about_change(
    order: RetrainingOrder,
    change: LabelChange | None,
    champion: int | None,
    runs: Sequence[RetrainingRun] = (),
) -> RetrainingOrder:
    """Return the order that says since when the champion's labels have changed, if they have.

    Whoever asks, the run is about it: it tries the rows since, and what it finds is known of it. A
    fire drill's is not. `runs` are the model's so far; they say which earlier times were too short
    to be learned again at once.
    """
    trigger = order.trigger
    is_known = change is not None and change.version == champion
    if change is None or change.since is None or not is_known or trigger.kind is TriggerKind.DRILL:
        return order
    found = {
        "since": change.since,
        "labelled_rows": change.labelled_rows,
        "earlier": change.earlier,
        "earlier_since": change.earlier_since,
        "releases": find_releases(runs, change.earlier_since, change.since),
    }
    return replace(order, trigger=trigger.model_copy(update=found))


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


def payload_of(lease: Lease) -> str:
    """Return the input of the execution that has a lease: the same, whoever starts it."""
    return WorkflowInput(
        model=lease.model,
        execution=lease.execution,
        trigger=lease.trigger,
        lease_token=lease.token,
        again=lease.again,
    ).model_dump_json()
