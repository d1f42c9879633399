from datetime import timedelta

import pytest

from functions.contracts.release import AliasPointer
from functions.contracts.rollout import RolloutRecord, RolloutStatus
from functions.core import rollouts
from functions.core.promotion import Cause, Split, plan_split, share_of
from functions.core.rollouts import (
    MAXIMUM_EVENTS,
    Bake,
    RolloutOverError,
    RolloutPausedError,
    RolloutPlan,
    baked_seconds,
    rollout_still_stands,
)
from tests.fakes.documents import NOW, alias_pointer, model_version

HOUR = timedelta(hours=1)
PLAN = RolloutPlan("loan_default", "loan_default-person-7", 2, 1, (5.0, 25.0, 50.0), "replay.json")
BAKE = Bake(ends_at=NOW + HOUR, until=NOW + 24 * HOUR)


def cause(minutes: int = 0, reason: str = "because") -> Cause:
    return Cause("ann", reason, NOW + timedelta(minutes=minutes))


def begun() -> RolloutRecord:
    return rollouts.begin(PLAN, BAKE, cause())


def pointer_of(record: RolloutRecord, **changes: object) -> AliasPointer:
    share = share_of(model_version(record.challenger), record.percent)
    split = Split(record.split_id, (share,))
    moved = plan_split(alias_pointer(record.champion), split, cause=cause(), sequence=2)
    return moved.pointer.model_copy(update=changes)


def test_begins_at_the_first_share() -> None:
    record = begun()

    assert (record.step, record.percent, record.revision) == (0, 5.0, 1)
    assert (record.status, record.ends_at, record.lapses_at) == (
        RolloutStatus.BAKING,
        BAKE.ends_at,
        BAKE.until,
    )
    assert record.split_id == "rollout-2-20260301T120000"
    assert [(event.what, event.percent) for event in record.events] == [("started", 5.0)]


def test_raises_the_share_and_bakes_anew() -> None:
    later = Bake(ends_at=NOW + 3 * HOUR)

    record = rollouts.advance(begun(), 1, later, cause(minutes=61))

    assert (record.step, record.percent, record.revision) == (1, 25.0, 2)
    assert (record.ends_at, record.lapses_at) == (NOW + 3 * HOUR, None)
    assert record.step_started_at == NOW + timedelta(minutes=61)
    assert baked_seconds(record, NOW + timedelta(minutes=62)) == 60.0


def test_leaves_pauses_out_of_the_bake() -> None:
    paused = rollouts.pause(begun(), cause(minutes=10))
    resumed = rollouts.resume(paused, cause(minutes=40))

    assert baked_seconds(paused, NOW + timedelta(minutes=35)) == 600.0
    assert baked_seconds(resumed, NOW + timedelta(minutes=45)) == 900.0
    assert resumed.ends_at == BAKE.ends_at + timedelta(minutes=30)
    assert resumed.lapses_at == NOW + 24 * HOUR + timedelta(minutes=30)
    assert [event.what for event in resumed.events] == ["started", "paused", "resumed"]
    assert resumed.step_started_at == NOW


def test_adds_up_what_was_baked_between_pauses() -> None:
    record = begun()
    for start in (0, 20, 40):
        record = rollouts.pause(record, cause(minutes=start + 10))
        record = rollouts.resume(record, cause(minutes=start + 20))

    assert baked_seconds(record, NOW + timedelta(minutes=60)) == 1800.0
    assert record.ends_at == BAKE.ends_at + timedelta(minutes=30)


def test_never_bakes_backwards_when_clocks_disagree() -> None:
    assert baked_seconds(begun(), NOW - HOUR) == 0.0
    paused = rollouts.pause(begun(), cause(minutes=10))
    assert rollouts.resume(paused, cause(minutes=5)).ends_at == BAKE.ends_at


@pytest.mark.parametrize("status", [RolloutStatus.PROMOTED, RolloutStatus.ABORTED])
def test_changes_no_more_once_it_is_over(status: RolloutStatus) -> None:
    over = rollouts.finish(begun(), status, cause(reason="errors rose"))  # type: ignore[arg-type]

    assert (over.status, over.is_over, over.reason) == (status, True, "errors rose")
    for change in (
        lambda: rollouts.advance(over, 1, BAKE, cause()),
        lambda: rollouts.pause(over, cause()),
        lambda: rollouts.resume(over, cause()),
        lambda: rollouts.finish(over, RolloutStatus.ABORTED, cause()),
    ):
        with pytest.raises(RolloutOverError, match=f"it was {status} on 2026-03-01 12:00"):
            change()


def test_says_what_share_callers_had_at_its_end() -> None:
    promoted = rollouts.finish(begun(), RolloutStatus.PROMOTED, cause())
    aborted = rollouts.finish(begun(), RolloutStatus.ABORTED, cause())

    assert (promoted.events[-1].percent, aborted.events[-1].percent) == (100.0, 0.0)


def test_does_not_rise_while_it_is_paused() -> None:
    paused = rollouts.pause(begun(), cause())

    with pytest.raises(RolloutPausedError, match="paused at 5 percent; `windvane rollout resume"):
        rollouts.advance(paused, 1, BAKE, cause())
    assert rollouts.finish(paused, RolloutStatus.ABORTED, cause()).is_over


def test_keeps_the_latest_events() -> None:
    record = begun()
    for number in range(MAXIMUM_EVENTS + 5):
        record = rollouts.advance(record, 1, BAKE, cause(reason=f"look {number}"))

    assert len(record.events) == MAXIMUM_EVENTS
    assert record.events[-1].reason == f"look {MAXIMUM_EVENTS + 4}"
    assert record.revision == MAXIMUM_EVENTS + 6


def test_stands_as_long_as_the_alias_says_the_same() -> None:
    record = begun()

    assert rollout_still_stands(record, pointer_of(record)) is None
    assert rollout_still_stands(rollouts.pause(record, cause()), pointer_of(record)) is None


def test_says_why_it_no_longer_stands() -> None:
    record = begun()
    elsewhere = {"shares": (), "split_id": None}
    share = share_of(model_version(2), 50.0)

    for pointer, reason in (
        (None, "loan_default has no champion"),
        (alias_pointer(2), "promotion by hand: loan_default/2 is champion already"),
        (alias_pointer(3), "promotion by hand: loan_default/3 became champion in place of"),
        (pointer_of(record, **elsewhere), "loan_default/1 was given all callers again by hand"),
        (pointer_of(record, shares=(share,)), "otherwise than 5 percent to loan_default/2"),
    ):
        found = rollout_still_stands(record, pointer)
        assert found is not None
        assert reason in found


def test_is_the_same_rollout_or_a_newer_took_its_place() -> None:
    newer = rollouts.begin(PLAN, BAKE, cause(minutes=1))

    assert rollouts.require_same(begun(), rollouts.pause(begun(), cause())).revision == 2
    for newest in (newer, None):
        with pytest.raises(RolloutOverError, match="a newer one took its place"):
            rollouts.require_same(begun(), newest)
