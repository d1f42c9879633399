"""Scores and errors of a model's answers, in numpy alone.

A name that ends in `_score` is better when higher, one that ends in `_error` when lower.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from functions.contracts.errors import WindvaneError
from functions.contracts.model_spec import Task
from functions.core import classification_scores, regression_scores
from functions.core.classification_scores import Codes, Numbers, UndefinedScoreError

Truth: TypeAlias = NDArray[np.integer] | NDArray[np.floating]

_BINARY_COLUMNS = 2

_CLASSIFICATION = (
    "roc_auc_score",
    "average_precision_score",
    "log_loss_error",
    "brier_error",
    "accuracy_score",
    "precision_score",
    "recall_score",
    "f1_score",
)

METRICS: dict[Task, tuple[str, ...]] = {
    Task.BINARY_CLASSIFICATION: _CLASSIFICATION,
    Task.MULTICLASS_CLASSIFICATION: _CLASSIFICATION,
    Task.REGRESSION: ("root_mean_squared_error", "mean_absolute_error", "r2_score"),
}
"""The metrics that a model of each task is scored with."""


class ScoreInputError(WindvaneError):
    """Truth and outputs do not fit each other, or an output is no finite number."""


class UnknownMetricError(WindvaneError):
    """A metric's name says no direction: it ends in neither `_score` nor `_error`."""


def is_higher_better(metric: str) -> bool:
    """Return the direction that a metric's name carries; raise UnknownMetricError.

    Examples
    --------
    >>> is_higher_better("roc_auc_score"), is_higher_better("brier_error")
    (True, False)
    """
    if metric.endswith("_score"):
        return True
    if metric.endswith("_error"):
        return False
    msg = f"metric {metric!r} must end in _score (up is better) or _error (down is better)"
    raise UnknownMetricError(msg)


def gain(metric: str, value: float, reference: float) -> float:
    """Return by how much `value` is better than `reference`, in the metric's unit.

    Examples
    --------
    >>> gain("mean_absolute_error", 3.0, 5.0)
    2.0
    """
    return value - reference if is_higher_better(metric) else reference - value


def is_better(metric: str, value: float, reference: float) -> bool:
    """Return whether `value` is strictly better; NaN is never better, and any number beats NaN."""
    if np.isnan(value):
        return False
    return bool(np.isnan(reference)) or gain(metric, value, reference) > 0.0


def score_outputs(task: Task, truth: Truth, outputs: Numbers) -> dict[str, float]:
    """Return every metric of the task that the rows determine.

    Parameters
    ----------
    task : Task
        Chooses the metrics, see METRICS.
    truth : ndarray of shape (n,)
        Class codes for classification, values for regression.
    outputs : ndarray of float, shape (n, n_classes) or (n, 1)
        Probabilities in the order of the codes, or values.

    Returns
    -------
    dict of str to float
        Finite numbers. A metric that the rows leave undefined is not in it, so a gate on it fails
        and says that it is missing.

    Raises
    ------
    ScoreInputError
        If there are no rows, the shapes do not fit, a code has no column, or a number is not
        finite.

    Examples
    --------
    >>> outputs = np.array([[0.9, 0.1], [0.2, 0.8]])
    >>> scores = score_outputs(Task.BINARY_CLASSIFICATION, np.array([0, 1]), outputs)
    >>> scores["roc_auc_score"], round(scores["brier_error"], 3)
    (1.0, 0.025)
    """
    check_scored_rows(task, truth, outputs)
    if task is Task.REGRESSION:
        values = outputs[:, 0].astype(np.float64)
        wanted = truth.astype(np.float64)
        return {name: score(wanted, values) for name, score in _REGRESSION_FUNCTIONS.items()}
    codes = truth.astype(np.int64)
    scores: dict[str, float] = {}
    for name, function in _CLASSIFICATION_FUNCTIONS.items():
        with suppress(UndefinedScoreError):
            scores[name] = function(codes, outputs)
    return scores


def check_scored_rows(task: Task, truth: Truth, outputs: Numbers) -> None:
    """Raise ScoreInputError unless truth and outputs fit each other and the task."""
    if outputs.ndim != 2 or truth.ndim != 1 or len(truth) != len(outputs):  # noqa: PLR2004 - a matrix has two
        msg = f"truth of shape {truth.shape} does not fit outputs of shape {outputs.shape}"
        raise ScoreInputError(msg)
    if len(truth) == 0:
        msg = "there are no rows to score"
        raise ScoreInputError(msg)
    broken = int((~np.isfinite(outputs)).any(axis=1).sum())
    if broken:
        msg = f"{broken} of {len(outputs)} rows have an output that is no finite number"
        raise ScoreInputError(msg)
    columns = outputs.shape[1]
    low, high = float(truth.min()), float(truth.max())
    if task is Task.REGRESSION:
        fits = columns == 1 and bool(np.isfinite(truth).all())
    else:
        fits = columns >= _BINARY_COLUMNS and low >= 0 and high < columns
    if not fits:
        msg = f"{columns} columns of {task} outputs do not fit truth from {low} to {high}"
        raise ScoreInputError(msg)


_CLASSIFICATION_FUNCTIONS: dict[str, Callable[[Codes, Numbers], float]] = {
    "roc_auc_score": classification_scores.roc_auc_score,
    "average_precision_score": classification_scores.average_precision_score,
    "log_loss_error": classification_scores.log_loss_error,
    "brier_error": classification_scores.brier_error,
    "accuracy_score": classification_scores.accuracy_score,
    "precision_score": classification_scores.precision_score,
    "recall_score": classification_scores.recall_score,
    "f1_score": classification_scores.f1_score,
}

_REGRESSION_FUNCTIONS: dict[str, Callable[[NDArray[np.float64], NDArray[np.float64]], float]] = {
    "root_mean_squared_error": regression_scores.root_mean_squared_error,
    "mean_absolute_error": regression_scores.mean_absolute_error,
    "r2_score": regression_scores.r2_score,
}
