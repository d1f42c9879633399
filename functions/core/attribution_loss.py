"""How much of an estimated loss each feature's shift explains, one feature at a time.

Rows of the reference are weighted so that one feature's distribution becomes the current one and
all else follows it as it did; what is estimated of them without labels, against what is estimated
of them unweighted, is what the shift of that feature alone costs. Features that shift together are
each given what they have in common, so losses need not add up to the whole: shares are of their
sum.

References
----------
Shimodaira, H. (2000). Improving predictive inference under covariate shift by weighting the
log-likelihood function. Journal of Statistical Planning and Inference 90(2), 227-244.
(The weights.)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from functions.contracts.estimates import Calibration, Estimator, LossModel
from functions.contracts.feature_schema import FeatureSchema
from functions.contracts.profile import ColumnProfile, Profile
from functions.core.attribution_hour import bin_rows, count_hours
from functions.core.calibration import calibrate
from functions.core.cbpe import Cells, estimate_binary
from functions.core.cbpe_classes import (
    ExpectedClasses,
    ExpectedRows,
    cells_of,
    estimate_expected,
    expect_rows,
)
from functions.core.dle import bin_rows as bin_for_trees
from functions.core.dle import expected_losses
from functions.core.profile import profile_matrix
from functions.core.reference_rows import ReferenceRows
from functions.core.scores import is_higher_better

Floats = NDArray[np.float64]

NOISE_DEVIATIONS = 2.0
"""A loss within so many of its own standard deviations counts as none."""


@dataclass(frozen=True, slots=True)
class FeatureLosses:
    """What each feature's shift alone costs of a metric; above 0 is worse."""

    metric: str
    by_feature: Mapping[str, float]


def explain_loss(
    estimator: Estimator,
    schema: FeatureSchema,
    rows: ReferenceRows,
    current: Profile,
    *,
    metric: str,
) -> FeatureLosses | None:
    """Return what each feature's shift costs of an estimated metric.

    Parameters
    ----------
    estimator : Estimator
        Of the version whose rows they are.
    schema : FeatureSchema
        Features marked `pii` explain nothing.
    rows : ReferenceRows
        At least one; some thousands of those that the reference profile was made of.
    current : Profile
        Of the window.
    metric : str
        One of those that the estimator's references name.

    Returns
    -------
    FeatureLosses or None
        None of a metric that cannot be estimated.

    Notes
    -----
    The rows are a sample, and weights w of mean 1 make it count as a smaller one. Of a feature that
    costs nothing, what is found has a standard deviation of about ``s * sd(w) / sqrt(n)``, with s
    the metric's deviation of one row; s also holds the chance of labels, so it is no less. What is
    within two of these is 0.
    """
    weighed = _weighed(estimator, rows)
    usual = weighed.estimate(np.ones(len(rows.matrix)))
    if metric not in usual:
        return None
    past = profile_matrix(schema, rows.matrix)
    of_a_row = next((r.row_deviation for r in estimator.references if r.metric == metric), 0.0)
    direction = -1.0 if is_higher_better(metric) else 1.0
    found = {}
    for index, feature in enumerate(schema.features):
        if feature.pii or not current.features[index].rows:
            continue
        weights = _weights(past.features[index], current.features[index], rows.matrix[:, index])
        value = (
            weighed.estimate(weights).get(metric, usual[metric]) if weights.any() else usual[metric]
        )
        loss = direction * (value - usual[metric])
        noise = NOISE_DEVIATIONS * of_a_row * _spread(weights) / np.sqrt(len(weights))
        found[feature.name] = loss if abs(loss) > noise else 0.0
    return FeatureLosses(metric, found)


@dataclass(frozen=True, slots=True)
class _ScoredRows:
    """Rows of a binary classifier: their distinct scores, and the place of each row's."""

    scores: Floats
    probabilities: Floats
    place: NDArray[np.intp]

    def estimate(self, weights: Floats) -> dict[str, float]:
        """Return what is estimated of weighted rows."""
        weighted = np.bincount(self.place, weights, len(self.scores)).astype(np.float64)
        kept = weighted > 0.0
        rows = weighted[kept]
        return estimate_binary(Cells(self.scores[kept], rows, rows * self.probabilities[kept]))


@dataclass(frozen=True, slots=True)
class _LossyRows:
    """Rows of a regression: how wrong each is expected to be."""

    absolute: Floats
    squared: Floats

    def estimate(self, weights: Floats) -> dict[str, float]:
        """Return what is estimated of weighted rows."""
        absolute, squared = (
            float(np.average(losses, weights=weights)) for losses in (self.absolute, self.squared)
        )
        return {
            "mean_absolute_error": absolute,
            "mean_squared_error": squared,
            "root_mean_squared_error": float(np.sqrt(squared)),
        }


@dataclass(frozen=True, slots=True)
class _ClassedRows:
    """Rows of three classes or more: what is expected of each, and its cells, class by class."""

    found: ExpectedRows
    cells: NDArray[np.int64]
    is_whole: NDArray[np.bool_]

    def estimate(self, weights: Floats) -> dict[str, float]:
        """Return what is estimated of weighted rows; nothing if none of them has an answer."""
        weight = weights[self.is_whole]
        total = float(weight.sum())
        if total <= 0.0:
            return {}
        weighted = self.found.expected * weight[:, None]
        called = np.eye(weighted.shape[1])[self.found.labels]
        return estimate_expected(
            ExpectedClasses(
                total,
                [self._cells(code, weight, weighted) for code in range(weighted.shape[1])],
                called.T @ weighted,
                float(weight @ self.found.log_loss),
                float(weight @ self.found.brier),
            )
        )

    def _cells(self, code: int, weight: Floats, weighted: Floats) -> Cells:
        rows = np.bincount(self.cells[:, code], weight).astype(np.float64)
        kept = np.flatnonzero(rows)
        positives = np.bincount(self.cells[:, code], weighted[:, code]).astype(np.float64)
        return Cells(kept.astype(np.float64), rows[kept], positives[kept])


def _weighed(estimator: Estimator, rows: ReferenceRows) -> _ScoredRows | _LossyRows | _ClassedRows:
    """Return rows ready to be weighted again and again."""
    if estimator.loss_model is not None:
        return _expect(estimator.loss_model, rows)
    if len(estimator.calibrations) == 1:
        return _score(estimator.calibrations[0], rows)
    return _classify(estimator.calibrations, rows)


def _classify(calibrations: Sequence[Calibration], rows: ReferenceRows) -> _ClassedRows:
    is_whole = np.asarray(np.isfinite(rows.outputs).all(axis=1))
    found = expect_rows(calibrations, rows.outputs[is_whole])
    cells = np.column_stack([cells_of(scores) for scores in found.scores.T])
    return _ClassedRows(found, cells, is_whole)


def _expect(model: LossModel, rows: ReferenceRows) -> _LossyRows:
    bins = bin_for_trees(model, np.column_stack([rows.matrix, rows.outputs]))
    return _LossyRows(expected_losses(model.absolute, bins), expected_losses(model.squared, bins))


def _score(calibration: Calibration, rows: ReferenceRows) -> _ScoredRows:
    scores, place = np.unique(rows.outputs[:, -1].astype(np.float64), return_inverse=True)
    return _ScoredRows(scores, calibrate(calibration, scores), place)


def _weights(past: ColumnProfile, current: ColumnProfile, values: NDArray[np.float32]) -> Floats:
    """Return weights that give one column its current distribution over the reference's bins."""
    counts = count_hours(past, [current])
    bins = bin_rows(past, current, values)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    weights: Floats = (shares[1] / np.maximum(shares[0], 0.5 / len(bins)))[bins]
    return weights


def _spread(weights: Floats) -> float:
    """Return the standard deviation of weights, were their mean 1; 0 of no weight at all."""
    mean = float(weights.mean())
    return float(weights.std()) / mean if mean > 0.0 else 0.0
