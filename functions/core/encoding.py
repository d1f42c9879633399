"""How columns become the float32 matrix that training and serving share, and back (D2).

Numbers and integers stand as they are, rounded to float32; booleans are 0 and 1; a string is the
index of its category. A missing value is NaN, a category that the schema does not list is -1.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from functions.contracts.errors import WindvaneError
from functions.contracts.feature_types import (
    UNSEEN_CATEGORY,
    FeatureType,
    FeatureView,
    SchemaView,
)
from functions.contracts.served import Label

_CONVERSIONS: dict[FeatureType, Callable[[np.float32], object]] = {
    FeatureType.NUMBER: float,
    FeatureType.INTEGER: int,
    FeatureType.BOOLEAN: bool,
}

Column: TypeAlias = Sequence[object] | NDArray[np.generic]


class EncodingError(WindvaneError):
    """A column is missing, or holds values that its feature's type does not allow."""


def encode_columns(schema: SchemaView, columns: Mapping[str, Column]) -> NDArray[np.float32]:
    """Return the matrix of the schema's features.

    Parameters
    ----------
    schema : SchemaView
        The columns of the matrix, in order.
    columns : mapping of feature name to a sequence or array of n values
        Plain values (None is missing), or a numeric array (NaN is missing), or a masked array
        (masked is missing). Names that the schema does not list are ignored.

    Returns
    -------
    ndarray of float32, shape (n, n_features)
        C-ordered.

    Raises
    ------
    EncodingError
        If a feature has no column, the columns differ in length, or a value cannot be encoded.

    Examples
    --------
    >>> from functions.contracts.feature_schema import Feature, FeatureSchema
    >>> schema = FeatureSchema(features=(
    ...     Feature(name="age", type="integer"),
    ...     Feature(name="fuel", type="string", categories=("diesel", "gas")),
    ... ))
    >>> encode_columns(schema, {"age": [3, None], "fuel": ["gas", "wood"]}).tolist()
    [[3.0, 1.0], [nan, -1.0]]
    """
    missing = [name for name in schema.names if name not in columns]
    if missing:
        msg = f"no column for feature {missing[0]!r}; the schema needs {', '.join(schema.names)}"
        raise EncodingError(msg)
    lengths = {len(columns[name]) for name in schema.names}
    if len(lengths) > 1:
        msg = f"columns differ in length: {sorted(lengths)}"
        raise EncodingError(msg)
    matrix = np.empty((lengths.pop(), len(schema.features)), dtype=np.float32)
    for index, feature in enumerate(schema.features):
        matrix[:, index] = _encode_column(feature, columns[feature.name])
    return matrix


def decode_columns(
    schema: SchemaView, matrix: NDArray[np.float32]
) -> dict[str, list[object | None]]:
    """Return the values that a matrix stands for, the inverse of `encode_columns`.

    A number comes back as its float32 value; an unlisted category cannot be known again and comes
    back as missing.

    Parameters
    ----------
    schema : SchemaView
        The schema that the matrix was encoded with.
    matrix : ndarray of float32, shape (n, n_features)

    Raises
    ------
    EncodingError
        If the matrix has another number of columns than the schema.
    """
    if matrix.ndim != 2 or matrix.shape[1] != len(schema.features):  # noqa: PLR2004 - a matrix has two dimensions
        msg = f"matrix of shape {matrix.shape} does not fit {len(schema.features)} features"
        raise EncodingError(msg)
    return {
        feature.name: _decode_column(feature, matrix[:, index])
        for index, feature in enumerate(schema.features)
    }


def encode_labels(classes: Sequence[Label], values: Column) -> NDArray[np.int64]:
    """Return each label's index in `classes`; a label that is none of them raises EncodingError.

    A class 1 is also found as 1.0, True or "1", because files know no types.

    Examples
    --------
    >>> encode_labels((0, 1), [1.0, False, "1"]).tolist()
    [1, 0, 1]
    """
    codes = {canonical_label(label): index for index, label in enumerate(classes)}
    try:
        return np.array([codes[canonical_label(value)] for value in values], dtype=np.int64)
    except KeyError as error:
        known = ", ".join(repr(label) for label in classes)
        msg = f"label {error.args[0]!r} is none of the classes {known}"
        raise EncodingError(msg) from error


def canonical_label(value: object) -> str:
    """Return the one spelling of a label, whatever type a file or a request gave it.

    Examples
    --------
    >>> canonical_label(True), canonical_label(1.0), canonical_label("yes")
    ('1', '1', 'yes')
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _encode_column(feature: FeatureView, values: Column) -> NDArray[np.float32]:
    if feature.type is FeatureType.STRING:
        return _encode_categories(feature, values)
    if isinstance(values, np.ma.MaskedArray):
        values = np.ma.filled(np.ma.asarray(values, dtype=np.float64), np.nan)
    try:
        numbers = np.array(
            [np.nan if value is None else value for value in values]
            if not isinstance(values, np.ndarray)
            else values,
            dtype=np.float64,
        )
    except (TypeError, ValueError) as error:
        msg = f"feature {feature.name!r} holds a value that is no number: {error}"
        raise EncodingError(msg) from error
    with np.errstate(over="ignore"):
        return numbers.astype(np.float32)


def _encode_categories(feature: FeatureView, values: Column) -> NDArray[np.float32]:
    codes: dict[object, float] = {name: float(code) for code, name in enumerate(feature.categories)}
    codes[None] = np.nan
    if isinstance(values, np.ma.MaskedArray):
        values = [
            None if masked else value
            for value, masked in zip(values.data, np.ma.getmaskarray(values), strict=True)
        ]
    return np.array([codes.get(value, UNSEEN_CATEGORY) for value in values], dtype=np.float32)


def _decode_column(feature: FeatureView, column: NDArray[np.float32]) -> list[object | None]:
    present = ~np.isnan(column)
    if feature.type is FeatureType.STRING:
        count = len(feature.categories)
        return [
            feature.categories[int(code)] if known and 0 <= code < count else None
            for code, known in zip(column, present, strict=True)
        ]
    convert = _CONVERSIONS[feature.type]
    return [convert(value) if known else None for value, known in zip(column, present, strict=True)]
