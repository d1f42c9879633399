from datetime import timedelta

import pytest

from functions.contracts.experiment import Experiment
from functions.core.experiments import ExperimentPlan
from functions.core.promotion import Cause
from functions.monitoring.experiment_reader import read_arms
from functions.release.experiment_moves import end_experiment
from functions.release.split_starts import start_experiment
from tests.fakes.documents import NOW
from tests.unit.cli.experiment_stage import MODEL, ExperimentStage
from tests.unit.core.drift_world import spec

EVEN = {1: 1.0, 2: 1.0}


@pytest.fixture
def stage() -> ExperimentStage:
    return ExperimentStage()


def start(stage: ExperimentStage, *, hours: float = 24.0) -> Experiment:
    plan = ExperimentPlan(
        MODEL, "deeper", {2: 50.0}, "roc_auc_score", 10, NOW + timedelta(hours=hours)
    )
    return start_experiment(plan, Cause("ann", "why not", stage.now), registry=stage.registry)


def read_rows(stage: ExperimentStage, test: Experiment) -> dict[int, int]:
    specs = dict.fromkeys((1, 2), spec())
    arms = read_arms(stage.buckets["captures"], test, specs, now=stage.now)
    return {number: len(arm.truth) for number, arm in arms.items()}


def test_reads_what_each_version_answered_in_the_test(stage: ExperimentStage) -> None:
    stage.answer(50, noise=EVEN, seed=1)  # before the test: by the champion alone
    stage.now = NOW + timedelta(minutes=10)
    test = start(stage)
    stage.now = NOW + timedelta(hours=2)
    stage.answer(400, noise=EVEN, seed=2)

    rows = read_rows(stage, test)

    assert sum(rows.values()) == 400
    assert rows[2] == pytest.approx(200, abs=40)


def test_leaves_out_what_was_answered_after_the_end(stage: ExperimentStage) -> None:
    test = start(stage, hours=1)
    stage.now = NOW + timedelta(hours=1)
    stage.answer(50, noise=EVEN, seed=1)

    assert read_rows(stage, test) == {1: 0, 2: 0}


def test_leaves_out_what_was_answered_after_it_was_stopped(stage: ExperimentStage) -> None:
    test = start(stage)
    stage.now = NOW + timedelta(minutes=30)
    stopped = end_experiment(test, Cause("ann", "enough", stage.now), registry=stage.registry)
    stage.answer(50, noise=EVEN, seed=1)

    assert read_rows(stage, stopped) == {1: 0, 2: 0}


def test_counts_rows_whose_outcome_became_known_after_the_end(stage: ExperimentStage) -> None:
    test = start(stage, hours=1)
    stage.answer(60, noise=EVEN, labelled=0.0, seed=1)
    stage.now = NOW + timedelta(days=3)
    late = [stage._truth(f"1-{index}", 1) for index in range(40)]
    stage.buckets["captures"].write(
        "ground_truth/2026/03/04/12/late", "\n".join(late).encode(), content_type=""
    )

    assert sum(read_rows(stage, test).values()) == 40


def test_passes_over_what_nobody_can_read(stage: ExperimentStage) -> None:
    test = start(stage)
    stage.answer(20, noise=EVEN, seed=1)
    for prefix in ("captures", "ground_truth"):
        stage.buckets["captures"].write(
            f"{prefix}/2026/03/01/12/broken", b'\x1f\x8b{"windvane":', content_type=""
        )

    assert sum(read_rows(stage, test).values()) == 20
