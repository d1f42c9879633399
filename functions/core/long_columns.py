"""Long batches of columns in JSON, their numbers read as arrays.

What is read here `compiled_records` would read to the same; it takes what this module refuses.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from functions.contracts.feature_types import UNSEEN_CATEGORY, FeatureType, FeatureView
from functions.core.feature_values import LARGEST_NUMBER
from functions.core.number_arrays import NotPlainError, numbers_of, plain_keys, read_text
from functions.core.records import COLUMNS, ColumnBatch


def read_long_columns(
    body: bytes, features: Sequence[FeatureView], maximum_rows: int
) -> ColumnBatch | None:
    """Return the rows of `{"columns": {...}}` without escapes and without a null, or None."""
    try:
        return read_text(body, lambda root: _read(root, body, features, maximum_rows))
    except NotPlainError:
        return None


def _read(
    root: Any,  # noqa: ANN401 - simdjson's
    body: bytes,
    features: Sequence[FeatureView],
    maximum_rows: int,
) -> ColumnBatch:
    if plain_keys(root) != [COLUMNS]:
        raise NotPlainError
    columns = root[COLUMNS]
    names = plain_keys(columns)
    # One array a feature; another one may stand among its numbers.
    if len(names) != len(features) or body.count(b"[") != len(features):
        raise NotPlainError
    rows = len(columns[names[0]])
    if not 0 < rows <= maximum_rows:
        raise NotPlainError
    matrix = np.empty((rows, len(features)), np.float32)
    for index, feature in enumerate(features):
        array = columns[feature.name]
        if len(array) != rows:
            raise NotPlainError
        matrix[:, index] = _encode(array, feature)
    return ColumnBatch(matrix, names[0])


def _encode(array: Any, feature: FeatureView) -> NDArray[np.float64] | list[float]:  # noqa: ANN401 - simdjson's
    """Return a column's numbers; raise for a value that does not fit its feature."""
    if feature.is_categorical:
        return _codes(array.as_list(), feature.categories)
    if feature.type is FeatureType.BOOLEAN:
        values: list[float] = array.as_list()
        if set(map(type, values)) != {bool}:
            raise NotPlainError
        return values
    numbers = numbers_of(array)
    is_whole = feature.type is FeatureType.INTEGER
    if np.abs(numbers).max() > LARGEST_NUMBER or (
        is_whole and np.any(np.floor(numbers) != numbers)
    ):
        raise NotPlainError
    return numbers


def _codes(texts: list[str], categories: Sequence[str]) -> list[float]:
    if set(map(type, texts)) != {str}:
        raise NotPlainError
    codes = {text: float(code) for code, text in enumerate(categories)}
    return [codes.get(text, UNSEEN_CATEGORY) for text in texts]
