import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from functions.core.calibration import (
    CalibrationRowsError,
    calibrate,
    expected_calibration_error,
    fit_calibration,
    isotonic_points,
)

GRID = np.linspace(-0.1, 1.1, 241)


@given(
    st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=60),
)
def test_is_the_isotonic_regression_of_scikit_learn(rows: list[tuple[int, bool]]) -> None:
    scores = np.array([score / 20 for score, _ in rows])
    positive = np.array([outcome for _, outcome in rows])

    points, levels = isotonic_points(scores, positive)

    theirs = IsotonicRegression(out_of_bounds="clip").fit(scores, positive)
    np.testing.assert_allclose(np.interp(GRID, points, levels), theirs.predict(GRID), atol=1e-12)


def test_stores_no_more_points_than_the_ends_of_levels() -> None:
    rng = np.random.default_rng(1)
    scores = rng.random(50_000)

    points, levels = isotonic_points(scores, rng.random(50_000) < scores**2)

    assert len(points) < 400
    assert (np.diff(points) > 0).all()
    assert (np.diff(levels) >= 0).all()


def test_pools_everything_where_the_order_is_upside_down() -> None:
    scores = np.random.default_rng(2).random(100_000)

    points, levels = isotonic_points(scores, scores < 0.5)

    assert len(points) == 2
    np.testing.assert_allclose(levels, (scores < 0.5).mean())


def test_draws_a_line_where_scores_are_no_probabilities() -> None:
    rng = np.random.default_rng(3)
    scores = rng.random(20_000)

    calibration = fit_calibration(scores, rng.random(20_000) < scores**2)

    assert calibration.error_after < 0.1 * calibration.error_before
    np.testing.assert_allclose(
        calibrate(calibration, np.array([0.3, 0.6, 0.9])), [0.09, 0.36, 0.81], atol=0.04
    )


def test_draws_none_where_scores_are_probabilities_already() -> None:
    scores = np.repeat([0.1, 0.5, 0.9], 1000)
    positive = np.concatenate([np.arange(1000) < share for share in (100, 500, 900)])

    calibration = fit_calibration(scores, positive)

    assert calibration.scores == ()
    assert calibration.error_after >= calibration.error_before
    assert calibrate(calibration, scores).tolist() == scores.tolist()


def test_draws_none_where_an_outcome_has_too_few_rows_to_tell() -> None:
    positive = np.arange(1000) < 9

    assert fit_calibration(np.full(1000, 0.5), positive).scores == ()


def test_gives_the_same_line_for_the_same_rows() -> None:
    rng = np.random.default_rng(4)
    scores, positive = rng.random(2000), rng.random(2000) < 0.3

    assert fit_calibration(scores, positive) == fit_calibration(scores, positive)


def test_knows_the_error_of_scores_that_are_all_too_high() -> None:
    scores = np.linspace(0.2, 1.0, 1000)

    error = expected_calibration_error(scores, np.zeros(1000, dtype=bool))

    assert error == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("scores", "positive"),
    [
        (np.array([0.1, np.nan]), np.array([True, False])),
        (np.array([0.1]), np.array([True, False])),
    ],
)
def test_refuses_scores_that_are_no_numbers_or_not_as_many(
    scores: np.ndarray, positive: np.ndarray
) -> None:
    with pytest.raises(CalibrationRowsError, match="cannot be calibrated"):
        fit_calibration(scores, positive)
