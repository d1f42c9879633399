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

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from functions.contracts.estimates import Estimator
from functions.contracts.feature_schema import FeatureSchema
from functions.contracts.profile import Profile
from functions.core.attribution_hour import bin_rows, count_hours
from functions.core.calibration import calibrate
from functions.core.cbpe import Cells, estimate_binary
from functions.core.dle import bin_rows as bin_for_trees
from functions.core.dle import expected_losses
from functions.core.profile import profile_matrix
from functions.core.scores import is_higher_better

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ReferenceRows:
    """Rows that the version was judged on: encoded, and what it answered."""

    matrix: NDArray[np.float32]
    outputs: NDArray[np.float32]


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
        Of a binary classifier or a regression.
    schema : FeatureSchema
        Features marked `pii` explain nothing.
    rows : ReferenceRows
        At least one; some thousands, as the reference profile was made of.
    current : Profile
        Of the window.
    metric : str
        One of those that the estimator's references name.

    Returns
    -------
    FeatureLosses or None
        None of a multiclass model, and of a metric that cannot be estimated.
    """
    even = np.ones(len(rows.matrix))
    usual = _estimate(estimator, rows, even).get(metric)
    if usual is None:
        return None
    direction = -1.0 if is_higher_better(metric) else 1.0
    past = profile_matrix(schema, rows.matrix)
    found = {}
    for index, feature in enumerate(schema.features):
        if feature.pii or not current.features[index].rows:
            continue
        counts = count_hours(past.features[index], [current.features[index]])
        bins = bin_rows(past.features[index], current.features[index], rows.matrix[:, index])
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        weights = (shares[1] / np.maximum(shares[0], 0.5 / len(bins)))[bins]
        value = _estimate(estimator, rows, weights).get(metric) if weights.any() else None
        found[feature.name] = 0.0 if value is None else direction * (value - usual)
    return FeatureLosses(metric, found)


def _estimate(estimator: Estimator, rows: ReferenceRows, weights: Floats) -> dict[str, float]:
    """Return what is estimated of weighted rows."""
    if estimator.loss_model is not None:
        inputs = np.column_stack([rows.matrix, rows.outputs])
        bins = bin_for_trees(estimator.loss_model, inputs)
        absolute, squared = (
            float(np.average(expected_losses(learned, bins), weights=weights))
            for learned in (estimator.loss_model.absolute, estimator.loss_model.squared)
        )
        return {
            "mean_absolute_error": absolute,
            "mean_squared_error": squared,
            "root_mean_squared_error": float(np.sqrt(squared)),
        }
    if len(estimator.calibrations) != 1:
        return {}
    scores, place = np.unique(rows.outputs[:, -1].astype(np.float64), return_inverse=True)
    weighted = np.bincount(place, weights).astype(np.float64)
    kept = weighted > 0.0
    probabilities = calibrate(estimator.calibrations[0], scores[kept])
    return estimate_binary(Cells(scores[kept], weighted[kept], weighted[kept] * probabilities))
