"""Quality without labels: the three calls that the rest of the system needs.

When an hour is compacted, once per version::

    sums = summarize_answers(estimator, matrix, outputs)  # None of a binary classifier

When hours become a window (`None` merges with `None`)::

    sums = merge_sums(first, second)

When a window is judged::

    for estimate in estimate_quality(estimator, profile.prediction, sums):
        estimate.metric, estimate.value, estimate.sampling_error, estimate.verdict

A version without an `Estimator` (registered before there were any) has no estimate: pass it on as
`None` and nothing is summed and nothing is estimated.
"""

from math import inf, sqrt

import numpy as np
from numpy.typing import NDArray

from functions.contracts.errors import WindvaneError
from functions.contracts.estimates import (
    ClassSums,
    EstimateSums,
    Estimator,
    LossSums,
    MetricReference,
    QualityEstimate,
    QualityVerdict,
)
from functions.contracts.profile import ColumnProfile, NumericProfile
from functions.contracts.served import Task
from functions.core.cbpe import estimate_binary, expected_cells
from functions.core.cbpe_classes import estimate_classes, merge_class_sums, sum_classes
from functions.core.dle import estimate_regression, merge_loss_sums, sum_losses
from functions.core.scores import is_higher_better

WIDTH = 3.0
"""Standard deviations from the mean to a threshold, and from an estimate to its bounds."""

MINIMUM_ROWS = 30
"""An estimate of fewer rows is told and not judged: its error is no longer a normal one."""


class EstimateMismatchError(WindvaneError):
    """Sums and an estimator, or two sums, are not of the same kind of model."""


def summarize_answers(
    estimator: Estimator | None, matrix: NDArray[np.float32], outputs: NDArray[np.float32]
) -> EstimateSums | None:
    """Return what estimating needs of some rows besides their profile.

    Parameters
    ----------
    estimator : Estimator or None
        Of the version that answered.
    matrix : ndarray of float32, shape (n, n_features)
        Encoded by that version's schema.
    outputs : ndarray of float32, shape (n, n_classes) or (n, 1)
        What it answered; a row with a NaN is missing.

    Returns
    -------
    EstimateSums or None
        None of a binary classifier, and without an estimator.

    Raises
    ------
    EstimateMismatchError
        If the rows have other columns than the estimator was fitted on.
    """
    if estimator is None or estimator.task is Task.BINARY_CLASSIFICATION:
        return None
    if estimator.loss_model is None:
        _require(outputs.shape[1], len(estimator.calibrations), "classes")
        return sum_classes(estimator.calibrations, outputs)
    _require(matrix.shape[1] + outputs.shape[1], len(estimator.loss_model.edges), "columns")
    return sum_losses(estimator.loss_model, matrix, outputs)


def merge_sums(first: EstimateSums | None, second: EstimateSums | None) -> EstimateSums | None:
    """Return the sums of two sets of rows together; None is of no rows.

    Raises EstimateMismatchError if they are of different kinds, or of different classes.
    """
    if first is None or second is None:
        return second if first is None else first
    if isinstance(first, LossSums) and isinstance(second, LossSums):
        return merge_loss_sums(first, second)
    if isinstance(first, ClassSums) and isinstance(second, ClassSums):
        _require(len(second.classes), len(first.classes), "classes")
        return merge_class_sums(first, second)
    msg = f"sums of {first.kind} do not merge with sums of {second.kind}"
    raise EstimateMismatchError(msg)


def estimate_quality(
    estimator: Estimator | None,
    prediction: ColumnProfile | None,
    sums: EstimateSums | None = None,
) -> tuple[QualityEstimate, ...]:
    """Return what the labels of a window would say of the version that answered it.

    Parameters
    ----------
    estimator : Estimator or None
        Of that version.
    prediction : ColumnProfile or None
        The profile of its answers; only a binary classifier's is read.
    sums : EstimateSums or None
        Of the same rows, by `summarize_answers` and `merge_sums`.

    Returns
    -------
    tuple of QualityEstimate
        In the order of `estimator.references`; a score that the rows leave undefined is not among
        them. None without an estimator or without rows.

    Raises
    ------
    EstimateMismatchError
        If profile or sums are of another kind of model than the estimator.

    Notes
    -----
    The sampling error is ``row_deviation / sqrt(rows)``: how far what labels say of so many rows
    is from what they say of infinitely many. It tells nothing of a wrong calibration.

    Thresholds are the mean of the realised quality of the held-out chunks and three standard
    deviations to either side: NannyML's, if the window has as many rows as a chunk. Otherwise the
    variance is that of such windows, with s(n) the sampling error of n rows: of fewer rows,
    ``deviation^2 + s(rows)^2 - s(chunk_rows)^2``; of more, what of the chunks' variance is not
    sampling, ``deviation^2 - s(chunk_rows)^2`` if that is positive, and ``s(rows)^2``, and
    ``s(held-out rows)^2`` because the mean is known no better; never more than ``deviation^2``.
    A standard deviation is at least ``1 / held-out rows``: three errors among as many rows could
    have been missed although there was none (the rule of three).
    """
    if estimator is None:
        return ()
    rows, values = _expected(estimator, prediction, sums)
    return tuple(
        _judged(reference, values[reference.metric], rows, held_out=estimator.rows)
        for reference in estimator.references
        if reference.metric in values
    )


def _expected(
    estimator: Estimator, prediction: ColumnProfile | None, sums: EstimateSums | None
) -> tuple[int, dict[str, float]]:
    """Return the rows with an answer, and what is expected of them."""
    if estimator.task is Task.BINARY_CLASSIFICATION:
        return _expected_binary(estimator, prediction)
    if sums is None or not sums.rows:
        return 0, {}
    if isinstance(sums, ClassSums) and estimator.task is Task.MULTICLASS_CLASSIFICATION:
        _require(len(sums.classes), len(estimator.calibrations), "classes")
        return sums.rows, estimate_classes(sums)
    if isinstance(sums, LossSums) and estimator.task is Task.REGRESSION:
        return sums.rows, estimate_regression(sums)
    msg = f"sums of {sums.kind} are none of a {estimator.task} model"
    raise EstimateMismatchError(msg)


def _expected_binary(
    estimator: Estimator, prediction: ColumnProfile | None
) -> tuple[int, dict[str, float]]:
    if prediction is None or not prediction.present:
        return 0, {}
    if isinstance(prediction, NumericProfile):
        cells = expected_cells(estimator.calibrations[0], prediction)
        return prediction.present, estimate_binary(cells)
    msg = f"a {prediction.kind} prediction is none of a {estimator.task} model"
    raise EstimateMismatchError(msg)


def _judged(
    reference: MetricReference, value: float, rows: int, *, held_out: int
) -> QualityEstimate:
    metric = reference.metric
    sampling_error = reference.row_deviation / sqrt(rows)
    least = (1.0 if is_higher_better(metric) else reference.mean) / held_out
    spread = max(least, sqrt(_usual_variance(reference, rows, held_out)))
    lower, upper = _possible(metric, value, WIDTH * sampling_error)
    below, above = _possible(metric, reference.mean, WIDTH * spread)
    verdict = _verdict(metric, value, below, above) if rows >= MINIMUM_ROWS else None
    is_judged = verdict is not None
    return QualityEstimate(
        metric=metric,
        value=value,
        sampling_error=sampling_error,
        lower=lower,
        upper=upper,
        rows=rows,
        lower_threshold=below if is_judged else None,
        upper_threshold=above if is_judged and above < inf else None,
        verdict=verdict or QualityVerdict.NOT_JUDGED,
        reason=_reason(reference, value, rows, verdict, (below, above)),
    )


def _usual_variance(reference: MetricReference, rows: int, held_out: int) -> float:
    """Return the variance over windows of so many rows; see the notes of `estimate_quality`."""
    of_chunks, of_a_row = reference.deviation**2, reference.row_deviation**2
    of_sampling = of_a_row / reference.chunk_rows
    if rows <= reference.chunk_rows:
        return of_chunks + of_a_row / rows - of_sampling
    lasting = max(0.0, of_chunks - of_sampling)
    return min(of_chunks, lasting + of_a_row / rows + of_a_row / held_out)


def _possible(metric: str, value: float, width: float) -> tuple[float, float]:
    best = 1.0 if is_higher_better(metric) else inf
    return max(0.0, value - width), min(best, value + width)


def _verdict(metric: str, value: float, below: float, above: float) -> QualityVerdict:
    if below <= value <= above:
        return QualityVerdict.OK
    is_worse = (value < below) is is_higher_better(metric)
    return QualityVerdict.LOSS if is_worse else QualityVerdict.GAIN


def _reason(
    reference: MetricReference,
    value: float,
    rows: int,
    verdict: QualityVerdict | None,
    thresholds: tuple[float, float],
) -> str:
    estimate = f"{reference.metric} is estimated {value:.4g} on {rows:,} rows without labels"
    if verdict is None:
        return f"{estimate}, too few to judge; {MINIMUM_ROWS} are needed"
    below, above = (f"{threshold:.4g}" for threshold in thresholds)
    usual = f"{reference.mean:.4g} on held-out rows"
    if verdict is QualityVerdict.OK:
        return f"{estimate}, within {below} to {above} ({usual})"
    if value < thresholds[0]:
        return f"{estimate}, below {below} ({usual})"
    return f"{estimate}, above {above} ({usual})"


def _require(found: int, wanted: int, what: str) -> None:
    if found != wanted:
        msg = f"rows have {found} {what}, the estimator was fitted on {wanted}"
        raise EstimateMismatchError(msg)
