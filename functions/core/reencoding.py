"""Reading rows that were encoded by one schema with another, to compare two versions on them."""

import numpy as np
from numpy.typing import NDArray

from functions.contracts.errors import WindvaneError
from functions.contracts.feature_schema import UNSEEN_CATEGORY, Feature, FeatureSchema


class IncomparableSchemaError(WindvaneError):
    """Rows lack a feature that a schema needs, or hold it as something else."""


def reencode(
    matrix: NDArray[np.float32], source: FeatureSchema, target: FeatureSchema
) -> NDArray[np.float32]:
    """Return the rows of `source` as `target` would have encoded them.

    Parameters
    ----------
    matrix : ndarray of float32, shape (n, n_source_features)
    source, target : FeatureSchema
        The features of `target` must be among those of `source`, categories as categories and
        numbers as numbers; order and lists of categories may differ.

    Returns
    -------
    ndarray of float32, shape (n, n_target_features)
        A category that `target` does not list becomes unseen. One that was unseen to `source` stays
        unseen: its name is gone.

    Raises
    ------
    IncomparableSchemaError
        If a feature is missing or of another kind, or a row holds what is no category: a hash.

    Examples
    --------
    >>> old = FeatureSchema(features=(
    ...     Feature(name="fuel", type="string", categories=("gas", "diesel")),
    ... ))
    >>> new = FeatureSchema(features=(
    ...     Feature(name="age", type="number"),
    ...     Feature(name="fuel", type="string", categories=("diesel", "electric", "gas")),
    ... ))
    >>> reencode(np.float32([[3.0, 2.0], [4.0, 1.0]]), new, old).tolist()
    [[0.0], [-1.0]]
    """
    if source.schema_id == target.schema_id:
        return matrix
    columns = []
    for wanted in target.features:
        if wanted.name not in source.names:
            msg = f"the rows have no feature {wanted.name!r}"
            raise IncomparableSchemaError(msg)
        index = source.names.index(wanted.name)
        columns.append(_reencode_column(matrix[:, index], source.features[index], wanted))
    return np.column_stack(columns).astype(np.float32)


def _reencode_column(
    column: NDArray[np.float32], held: Feature, wanted: Feature
) -> NDArray[np.float32]:
    if held.is_categorical != wanted.is_categorical:
        msg = f"feature {wanted.name!r} is {wanted.type} there and {held.type} in the rows"
        raise IncomparableSchemaError(msg)
    if not wanted.is_categorical:
        return column
    codes = {name: float(code) for code, name in enumerate(wanted.categories)}
    # The last place is where code -1 of the rows finds itself.
    table = np.array(
        [*(codes.get(name, UNSEEN_CATEGORY) for name in held.categories), UNSEEN_CATEGORY],
        dtype=np.float32,
    )
    missing = np.isnan(column)
    known = np.where(missing, UNSEEN_CATEGORY, column)
    outside = (known < UNSEEN_CATEGORY) | (known >= len(held.categories))
    if outside.any():
        msg = (
            f"feature {wanted.name!r} holds {known[outside][0]:g} in the rows, which is none of "
            f"its {len(held.categories)} categories"
        )
        raise IncomparableSchemaError(msg)
    return np.where(missing, column, table[known.astype(np.int64)])
