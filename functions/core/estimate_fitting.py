"""A version's `Estimator`, fitted on the held-out rows when the version is made."""

from collections.abc import Callable
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from functions.contracts.estimates import Calibration, Estimator, LossModel, MetricReference
from functions.contracts.served import Task
from functions.core.calibration import fit_calibration
from functions.core.classification_scores import (
    Numbers,
    UndefinedScoreError,
    predicted_labels,
)
from functions.core.influence import ScoreEstimate, estimate_score
from functions.core.scores import METRICS, Truth, check_scored_rows

CHUNKS = 10
"""So many chunks the held-out rows are divided into, as NannyML does."""

MINIMUM_CHUNK_ROWS = 30
"""Fewer rows have no quality worth a standard deviation."""

MINIMUM_CHUNKS = 5
"""Of fewer chunks the deviation is not counted but calculated, from the sampling error."""

_BINARY_COLUMNS = 2

Score = Callable[[Truth, Numbers], ScoreEstimate]


def fit_estimator(
    task: Task,
    truth: Truth,
    outputs: NDArray[np.float32],
    *,
    loss_model: LossModel | None = None,
    chunk_rows: int | None = None,
) -> Estimator:
    """Return all that estimating the quality of a model's later answers needs.

    Parameters
    ----------
    task : Task
    truth : ndarray of shape (n,)
        Class codes or values of rows that the model was not fitted on, in the order of time if
        they have one: chunks are of successive rows.
    outputs : ndarray of float32, shape (n, n_classes) or (n, 1)
        What the model answers them.
    loss_model : LossModel, optional
        Of a regression; a classifier has none.
    chunk_rows : int, optional
        Rows of a chunk; a tenth of all by default. The last chunk is left out if it is not half
        as large.

    Raises
    ------
    ScoreInputError
        If truth and outputs do not fit each other or the task.
    """
    check_scored_rows(task, truth, outputs)
    rows = len(truth)
    size = chunk_rows or max(MINIMUM_CHUNK_ROWS, rows // CHUNKS)
    references = []
    for metric, score in _scores(task).items():
        with suppress(UndefinedScoreError):
            references.append(_reference(metric, score, truth, outputs, min(size, rows)))
    return Estimator(
        task=task,
        rows=rows,
        references=tuple(references),
        calibrations=_calibrations(task, truth, outputs),
        loss_model=loss_model,
    )


def _calibrations(task: Task, truth: Truth, outputs: Numbers) -> tuple[Calibration, ...]:
    if task is Task.REGRESSION:
        return ()
    classes = [1] if task is Task.BINARY_CLASSIFICATION else range(outputs.shape[1])
    return tuple(
        fit_calibration(outputs[:, code].astype(np.float64), truth == code) for code in classes
    )


def _reference(
    metric: str, score: Score, truth: Truth, outputs: Numbers, chunk_rows: int
) -> MetricReference:
    row_deviation = float(np.sqrt(np.square(score(truth, outputs).influence).mean()))
    realised = []
    for start in range(0, len(truth), chunk_rows):
        chunk = slice(start, start + chunk_rows)
        if 2 * len(truth[chunk]) >= chunk_rows:
            with suppress(UndefinedScoreError):
                realised.append(score(truth[chunk], outputs[chunk]).value)
    if len(realised) >= MINIMUM_CHUNKS:
        mean, deviation = float(np.mean(realised)), float(np.std(realised))
    else:
        mean, deviation = score(truth, outputs).value, row_deviation / float(np.sqrt(chunk_rows))
    return MetricReference(
        metric=metric,
        mean=mean,
        deviation=deviation,
        chunk_rows=chunk_rows,
        row_deviation=row_deviation,
    )


def _scores(task: Task) -> dict[str, Score]:
    def named(metric: str) -> Score:
        return lambda truth, outputs: estimate_score(metric, task, truth, outputs)

    estimated = {metric: named(metric) for metric in METRICS[task] if metric != "r2_score"}
    if task is Task.REGRESSION:
        return {**estimated, "mean_squared_error": _mean_squared}
    return {**estimated, "specificity_score": _specificity}


def _mean_squared(truth: Truth, outputs: Numbers) -> ScoreEstimate:
    squares = np.square(outputs[:, 0].astype(np.float64) - truth)
    mean = float(squares.mean())
    return ScoreEstimate(mean, squares - mean)


def _specificity(truth: Truth, outputs: Numbers) -> ScoreEstimate:
    """Return the share of a class's others that are not called so, the mean over the classes."""
    labels = predicted_labels(outputs)
    codes = [1] if outputs.shape[1] == _BINARY_COLUMNS else range(outputs.shape[1])
    parts = [_quiet_share(truth != code, labels != code) for code in codes]
    influence = np.mean([part.influence for part in parts], axis=0)
    return ScoreEstimate(float(np.mean([part.value for part in parts])), influence)


def _quiet_share(others: NDArray[np.bool_], quiet: NDArray[np.bool_]) -> ScoreEstimate:
    share = float(others.mean())
    if share == 0.0:
        return ScoreEstimate(0.0, np.zeros(len(others)))
    value = float((others & quiet).mean()) / share
    return ScoreEstimate(value, others * (quiet - value) / share)
