import pytest

from functions.contracts.experiment import ExperimentState
from functions.core.registry import RolloutMovedError
from functions.release.experiment_moves import end_experiment
from functions.release.moves import MAXIMUM_ATTEMPTS
from functions.release.promote import promote
from tests.fakes.documents import NOW
from tests.fakes.registry import InMemoryRegistry
from tests.fakes.splits import MODEL, cause
from tests.unit.release.split_world import ab_testing, by_hand, champion_of, shares_of, trail


def test_gives_all_callers_back_to_the_champion() -> None:
    registry, test = ab_testing()

    ended = end_experiment(test, cause(5, reason="seen enough"), registry=registry)

    assert (shares_of(registry), champion_of(registry).split_until) == ({}, None)
    assert (ended.state, ended.reason, ended.ended_by) == (
        ExperimentState.STOPPED,
        "seen enough",
        "ann",
    )
    assert registry.find_experiment(MODEL, "deeper") == ended
    assert trail(registry)[-1] == ("unsplit", 1)


def test_is_ended_once() -> None:
    registry, test = ab_testing()
    ended = end_experiment(test, cause(5), registry=registry)

    assert end_experiment(test, cause(6, reason="again"), registry=registry) == ended
    assert champion_of(registry).revision == 3


def test_says_that_its_time_was_over() -> None:
    registry, test = ab_testing(days=1)

    ended = end_experiment(test, cause(60 * 24), registry=registry)

    assert (ended.state, ended.reason) == (
        ExperimentState.ENDED,
        "its time was over on 2026-03-02 12:00 UTC",
    )
    assert shares_of(registry) == {}


def test_leaves_the_champion_that_a_hand_chose() -> None:
    registry, test = ab_testing()
    promote(MODEL, 2, actor="bob", reason="good enough", registry=registry, now=NOW)

    ended = end_experiment(test, cause(5), registry=registry)

    assert ended.reason == "promotion by hand: loan_default/2 is champion now"
    assert champion_of(registry).number == 2
    assert trail(registry)[-1] == ("promote", 2)


def test_decides_again_when_the_champion_was_moved_in_between() -> None:
    registry, test = ab_testing()
    registry.others = [by_hand(3)]

    ended = end_experiment(test, cause(5), registry=registry)

    assert ended.reason == "promotion by hand: loan_default/3 is champion now"
    assert champion_of(registry).number == 3


def test_gives_up_after_a_few_attempts() -> None:
    registry, test = ab_testing()

    def move_the_other_alias(others: InMemoryRegistry) -> None:
        taken = others.list_audit(MODEL)[0]
        number = taken.sequence + 1
        others.audit[MODEL, number] = taken.model_copy(update={"sequence": number})

    registry.others = [move_the_other_alias] * MAXIMUM_ATTEMPTS

    with pytest.raises(RolloutMovedError, match="'deeper' of loan_default was not ended"):
        end_experiment(test, cause(5), registry=registry)
