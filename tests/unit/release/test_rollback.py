import pytest

from functions.contracts.release import AliasPointer
from functions.core.promotion import ChampionChangedError, NoPreviousVersionError
from functions.core.registry import AliasMovedError
from functions.release.moves import MAXIMUM_ATTEMPTS
from functions.release.promote import promote
from functions.release.rollback import rollback
from functions.release.rollout_moves import abort_rollout, promote_challenger, raise_share
from functions.release.split_starts import start_rollout
from tests.fakes.documents import NOW, model_version
from tests.fakes.registry import InMemoryRegistry
from tests.fakes.splits import bake, cause, rollout_plan
from tests.unit.release.split_world import (
    RacedRegistry,
    ab_testing,
    by_hand,
    champion_of,
    registry_with_champion,
    rolling_out,
    shares_of,
    trail,
)

MODEL = "loan_default"


def registry_after(*promoted: int) -> InMemoryRegistry:
    made = InMemoryRegistry()
    for number in (1, 2, 3):
        made.add(model_version(number))
    for number in promoted:
        promote(MODEL, number, actor="ann", reason="better", registry=made, now=NOW)
    return made


def test_goes_back_to_the_version_before() -> None:
    held = registry_after(1, 3)

    pointer = rollback(MODEL, actor="bob", reason="complaints", registry=held, now=NOW)

    assert (pointer.number, pointer.previous, pointer.revision) == (1, 3, 3)
    newest = held.list_audit(MODEL)[0]
    assert (newest.action, newest.actor, newest.from_number, newest.to_number) == (
        "rollback",
        "bob",
        3,
        1,
    )


def test_does_not_bring_the_bad_version_back_when_it_is_called_twice() -> None:
    held = registry_after(1, 3)
    rollback(MODEL, actor="bob", reason="complaints", registry=held, now=NOW)

    with pytest.raises(
        NoPreviousVersionError, match="loan_default/3 was rolled back already, by bob"
    ):
        rollback(MODEL, actor="eve", reason="complaints", registry=held, now=NOW)


def test_goes_back_again_after_another_promotion() -> None:
    held = registry_after(1, 3)
    rollback(MODEL, actor="bob", reason="complaints", registry=held, now=NOW)
    promote(MODEL, 2, actor="ann", reason="repaired", registry=held, now=NOW)

    pointer = rollback(MODEL, actor="bob", reason="still bad", registry=held, now=NOW)

    assert pointer.number == 1


@pytest.mark.parametrize(
    ("promoted", "message"),
    [((), "loan_default has no champion"), ((2,), "loan_default/2 is the first champion")],
)
def test_says_why_there_is_nothing_to_go_back_to(promoted: tuple[int, ...], message: str) -> None:
    with pytest.raises(NoPreviousVersionError, match=message):
        rollback(MODEL, actor="bob", reason="?", registry=registry_after(*promoted), now=NOW)


def roll_back(registry: InMemoryRegistry, *, minutes: float = 5.0) -> AliasPointer:
    now = cause(minutes).at
    return rollback(MODEL, actor="bob", reason="complaints", registry=registry, now=now)


def test_takes_the_challenger_away_first_and_leaves_the_champion() -> None:
    registry = registry_after(1, 2)
    plan = rollout_plan(3, champion=2)
    start_rollout(plan, bake(), cause(), registry=registry)

    pointer = roll_back(registry)

    assert (pointer.number, pointer.previous, pointer.shares) == (2, 1, ())
    newest = registry.list_audit(MODEL)[0]
    assert (newest.action, newest.from_number, newest.to_number) == ("rollback", 3, 2)
    assert newest.reason == "complaints"


def test_goes_back_no_further_when_two_people_roll_a_rollout_back() -> None:
    registry = registry_after(1, 2)
    start_rollout(rollout_plan(3, champion=2), bake(), cause(), registry=registry)
    roll_back(registry)

    with pytest.raises(
        NoPreviousVersionError, match="loan_default/3 was rolled back already, by bob"
    ):
        roll_back(registry)
    assert champion_of(registry).number == 2


def test_rolls_the_champion_back_after_the_workflow_has_aborted() -> None:
    registry = registry_after(1, 2)
    record = start_rollout(rollout_plan(3, champion=2), bake(), cause(), registry=registry)
    abort_rollout(record, cause(1), registry=registry)

    assert roll_back(registry).number == 1


def test_rolls_back_what_a_rollout_has_promoted() -> None:
    registry, record = rolling_out()
    promote_challenger(record, cause(1), registry=registry)

    assert roll_back(registry).number == 1


def test_remembers_a_rollback_through_a_rollout_that_came_to_nothing() -> None:
    registry = registry_after(1, 2)
    roll_back(registry)
    record = start_rollout(rollout_plan(3, champion=1), bake(), cause(1), registry=registry)
    abort_rollout(record, cause(2), registry=registry)

    with pytest.raises(NoPreviousVersionError, match="loan_default/2 was rolled back already"):
        roll_back(registry)


def test_ends_an_ab_test_too() -> None:
    registry, _ = ab_testing(shares={2: 20.0, 3: 30.0})

    assert roll_back(registry).shares == ()
    assert trail(registry)[-1] == ("rollback", 1)


def test_rolls_the_champion_back_once_the_split_has_lapsed() -> None:
    registry = registry_after(1, 2)
    plan = rollout_plan(3, champion=2)
    start_rollout(plan, bake(until=cause(60).at), cause(), registry=registry)

    pointer = roll_back(registry, minutes=60)

    assert (pointer.number, pointer.shares) == (1, ())


def test_takes_the_challenger_away_though_its_share_rose_in_between() -> None:
    registry, record = rolling_out()
    registry.others = [lambda others: raise_share(record, 1, bake(), cause(1), registry=others)]

    pointer = roll_back(registry)

    assert (pointer.number, pointer.shares, pointer.revision) == (1, (), 4)


def test_is_content_when_the_challenger_was_taken_away_in_between() -> None:
    registry, record = rolling_out()
    registry.others = [lambda others: abort_rollout(record, cause(1), registry=others)]

    assert roll_back(registry).revision == 3
    assert trail(registry)[-1] == ("unsplit", 1)


def test_does_not_undo_a_promotion_that_it_did_not_know() -> None:
    registry, record = rolling_out()
    registry.others = [lambda others: promote_challenger(record, cause(1), registry=others)]

    with pytest.raises(ChampionChangedError, match="loan_default/2 became champion in between"):
        roll_back(registry)

    registry, _ = rolling_out()
    registry.others = [by_hand(3)]
    with pytest.raises(ChampionChangedError, match="loan_default/3 became champion"):
        roll_back(registry)
    assert champion_of(registry).number == 3


def start_another(registry: RacedRegistry) -> None:
    start_rollout(rollout_plan(3, execution="b"), bake(), cause(1), registry=registry)


def test_does_not_end_a_rollout_that_began_in_between() -> None:
    registry, record = rolling_out()

    def end_and_start(others: RacedRegistry) -> None:
        abort_rollout(record, cause(1), registry=others)
        start_another(others)

    registry.others = [end_and_start]  # type: ignore[list-item]
    with pytest.raises(ChampionChangedError, match="another rollout or A/B test began"):
        roll_back(registry)
    assert shares_of(registry) == {3: 10.0}

    registry = registry_with_champion(2)
    promote(MODEL, 1, actor="ann", reason="better", registry=registry, now=NOW)
    registry.others = [start_another]  # type: ignore[list-item]
    with pytest.raises(ChampionChangedError, match="a rollout or an A/B test of loan_default"):
        roll_back(registry)
    assert (champion_of(registry).number, shares_of(registry)) == (1, {3: 10.0})


def test_gives_up_after_a_few_attempts() -> None:
    registry, record = rolling_out(shares=(1.0, 2.0, 3.0, 4.0, 5.0, 6.0))
    registry.others = [
        lambda others, step=step: raise_share(record, step, bake(), cause(), registry=others)
        for step in range(1, MAXIMUM_ATTEMPTS + 1)
    ]

    with pytest.raises(AliasMovedError, match="5 times in between; try again"):
        roll_back(registry)
