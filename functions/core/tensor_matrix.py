"""A request's numbers as the model's matrix, checked and taken as a whole."""

from collections.abc import Sequence
from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from functions.contracts.feature_types import FeatureType, FeatureView, SchemaView
from functions.core.feature_values import LARGEST_NUMBER
from functions.core.tensors import BOOL, BYTES, Tensor

_NAN = float("nan")
_TRUTH_VALUES = (0, 1)


class MatrixRules:
    """What the columns of one schema take, asked of whole matrices."""

    def __init__(self, features: Sequence[FeatureView]) -> None:
        self._needed = [not feature.allows_missing for feature in features]
        self._whole = _indices(features, FeatureType.INTEGER)
        self._truth = _indices(features, FeatureType.BOOLEAN)

    def encode(self, numbers: NDArray[np.float64]) -> NDArray[np.float32] | None:
        """Return the float32 matrix of encoded numbers, or None where one does not fit its feature.

        Parameters
        ----------
        numbers : ndarray of float64, shape (n, n_features)
            NaN is missing; strings are codes of their categories.
        """
        fits = np.abs(numbers) <= LARGEST_NUMBER
        if not fits.all():
            missing = np.isnan(numbers)
            if missing[:, self._needed].any() or not (fits | missing).all():
                return None
            numbers = np.where(missing, np.nan, numbers)  # there are many kinds of NaN
        if self._whole:
            whole = numbers[:, self._whole]
            if not _are(np.floor(whole) == whole, whole):
                return None
        matrix = numbers.astype(np.float32, order="C")
        if self._truth:
            truth = numbers[:, self._truth]
            if not _are(truth * (truth - 1) == 0, truth):
                return None
            matrix[:, self._truth] += 0.0  # -0.0 is no truth value of its own
        return matrix

    def encode_row(self, values: list[Any]) -> list[float] | None:
        """Return one row as `encode` has it, or None; None is missing, as NaN is.

        Of one row Python takes a third of what numpy takes, whose code is seldom at hand then.
        """
        row = [_NAN if value is None else value for value in values]
        for index, value in enumerate(row):
            if not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
                if self._needed[index] or not isnan(value):
                    return None
                row[index] = _NAN  # there are many kinds
        if any(row[index] % 1 > 0 for index in self._whole):
            return None
        for index in self._truth:
            row[index] += 0.0
        fits = all(row[index] in _TRUTH_VALUES or isnan(row[index]) for index in self._truth)
        return row if fits else None


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
    return MatrixRules(features).encode(numbers)


def _indices(features: Sequence[FeatureView], kind: FeatureType) -> list[int]:
    return [index for index, feature in enumerate(features) if feature.type is kind]


def _are(fitting: NDArray[np.bool_], numbers: NDArray[np.float64]) -> bool:
    return bool((fitting | np.isnan(numbers)).all())
