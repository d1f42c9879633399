import numpy as np
import pytest

from functions.contracts.model_spec import Task
from functions.core.scores import (
    METRICS,
    ScoreInputError,
    UnknownMetricError,
    gain,
    is_better,
    score_outputs,
)

TRUTH = np.array([0, 1, 1])
P = np.array([[0.9, 0.1], [0.3, 0.7], [0.6, 0.4]], dtype=np.float32)


@pytest.mark.parametrize("task", list(Task))
def test_gives_every_metric_of_the_task(task: Task) -> None:
    rng = np.random.default_rng(0)
    columns = {Task.REGRESSION: 1, Task.BINARY_CLASSIFICATION: 2}.get(task, 3)
    outputs = rng.dirichlet(np.ones(columns), 60) if columns > 1 else rng.normal(size=(60, 1))
    truth = np.arange(60) % max(columns, 2)

    assert set(score_outputs(task, truth, outputs)) == set(METRICS[task])


def test_leaves_out_what_the_rows_do_not_determine() -> None:
    scores = score_outputs(Task.BINARY_CLASSIFICATION, np.array([1, 1, 1]), P)

    assert "roc_auc_score" not in scores
    assert scores["accuracy_score"] == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("truth", "outputs", "message"),
    [
        (TRUTH, P[:2], "does not fit outputs"),
        (TRUTH[:0], P[:0], "no rows"),
        (np.array([0, 1, 2]), P, "do not fit truth from 0.0 to 2.0"),
        (np.array([-1, 0, 1]), P, "do not fit truth from -1.0"),
        (TRUTH, np.where(P[0, 0] == P, np.nan, P), "1 of 3 rows"),
        (TRUTH, np.where(P[0, 0] == P, np.inf, P), "1 of 3 rows"),
        (TRUTH, P[:, :1], "1 columns of binary_classification"),
    ],
)
def test_refuses_rows_that_do_not_fit(truth: object, outputs: object, message: str) -> None:
    with pytest.raises(ScoreInputError, match=message):
        score_outputs(Task.BINARY_CLASSIFICATION, truth, outputs)  # type: ignore[arg-type]


def test_refuses_a_regression_truth_that_is_no_number() -> None:
    with pytest.raises(ScoreInputError, match="do not fit truth"):
        score_outputs(Task.REGRESSION, np.array([1.0, np.nan]), np.ones((2, 1)))


@pytest.mark.parametrize(
    ("metric", "value", "reference", "better"),
    [
        ("roc_auc_score", 0.9, 0.8, True),
        ("roc_auc_score", 0.8, 0.8, False),
        ("log_loss_error", 0.1, 0.2, True),
        ("log_loss_error", 0.2, 0.1, False),
        ("r2_score", float("nan"), -1.0, False),
        ("r2_score", -1.0, float("nan"), True),
    ],
)
def test_knows_which_value_is_better(
    metric: str, value: float, reference: float, better: bool
) -> None:
    assert is_better(metric, value, reference) is better


def test_measures_a_gain_in_the_direction_of_the_name() -> None:
    assert gain("f1_score", 0.75, 0.5) == 0.25
    assert gain("brier_error", 0.25, 0.5) == 0.25


def test_refuses_a_metric_without_direction() -> None:
    with pytest.raises(UnknownMetricError, match="'accuracy' must end in _score"):
        is_better("accuracy", 1.0, 0.0)
