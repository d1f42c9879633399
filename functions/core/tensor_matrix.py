"""A request that is one tensor of numbers, checked and taken as a whole."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from functions.contracts.feature_types import FeatureType, FeatureView, SchemaView
from functions.core.feature_values import LARGEST_NUMBER
from functions.core.tensors import BOOL, BYTES, Tensor


def whole_matrix(tensors: Sequence[Tensor], schema: SchemaView) -> NDArray[np.float32] | None:
    """Return the encoded matrix of a single tensor that holds all features, as most requests do.

    None where there are more tensors or strings, or where a value does not fit: whoever takes
    column by column says which.

    Parameters
    ----------
    tensors : sequence of Tensor
    schema : SchemaView

    Returns
    -------
    ndarray of float32, shape (n, n_features), or None
    """
    features = schema.features
    if len(tensors) != 1 or tensors[0].width != len(features) or len(tensors[0].shape) == 1:
        return None
    (tensor,) = tensors
    if tensor.datatype in {BYTES, BOOL} or any(feature.is_categorical for feature in features):
        return None
    try:
        numbers = np.array(tensor.values, dtype=np.float64).reshape(tensor.shape)
    except (OverflowError, TypeError, ValueError):
        return None
    return numbers.astype(np.float32) if _fits(numbers, features) else None


def _fits(numbers: NDArray[np.float64], features: Sequence[FeatureView]) -> bool:
    missing = np.isnan(numbers)
    needed = [not feature.allows_missing for feature in features]
    if missing[:, needed].any() or not (missing | (np.abs(numbers) <= LARGEST_NUMBER)).all():
        return False
    whole = [feature.type is FeatureType.INTEGER for feature in features]
    if any(whole) and not _are(np.floor(numbers[:, whole]) == numbers[:, whole], missing[:, whole]):
        return False
    truth = [feature.type is FeatureType.BOOLEAN for feature in features]
    return not any(truth) or _are((numbers * (numbers - 1) == 0)[:, truth], missing[:, truth])


def _are(fitting: NDArray[np.bool_], missing: NDArray[np.bool_]) -> bool:
    return bool((fitting | missing).all())
