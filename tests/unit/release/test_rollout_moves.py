from datetime import timedelta

import pytest

from functions.contracts.rollout import RolloutRecord, RolloutStatus
from functions.core.registry import RolloutMovedError
from functions.core.rollouts import RolloutOverError, RolloutOvertakenError, RolloutPausedError
from functions.release import rollout_moves
from functions.release.moves import MAXIMUM_ATTEMPTS
from functions.release.promote import promote
from functions.release.rollback import rollback
from functions.release.split_starts import start_rollout
from tests.fakes.documents import NOW
from tests.fakes.registry import InMemoryRegistry
from tests.fakes.splits import MODEL, bake, cause, rollout_plan
from tests.unit.release.split_world import (
    RacedRegistry,
    by_hand,
    champion_of,
    rolling_out,
    shares_of,
    trail,
)


def test_raises_the_share_in_one_transaction() -> None:
    registry, record = rolling_out()

    raised = rollout_moves.raise_share(record, 1, bake(60), cause(60), registry=registry)

    assert shares_of(registry) == {2: 50.0}
    assert champion_of(registry).split_id == record.split_id
    assert (raised.step, raised.revision) == (1, 2)
    assert registry.find_rollout(MODEL) == raised
    assert registry.list_audit(MODEL)[0].shares == {2: 50.0}


def test_raises_the_share_once_when_it_is_told_twice() -> None:
    registry, record = rolling_out()
    raised = rollout_moves.raise_share(record, 1, bake(60), cause(60), registry=registry)

    again = rollout_moves.raise_share(record, 1, bake(61), cause(61), registry=registry)
    late = rollout_moves.raise_share(record, 0, bake(62), cause(62), registry=registry)

    assert again == late == raised
    assert trail(registry) == [("promote", 1), ("split", 1), ("split", 1)]


def test_promotes_the_challenger_once() -> None:
    registry, record = rolling_out()

    promoted = rollout_moves.promote_challenger(record, cause(60), registry=registry)
    again = rollout_moves.promote_challenger(record, cause(61), registry=registry)

    pointer = champion_of(registry)
    assert (pointer.number, pointer.previous, pointer.shares, pointer.split_id) == (2, 1, (), None)
    assert promoted == again
    assert (promoted.status, promoted.events[-1].percent) == (RolloutStatus.PROMOTED, 100.0)
    assert trail(registry)[-1] == ("promote", 2)


def test_gives_all_callers_back_once() -> None:
    registry, record = rolling_out()

    aborted = rollout_moves.abort_rollout(
        record, cause(60, reason="errors rose"), registry=registry
    )
    again = rollout_moves.abort_rollout(record, cause(61), registry=registry)

    assert champion_of(registry).number == 1
    assert shares_of(registry) == {}
    assert aborted == again
    assert (aborted.status, aborted.reason) == (RolloutStatus.ABORTED, "errors rose")
    assert trail(registry)[-1] == ("unsplit", 1)
    assert registry.list_audit(MODEL)[0].reason == "errors rose"


def test_holds_a_share_that_is_paused_for_up_to_30_days() -> None:
    lapse = NOW + timedelta(hours=3)
    registry, started = rolling_out()
    record = rollout_moves.raise_share(
        started, 1, bake(60, until=lapse), cause(60), registry=registry
    )
    assert champion_of(registry).split_until == lapse

    paused = rollout_moves.pause_rollout(record, cause(70), registry=registry)
    assert (shares_of(registry), champion_of(registry).split_until) == (
        {2: 50.0},
        cause(70).at + timedelta(days=30),
    )
    assert paused == rollout_moves.pause_rollout(record, cause(80), registry=registry)

    resumed = rollout_moves.resume_rollout(record, cause(100), registry=registry)
    assert champion_of(registry).split_until == lapse + timedelta(minutes=30)
    assert resumed.lapses_at == lapse + timedelta(minutes=30)
    assert resumed == rollout_moves.resume_rollout(record, cause(110), registry=registry)


def test_gives_a_share_without_an_end_none_again_after_a_pause() -> None:
    registry, record = rolling_out()

    rollout_moves.pause_rollout(record, cause(1), registry=registry)
    assert champion_of(registry).split_until == cause(1).at + timedelta(days=30)
    rollout_moves.resume_rollout(record, cause(2), registry=registry)

    assert champion_of(registry).split_until is None


def test_refuses_to_go_on_while_it_is_paused() -> None:
    registry, record = rolling_out()
    rollout_moves.pause_rollout(record, cause(1), registry=registry)

    with pytest.raises(RolloutPausedError, match="paused at 10 percent"):
        rollout_moves.raise_share(record, 1, bake(2), cause(2), registry=registry)
    with pytest.raises(RolloutPausedError):
        rollout_moves.promote_challenger(record, cause(2), registry=registry)
    assert rollout_moves.abort_rollout(record, cause(3), registry=registry).is_over


def test_refuses_what_comes_after_the_end() -> None:
    registry, record = rolling_out()
    rollout_moves.abort_rollout(record, cause(1, reason="errors rose"), registry=registry)

    for change in (
        lambda: rollout_moves.raise_share(record, 1, bake(), cause(), registry=registry),
        lambda: rollout_moves.raise_share(record, 0, bake(), cause(), registry=registry),
        lambda: rollout_moves.promote_challenger(record, cause(), registry=registry),
        lambda: rollout_moves.pause_rollout(record, cause(), registry=registry),
        lambda: rollout_moves.resume_rollout(record, cause(), registry=registry),
    ):
        with pytest.raises(RolloutOverError, match=r"it was aborted on .*, errors rose"):
            change()
    assert trail(registry)[-1] == ("unsplit", 1)


def test_does_not_abort_what_was_promoted() -> None:
    registry, record = rolling_out()
    rollout_moves.promote_challenger(record, cause(), registry=registry)

    with pytest.raises(RolloutOverError, match="it was promoted"):
        rollout_moves.abort_rollout(record, cause(), registry=registry)
    assert champion_of(registry).number == 2


def test_means_the_rollout_it_was_told_and_no_later_one() -> None:
    registry, record = rolling_out()
    rollout_moves.abort_rollout(record, cause(1), registry=registry)
    later = start_rollout(rollout_plan(execution="later"), bake(2), cause(2), registry=registry)

    with pytest.raises(RolloutOverError, match="a newer one took its place"):
        rollout_moves.abort_rollout(record, cause(3), registry=registry)
    assert registry.find_rollout(MODEL) == later
    assert shares_of(registry) == {2: 10.0}


@pytest.mark.parametrize("number", [1, 2, 3])
def test_notices_that_somebody_promoted_by_hand(number: int) -> None:
    registry, record = rolling_out()
    promote(MODEL, number, actor="bob", reason="now", registry=registry, now=NOW)
    assert shares_of(registry) == {}

    for change in (
        lambda: rollout_moves.raise_share(record, 1, bake(), cause(), registry=registry),
        lambda: rollout_moves.promote_challenger(record, cause(), registry=registry),
        lambda: rollout_moves.pause_rollout(record, cause(), registry=registry),
    ):
        with pytest.raises(RolloutOvertakenError, match=r"no longer stands: .*by hand"):
            change()
    aborted = rollout_moves.abort_rollout(record, cause(reason="overtaken"), registry=registry)

    assert aborted.status is RolloutStatus.ABORTED
    assert champion_of(registry).number == number
    assert trail(registry)[-1] == ("promote", number)


def test_ends_a_rollout_that_no_longer_stands_and_says_why() -> None:
    registry, record = rolling_out()
    assert rollout_moves.abort_overtaken(record, NOW, registry=registry) == record

    rollback(MODEL, actor="bob", reason="complaints", registry=registry, now=NOW)
    ended = rollout_moves.abort_overtaken(record, NOW, registry=registry)

    assert ended.reason == "loan_default/1 was given all callers again by hand"
    assert registry.find_rollout(MODEL) == ended
    assert rollout_moves.abort_overtaken(record, NOW, registry=registry) == ended


def test_decides_again_when_somebody_was_quicker() -> None:
    registry, record = rolling_out()
    registry.others = [
        lambda others: rollout_moves.pause_rollout(record, cause(1), registry=others),
    ]

    with pytest.raises(RolloutPausedError):
        rollout_moves.raise_share(record, 1, bake(), cause(2), registry=registry)
    assert shares_of(registry) == {2: 10.0}


def test_leaves_it_to_the_other_who_did_the_same() -> None:
    registry, record = rolling_out()
    registry.others = [
        lambda others: rollout_moves.raise_share(record, 1, bake(), cause(1), registry=others),
    ]

    raised = rollout_moves.raise_share(record, 1, bake(), cause(2), registry=registry)

    assert (raised.step, raised.events[-1].at) == (1, cause(1).at)
    assert champion_of(registry).revision == 3


def test_gives_up_after_a_few_attempts() -> None:
    registry, record = rolling_out()

    def pause_and_resume(others: InMemoryRegistry) -> None:
        rollout_moves.pause_rollout(record, cause(1), registry=others)
        rollout_moves.resume_rollout(record, cause(1), registry=others)

    registry.others = [pause_and_resume] * MAXIMUM_ATTEMPTS

    with pytest.raises(RolloutMovedError, match="5 times in between; try again"):
        rollout_moves.raise_share(record, 1, bake(), cause(2), registry=registry)


class RaisedInBetween(RacedRegistry):
    """Between reading the record and reading the alias, another delivery raises the share."""

    def find_alias(self, model: str, alias: object) -> object:  # type: ignore[override]
        act, self.act = getattr(self, "act", None), None
        if act is not None:
            act()
        return super().find_alias(model, alias)  # type: ignore[arg-type]


def test_does_not_take_another_delivery_for_a_hand() -> None:
    started, record = rolling_out()
    registry = RaisedInBetween(**vars(started))
    plain = InMemoryRegistry(
        versions=registry.versions,
        aliases=registry.aliases,
        audit=registry.audit,
        rollouts=registry.rollouts,
    )

    def other() -> RolloutRecord:
        return rollout_moves.raise_share(record, 1, bake(), cause(1), registry=plain)

    registry.act = other  # type: ignore[attr-defined]
    raised = rollout_moves.raise_share(record, 1, bake(), cause(2), registry=registry)
    assert raised.step == 1

    registry.act = lambda: rollout_moves.promote_challenger(  # type: ignore[attr-defined]
        record, cause(3), registry=plain
    )
    promoted = rollout_moves.promote_challenger(record, cause(4), registry=registry)
    assert promoted.status is RolloutStatus.PROMOTED


def test_loses_against_a_promotion_by_hand_in_between() -> None:
    registry, record = rolling_out()
    registry.others = [by_hand(3)]

    with pytest.raises(RolloutOvertakenError, match="loan_default/3 became champion"):
        rollout_moves.raise_share(record, 1, bake(), cause(2), registry=registry)
    assert (champion_of(registry).number, shares_of(registry)) == (3, {})
