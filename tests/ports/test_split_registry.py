"""What every SplitRegistry promises of rollouts, A/B tests and shares of the callers."""

import pytest

from functions.contracts.experiment import Experiment, ExperimentState
from functions.contracts.naming import Alias
from functions.contracts.release import VersionState
from functions.contracts.rollout import RolloutRecord, RolloutStatus
from functions.core import experiments, rollouts
from functions.core.promotion import plan_unsplit
from functions.core.registry import (
    AliasMovedError,
    ArchivedVersionError,
    RolloutMovedError,
    SplitRegistry,
    SplitTakenError,
    UnknownExperimentError,
    UnknownVersionError,
)
from tests.fakes.documents import alias_pointer, audit_entry, model_version
from tests.fakes.splits import MODEL, cause, experiment, rollout, split_move


@pytest.fixture
def champion(registry: SplitRegistry) -> SplitRegistry:
    """Two versions, the first champion."""
    for number in (1, 2):
        registry.add(model_version(number))
    registry.move_alias(alias_pointer(1), audit_entry(1), expected_revision=0)
    return registry


def aborted(record: RolloutRecord) -> RolloutRecord:
    return rollouts.finish(record, RolloutStatus.ABORTED, cause())


def stopped(test: Experiment) -> Experiment:
    return experiments.finish(test, ExperimentState.STOPPED, cause())


def test_has_no_rollout_before_one_is_started(registry: SplitRegistry) -> None:
    assert registry.find_rollout(MODEL) is None
    assert registry.list_rollouts(MODEL) == ()


def test_starts_a_rollout_and_moves_the_alias_with_it(champion: SplitRegistry) -> None:
    move = split_move(2)

    champion.change_rollout(rollout(), expected_revision=0, move=move)

    assert champion.find_rollout(MODEL) == rollout()
    assert champion.find_alias(MODEL, Alias.CHAMPION) == move.pointer
    assert [entry.action for entry in champion.list_audit(MODEL)] == ["split", "promote"]
    assert champion.list_audit(MODEL)[0].shares == {2: 10.0}


def test_lists_rollouts_newest_first(champion: SplitRegistry) -> None:
    started = [rollout(execution=f"e{minutes}", minutes=minutes) for minutes in (0.0, 9.0, 30.0)]
    for record in started:
        champion.change_rollout(record, expected_revision=0)
        champion.change_rollout(aborted(record), expected_revision=1)

    assert [r.execution for r in champion.list_rollouts(MODEL)] == ["e30.0", "e9.0", "e0.0"]
    newest = champion.find_rollout(MODEL)
    assert newest is not None
    assert newest.execution == "e30.0"


def test_keeps_the_rollouts_of_models_apart(champion: SplitRegistry) -> None:
    champion.change_rollout(rollout(), expected_revision=0)

    assert champion.find_rollout("car_price") is None
    other = rollout().model_copy(update={"model": "car_price"})
    champion.change_rollout(other, expected_revision=0)
    assert champion.find_rollout("car_price") == other


def test_refuses_a_change_from_a_revision_that_is_gone(champion: SplitRegistry) -> None:
    champion.change_rollout(rollout(), expected_revision=0)
    champion.change_rollout(rollouts.pause(rollout(), cause()), expected_revision=1)

    with pytest.raises(RolloutMovedError, match="at revision 1, or is over; look again"):
        champion.change_rollout(rollouts.pause(rollout(), cause(1)), expected_revision=1)
    found = champion.find_rollout(MODEL)
    assert found is not None
    assert found.revision == 2


def test_refuses_to_start_the_same_rollout_twice(champion: SplitRegistry) -> None:
    champion.change_rollout(rollout(), expected_revision=0)

    with pytest.raises(RolloutMovedError):
        champion.change_rollout(
            rollout().model_copy(update={"reason": "again"}), expected_revision=0
        )


def test_changes_nothing_that_is_over(champion: SplitRegistry) -> None:
    over = aborted(rollout())
    champion.change_rollout(rollout(), expected_revision=0)
    champion.change_rollout(over, expected_revision=1)

    with pytest.raises(RolloutMovedError, match="or is over"):
        champion.change_rollout(over.model_copy(update={"revision": 3}), expected_revision=2)
    assert champion.find_rollout(MODEL) == over


def test_starts_no_second_rollout_beside_one_that_is_not_over(champion: SplitRegistry) -> None:
    champion.change_rollout(rollout(), expected_revision=0)
    second = rollout(execution="second", minutes=5)

    with pytest.raises(SplitTakenError, match="rollout-2-20260301T120000 divides the callers of"):
        champion.change_rollout(second, expected_revision=0, move=split_move(2))
    assert champion.find_rollout(MODEL) == rollout()
    assert champion.find_alias(MODEL, Alias.CHAMPION) == alias_pointer(1)

    champion.change_rollout(aborted(rollout()), expected_revision=1)
    champion.change_rollout(second, expected_revision=0)
    assert champion.find_rollout(MODEL) == second


def test_runs_no_rollout_beside_an_ab_test_and_no_test_beside_a_rollout(
    champion: SplitRegistry,
) -> None:
    champion.change_experiment(experiment(), expected_revision=0)
    with pytest.raises(SplitTakenError, match="ab-deeper divides the callers"):
        champion.change_rollout(rollout(), expected_revision=0)
    with pytest.raises(SplitTakenError, match="ab-deeper divides the callers"):
        champion.change_experiment(experiment("wider"), expected_revision=0)

    champion.change_experiment(stopped(experiment()), expected_revision=1)
    champion.change_rollout(rollout(), expected_revision=0)
    with pytest.raises(SplitTakenError, match="rollout-2-20260301T120000 divides"):
        champion.change_experiment(experiment("wider"), expected_revision=0)


def test_moves_nothing_when_the_rollout_was_changed(champion: SplitRegistry) -> None:
    champion.change_rollout(rollout(), expected_revision=0)

    with pytest.raises(RolloutMovedError):
        champion.change_rollout(aborted(rollout()), expected_revision=7, move=split_move(2))
    assert champion.find_alias(MODEL, Alias.CHAMPION) == alias_pointer(1)
    assert len(champion.list_audit(MODEL)) == 1


def test_changes_no_rollout_when_the_alias_was_moved(champion: SplitRegistry) -> None:
    stale = split_move(2, pointer=alias_pointer(1, revision=5))

    with pytest.raises(AliasMovedError, match="moved since it was read at revision 5"):
        champion.change_rollout(rollout(), expected_revision=0, move=stale)
    assert champion.find_rollout(MODEL) is None

    champion.change_rollout(rollout(), expected_revision=0)


def test_changes_no_rollout_when_the_audit_number_is_taken(champion: SplitRegistry) -> None:
    with pytest.raises(AliasMovedError):
        champion.change_rollout(rollout(), expected_revision=0, move=split_move(2, sequence=1))
    assert champion.find_rollout(MODEL) is None


def test_gives_no_share_to_a_version_that_is_not_registered(champion: SplitRegistry) -> None:
    with pytest.raises(UnknownVersionError, match="loan_default/9 is not registered"):
        champion.change_rollout(rollout(9), expected_revision=0, move=split_move(2, 9))
    assert champion.find_rollout(MODEL) is None
    assert champion.find_alias(MODEL, Alias.CHAMPION) == alias_pointer(1)


def test_gives_no_callers_to_an_archived_version(champion: SplitRegistry) -> None:
    champion.add(model_version(3).model_copy(update={"state": VersionState.ARCHIVED}))

    with pytest.raises(ArchivedVersionError, match="loan_default/3 is archived; choose another"):
        champion.change_rollout(rollout(3), expected_revision=0, move=split_move(2, 3))
    with pytest.raises(ArchivedVersionError, match="loan_default/3 is archived"):
        champion.move_alias(
            alias_pointer(3, revision=2, previous=1),
            audit_entry(2, to_number=3),
            expected_revision=1,
        )
    assert champion.find_alias(MODEL, Alias.CHAMPION) == alias_pointer(1)


def test_checks_the_shares_of_a_plain_move_too(champion: SplitRegistry) -> None:
    move = split_move(9)

    with pytest.raises(UnknownVersionError, match="loan_default/9"):
        champion.move_alias(move.pointer, move.entry, expected_revision=1)


def test_ends_a_rollout_and_takes_its_callers_back_at_once(champion: SplitRegistry) -> None:
    champion.change_rollout(rollout(), expected_revision=0, move=split_move(2))
    pointer = champion.find_alias(MODEL, Alias.CHAMPION)
    assert pointer is not None

    back = plan_unsplit(pointer, cause=cause(), sequence=3)
    champion.change_rollout(aborted(rollout()), expected_revision=1, move=back)

    found = champion.find_alias(MODEL, Alias.CHAMPION)
    assert found is not None
    assert (found.number, found.shares, found.revision) == (1, (), 3)


def test_reads_back_an_ab_test(champion: SplitRegistry) -> None:
    champion.change_experiment(experiment(), expected_revision=0, move=split_move(2))

    assert champion.find_experiment(MODEL, "deeper") == experiment()
    with pytest.raises(UnknownExperimentError, match="loan_default has no A/B test named 'wider'"):
        champion.find_experiment(MODEL, "wider")


def test_lists_ab_tests_newest_first(champion: SplitRegistry) -> None:
    for minutes, name in enumerate(("zebra", "ant", "moth")):
        test = experiment(name, minutes=minutes)
        champion.change_experiment(test, expected_revision=0)
        champion.change_experiment(stopped(test), expected_revision=1)

    assert [each.name for each in champion.list_experiments(MODEL)] == ["moth", "ant", "zebra"]


def test_uses_the_name_of_an_ab_test_once(champion: SplitRegistry) -> None:
    champion.change_experiment(experiment(), expected_revision=0)
    champion.change_experiment(stopped(experiment()), expected_revision=1)

    with pytest.raises(RolloutMovedError):
        champion.change_experiment(experiment(minutes=5), expected_revision=0)
