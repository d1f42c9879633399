from datetime import timedelta

import pytest

from functions.contracts.experiment import ExperimentState
from functions.contracts.rollout import RolloutStatus
from functions.core.experiments import ExperimentError
from functions.core.promotion import ChampionChangedError, ShareError
from functions.core.registry import AliasMovedError, SplitTakenError, UnknownVersionError
from functions.release.moves import MAXIMUM_ATTEMPTS
from functions.release.promote import promote
from functions.release.rollback import rollback
from functions.release.rollout_moves import abort_rollout, pause_rollout
from functions.release.split_starts import promote_at_once, start_experiment, start_rollout
from tests.fakes.documents import NOW, model_version
from tests.fakes.registry import InMemoryRegistry
from tests.fakes.splits import MODEL, bake, cause, experiment_plan, rollout_plan
from tests.unit.release.split_world import (
    ab_testing,
    by_hand,
    champion_of,
    registry_with_champion,
    rolling_out,
    shares_of,
    trail,
)


def test_gives_the_challenger_its_first_share() -> None:
    registry, record = rolling_out()

    pointer = champion_of(registry)
    assert (pointer.number, pointer.split_id, shares_of(registry)) == (
        1,
        record.split_id,
        {2: 10.0},
    )
    assert (record.status, record.step) == (RolloutStatus.BAKING, 0)
    assert pointer.shares[0].artifact == registry.get(MODEL, 2).artifact
    assert trail(registry) == [("promote", 1), ("split", 1)]


def test_starts_an_executions_rollout_once() -> None:
    registry, record = rolling_out()

    again = start_rollout(rollout_plan(), bake(5), cause(5), registry=registry)
    aborted = abort_rollout(record, cause(6), registry=registry)
    late = start_rollout(rollout_plan(), bake(7), cause(7), registry=registry)

    assert again == record
    assert late == aborted
    assert len(registry.list_rollouts(MODEL)) == 1


def test_starts_it_once_when_two_deliveries_start_it_together() -> None:
    registry = registry_with_champion()
    registry.others = [
        lambda others: start_rollout(rollout_plan(), bake(), cause(1), registry=others)
    ]

    record = start_rollout(rollout_plan(), bake(), cause(), registry=registry)

    assert record.started_at == cause(1).at
    assert registry.list_rollouts(MODEL) == (record,)
    assert champion_of(registry).revision == 2


def test_refuses_a_second_rollout() -> None:
    registry, record = rolling_out()

    with pytest.raises(SplitTakenError, match=f"{record.split_id} divides the callers"):
        start_rollout(rollout_plan(3, execution="second"), bake(), cause(5), registry=registry)
    assert shares_of(registry) == {2: 10.0}


def test_refuses_a_rollout_while_an_ab_test_runs_and_an_ab_test_while_a_rollout_does() -> None:
    registry, _ = ab_testing()
    with pytest.raises(SplitTakenError, match="ab-deeper divides the callers of loan_default"):
        start_rollout(rollout_plan(), bake(), cause(5), registry=registry)

    registry, record = rolling_out()
    with pytest.raises(SplitTakenError, match=f"{record.split_id} divides the callers"):
        start_experiment(experiment_plan(), cause(5), registry=registry)
    assert champion_of(registry).split_id == record.split_id


@pytest.mark.parametrize("champion", [None, 3])
def test_is_rolled_out_beside_the_champion_it_was_compared_with(champion: int | None) -> None:
    registry = InMemoryRegistry()
    registry.add(model_version(2))
    if champion is not None:
        registry = registry_with_champion(champion)

    with pytest.raises(ChampionChangedError, match="beside loan_default/1 as champion, but"):
        start_rollout(rollout_plan(), bake(), cause(), registry=registry)
    assert registry.list_rollouts(MODEL) == ()


def test_starts_nothing_that_cannot_be_given() -> None:
    registry = registry_with_champion()

    with pytest.raises(UnknownVersionError, match="loan_default/9"):
        start_rollout(rollout_plan(9), bake(), cause(), registry=registry)
    with pytest.raises(ShareError, match=r"a share of 0\.001 percent"):
        start_rollout(rollout_plan(shares=(0.001,)), bake(), cause(), registry=registry)
    assert registry.list_rollouts(MODEL) == ()


@pytest.mark.parametrize("number", [1, 2, 3])
def test_ends_a_rollout_that_a_hand_has_overtaken_before_it_starts_another(number: int) -> None:
    registry, record = rolling_out()
    promote(MODEL, number, actor="bob", reason="now", registry=registry, now=NOW)
    challenger = 3 if number != 3 else 2

    plan = rollout_plan(challenger, champion=number, execution="second")
    second = start_rollout(plan, bake(9), cause(9), registry=registry)

    newest, overtaken = registry.list_rollouts(MODEL)
    assert newest == second
    assert (overtaken.execution, overtaken.status) == (record.execution, RolloutStatus.ABORTED)
    assert "by hand" in overtaken.reason
    assert overtaken.events[-1].actor == "windvane"
    assert shares_of(registry) == {challenger: 10.0}


def test_ends_a_rollout_whose_execution_was_stopped_before_it_starts_another() -> None:
    registry = registry_with_champion()
    left = start_rollout(
        rollout_plan(), bake(until=NOW + timedelta(minutes=60)), cause(), registry=registry
    )
    plan = rollout_plan(3, execution="second")
    with pytest.raises(SplitTakenError):
        start_rollout(plan, bake(59), cause(59), registry=registry)

    second = start_rollout(plan, bake(60), cause(60), registry=registry)

    newest, ended = registry.list_rollouts(MODEL)
    assert (newest, shares_of(registry)) == (second, {3: 10.0})
    assert (ended.execution, ended.status) == (left.execution, RolloutStatus.ABORTED)
    assert ended.reason.startswith("its share lapsed on 2026-03-01 13:00 UTC: it was left")


def test_ends_a_rollout_whose_pause_was_forgotten_before_it_starts_another() -> None:
    registry, record = rolling_out()
    pause_rollout(record, cause(), registry=registry)
    plan = rollout_plan(3, execution="second")
    with pytest.raises(SplitTakenError):
        start_rollout(plan, bake(60), cause(60 * 24 * 29), registry=registry)

    start_rollout(plan, bake(60), cause(60 * 24 * 30), registry=registry)

    assert shares_of(registry) == {3: 10.0}


def test_keeps_the_order_of_rollouts_when_clocks_disagree() -> None:
    registry, record = rolling_out()
    abort_rollout(record, cause(1), registry=registry)

    second = start_rollout(rollout_plan(execution="second"), bake(-5), cause(-5), registry=registry)

    assert second.started_at == record.started_at + timedelta(seconds=1)
    assert second.split_id != record.split_id
    assert registry.find_rollout(MODEL) == second


def test_reads_again_when_the_champion_was_moved_in_between() -> None:
    registry = registry_with_champion()
    registry.others = [by_hand(3)]

    with pytest.raises(ChampionChangedError, match="loan_default/3 is champion now"):
        start_rollout(rollout_plan(), bake(), cause(), registry=registry)

    registry = registry_with_champion()
    registry.others = [lambda others: (by_hand(3)(others), by_hand(1)(others))]
    start_rollout(rollout_plan(), bake(), cause(), registry=registry)
    assert (champion_of(registry).revision, shares_of(registry)) == (4, {2: 10.0})


def test_gives_up_after_a_few_attempts() -> None:
    def there_and_back(registry: InMemoryRegistry) -> None:
        by_hand(3)(registry)
        by_hand(1)(registry)

    registry = registry_with_champion()
    registry.others = [there_and_back] * MAXIMUM_ATTEMPTS
    with pytest.raises(AliasMovedError, match=r"loan_default/2 was not started: .* 5 times"):
        start_rollout(rollout_plan(), bake(), cause(), registry=registry)

    registry.others = [there_and_back] * MAXIMUM_ATTEMPTS
    with pytest.raises(AliasMovedError, match="'deeper' of loan_default was not started"):
        start_experiment(experiment_plan(), cause(), registry=registry)


def test_divides_the_callers_for_an_ab_test_until_its_end() -> None:
    registry, test = ab_testing(shares={2: 20.0, 3: 30.0})

    pointer = champion_of(registry)
    assert (pointer.number, pointer.split_id, pointer.split_until) == (
        1,
        "ab-deeper",
        NOW + timedelta(days=7),
    )
    assert shares_of(registry) == {2: 20.0, 3: 30.0}
    assert test.allocation == {1: 50.0, 2: 20.0, 3: 30.0}
    assert registry.find_experiment(MODEL, "deeper") == test


def test_uses_a_name_once() -> None:
    registry, _ = ab_testing(days=0.1)

    with pytest.raises(ExperimentError, match="'deeper' already, started on 2026-03-01: choose"):
        start_experiment(experiment_plan(), cause(60 * 24), registry=registry)


def test_tests_nothing_without_a_champion() -> None:
    registry = InMemoryRegistry()

    with pytest.raises(ExperimentError, match="no champion to test against: promote a version"):
        start_experiment(experiment_plan(), cause(), registry=registry)


def test_starts_nothing_with_shares_that_do_not_fit() -> None:
    registry = registry_with_champion()

    with pytest.raises(UnknownVersionError, match="loan_default/9"):
        start_experiment(experiment_plan(shares={9: 10.0}), cause(), registry=registry)
    with pytest.raises(ExperimentError, match="sum to 100"):
        start_experiment(experiment_plan(shares={2: 60.0, 3: 40.0}), cause(), registry=registry)
    assert champion_of(registry).revision == 1


def test_writes_down_that_an_ab_test_has_ended_before_a_rollout_starts() -> None:
    registry, _ = ab_testing(days=1)
    late = cause(60 * 24 + 1)

    start_rollout(rollout_plan(3), bake(60 * 24), late, registry=registry)

    ended = registry.find_experiment(MODEL, "deeper")
    assert (ended.state, ended.ended_by) == (ExperimentState.ENDED, "windvane")
    assert ended.reason == "its time was over on 2026-03-02 12:00 UTC"
    assert shares_of(registry) == {3: 10.0}
    assert trail(registry) == [("promote", 1), ("split", 1), ("unsplit", 1), ("split", 1)]


def test_writes_down_that_a_hand_stopped_an_ab_test() -> None:
    registry, _ = ab_testing()
    rollback(MODEL, actor="bob", reason="complaints", registry=registry, now=NOW)

    start_experiment(experiment_plan("wider"), cause(5), registry=registry)

    stopped = registry.find_experiment(MODEL, "deeper")
    assert stopped.state is ExperimentState.STOPPED
    assert stopped.reason == "loan_default/1 was given all callers again by hand"


def test_promotes_for_nobody_only_while_nothing_divides_the_callers() -> None:
    registry = registry_with_champion()
    version, pointer = registry.get(MODEL, 2), champion_of(registry)

    outcome = promote_at_once(version, pointer, cause(), registry=registry)
    again = promote_at_once(version, outcome.pointer, cause(1), registry=registry)

    assert (outcome.moved, outcome.pointer.number) == (True, 2)
    assert (again.moved, again.reason) == (False, "loan_default/2 is champion already")


def test_ends_no_test_for_a_version_that_nobody_asked_for() -> None:
    registry, test = ab_testing()
    version = registry.get(MODEL, 3)

    with pytest.raises(SplitTakenError, match="loan_default/3 was not made champion: ab-deeper"):
        promote_at_once(version, champion_of(registry), cause(), registry=registry)
    assert shares_of(registry) == {2: 20.0}
    late = promote_at_once(
        registry.get(MODEL, 1), champion_of(registry), cause(), registry=registry
    )
    assert (late.moved, shares_of(registry)) == (False, {2: 20.0})

    over = cause(60 * 24 * 8)
    assert promote_at_once(version, champion_of(registry), over, registry=registry).moved
    assert registry.find_experiment(MODEL, test.name).state is ExperimentState.ENDED
    assert trail(registry)[-2:] == [("unsplit", 1), ("promote", 3)]
