"""Scores and errors of a classifier's probabilities, in numpy alone.

Of two classes the last is the positive one; with more, a score is the unweighted mean over the
classes (macro), each against the rest. All sums run in float64.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from functions.contracts.errors import WindvaneError

_BINARY_COLUMNS = 2

Codes: TypeAlias = NDArray[np.int64]
Numbers: TypeAlias = NDArray[np.floating]


class UndefinedScoreError(WindvaneError):
    """The rows do not determine the score, such as a ROC AUC of one class alone."""


def roc_auc_score(truth: Codes, probabilities: Numbers) -> float:
    """Return the area under the ROC curve, ties counting one half.

    Parameters
    ----------
    truth : ndarray of int, shape (n,)
        Class codes.
    probabilities : ndarray of float, shape (n, n_classes)
        In the order of the codes.

    Returns
    -------
    float
        1 is a perfect ranking, 0.5 chance. With three classes or more, the mean over the classes of
        each against the rest.

    Raises
    ------
    UndefinedScoreError
        If a class has no rows, or all of them.

    References
    ----------
    Hanley, J. A., & McNeil, B. J. (1982). The meaning and use of the area under a receiver
    operating characteristic (ROC) curve. Radiology, 143(1), 29-36.
    Fawcett, T. (2006). An introduction to ROC analysis. Pattern Recognition Letters, 27(8).

    Examples
    --------
    >>> p = np.array([0.1, 0.4, 0.4, 0.8])
    >>> roc_auc_score(np.array([0, 0, 1, 1]), np.column_stack([1 - p, p]))
    0.875
    """
    return _mean_over_classes(_binary_roc_auc, truth, probabilities)


def average_precision_score(truth: Codes, probabilities: Numbers) -> float:
    """Return the mean precision over the recalls reached, one step per distinct probability.

    Parameters
    ----------
    truth, probabilities
        As in `roc_auc_score`.

    Returns
    -------
    float
        ``sum_i (recall_i - recall_{i-1}) * precision_i``, without interpolation; 1 is best, and a
        random order gives the share of positive rows.

    Raises
    ------
    UndefinedScoreError
        If a class has no rows, or all of them.

    References
    ----------
    Zhu, M. (2004). Recall, Precision and Average Precision. University of Waterloo.

    Examples
    --------
    >>> p = np.array([0.1, 0.4, 0.35, 0.8])
    >>> round(average_precision_score(np.array([0, 0, 1, 1]), np.column_stack([1 - p, p])), 4)
    0.8333
    """
    return _mean_over_classes(_binary_average_precision, truth, probabilities)


def log_loss_error(truth: Codes, probabilities: Numbers) -> float:
    """Return the mean negative logarithm of the probability given to the true class.

    Parameters
    ----------
    truth, probabilities
        As in `roc_auc_score`.

    Returns
    -------
    float
        In nats; 0 is best. A probability is first clipped to ``[eps, 1 - eps]``, eps the machine
        epsilon of the probabilities' type (1.2e-7 for float32), so that one row costs at most 16.

    References
    ----------
    Good, I. J. (1952). Rational decisions. Journal of the Royal Statistical Society B, 14(1).
    The clipping is scikit-learn's, `sklearn.metrics.log_loss`.

    Examples
    --------
    >>> round(log_loss_error(np.array([0, 1]), np.array([[0.5, 0.5], [0.5, 0.5]])), 6)
    0.693147
    """
    epsilon = float(np.finfo(probabilities.dtype).eps)
    given = probabilities[np.arange(len(truth)), truth].astype(np.float64)
    return float(-np.log(np.clip(given, epsilon, 1.0 - epsilon)).mean())


def brier_error(truth: Codes, probabilities: Numbers) -> float:
    """Return the mean squared distance between the probabilities and what came true.

    Parameters
    ----------
    truth, probabilities
        As in `roc_auc_score`.

    Returns
    -------
    float
        0 is best. Of two classes, the squared error of the positive one (at most 1); of more, the
        sum over the classes (at most 2), as Brier wrote it.

    References
    ----------
    Brier, G. W. (1950). Verification of forecasts expressed in terms of probability. Monthly
    Weather Review, 78(1), 1-3.

    Examples
    --------
    >>> brier_error(np.array([0, 1]), np.array([[0.5, 0.5], [0.0, 1.0]]))
    0.125
    """
    if probabilities.shape[1] == _BINARY_COLUMNS:
        return float(np.square(probabilities[:, 1].astype(np.float64) - truth).mean())
    distance = probabilities.astype(np.float64)
    distance[np.arange(len(truth)), truth] -= 1.0
    return float(np.square(distance).sum(axis=1).mean())


def predicted_labels(probabilities: Numbers) -> Codes:
    """Return each row's likeliest class code, the first of equals."""
    labels: Codes = probabilities.argmax(axis=1).astype(np.int64)
    return labels


def accuracy_score(truth: Codes, probabilities: Numbers) -> float:
    """Return the share of rows whose likeliest class is the true one; 1 is best."""
    return float((predicted_labels(probabilities) == truth).mean())


def precision_score(truth: Codes, probabilities: Numbers) -> float:
    """Return the share of rows called positive that are; 1 is best, 0 if none was called so.

    With three classes or more, the mean over the classes that occur in truth or answers.
    """
    hits, called, _ = _counts(truth, probabilities)
    return float(_ratio(hits, called).mean())


def recall_score(truth: Codes, probabilities: Numbers) -> float:
    """Return the share of positive rows that were called so; 1 is best, 0 if there is none.

    With three classes or more, the mean over the classes that occur in truth or answers.
    """
    hits, _, actual = _counts(truth, probabilities)
    return float(_ratio(hits, actual).mean())


def f1_score(truth: Codes, probabilities: Numbers) -> float:
    """Return the harmonic mean of precision and recall; 1 is best, 0 if there is no hit.

    With three classes or more, the mean of the classes' own F1.

    References
    ----------
    Van Rijsbergen, C. J. (1979). Information Retrieval (2nd ed.), chapter 7. Butterworths.
    """
    hits, called, actual = _counts(truth, probabilities)
    return float(_ratio(2 * hits, called + actual).mean())


def _mean_over_classes(
    score: Callable[[NDArray[np.bool_], Numbers], float], truth: Codes, probabilities: Numbers
) -> float:
    columns = probabilities.shape[1]
    positives = [1] if columns == _BINARY_COLUMNS else range(columns)
    return float(np.mean([score(truth == code, probabilities[:, code]) for code in positives]))


def _require_both(positive: NDArray[np.bool_]) -> tuple[int, int]:
    count = int(positive.sum())
    if count in (0, len(positive)):
        msg = f"undefined: {count} of {len(positive)} rows are of the class; some must be, not all"
        raise UndefinedScoreError(msg)
    return count, len(positive) - count


def _binary_roc_auc(positive: NDArray[np.bool_], probability: Numbers) -> float:
    positives, negatives = _require_both(positive)
    _, rank_group, sizes = np.unique(probability, return_inverse=True, return_counts=True)
    # Twice the middle rank of each group of ties: a whole number, so the sum is exact.
    doubled_ranks = 2 * np.cumsum(sizes) - sizes + 1
    doubled_sum = int(doubled_ranks[rank_group][positive].sum())
    return (doubled_sum - positives * (positives + 1)) / (2 * positives * negatives)


def _binary_average_precision(positive: NDArray[np.bool_], probability: Numbers) -> float:
    positives, _ = _require_both(positive)
    _, group = np.unique(-probability, return_inverse=True)
    hits = np.cumsum(np.bincount(group, weights=positive))
    called = np.cumsum(np.bincount(group))
    steps = np.diff(hits, prepend=0.0) / positives
    return float((steps * hits / called).sum())


def _counts(
    truth: Codes, probabilities: Numbers
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return hits, rows called so and rows that are so, of the classes that count."""
    columns = probabilities.shape[1]
    labels = predicted_labels(probabilities)
    hits = np.bincount(truth[labels == truth], minlength=columns).astype(np.float64)
    called = np.bincount(labels, minlength=columns).astype(np.float64)
    actual = np.bincount(truth, minlength=columns).astype(np.float64)
    kept = slice(1, 2) if columns == _BINARY_COLUMNS else (called + actual) > 0
    return hits[kept], called[kept], actual[kept]


def _ratio(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
