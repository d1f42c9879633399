from dataclasses import replace
from datetime import timedelta

import pytest

from functions.contracts.experiment import Experiment, ExperimentState
from functions.contracts.model_spec import Task
from functions.contracts.release import AliasPointer
from functions.core import experiments
from functions.core.experiments import ExperimentError, ExperimentPlan
from functions.core.promotion import Cause, Split, plan_split, share_of
from tests.fakes.documents import NOW, alias_pointer, model_version

WEEK = timedelta(days=7)
CAUSE = Cause("ann", "is the deeper tree better?", NOW)
PLAN = ExperimentPlan(
    model="loan_default",
    name="deeper",
    shares={2: 20.0, 3: 20.0},
    metric="roc_auc_score",
    minimum_rows=1000,
    ends_at=NOW + WEEK,
)


def begun(plan: ExperimentPlan = PLAN) -> Experiment:
    return experiments.begin(plan, 1, Task.BINARY_CLASSIFICATION, CAUSE)


def pointer_of(experiment: Experiment) -> AliasPointer:
    shares = tuple(
        share_of(model_version(number), percent)
        for number, percent in experiment.allocation.items()
        if number != experiment.champion
    )
    split = Split(experiment.split_id, shares, experiment.ends_at)
    return plan_split(alias_pointer(1), split, cause=CAUSE, sequence=2).pointer


def test_leaves_the_champion_what_the_shares_leave() -> None:
    experiment = begun()

    assert experiment.allocation == {1: 60.0, 2: 20.0, 3: 20.0}
    assert (experiment.state, experiment.revision) == (ExperimentState.RUNNING, 1)
    assert (experiment.split_id, experiment.started_by) == ("ab-deeper", "ann")


@pytest.mark.parametrize(
    ("changes", "mistake"),
    [
        ({"shares": {1: 20.0}}, "loan_default/1 is the champion: it gets what the shares leave"),
        ({"shares": {2: 100.0}}, "sum to 100, got 1: 0, 2: 100"),
        ({"shares": {2: 0.001}}, "steps of 0.01"),
        ({"shares": {2: float("nan")}}, "steps of 0.01"),
        ({"shares": {2: float("inf")}}, "steps of 0.01"),
        ({"shares": {}}, "allocation is"),
        ({"metric": "r2_score"}, "metric 'r2_score' does not fit a binary_classification model"),
        ({"name": "Deeper"}, "name is 'Deeper'"),
        ({"name": "x" * 41}, "name is 'xxx"),
        ({"minimum_rows": 0}, "minimum_rows is 0"),
        ({"ends_at": NOW}, "ends at 2026-03-01 12:00, which is before it starts"),
    ],
)
def test_says_why_it_cannot_be_run(changes: dict[str, object], mistake: str) -> None:
    with pytest.raises(ExperimentError) as caught:
        begun(replace(PLAN, **changes))  # type: ignore[arg-type]

    assert mistake in str(caught.value)


@pytest.mark.parametrize("percent", [0.01, 33.33, 14.07, 99.99])
def test_takes_any_hundredth_of_a_percent(percent: float) -> None:
    allocation = begun(replace(PLAN, shares={2: percent})).allocation

    assert round(sum(allocation.values()), 2) == 100.0


def test_runs_until_its_end() -> None:
    experiment = begun()
    pointer = pointer_of(experiment)

    assert experiments.end_of(experiment, pointer, NOW + WEEK - timedelta(seconds=1)) is None
    assert experiments.end_of(experiment, pointer, NOW + WEEK) == (
        ExperimentState.ENDED,
        "its time was over on 2026-03-08 12:00 UTC",
    )


@pytest.mark.parametrize(
    ("pointer", "reason"),
    [
        (alias_pointer(1), "loan_default/1 was given all callers again by hand"),
        (alias_pointer(2), "promotion by hand: loan_default/2 is champion now"),
    ],
)
def test_is_stopped_by_whoever_moves_the_champion(pointer: AliasPointer, reason: str) -> None:
    assert experiments.end_of(begun(), pointer, NOW) == (ExperimentState.STOPPED, reason)


def test_says_who_ended_it_and_why() -> None:
    ended = experiments.finish(begun(), ExperimentState.STOPPED, Cause("bob", "enough", NOW + WEEK))

    assert ended.is_over
    assert (ended.revision, ended.ended_by, ended.reason) == (2, "bob", "enough")
    assert ended.ended_at == NOW + WEEK
