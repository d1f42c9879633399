"""Confidence-based performance estimation (CBPE) of a binary classifier.

A calibrated probability p says of a row what its label would say on average: it is a positive with
weight p and a negative with weight 1 - p. So the confusion matrix at any threshold is expected to
be sums of p and 1 - p, and every score that is computed from it follows. All that is needed of a
window is how often each probability was answered, which is what the profile of its predictions
holds, so hours add up to days exactly.

References
----------
Kivimäki, J., Białek, J., Nurminen, J. K., & Kuberski, W. (2024). Confidence-based Estimators for
Predictive Performance in Model Monitoring. arXiv:2407.08649.
NannyML, "How it works: estimation of performance", whose estimates these equal.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from functions.contracts.estimates import Calibration
from functions.contracts.profile import CODE_BITS, NumericProfile
from functions.core.calibration import calibrate
from functions.core.float_codes import values_at
from functions.core.profile import counted_codes

Floats = NDArray[np.float64]

DECISION = 0.5
"""A row is called positive above it: the positive class is then the likeliest of the two."""

EPSILON = float(np.finfo(np.float32).eps)
"""A probability is clipped to it before its logarithm is taken, as `log_loss_error` does."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Rows by their score, ascending: how many there are, and how many are expected positive."""

    scores: Floats
    rows: Floats
    positives: Floats

    @property
    def negatives(self) -> Floats:
        """How many rows of each cell are expected to be negative."""
        return self.rows - self.positives


def expected_cells(calibration: Calibration, prediction: NumericProfile) -> Cells:
    """Return the rows of a profile of probabilities, by score.

    A cell of less than 32 bits stands for its middle.
    """
    counted = counted_codes(prediction, CODE_BITS)
    lowest = values_at(counted.codes, counted.bits)
    if counted.bits < CODE_BITS:
        lowest = (lowest + values_at(counted.codes + np.uint32(1), counted.bits)) / 2.0
    scores = np.clip(lowest, 0.0, 1.0)
    rows = counted.counts.astype(np.float64)
    return Cells(scores, rows, rows * calibrate(calibration, scores))


def estimate_binary(cells: Cells) -> dict[str, float]:
    """Return every score and error that is expected of some rows.

    Parameters
    ----------
    cells : Cells
        Of at least one row.

    Returns
    -------
    dict of str to float
        A score that the rows leave undefined, such as a ROC AUC without an expected negative, is
        not in it.

    Notes
    -----
    With w1 = n p and w0 = n (1 - p) per cell: ROC AUC is the share of (positive, negative) pairs
    in the right order, ``sum(w1 * (sum of w0 below + w0 / 2)) / (sum(w1) * sum(w0))``. Average
    precision, precision, recall, specificity, F1 and accuracy are those of `core.scores` with
    expected counts instead of counts. Log loss and Brier error are means of what each row is
    expected to cost.

    Examples
    --------
    >>> cells = Cells(np.array([0.2, 0.8]), np.array([50.0, 50.0]), np.array([10.0, 40.0]))
    >>> estimate = estimate_binary(cells)
    >>> round(estimate["roc_auc_score"], 3), round(estimate["accuracy_score"], 3)
    (0.8, 0.8)
    """
    rows = float(cells.rows.sum())
    estimates = expected_losses(cells)
    called = cells.scores > DECISION
    counts = ConfusionCounts(
        hits=float(cells.positives[called].sum()),
        called=float(cells.rows[called].sum()),
        actual=float(cells.positives.sum()),
        rows=rows,
    )
    estimates["accuracy_score"] = 1.0 - (counts.called + counts.actual - 2 * counts.hits) / rows
    estimates |= counts.scores()
    if 0.0 < counts.actual < rows:
        estimates |= ranking_scores(cells)
    return estimates


def ranking_scores(cells: Cells) -> dict[str, float]:
    """Return the expected ROC AUC and average precision; there must be either outcome."""
    positives, negatives = cells.positives, cells.negatives
    below = np.cumsum(negatives) - negatives / 2.0
    area = float(positives @ below) / float(positives.sum() * negatives.sum())
    return {"roc_auc_score": area, "average_precision_score": _average_precision(cells)}


def _average_precision(cells: Cells) -> float:
    """Return the expected average precision, ties broken by chance.

    Of a cell's n rows, each positive with probability p, the i-th comes after C rows and T
    positives of the cells above: it adds ``p * (T + i p) / (C + i)``. Their sum is closed but for
    ``1 / (C + 1) + ... + 1 / (C + n)``, of which ``log((C + n + 1/2) / (C + 1/2))`` is off by less
    than a tenth where it has no weight (the first cell), and by less than 1% from C = 2 on.
    """
    rows, positives = cells.rows[::-1], cells.positives[::-1]
    above, hits = np.cumsum(rows) - rows, np.cumsum(positives) - positives
    share = positives / rows
    harmonic = np.log((above + rows + 0.5) / (above + 0.5))
    gained = share * (positives + (hits - share * above) * harmonic)
    return float(gained.sum() / positives.sum())


def expected_losses(cells: Cells) -> dict[str, float]:
    """Return the mean log loss and Brier error that the scores are expected to cost."""
    answered = np.clip(cells.scores, EPSILON, 1.0 - EPSILON)
    log_loss = -(cells.positives @ np.log(answered) + cells.negatives @ np.log1p(-answered))
    brier = cells.positives @ (1.0 - cells.scores) ** 2 + cells.negatives @ cells.scores**2
    rows = float(cells.rows.sum())
    return {"log_loss_error": float(log_loss) / rows, "brier_error": float(brier) / rows}


@dataclass(frozen=True, slots=True)
class ConfusionCounts:
    """One class against the rest: rows called so that are, called so, that are so, and all."""

    hits: float
    called: float
    actual: float
    rows: float

    def scores(self) -> dict[str, float]:
        """Return precision, recall, specificity and F1; 0 / 0 counts as 0."""
        others = self.rows - self.actual
        quiet = others - (self.called - self.hits)
        return {
            "precision_score": _ratio(self.hits, self.called),
            "recall_score": _ratio(self.hits, self.actual),
            "specificity_score": _ratio(quiet, others),
            "f1_score": _ratio(2.0 * self.hits, self.called + self.actual),
        }


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0.0 else 0.0
