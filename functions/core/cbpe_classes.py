"""Confidence-based performance estimation (CBPE) of three classes or more.

The probabilities of a row's classes are calibrated one by one and brought to a sum of 1 again, so
that a class's calibrated probability is no function of its own score alone. That is why a window
needs sums of its own, `ClassSums`: per class the rows and their calibrated probabilities by cells
of the score, for the ranking scores, and the expected confusion matrix for the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from functions.contracts.estimates import Calibration, ClassCells, ClassSums
from functions.core.calibration import calibrate
from functions.core.cbpe import EPSILON, Cells, ConfusionCounts, Floats, ranking_scores

CELLS_PER_UNIT = 16
"""Cells of a score in one unit of its log-odds: rows of a cell differ by at most 1.6 points."""

LARGEST_LOG_ODDS = 16.0
"""Beyond it float32 has hardly a number below 1."""


@dataclass(frozen=True, slots=True)
class ExpectedRows:
    """What is expected of rows whose answers are whole: `expected` has shape (n, n_classes)."""

    scores: Floats
    expected: Floats
    log_loss: Floats
    brier: Floats

    @property
    def labels(self) -> NDArray[np.intp]:
        """The class that each row is called."""
        labels: NDArray[np.intp] = self.scores.argmax(axis=1)
        return labels


@dataclass(frozen=True, slots=True)
class ExpectedClasses:
    """What is expected of some rows, as a whole: each a sum over the rows, which may be weighted.

    `confusion` has the class that rows are called first, then the one that they are.
    """

    rows: float
    cells: Sequence[Cells]
    confusion: Floats
    log_loss: float
    brier: float


def expect_rows(calibrations: Sequence[Calibration], outputs: NDArray[np.float32]) -> ExpectedRows:
    """Return what is expected of each row; probabilities of shape (n, n_classes), none a NaN."""
    scores = outputs.astype(np.float64)
    expected = calibrate_classes(calibrations, scores)
    answered = np.clip(scores, EPSILON, 1.0 - EPSILON)
    log_loss = -(expected * np.log(answered)).sum(axis=1)
    brier = np.square(scores).sum(axis=1) - 2.0 * (expected * scores).sum(axis=1) + 1.0
    return ExpectedRows(scores, expected, log_loss, np.maximum(brier, 0.0))


def sum_classes(calibrations: Sequence[Calibration], outputs: NDArray[np.float32]) -> ClassSums:
    """Return what is added up of some rows.

    Parameters
    ----------
    calibrations : sequence of Calibration
        Of each class, in code order.
    outputs : ndarray of float32, shape (n, n_classes)
        Probabilities; a row with a NaN is missing.
    """
    whole = outputs[np.isfinite(outputs).all(axis=1)]
    found = expect_rows(calibrations, whole)
    classes, labels = range(whole.shape[1]), found.labels
    confusion = [found.expected[labels == code].sum(axis=0).tolist() for code in classes]
    return ClassSums(
        rows=len(whole),
        missing=len(outputs) - len(whole),
        classes=tuple(_sum_cells(found.scores[:, k], found.expected[:, k]) for k in classes),
        confusion=tuple(map(tuple, confusion)),
        log_loss=float(found.log_loss.sum()),
        brier=float(found.brier.sum()),
    )


def calibrate_classes(calibrations: Sequence[Calibration], scores: Floats) -> Floats:
    """Return each row's calibrated probabilities; they sum to 1.

    A row whose classes all have a calibrated probability of 0 tells nothing: each class counts as
    likely as the next.

    Examples
    --------
    >>> calibrate_classes([Calibration()] * 2, np.array([[0.25, 0.75], [0.0, 0.0]])).tolist()
    [[0.25, 0.75], [0.5, 0.5]]
    """
    calibrated = np.column_stack(
        [calibrate(each, scores[:, code]) for code, each in enumerate(calibrations)]
    )
    whole = calibrated.sum(axis=1, keepdims=True)
    shares: Floats = np.full_like(calibrated, 1.0 / len(calibrations))
    np.divide(calibrated, whole, out=shares, where=whole > 0.0)
    return shares


def merge_class_sums(first: ClassSums, second: ClassSums) -> ClassSums:
    """Return the sums of two sets of rows together; both are of the same classes."""
    pairs = zip(first.classes, second.classes, strict=True)
    confusion = np.array(first.confusion) + np.array(second.confusion)
    return ClassSums(
        rows=first.rows + second.rows,
        missing=first.missing + second.missing,
        classes=tuple(_merge_cells(one, other) for one, other in pairs),
        confusion=tuple(map(tuple, confusion.tolist())),
        log_loss=first.log_loss + second.log_loss,
        brier=first.brier + second.brier,
    )


def estimate_classes(sums: ClassSums) -> dict[str, float]:
    """Return every score and error that is expected of at least one row.

    Ranking scores, precision, recall, specificity and F1 are means over the classes, each against
    the rest. A score that the rows leave undefined is not in it.
    """
    return estimate_expected(
        ExpectedClasses(
            float(sums.rows),
            [_cells(each) for each in sums.classes],
            np.array(sums.confusion),
            sums.log_loss,
            sums.brier,
        )
    )


def estimate_expected(found: ExpectedClasses) -> dict[str, float]:
    """Return the scores of `estimate_classes` of what is expected of some rows, weighted or not."""
    confusion = found.confusion
    called, actual, hits = confusion.sum(axis=1), confusion.sum(axis=0), np.diag(confusion)
    estimates = {
        "log_loss_error": found.log_loss / found.rows,
        "brier_error": found.brier / found.rows,
        "accuracy_score": float(hits.sum()) / found.rows,
    }
    counts = [
        ConfusionCounts(hit, call, true, found.rows).scores()
        for hit, call, true in zip(hits.tolist(), called.tolist(), actual.tolist(), strict=True)
    ]
    estimates |= _mean_over_classes(counts)
    if (actual > 0.0).all() and (actual < found.rows).all():
        estimates |= _mean_over_classes([ranking_scores(each) for each in found.cells])
    return estimates


def cells_of(scores: Floats) -> NDArray[np.int64]:
    """Return the cell of each score, as `ClassCells` numbers them."""
    with np.errstate(divide="ignore"):
        log_odds = np.log(scores) - np.log1p(-np.minimum(scores, 1.0))
    bounded = np.clip(log_odds, -LARGEST_LOG_ODDS, LARGEST_LOG_ODDS) + LARGEST_LOG_ODDS
    cells: NDArray[np.int64] = np.rint(bounded * CELLS_PER_UNIT).astype(np.int64)
    return cells


def _sum_cells(scores: Floats, expected: Floats) -> ClassCells:
    position = cells_of(scores)
    rows = np.bincount(position)
    occurring = np.flatnonzero(rows)
    sums = np.bincount(position, weights=expected)
    return ClassCells(
        cells=tuple(occurring.tolist()),
        rows=tuple(rows[occurring].tolist()),
        expected=tuple(sums[occurring].tolist()),
    )


def _merge_cells(first: ClassCells, second: ClassCells) -> ClassCells:
    cells, position = np.unique([*first.cells, *second.cells], return_inverse=True)
    rows = np.bincount(position, weights=[*first.rows, *second.rows])
    expected = np.bincount(position, weights=[*first.expected, *second.expected])
    return ClassCells(
        cells=tuple(cells.astype(np.int64).tolist()),
        rows=tuple(rows.astype(np.int64).tolist()),
        expected=tuple(expected.tolist()),
    )


def _cells(each: ClassCells) -> Cells:
    rows = np.array(each.rows, dtype=np.float64)
    return Cells(np.array(each.cells, dtype=np.float64), rows, np.array(each.expected))


def _mean_over_classes(scores: Sequence[dict[str, float]]) -> dict[str, float]:
    return {name: float(np.mean([each[name] for each in scores])) for name in scores[0]}
