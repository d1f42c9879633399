"""What can happen to a rollout, each in one transaction and harmless when it is repeated.

`record` says which rollout is meant; what happens is decided about the rollout as it is now.
"""

from datetime import datetime

from functions.contracts.release import AliasPointer
from functions.contracts.rollout import RolloutRecord, RolloutStatus
from functions.core import rollouts
from functions.core.promotion import (
    Cause,
    Split,
    plan_move,
    plan_split,
    plan_unsplit,
    share_of,
)
from functions.core.registry import PointerMove, SplitRegistry
from functions.core.rollouts import Bake, RolloutOvertakenError
from functions.release.split_changes import Change, Situation, change_rollout

WINDVANE = "windvane"
"""Who acts where nobody did."""


def raise_share(
    record: RolloutRecord, step: int, bake: Bake, cause: Cause, *, registry: SplitRegistry
) -> RolloutRecord:
    """Give the challenger the share of a later step; one that it has reached is left as it is.

    Raises RolloutOverError, RolloutPausedError, or RolloutOvertakenError if the champion or its
    callers were moved by hand.
    """

    def decide(situation: Situation) -> Change | None:
        held = situation.record
        if held.step >= step and not held.is_over:
            return None
        raised = rollouts.advance(held, step, bake, cause)
        pointer = _require_standing(situation)
        share = share_of(registry.get(held.model, held.challenger), raised.percent)
        split = Split(held.split_id, (share,), bake.until)
        return Change(raised, plan_split(pointer, split, cause=cause, sequence=situation.sequence))

    return change_rollout(record, decide, registry=registry)


def promote_challenger(
    record: RolloutRecord, cause: Cause, *, registry: SplitRegistry
) -> RolloutRecord:
    """Make the challenger champion for all callers, which is the rollout's good end.

    Raises RolloutOverError if it was aborted, RolloutPausedError, or RolloutOvertakenError.
    """

    def decide(situation: Situation) -> Change | None:
        held = situation.record
        if held.status is RolloutStatus.PROMOTED:
            return None
        rollouts.require_baking(held)
        pointer = _require_standing(situation)
        moved, entry = plan_move(
            pointer,
            registry.get(held.model, held.challenger),
            action="promote",
            actor=cause.actor,
            reason=cause.reason,
            sequence=situation.sequence,
            now=cause.at,
        )
        promoted = rollouts.finish(held, RolloutStatus.PROMOTED, cause)
        return Change(promoted, PointerMove(moved, entry, pointer.revision))

    return change_rollout(record, decide, registry=registry)


def abort_rollout(record: RolloutRecord, cause: Cause, *, registry: SplitRegistry) -> RolloutRecord:
    """Give all callers back to the champion and end the rollout, paused or not.

    Where somebody took the callers away by hand, the record alone is ended. Raises
    RolloutOverError if the rollout was promoted.
    """

    def decide(situation: Situation) -> Change | None:
        if situation.record.status is RolloutStatus.ABORTED:
            return None
        aborted = rollouts.finish(situation.record, RolloutStatus.ABORTED, cause)
        return Change(aborted, _take_back(situation, cause))

    return change_rollout(record, decide, registry=registry)


def abort_overtaken(
    record: RolloutRecord, now: datetime, *, registry: SplitRegistry
) -> RolloutRecord:
    """End a rollout that no longer stands, or that lapsed, and say why; others are left."""

    def decide(situation: Situation) -> Change | None:
        held, pointer = situation.record, situation.pointer
        if held.is_over:
            return None
        reason = rollouts.rollout_still_stands(held, pointer) or rollouts.lapse_reason(held, now)
        if reason is None:
            return None
        return Change(
            rollouts.finish(held, RolloutStatus.ABORTED, Cause(WINDVANE, reason, now)),
            _take_back(situation, Cause(WINDVANE, reason, now)),
        )

    return change_rollout(record, decide, registry=registry)


def pause_rollout(record: RolloutRecord, cause: Cause, *, registry: SplitRegistry) -> RolloutRecord:
    """Leave the callers divided as they are, up to PAUSE_LIMIT, and stop the bake's clock.

    Raises RolloutOverError or RolloutOvertakenError.
    """

    def decide(situation: Situation) -> Change | None:
        if situation.record.status is RolloutStatus.PAUSED:
            return None
        paused = rollouts.pause(situation.record, cause)
        return Change(paused, _lapse(situation, rollouts.lapse_of(paused), cause))

    return change_rollout(record, decide, registry=registry)


def resume_rollout(
    record: RolloutRecord, cause: Cause, *, registry: SplitRegistry
) -> RolloutRecord:
    """Let the bake's clock run again; all that was to end by a moment ends later by the pause.

    Raises RolloutOverError or RolloutOvertakenError.
    """

    def decide(situation: Situation) -> Change | None:
        held = situation.record
        if held.status is RolloutStatus.BAKING:
            return None
        resumed = rollouts.resume(held, cause)
        return Change(resumed, _lapse(situation, resumed.lapses_at, cause))

    return change_rollout(record, decide, registry=registry)


def _take_back(situation: Situation, cause: Cause) -> PointerMove | None:
    """Return the move after which the champion has all callers, if some are this rollout's."""
    pointer = situation.pointer
    if pointer is None or pointer.split_id != situation.record.split_id:
        return None
    return plan_unsplit(pointer, cause=cause, sequence=situation.sequence)


def _lapse(situation: Situation, until: datetime | None, cause: Cause) -> PointerMove | None:
    """Return the move after which the shares lapse at another moment, if it is another."""
    pointer = _require_standing(situation)
    if pointer.split_until == until:
        return None
    split = Split(situation.record.split_id, pointer.shares, until)
    return plan_split(pointer, split, cause=cause, sequence=situation.sequence)


def _require_standing(situation: Situation) -> AliasPointer:
    reason = rollouts.rollout_still_stands(situation.record, situation.pointer)
    if reason is not None or situation.pointer is None:
        record = situation.record
        msg = (
            f"the rollout of {record.model}/{record.challenger} no longer stands: {reason}; abort "
            "it, and start another if it is still wanted"
        )
        raise RolloutOvertakenError(msg)
    return situation.pointer
