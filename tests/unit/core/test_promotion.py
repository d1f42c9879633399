from datetime import datetime, timedelta

import pytest

from functions.contracts.naming import Alias
from functions.contracts.release import AliasPointer
from functions.core.promotion import (
    Cause,
    NoPreviousVersionError,
    ShareError,
    Split,
    divides_callers,
    plan_move,
    plan_share_rollback,
    plan_split,
    plan_unsplit,
    rollback_target,
    share_of,
)
from tests.fakes.documents import NOW, alias_pointer, audit_entry, model_version

CAUSE = Cause("ann", "a canary", NOW + timedelta(minutes=5))


def split_pointer(*percents: float, until: datetime | None = None) -> AliasPointer:
    shares = tuple(share_of(model_version(n), percent) for n, percent in enumerate(percents, 2))
    split = Split("rollout-2", shares, until)
    return plan_split(alias_pointer(1, revision=4), split, cause=CAUSE, sequence=5).pointer


def test_sets_the_alias_for_the_first_time() -> None:
    pointer, entry = plan_move(
        None, model_version(1), action="promote", actor="ann", reason="first", sequence=1, now=NOW
    )

    assert (pointer.number, pointer.previous, pointer.revision) == (1, None, 1)
    assert (entry.from_number, entry.to_number, entry.alias) == (None, 1, Alias.CHAMPION)


def test_remembers_where_the_alias_pointed_before() -> None:
    pointer, entry = plan_move(
        alias_pointer(3, revision=7),
        model_version(4),
        action="promote",
        actor="ann",
        reason="better",
        sequence=9,
        now=NOW,
    )

    assert (pointer.number, pointer.previous, pointer.revision) == (4, 3, 8)
    assert (entry.sequence, entry.from_number, entry.to_number) == (9, 3, 4)
    assert (entry.actor, entry.reason, entry.at) == ("ann", "better", NOW)


def test_carries_the_artifact_so_that_one_read_is_enough() -> None:
    version = model_version(1)

    pointer, _ = plan_move(
        None, version, action="promote", actor="ann", reason="r", sequence=1, now=NOW
    )

    assert pointer.artifact == version.artifact


def test_rolls_back_to_the_number_before() -> None:
    assert rollback_target("m", alias_pointer(4, previous=3), audit_entry(1)) == 3


@pytest.mark.parametrize(
    ("pointer", "last_action", "message"),
    [
        (None, "promote", "loan_default has no champion"),
        (alias_pointer(1), "promote", "loan_default/1 is the first champion"),
        (
            alias_pointer(3, previous=4),
            "rollback",
            "loan_default/4 was rolled back already, by ann",
        ),
    ],
)
def test_says_why_there_is_nothing_to_roll_back_to(
    pointer: object, last_action: str, message: str
) -> None:
    last = audit_entry(1).model_copy(update={"action": last_action})

    with pytest.raises(NoPreviousVersionError, match=message):
        rollback_target("loan_default", pointer, last)  # type: ignore[arg-type]


def test_gives_a_share_and_leaves_the_rest_to_the_champion() -> None:
    share = share_of(model_version(2), 12.5)

    move = plan_split(
        alias_pointer(1, revision=4, previous=3),
        Split("rollout-2", (share,), NOW),
        cause=CAUSE,
        sequence=9,
    )

    pointer, entry = move.pointer, move.entry
    assert (pointer.number, pointer.previous, pointer.revision) == (1, 3, 5)
    assert (pointer.shares, pointer.split_id, pointer.split_until) == ((share,), "rollout-2", NOW)
    assert (entry.action, entry.from_number, entry.to_number, entry.sequence) == ("split", 1, 1, 9)
    assert (entry.shares, entry.actor, entry.reason) == ({2: 12.5}, "ann", "a canary")
    assert (pointer.moved_at, entry.at, move.expected_revision) == (CAUSE.at, CAUSE.at, 4)


def test_takes_all_shares_away() -> None:
    move = plan_unsplit(split_pointer(10.0, 20.0, until=NOW), cause=CAUSE, sequence=6)

    pointer = move.pointer
    assert (pointer.number, pointer.shares, pointer.split_id, pointer.split_until) == (
        1,
        (),
        None,
        None,
    )
    assert (move.entry.action, move.entry.shares, pointer.revision) == ("unsplit", {}, 6)


def test_records_a_rollback_of_a_share_as_one_from_its_version() -> None:
    move = plan_share_rollback(split_pointer(10.0), cause=CAUSE, sequence=6)

    assert (move.entry.action, move.entry.from_number, move.entry.to_number) == ("rollback", 2, 1)
    assert move.pointer.shares == ()


def test_ends_a_split_with_every_move() -> None:
    pointer, _ = plan_move(
        split_pointer(10.0),
        model_version(2),
        action="promote",
        actor="ann",
        reason="r",
        sequence=6,
        now=NOW,
    )

    assert (pointer.number, pointer.previous, pointer.shares) == (2, 1, ())


def test_keeps_what_was_champion_before_when_the_champion_stays() -> None:
    pointer, _ = plan_move(
        alias_pointer(2, previous=1),
        model_version(2),
        action="promote",
        actor="ann",
        reason="r",
        sequence=6,
        now=NOW,
    )

    assert (pointer.number, pointer.previous) == (2, 1)


@pytest.mark.parametrize("percent", [0.0, 0.004, -1.0, 12.345, 100.01, float("nan")])
def test_gives_no_share_that_routing_could_not_give(percent: float) -> None:
    with pytest.raises(
        ShareError, match=r"percent for loan_default/2 cannot be given: write 0\.01"
    ):
        share_of(model_version(2), percent)


@pytest.mark.parametrize("percent", [0.01, 0.07, 33.33, 99.99, 100.0, 1.1, 4.35])
def test_gives_any_share_in_steps_of_a_hundredth(percent: float) -> None:
    assert share_of(model_version(2), percent).percent == percent


@pytest.mark.parametrize(("numbers", "percent"), [((2, 2), 10.0), ((1,), 10.0), ((2, 3), 50.01)])
def test_refuses_shares_that_do_not_fit_each_other(
    numbers: tuple[int, ...], percent: float
) -> None:
    shares = tuple(share_of(model_version(number), percent) for number in numbers)

    with pytest.raises(ShareError, match="sum to 100 percent at most"):
        plan_split(alias_pointer(1), Split("s", shares), cause=CAUSE, sequence=1)


def test_knows_whether_callers_are_divided() -> None:
    assert not divides_callers(None, NOW)
    assert not divides_callers(alias_pointer(1), NOW)
    assert divides_callers(split_pointer(10.0), NOW)
    assert divides_callers(split_pointer(10.0, until=NOW + timedelta(seconds=1)), NOW)
    assert not divides_callers(split_pointer(10.0, until=NOW), NOW)


def test_names_the_share_that_was_rolled_back_and_where_else_to_go() -> None:
    last = plan_share_rollback(split_pointer(10.0), cause=CAUSE, sequence=6).entry

    with pytest.raises(NoPreviousVersionError, match="loan_default/2 was rolled back already"):
        rollback_target("loan_default", alias_pointer(1, previous=None), last)
