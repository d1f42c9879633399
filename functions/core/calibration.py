"""Scores made into probabilities: an isotonic line, drawn only where it helps.

Estimating quality without labels takes a score of 0.8 to mean that eight rows in ten are positive.
Where a model's scores do not mean that, the held-out rows say what they do mean. Isotonic
regression finds, of all lines that never descend, the one nearest to what came true; it changes no
ranking but for ties, and assumes no shape (Zadrozny and Elkan, 2002).
"""

import numpy as np
from numpy.typing import NDArray

from functions.contracts.errors import WindvaneError
from functions.contracts.estimates import Calibration

Floats = NDArray[np.float64]

FOLDS = 10
"""Of the cross-validation: each is judged by a line drawn on the nine others."""

BINS = 10
"""Of the calibration error, with equally many rows each."""

SEED = 7
"""Of the division into folds, so that the same rows always give the same calibration."""


class CalibrationRowsError(WindvaneError):
    """Scores and outcomes do not fit each other, or a score is no finite number."""


def fit_calibration(scores: Floats, positive: NDArray[np.bool_]) -> Calibration:
    """Return the line from scores to probabilities, or none where it would not help.

    Parameters
    ----------
    scores : ndarray of float64, shape (n,)
        Of the class, 0 to 1, on rows that the model was not fitted on.
    positive : ndarray of bool, shape (n,)
        Whether the row is of the class.

    Returns
    -------
    Calibration
        Without points where the scores are probabilities already: if the calibration error of
        calibrated scores, by cross-validation, is not less than that of the scores themselves, or
        if there are fewer than FOLDS rows of either outcome to find that out with.

    Raises
    ------
    CalibrationRowsError
        If the two differ in shape, or a score is not finite.

    Notes
    -----
    NannyML decides likewise, by ten random draws of a tenth of the rows. Here each row is judged
    once, by a line that was drawn without it, and nothing depends on a library's generator.

    Examples
    --------
    >>> scores = np.repeat([0.2, 0.6], 100)
    >>> positive = np.tile(np.arange(10) < 4, 20)  # four in ten, whatever the score
    >>> fit_calibration(scores, positive).probabilities
    (0.4, 0.4)
    """
    if scores.shape != positive.shape or scores.ndim != 1 or not np.isfinite(scores).all():
        msg = (
            f"scores of shape {scores.shape} and outcomes of shape {positive.shape} cannot be "
            "calibrated; they must be as many, and every score a finite number"
        )
        raise CalibrationRowsError(msg)
    if min(positive.sum(), (~positive).sum()) < FOLDS:
        return Calibration()
    calibrated = _cross_calibrate(scores, positive)
    before = expected_calibration_error(scores, positive)
    after = expected_calibration_error(calibrated, positive)
    if after >= before:
        return Calibration(error_before=before, error_after=after)
    points, probabilities = isotonic_points(scores, positive)
    return Calibration(
        scores=tuple(points.tolist()),
        probabilities=tuple(probabilities.tolist()),
        error_before=before,
        error_after=after,
    )


def calibrate(calibration: Calibration, scores: Floats) -> Floats:
    """Return each score's probability: between two points on the line through them."""
    if not calibration.scores:
        return np.clip(scores, 0.0, 1.0)
    return np.interp(scores, calibration.scores, calibration.probabilities)


def expected_calibration_error(scores: Floats, positive: NDArray[np.bool_]) -> float:
    """Return the mean distance between score and share of positives, over bins of equal size.

    Returns
    -------
    float
        ``sum_b n_b / n * |mean score of b - share of positives of b|``: 0 is best, 1 is worst.
        Rows of equal score count with their common share, so that their order says nothing.

    References
    ----------
    Naeini, M. P., Cooper, G. F., & Hauskrecht, M. (2015). Obtaining well calibrated probabilities
    using Bayesian binning. AAAI.

    Examples
    --------
    >>> expected_calibration_error(np.full(40, 0.5), np.tile([True, True, True, False], 10))
    0.25
    """
    distinct, position = np.unique(scores, return_inverse=True)
    share = np.bincount(position, weights=positive) / np.bincount(position)
    surplus = (distinct - share)[np.sort(position)]
    bins = min(BINS, len(scores))
    starts = np.arange(bins) * len(scores) // bins
    return float(np.abs(np.add.reduceat(surplus, starts)).sum()) / len(scores)


def isotonic_points(scores: Floats, positive: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return the ends of each level of the isotonic regression of outcomes on scores.

    Parameters
    ----------
    scores : ndarray of float64, shape (n,)
        At least one.
    positive : ndarray of bool, shape (n,)

    Returns
    -------
    tuple of ndarray of float64, shape (m,)
        Scores, ascending, and the probability at each, never descending. A level of one score has
        one point, a wider one two.

    References
    ----------
    Barlow, R. E., Bartholomew, D. J., Bremner, J. M., & Brunk, H. D. (1972). Statistical Inference
    under Order Restrictions. Wiley. (Adjacent levels that descend are pooled until none does.)

    Examples
    --------
    >>> points, levels = isotonic_points(np.arange(4.0), np.array([False, True, False, True]))
    >>> points.tolist(), levels.tolist()
    ([0.0, 1.0, 2.0, 3.0], [0.0, 0.5, 0.5, 1.0])
    """
    distinct, position = np.unique(scores, return_inverse=True)
    weights = np.bincount(position).astype(np.float64)
    sums = np.bincount(position, weights=positive).astype(np.float64)
    starts = _pooled(sums, weights)
    sums, weights = np.add.reduceat(sums, starts), np.add.reduceat(weights, starts)
    ends = np.append(starts[1:], len(distinct)) - 1
    levels = np.repeat(sums / weights, 2)
    corners = np.column_stack([starts, ends]).ravel()
    kept = np.append(True, np.diff(corners) > 0)
    return distinct[corners[kept]], levels[kept]


def _pooled(sums: Floats, weights: Floats) -> NDArray[np.int64]:
    """Return where levels start once neighbours that do not rise are pooled until all rise."""
    starts = np.arange(len(sums))
    while True:  # a run of them ends in one level, so it is pooled at once
        kept = np.flatnonzero(np.diff(sums / weights, prepend=-1.0) > 0.0)
        if 2 * len(kept) > len(sums):
            break
        sums, weights = np.add.reduceat(sums, kept), np.add.reduceat(weights, kept)
        starts = starts[kept]
    levels: list[tuple[int, float, float]] = []
    for start, total, weight in zip(starts.tolist(), sums.tolist(), weights.tolist(), strict=True):
        level = (start, total, weight)
        while levels and levels[-1][1] * level[2] >= level[1] * levels[-1][2]:
            before = levels.pop()
            level = (before[0], before[1] + level[1], before[2] + level[2])
        levels.append(level)
    return np.array([start for start, _, _ in levels])


def _cross_calibrate(scores: Floats, positive: NDArray[np.bool_]) -> Floats:
    """Return each row's score, calibrated without the row's fold; folds are stratified."""
    shuffled = np.random.default_rng(SEED).permutation(len(scores))
    by_outcome = shuffled[np.argsort(positive[shuffled], kind="stable")]
    fold = np.empty(len(scores), dtype=np.int64)
    fold[by_outcome] = np.arange(len(scores)) % FOLDS
    calibrated = np.empty(len(scores))
    for each in range(FOLDS):
        held = fold == each
        points, probabilities = isotonic_points(scores[~held], positive[~held])
        calibrated[held] = np.interp(scores[held], points, probabilities)
    return calibrated
