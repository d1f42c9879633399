"""Scores with the influence of each row on them, from which their variance follows.

The influence of a row is the derivative of the score with respect to the row's weight, times the
number of rows: a score is, but for terms that vanish faster, the true score plus the mean of the
influences of independent rows. So its variance is the mean square influence over the rows, whatever
the score, and two versions' variances add up where no row is answered by both.

References
----------
Hampel, F. R. (1974). The influence curve and its role in robust estimation. Journal of the American
Statistical Association 69(346), 383-393.
DeLong, E. R., DeLong, D. M. and Clarke-Pearson, D. L. (1988). Comparing the areas under two or more
correlated receiver operating characteristic curves. Biometrics 44(3), 837-845.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from functions.contracts.model_spec import Task
from functions.core.classification_scores import (
    Codes,
    Numbers,
    UndefinedScoreError,
    predicted_labels,
)
from functions.core.scores import Truth, UnknownMetricError, check_scored_rows

_BINARY_COLUMNS = 2

Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ScoreEstimate:
    """A score of n rows and the influence of each, shape (n,); influences sum to zero."""

    value: float
    influence: Floats

    @property
    def variance(self) -> float:
        """The estimated variance of the score, 0 for a single row."""
        rows = len(self.influence)
        return float(self.influence @ self.influence) / (rows * max(rows - 1, 1))


def estimate_score(metric: str, task: Task, truth: Truth, outputs: Numbers) -> ScoreEstimate:
    """Return a score of `functions.core.scores` and each row's influence on it.

    Parameters
    ----------
    metric : str
        A name of `functions.core.scores.METRICS[task]`.
    task : Task
    truth : ndarray of shape (n,)
        Class codes, or values for a regression.
    outputs : ndarray of float, shape (n, n_classes) or (n, 1)

    Raises
    ------
    UnknownMetricError
        If the task has no such metric.
    ScoreInputError
        If truth and outputs do not fit each other or the task.
    UndefinedScoreError
        If the rows do not determine the score.

    Notes
    -----
    Mean losses (log loss, Brier, accuracy, mean absolute error): loss minus mean loss. ROC AUC:
    DeLong's placement values. Average precision: the derivative of
    ``sum(y * P(y, s' >= s) / P(s' >= s)) / sum(y)``. Precision, recall, F1: of a ratio a/b,
    ``(a_i - a/b * b_i) / mean(b)``. Root mean squared error and R²: the chain rule. With more than
    two classes, the mean over the classes.

    Examples
    --------
    >>> estimate = estimate_score(
    ...     "mean_absolute_error", Task.REGRESSION, np.array([1.0, 2.0]), np.array([[1.0], [4.0]])
    ... )
    >>> estimate.value, estimate.influence.tolist(), estimate.variance
    (1.0, [-1.0, 1.0], 1.0)
    """
    check_scored_rows(task, truth, outputs)
    if task is Task.REGRESSION and metric in _REGRESSION:
        return _REGRESSION[metric](truth.astype(np.float64), outputs[:, 0].astype(np.float64))
    if task is not Task.REGRESSION and metric in _CLASSIFICATION:
        return _CLASSIFICATION[metric](truth.astype(np.int64), outputs)
    known = ", ".join(_REGRESSION if task is Task.REGRESSION else _CLASSIFICATION)
    msg = f"metric {metric!r} is none of a {task} model: {known}"
    raise UnknownMetricError(msg)


def _mean_of(losses: Floats) -> ScoreEstimate:
    mean = float(losses.mean())
    return ScoreEstimate(mean, losses - mean)


def _log_loss(truth: Codes, probabilities: Numbers) -> ScoreEstimate:
    epsilon = float(np.finfo(probabilities.dtype).eps)
    given = probabilities[np.arange(len(truth)), truth].astype(np.float64)
    return _mean_of(-np.log(np.clip(given, epsilon, 1.0 - epsilon)))


def _brier(truth: Codes, probabilities: Numbers) -> ScoreEstimate:
    if probabilities.shape[1] == _BINARY_COLUMNS:
        return _mean_of(np.square(probabilities[:, 1].astype(np.float64) - truth))
    distance = probabilities.astype(np.float64)
    distance[np.arange(len(truth)), truth] -= 1.0
    return _mean_of(np.square(distance).sum(axis=1))


def _accuracy(truth: Codes, probabilities: Numbers) -> ScoreEstimate:
    return _mean_of((predicted_labels(probabilities) == truth).astype(np.float64))


def _roc_auc(truth: Codes, probabilities: Numbers) -> ScoreEstimate:
    return _mean_over_classes(_binary_roc_auc, truth, probabilities)


def _average_precision(truth: Codes, probabilities: Numbers) -> ScoreEstimate:
    return _mean_over_classes(_binary_average_precision, truth, probabilities)


def _mean_over_classes(
    score: Callable[[NDArray[np.bool_], Numbers], ScoreEstimate], truth: Codes, outputs: Numbers
) -> ScoreEstimate:
    columns = outputs.shape[1]
    positives = [1] if columns == _BINARY_COLUMNS else range(columns)
    parts = [score(truth == code, outputs[:, code]) for code in positives]
    influence: Floats = np.mean([part.influence for part in parts], axis=0)
    return ScoreEstimate(float(np.mean([part.value for part in parts])), influence)


def _binary_roc_auc(positive: NDArray[np.bool_], probability: Numbers) -> ScoreEstimate:
    _require_both(positive)
    hits, others = probability[positive], probability[~positive]
    above = _placements(hits, np.sort(others))
    below = 1.0 - _placements(others, np.sort(hits))
    area = float(above.mean())
    influence = np.empty(len(positive))
    influence[positive] = (above - area) * (len(positive) / len(hits))
    influence[~positive] = (below - area) * (len(positive) / len(others))
    return ScoreEstimate(area, influence)


def _placements(values: Numbers, ordered: Numbers) -> Floats:
    """Return the share of `ordered` that lies below each value, ties counting one half."""
    below = np.searchsorted(ordered, values, side="left")
    upto = np.searchsorted(ordered, values, side="right")
    return (below + upto) / (2.0 * len(ordered))


def _binary_average_precision(positive: NDArray[np.bool_], probability: Numbers) -> ScoreEstimate:
    _require_both(positive)
    rows = len(positive)
    _, descending = np.unique(-probability, return_inverse=True)
    hits = np.bincount(descending, weights=positive) / rows
    called = np.cumsum(np.bincount(descending)) / rows
    precision = np.cumsum(hits) / called
    rate = float(hits.sum())
    area = float((hits * precision).sum()) / rate

    # What a row adds to the precision at every threshold that is not above its own probability.
    weights = hits / called
    reached = np.cumsum(weights[::-1])[::-1]
    expected = np.cumsum((weights * precision)[::-1])[::-1]
    gained = positive * (precision + reached)[descending] - expected[descending]
    return ScoreEstimate(area, (gained - area * positive) / rate)


def _precision(truth: Codes, probabilities: Numbers) -> ScoreEstimate:
    return _mean_ratio(truth, probabilities, lambda hit, called, _: (hit, called))


def _recall(truth: Codes, probabilities: Numbers) -> ScoreEstimate:
    return _mean_ratio(truth, probabilities, lambda hit, _, actual: (hit, actual))


def _f1(truth: Codes, probabilities: Numbers) -> ScoreEstimate:
    return _mean_ratio(truth, probabilities, lambda hit, called, actual: (2 * hit, called + actual))


def _mean_ratio(
    truth: Codes,
    probabilities: Numbers,
    parts: Callable[[Floats, Floats, Floats], tuple[Floats, Floats]],
) -> ScoreEstimate:
    """Return the mean over the classes that occur of a ratio of counts; 0 / 0 counts as 0."""
    labels = predicted_labels(probabilities)
    codes = [1] if probabilities.shape[1] == _BINARY_COLUMNS else np.union1d(labels, truth).tolist()
    estimates = []
    for code in codes:
        called = (labels == code).astype(np.float64)
        actual = (truth == code).astype(np.float64)
        estimates.append(_ratio(*parts(called * actual, called, actual)))
    influence: Floats = np.mean([part.influence for part in estimates], axis=0)
    return ScoreEstimate(float(np.mean([part.value for part in estimates])), influence)


def _ratio(part: Floats, whole: Floats) -> ScoreEstimate:
    mean = float(whole.mean())
    if mean == 0.0:
        return ScoreEstimate(0.0, np.zeros(len(whole)))
    ratio = float(part.mean()) / mean
    return ScoreEstimate(ratio, (part - ratio * whole) / mean)


def _mean_absolute(truth: Floats, values: Floats) -> ScoreEstimate:
    return _mean_of(np.abs(values - truth))


def _root_mean_squared(truth: Floats, values: Floats) -> ScoreEstimate:
    square = _mean_of(np.square(values - truth))
    root = float(np.sqrt(square.value))
    if root == 0.0:
        return square
    return ScoreEstimate(root, square.influence / (2.0 * root))


def _r2(truth: Floats, values: Floats) -> ScoreEstimate:
    residual = _mean_of(np.square(truth - values))
    variation = _mean_of(np.square(truth - truth.mean()))
    if variation.value == 0.0:
        return ScoreEstimate(1.0 if residual.value == 0.0 else 0.0, np.zeros(len(truth)))
    share = residual.value / variation.value
    influence = (share * variation.influence - residual.influence) / variation.value
    return ScoreEstimate(1.0 - share, influence)


def _require_both(positive: NDArray[np.bool_]) -> None:
    count = int(positive.sum())
    if count in (0, len(positive)):
        msg = f"undefined: {count} of {len(positive)} rows are of the class; some must be, not all"
        raise UndefinedScoreError(msg)


_CLASSIFICATION: dict[str, Callable[[Codes, Numbers], ScoreEstimate]] = {
    "roc_auc_score": _roc_auc,
    "average_precision_score": _average_precision,
    "log_loss_error": _log_loss,
    "brier_error": _brier,
    "accuracy_score": _accuracy,
    "precision_score": _precision,
    "recall_score": _recall,
    "f1_score": _f1,
}

_REGRESSION: dict[str, Callable[[Floats, Floats], ScoreEstimate]] = {
    "root_mean_squared_error": _root_mean_squared,
    "mean_absolute_error": _mean_absolute,
    "r2_score": _r2,
}
