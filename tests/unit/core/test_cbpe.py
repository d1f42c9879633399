import numpy as np
import pytest
from numpy.typing import NDArray

from functions.contracts.estimates import Calibration
from functions.contracts.model_spec import Task
from functions.contracts.profile import ColumnProfile, NumericProfile
from functions.core.cbpe import Cells, estimate_binary, expected_cells
from functions.core.profile import merge_columns, profile_predictions
from functions.core.scores import METRICS, score_outputs

BINARY = Task.BINARY_CLASSIFICATION
AS_THEY_ARE = Calibration()


def outputs(scores: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.column_stack([1.0 - scores, scores]).astype(np.float32)


def profile(scores: NDArray[np.float64]) -> NumericProfile:
    return numeric(profile_predictions(BINARY, outputs(scores)))


def numeric(column: ColumnProfile) -> NumericProfile:
    assert isinstance(column, NumericProfile)
    return column


def test_is_the_score_itself_where_the_labels_are_certain() -> None:
    rng = np.random.default_rng(1)
    scores = np.sort(rng.random(3000))
    truth = rng.random(3000) < scores

    estimate = estimate_binary(Cells(scores, np.ones(3000), truth.astype(np.float64)))

    real = score_outputs(BINARY, truth.astype(np.int64), np.column_stack([1 - scores, scores]))
    assert {name: estimate[name] for name in METRICS[BINARY]} == pytest.approx(real, abs=2e-4)


def test_is_what_labels_say_on_average() -> None:
    rng = np.random.default_rng(2)
    scores = rng.beta(0.6, 1.2, 4000).astype(np.float32).astype(np.float64)
    drawn = [
        score_outputs(BINARY, (rng.random(4000) < scores).astype(np.int64), outputs(scores))
        for _ in range(60)
    ]

    estimate = estimate_binary(expected_cells(AS_THEY_ARE, profile(scores)))

    for name in METRICS[BINARY]:
        values = np.array([each[name] for each in drawn])
        assert abs(estimate[name] - values.mean()) < 4 * values.std() / np.sqrt(60), name


def test_adds_up_over_hours() -> None:
    scores = np.random.default_rng(3).integers(0, 200, 5000) / 200
    hours = [profile(part) for part in np.array_split(scores, 24)]
    day = hours[0]
    for hour in hours[1:]:
        day = numeric(merge_columns(day, hour))

    together = estimate_binary(expected_cells(AS_THEY_ARE, day))

    assert together == estimate_binary(expected_cells(AS_THEY_ARE, profile(scores)))


@pytest.mark.parametrize(("low", "high"), [(0.5, 0.5), (0.3, 6.0), (8.0, 0.2)])
def test_loses_little_by_counting_in_cells(low: float, high: float) -> None:
    rng = np.random.default_rng(4)
    scores = np.sort(rng.beta(low, high, 300_000)).astype(np.float32).astype(np.float64)
    exact = estimate_binary(Cells(scores, np.ones(len(scores)), scores))

    counted = profile(scores)
    estimate = estimate_binary(expected_cells(AS_THEY_ARE, counted))

    assert counted.bits <= 20
    assert estimate == pytest.approx(exact, abs=2e-3)
    assert estimate["roc_auc_score"] == pytest.approx(exact["roc_auc_score"], abs=1e-3)


def test_calls_a_row_positive_if_that_is_the_likelier_class() -> None:
    estimate = estimate_binary(expected_cells(AS_THEY_ARE, profile(np.array([0.4, 0.5, 0.6]))))

    assert estimate["precision_score"] == pytest.approx(0.6)
    assert estimate["accuracy_score"] == pytest.approx((0.6 + 0.5 + 0.6) / 3)
    assert estimate["specificity_score"] == pytest.approx(1.1 / 1.5)


def test_leaves_out_what_one_outcome_alone_does_not_determine() -> None:
    estimate = estimate_binary(Cells(np.array([0.2]), np.array([10.0]), np.array([0.0])))

    assert "roc_auc_score" not in estimate
    assert estimate["accuracy_score"] == 1.0
    assert estimate["recall_score"] == 0.0
