"""How a rollout's record changes: begun, raised, paused, resumed, finished."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from functions.contracts.errors import WindvaneError
from functions.contracts.naming import format_version
from functions.contracts.release import AliasPointer
from functions.contracts.rollout import RolloutEvent, RolloutRecord, RolloutStatus
from functions.core.promotion import Cause

MAXIMUM_EVENTS = 200
"""A record lies in one item of at most 400 KB; an event takes a few hundred bytes."""

PAUSE_LIMIT = timedelta(days=30)
"""A share that is paused for longer was forgotten: all callers get the champion again."""

What = Literal["started", "step", "paused", "resumed", "promoted", "aborted"]


class RolloutOverError(WindvaneError):
    """The rollout was promoted or aborted: nothing can happen to it any more."""


class RolloutPausedError(WindvaneError):
    """The rollout is paused: it goes on when it is resumed."""


class RolloutOvertakenError(WindvaneError):
    """Somebody moved the champion or its callers by hand: the rollout no longer stands."""


@dataclass(frozen=True, slots=True)
class RolloutPlan:
    """Which version shall reach callers, in which shares, in place of which champion."""

    model: str
    execution: str
    challenger: int
    champion: int
    shares: tuple[float, ...]
    replay_report_key: str | None = None


@dataclass(frozen=True, slots=True)
class Bake:
    """When a share's bake is over, and when the callers go back to the champion by themselves.

    `until` is for the case that nobody is left to decide; None leaves the share as it is.
    """

    ends_at: datetime
    until: datetime | None = None


def begin(plan: RolloutPlan, bake: Bake, cause: Cause) -> RolloutRecord:
    """Return the record of a new rollout at its first share."""
    record = RolloutRecord(
        model=plan.model,
        execution=plan.execution,
        challenger=plan.challenger,
        champion=plan.champion,
        shares=plan.shares,
        status=RolloutStatus.BAKING,
        revision=1,
        started_at=cause.at,
        step_started_at=cause.at,
        status_since=cause.at,
        ends_at=bake.ends_at,
        lapses_at=bake.until,
        reason=cause.reason,
        replay_report_key=plan.replay_report_key,
    )
    return record.model_copy(update={"events": (_event(record, "started", cause),)})


def advance(record: RolloutRecord, step: int, bake: Bake, cause: Cause) -> RolloutRecord:
    """Return the record at a later share; raise unless the rollout bakes."""
    require_baking(record)
    return _changed(
        record.model_copy(
            update={
                "step": step,
                "step_started_at": cause.at,
                "status_since": cause.at,
                "baked_seconds": 0.0,
                "ends_at": bake.ends_at,
                "lapses_at": bake.until,
            }
        ),
        "step",
        cause,
    )


def pause(record: RolloutRecord, cause: Cause) -> RolloutRecord:
    """Return the record paused: the share stays, its bake's clock stands; raise if it is over."""
    require_baking(record)
    update = {
        "status": RolloutStatus.PAUSED,
        "status_since": cause.at,
        "baked_seconds": baked_seconds(record, cause.at),
    }
    return _changed(record.model_copy(update=update), "paused", cause)


def resume(record: RolloutRecord, cause: Cause) -> RolloutRecord:
    """Return the record baking again; the bake ends later by as long as the pause was."""
    require_live(record)
    paused = max(timedelta(), cause.at - _since(record))
    update = {
        "status": RolloutStatus.BAKING,
        "status_since": cause.at,
        "ends_at": record.ends_at + paused,
        "lapses_at": record.lapses_at + paused if record.lapses_at else None,
    }
    return _changed(record.model_copy(update=update), "resumed", cause)


def finish(
    record: RolloutRecord,
    status: Literal[RolloutStatus.PROMOTED, RolloutStatus.ABORTED],
    cause: Cause,
) -> RolloutRecord:
    """Return the record at its end; raise RolloutOverError if it has one already."""
    require_live(record)
    update = {
        "status": status,
        "status_since": cause.at,
        "baked_seconds": baked_seconds(record, cause.at),
        "reason": cause.reason,
    }
    what: What = "promoted" if status is RolloutStatus.PROMOTED else "aborted"
    return _changed(record.model_copy(update=update), what, cause)


def baked_seconds(record: RolloutRecord, now: datetime) -> float:
    """Return for how long this share has baked, pauses left out."""
    if record.status is not RolloutStatus.BAKING:
        return record.baked_seconds
    return record.baked_seconds + max(0.0, (now - _since(record)).total_seconds())


def lapse_of(record: RolloutRecord) -> datetime | None:
    """Return when a share lapses if nobody decides: as its bake says, or when a pause is forgotten.

    None: never.
    """
    if record.status is RolloutStatus.PAUSED:
        return _since(record) + PAUSE_LIMIT
    return record.lapses_at


def lapse_reason(record: RolloutRecord, now: datetime) -> str | None:
    """Return the sentence that a share has lapsed by now; None if it has not."""
    lapse = lapse_of(record)
    if lapse is None or now < lapse:
        return None
    how = f"paused for {PAUSE_LIMIT.days} days" if record.status is RolloutStatus.PAUSED else "left"
    return f"its share lapsed on {lapse:%Y-%m-%d %H:%M %Z}: it was {how} and nobody decided"


def rollout_still_stands(record: RolloutRecord, pointer: AliasPointer | None) -> str | None:
    """Return why a rollout that is not over no longer fits the champion alias; None if it does.

    Parameters
    ----------
    record : RolloutRecord
        A rollout that bakes or is paused.
    pointer : AliasPointer or None
        Where the champion alias points now.

    Returns
    -------
    str or None
        A promotion or a rollback by hand takes the callers away in one transaction and leaves the
        record alone; this is how the record's owner learns of it and stops.
    """
    challenger, champion = _name(record), format_version(record.model, record.champion)
    if pointer is None:
        return f"{record.model} has no champion"
    found = format_version(record.model, pointer.number)
    shares = {share.number: share.percent for share in pointer.shares}
    if found == challenger:
        why = f"promotion by hand: {found} is champion already"
    elif found != champion:
        why = f"promotion by hand: {found} became champion in place of {champion}"
    elif pointer.split_id != record.split_id:
        why = f"{champion} was given all callers again by hand"
    elif shares != {record.challenger: record.percent}:
        why = f"the callers are divided otherwise than {record.percent:g} percent to {challenger}"
    else:
        return None
    return why


def require_same(record: RolloutRecord, newest: RolloutRecord | None) -> RolloutRecord:
    """Return the model's newest rollout if it is the same; raise RolloutOverError if not."""
    if newest is None or newest.split_id != record.split_id:
        msg = (
            f"the rollout of {_name(record)} from {record.started_at:%Y-%m-%d %H:%M %Z} is over: "
            "a newer one took its place"
        )
        raise RolloutOverError(msg)
    return newest


def require_live(record: RolloutRecord) -> None:
    """Raise RolloutOverError if the rollout is over."""
    if record.is_over:
        msg = (
            f"the rollout of {_name(record)} is over: it was {record.status} on "
            f"{_since(record):%Y-%m-%d %H:%M %Z}, {record.reason}"
        )
        raise RolloutOverError(msg)


def require_baking(record: RolloutRecord) -> None:
    """Raise RolloutOverError or RolloutPausedError unless the rollout bakes."""
    require_live(record)
    if record.status is RolloutStatus.PAUSED:
        msg = (
            f"the rollout of {_name(record)} is paused at {record.percent:g} percent; "
            f"`windvane rollout resume {record.model}` lets it go on"
        )
        raise RolloutPausedError(msg)


def _since(record: RolloutRecord) -> datetime:
    return record.status_since or record.step_started_at


def _name(record: RolloutRecord) -> str:
    return format_version(record.model, record.challenger)


def _changed(record: RolloutRecord, what: What, cause: Cause) -> RolloutRecord:
    events = (*record.events, _event(record, what, cause))[-MAXIMUM_EVENTS:]
    return record.model_copy(update={"revision": record.revision + 1, "events": events})


def _event(record: RolloutRecord, what: What, cause: Cause) -> RolloutEvent:
    percent = {"promoted": 100.0, "aborted": 0.0}.get(what, record.percent)
    return RolloutEvent(
        at=cause.at, what=what, percent=percent, actor=cause.actor, reason=cause.reason
    )
