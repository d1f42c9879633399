from itertools import product

import numpy as np
import pytest

from functions.contracts.model_spec import Task
from functions.core.classification_scores import UndefinedScoreError
from functions.core.influence import ScoreEstimate, estimate_score
from functions.core.scores import METRICS, ScoreInputError, Truth, UnknownMetricError, score_outputs

ROWS = 400
CASES = [(task, metric) for task in Task for metric in METRICS[task]]


def sample(task: Task, rows: int, seed: int) -> tuple[Truth, np.ndarray]:
    """Rows with ties, classes of different frequency, and answers that know something."""
    rng = np.random.default_rng(seed)
    if task is Task.REGRESSION:
        truth = rng.normal(10.0, 3.0, rows)
        return truth, (truth + rng.normal(0.5, 1.5, rows)).astype(np.float32)[:, np.newaxis]
    classes = 2 if task is Task.BINARY_CLASSIFICATION else 3
    codes = rng.choice(classes, rows, p=[0.7, 0.3] if classes == 2 else [0.5, 0.3, 0.2])
    scores = rng.normal(size=(rows, classes)) + 1.5 * np.eye(classes)[codes]
    odds = np.exp(scores.round(1))
    return codes, (odds / odds.sum(axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize(("task", "metric"), CASES)
def test_gives_the_score_that_the_gates_see(task: Task, metric: str) -> None:
    truth, outputs = sample(task, ROWS, seed=1)

    estimate = estimate_score(metric, task, truth, outputs)

    assert estimate.value == pytest.approx(score_outputs(task, truth, outputs)[metric], abs=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize(("task", "metric"), CASES)
def test_influence_is_what_leaving_the_row_out_takes_away(task: Task, metric: str) -> None:
    truth, outputs = sample(task, ROWS, seed=2)
    whole = estimate_score(metric, task, truth, outputs)
    kept = [np.arange(ROWS) != row for row in range(ROWS)]

    jackknife = np.array(
        [
            (ROWS - 1) * (whole.value - score_outputs(task, truth[rows], outputs[rows])[metric])
            for rows in kept
        ]
    )

    scale = whole.influence.std()
    assert whole.influence.mean() == pytest.approx(0.0, abs=1e-9)
    assert np.sqrt(np.mean((jackknife - whole.influence) ** 2)) < 0.05 * scale
    assert jackknife.std() == pytest.approx(scale, rel=0.03)


@pytest.mark.slow
@pytest.mark.parametrize(("task", "metric"), CASES)
def test_variance_is_that_of_the_score_over_many_samples(task: Task, metric: str) -> None:
    estimates = [estimate_score(metric, task, *sample(task, ROWS, seed=s)) for s in range(600)]

    truly = np.std([each.value for each in estimates])
    said = np.sqrt(np.mean([each.variance for each in estimates]))

    assert said == pytest.approx(truly, rel=0.1)


def test_variance_of_the_area_is_delongs() -> None:
    truth, outputs = sample(Task.BINARY_CLASSIFICATION, ROWS, seed=3)
    hits, others = outputs[truth == 1, 1], outputs[truth == 0, 1]
    above = (hits[:, None] > others) + 0.5 * (hits[:, None] == others)
    delong = above.mean(axis=1).var(ddof=1) / len(hits)
    delong += above.mean(axis=0).var(ddof=1) / len(others)

    estimate = estimate_score("roc_auc_score", Task.BINARY_CLASSIFICATION, truth, outputs)

    assert estimate.value == pytest.approx(above.mean())
    assert estimate.variance == pytest.approx(delong, rel=0.01)


@pytest.mark.parametrize("metric", METRICS[Task.BINARY_CLASSIFICATION])
def test_perfect_answers_have_no_influence_but_of_the_losses(metric: str) -> None:
    truth = np.array([0, 1] * 10)
    outputs = np.eye(2, dtype=np.float32)[truth]

    estimate = estimate_score(metric, Task.BINARY_CLASSIFICATION, truth, outputs)

    assert np.abs(estimate.influence).max() == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(
    ("metric", "values", "score"),
    [
        ("root_mean_squared_error", [3.0, 3.0], 0.0),
        ("r2_score", [3.0, 3.0], 1.0),
        ("r2_score", [3.0, 4.0], 0.0),
    ],
)
def test_a_constant_truth_has_no_influence(metric: str, values: list[float], score: float) -> None:
    estimate = estimate_score(
        metric, Task.REGRESSION, np.array([3.0, 3.0]), np.array(values)[:, np.newaxis]
    )

    assert estimate.value == score
    assert estimate.influence.tolist() == [0.0, 0.0]


def test_never_called_positive_is_precision_zero_without_influence() -> None:
    truth, outputs = np.array([0, 1]), np.array([[0.9, 0.1], [0.8, 0.2]])

    estimate = estimate_score("precision_score", Task.BINARY_CLASSIFICATION, truth, outputs)

    assert estimate == ScoreEstimate(0.0, estimate.influence)
    assert estimate.influence.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("metric", ["roc_auc_score", "average_precision_score"])
def test_one_class_alone_determines_no_ranking(metric: str) -> None:
    with pytest.raises(UndefinedScoreError, match="3 of 3 rows are of the class"):
        estimate_score(metric, Task.BINARY_CLASSIFICATION, np.ones(3, int), np.full((3, 2), 0.5))


def test_names_the_metrics_of_the_task() -> None:
    for task, metric in product((Task.REGRESSION, Task.BINARY_CLASSIFICATION), ("gini",)):
        with pytest.raises(UnknownMetricError, match=METRICS[task][0]):
            estimate_score(metric, task, *sample(task, 10, seed=1))


def test_refuses_answers_that_are_no_numbers() -> None:
    with pytest.raises(ScoreInputError, match="1 of 1 rows"):
        estimate_score("r2_score", Task.REGRESSION, np.array([1.0]), np.array([[np.nan]]))


def test_one_row_has_no_variance() -> None:
    assert ScoreEstimate(1.0, np.zeros(1)).variance == 0.0
