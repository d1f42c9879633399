from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from functions.contracts.estimates import (
    Estimator,
    LossModel,
    LossTrees,
    MetricReference,
    QualityVerdict,
)
from functions.contracts.model_spec import Task
from functions.core.estimate_fitting import fit_estimator
from functions.core.estimates import estimate_quality
from functions.core.profile import profile_predictions
from functions.core.scores import METRICS, ScoreInputError, score_outputs

BINARY, MULTICLASS, REGRESSION = Task
NOTHING_LEARNED = LossModel(
    edges=((),),
    absolute=LossTrees(baseline=1.0, trees=()),
    squared=LossTrees(baseline=1.0, trees=()),
)

Rows = tuple[NDArray[np.int64] | NDArray[np.float64], NDArray[np.float32]]


def binary_rows(count: int, seed: int, *, power: float = 1.0) -> Rows:
    rng = np.random.default_rng(seed)
    scores = rng.beta(0.7, 1.1, count)
    truth = (rng.random(count) < scores**power).astype(np.int64)
    return truth, np.column_stack([1 - scores, scores]).astype(np.float32)


def class_rows(count: int, seed: int) -> Rows:
    rng = np.random.default_rng(seed)
    outputs = rng.dirichlet([0.8, 0.5, 0.3], count)
    truth = (rng.random((count, 1)) > outputs.cumsum(axis=1)[:, :-1]).sum(axis=1)
    return truth, outputs.astype(np.float32)


def loss_rows(count: int, seed: int) -> Rows:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=count).astype(np.float32)
    return values + rng.normal(size=count), values.reshape(-1, 1)


def fit(task: Task, rows: Rows, **change: int) -> Estimator:
    learned = NOTHING_LEARNED if task is REGRESSION else None
    return fit_estimator(task, *rows, loss_model=learned, **change)


def reference(estimator: Estimator, metric: str) -> MetricReference:
    (found,) = [each for each in estimator.references if each.metric == metric]
    return found


@cache
def realised(task: Task, maker: Callable[[int, int], Rows]) -> dict[str, float]:
    """Return the standard deviation of each score over 150 windows of 1,000 rows."""
    drawn = [score_outputs(task, *maker(1000, 100 + seed)) for seed in range(150)]
    return {name: float(np.std([each[name] for each in drawn])) for name in drawn[0]}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("task", "maker", "metric"),
    [
        (task, maker, metric)
        for task, maker in (
            (BINARY, binary_rows),
            (MULTICLASS, class_rows),
            (REGRESSION, loss_rows),
        )
        for metric in METRICS[task]
        if metric != "r2_score"
    ],
)
def test_foretells_how_far_labels_will_scatter(
    task: Task, maker: Callable[[int, int], Rows], metric: str
) -> None:
    estimator = fit(task, maker(20_000, 1))

    foretold = reference(estimator, metric).row_deviation / np.sqrt(1000)

    assert foretold == pytest.approx(realised(task, maker)[metric], rel=0.2)


def test_remembers_the_mean_and_the_deviation_of_its_chunks() -> None:
    truth, outputs = binary_rows(1000, 2)
    scores = [
        score_outputs(BINARY, truth[start : start + 100], outputs[start : start + 100])
        for start in range(0, 1000, 100)
    ]

    found = reference(fit(BINARY, (truth, outputs)), "roc_auc_score")

    values = [each["roc_auc_score"] for each in scores]
    assert found.chunk_rows == 100
    assert found.mean == pytest.approx(np.mean(values))
    assert found.deviation == pytest.approx(np.std(values))


@pytest.mark.parametrize(("rows", "chunks"), [(1049, 10), (1050, 11)])
def test_counts_the_last_chunk_if_it_is_half_as_large_as_the_others(rows: int, chunks: int) -> None:
    truth, outputs = binary_rows(rows, 3)
    values = [
        score_outputs(BINARY, truth[at : at + 100], outputs[at : at + 100])["accuracy_score"]
        for at in range(0, 100 * chunks, 100)
    ]

    found = reference(fit(BINARY, (truth, outputs), chunk_rows=100), "accuracy_score")

    assert found.mean == pytest.approx(np.mean(values))


def test_calculates_the_deviation_where_there_are_few_chunks() -> None:
    found = reference(fit(BINARY, binary_rows(80, 4)), "accuracy_score")

    assert found.chunk_rows == 30
    assert found.deviation == pytest.approx(found.row_deviation / np.sqrt(30))


def test_takes_fewer_rows_than_a_chunk() -> None:
    found = reference(fit(BINARY, binary_rows(12, 5)), "accuracy_score")

    assert found.chunk_rows == 12


def test_estimates_the_held_out_rows_themselves_rightly_though_scores_are_too_high() -> None:
    truth, outputs = binary_rows(20_000, 6, power=2.0)
    estimator = fit(BINARY, (truth, outputs))

    estimates = estimate_quality(estimator, profile_predictions(BINARY, outputs))

    real = score_outputs(BINARY, truth, outputs)
    found = {each.metric: each.value for each in estimates}
    assert estimator.calibrations[0].scores
    assert {name: found[name] for name in real} == pytest.approx(real, abs=0.004)


@pytest.mark.slow
@pytest.mark.parametrize(("held_out", "window"), [(2000, 200), (400, 10_000), (5000, 5000)])
def test_finds_no_loss_where_there_is_none(held_out: int, window: int) -> None:
    losses = 0
    for seed in range(30):
        estimator = fit(BINARY, binary_rows(held_out, seed, power=1.5))
        _, outputs = binary_rows(window, 1000 + seed, power=1.5)
        found = estimate_quality(estimator, profile_predictions(BINARY, outputs))
        losses += found[0].verdict is QualityVerdict.LOSS

    assert losses == 0


def test_leaves_out_a_score_that_the_held_out_rows_do_not_determine() -> None:
    truth = np.zeros(100, dtype=np.int64)
    _, outputs = binary_rows(100, 7)

    metrics = {each.metric for each in fit(BINARY, (truth, outputs)).references}

    assert "roc_auc_score" not in metrics
    assert "accuracy_score" in metrics


def test_calibrates_each_class_of_several_and_nothing_of_a_regression() -> None:
    assert len(fit(MULTICLASS, class_rows(300, 8)).calibrations) == 3
    assert fit(REGRESSION, loss_rows(300, 8)).calibrations == ()


def test_refuses_rows_that_do_not_fit() -> None:
    truth, outputs = binary_rows(10, 9)

    with pytest.raises(ScoreInputError, match="does not fit"):
        fit(BINARY, (truth[:5], outputs))
