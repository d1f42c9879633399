"""Some of the rows that a version was judged on, kept with it to explain what a shift costs.

Stored as `reference_rows.npy` beside a version's profile: one float32 array of a row's features and
then its outputs. Features marked `pii` are missing in it, as they are in captures.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from functions.contracts.feature_schema import FeatureSchema
from functions.core.arrays import ArrayFormatError, array_from_bytes, array_to_bytes
from functions.core.capture_encoding import mask_pii

MOST_ROWS = 4096
MOST_BYTES = 300_000
"""It is read whenever a window has shifted; of 25 features it holds some 2,800 rows."""

LEAST_ROWS = 500
"""Whatever the number of features: of fewer rows a feature's bins are too few each."""

DRAW_SEED = 20_263
"""Any would do; the same held-out rows give the same sample."""

_FLOAT_BYTES = 4


@dataclass(frozen=True, slots=True, eq=False)
class ReferenceRows:
    """Rows that the version was judged on: encoded, and what it answered."""

    matrix: NDArray[np.float32]
    outputs: NDArray[np.float32]


def draw_reference_rows(
    schema: FeatureSchema, matrix: NDArray[np.float32], outputs: NDArray[np.float32]
) -> ReferenceRows:
    """Return a random sample of rows, in their order, without anything personal.

    Parameters
    ----------
    schema : FeatureSchema
        Features marked `pii` become missing (NaN).
    matrix : ndarray of float32, shape (n, n_features)
    outputs : ndarray of float32, shape (n, n_classes) or (n, 1)

    Returns
    -------
    ReferenceRows
        At most 4,096 rows and 300,000 bytes, but 500 rows however many features there are; all
        rows where there are no more.
    """
    row_bytes = _FLOAT_BYTES * (matrix.shape[1] + outputs.shape[1])
    count = min(MOST_ROWS, max(LEAST_ROWS, MOST_BYTES // row_bytes), len(matrix))
    drawn = np.random.default_rng(DRAW_SEED).choice(len(matrix), count, replace=False)
    kept = np.sort(drawn)
    return ReferenceRows(mask_pii(schema, matrix[kept]), outputs[kept])


def pack_reference_rows(rows: ReferenceRows) -> bytes:
    """Return rows as .npy bytes; the same rows give the same bytes."""
    return array_to_bytes(np.hstack([rows.matrix, rows.outputs]).astype("<f4", copy=False))


def unpack_reference_rows(content: bytes, schema: FeatureSchema) -> ReferenceRows:
    """Return the rows of .npy bytes.

    Raises
    ------
    ArrayFormatError
        If they are no such array, or have no column beside the schema's features.
    """
    array, features = array_from_bytes(content), len(schema.features)
    if array.dtype != np.float32 or array.ndim != 2 or array.shape[1] <= features:  # noqa: PLR2004 - rows and columns
        msg = (
            f"reference rows are {array.dtype} of shape {array.shape}; a version of {features} "
            "features needs float32 rows of its features and its outputs"
        )
        raise ArrayFormatError(msg)
    return ReferenceRows(array[:, :features], array[:, features:])
