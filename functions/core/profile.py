"""What is remembered of a matrix: counts that merge by addition (D18).

A float32 is read as an unsigned integer that grows with the number, and the numbers are counted by
the leading bits of that integer: by all 32 while a column has few distinct values, by fewer as
it has more, never by fewer than 16. Profiles of the hours of a day add up to the profile of the
day, exactly as if all rows had been counted at once.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from functions.contracts.errors import WindvaneError
from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.contracts.model_spec import Task
from functions.contracts.profile import (
    CategoricalProfile,
    ColumnKind,
    ColumnProfile,
    NumericProfile,
    Profile,
)
from functions.core.float_codes import BLOCK, CodeCounts, count_codes, sum_counts
from functions.core.packed_integers import pack_codes, pack_counts, unpack_codes, unpack_counts

__all__ = [
    "PREDICTION",
    "CategoricalProfile",
    "ColumnKind",
    "ColumnProfile",
    "NumericProfile",
    "Profile",
    "ProfileMismatchError",
    "counted_codes",
    "merge_columns",
    "merge_profiles",
    "profile_matrix",
    "profile_predictions",
    "sum_columns",
    "sum_profiles",
]

_COUNTED = "_counted"
_BLOCK_ROWS = 8192
"""A block of 25 columns fits into a processor's second cache."""

PREDICTION = "prediction"
"""The name of the prediction's own column."""


class ProfileMismatchError(WindvaneError):
    """Two profiles, or a profile and a matrix, are not of the same columns."""


def profile_matrix(schema: FeatureSchema, matrix: NDArray[np.float32]) -> Profile:
    """Return the profile of an encoded matrix, without a prediction.

    Parameters
    ----------
    schema : FeatureSchema
        The schema that the matrix was encoded with.
    matrix : ndarray of float32, shape (n, n_features)
        NaN is missing; a category's code that the schema does not list is unseen.

    Raises
    ------
    ProfileMismatchError
        If the matrix has another number of columns than the schema.

    Examples
    --------
    >>> schema = FeatureSchema(features=(Feature(name="age", type="number"),))
    >>> age, = profile_matrix(schema, np.float32([[1], [3], [3], [np.nan]])).features
    >>> age.counts, age.missing, age.total
    ((1, 2), 1, 7.0)
    """
    if matrix.ndim != 2 or matrix.shape[1] != len(schema.features):  # noqa: PLR2004 - rows and columns
        msg = f"matrix of shape {matrix.shape} does not fit {len(schema.features)} features"
        raise ProfileMismatchError(msg)
    by_column = _transposed(matrix)
    columns = tuple(
        _profile_feature(feature, by_column[index]) for index, feature in enumerate(schema.features)
    )
    return Profile(rows=len(matrix), features=columns)


def profile_predictions(task: Task, outputs: NDArray[np.float32]) -> ColumnProfile:
    """Return the profile of a model's answers.

    Parameters
    ----------
    task : Task
        Binary: the positive class's probability is counted. Multiclass: the likeliest class (the
        first of equals). Regression: the value.
    outputs : ndarray of float32, shape (n, n_classes) or (n, 1)
        A row with a NaN is missing.
    """
    if task is Task.MULTICLASS_CLASSIFICATION:
        likeliest = outputs.argmax(axis=1).astype(np.float32)
        likeliest[np.isnan(outputs).any(axis=1)] = np.nan
        return _profile_codes(PREDICTION, outputs.shape[1], likeliest)
    return _profile_numbers(PREDICTION, outputs[:, -1])


def merge_profiles(first: Profile, second: Profile) -> Profile:
    """Return the profile of two sets of rows together; see `sum_profiles`."""
    return sum_profiles([first, second])


def sum_profiles(profiles: Sequence[Profile]) -> Profile:
    """Return the profile of several sets of rows together, at least one.

    Raises
    ------
    ProfileMismatchError
        If the profiles are not of the same columns, or only some have a prediction.
    """
    first, *others = profiles
    for other in others:
        if len(first.features) != len(other.features):
            msg = f"{len(first.features)} columns do not merge with {len(other.features)}"
            raise ProfileMismatchError(msg)
        if (first.prediction is None) != (other.prediction is None):
            msg = "a profile with a prediction does not merge with one without"
            raise ProfileMismatchError(msg)
    predictions = [profile.prediction for profile in profiles if profile.prediction is not None]
    return Profile(
        rows=sum(profile.rows for profile in profiles),
        features=tuple(
            sum_columns(columns)
            for columns in zip(*(profile.features for profile in profiles), strict=True)
        ),
        prediction=sum_columns(predictions) if predictions else None,
    )


def merge_columns(first: ColumnProfile, second: ColumnProfile) -> ColumnProfile:
    """Return the profile of one column over two sets of rows; raise ProfileMismatchError."""
    return sum_columns([first, second])


def sum_columns(columns: Sequence[ColumnProfile]) -> ColumnProfile:
    """Return the profile of one column over several sets of rows; raise ProfileMismatchError."""
    first, *others = columns
    for other in others:
        if first.name != other.name or first.kind != other.kind:
            msg = (
                f"{first.kind} column {first.name!r} does not merge with "
                f"{other.kind} column {other.name!r}"
            )
            raise ProfileMismatchError(msg)
    numeric = [column for column in columns if isinstance(column, NumericProfile)]
    if numeric:
        return _sum_numeric(numeric)
    return _sum_categorical([c for c in columns if isinstance(c, CategoricalProfile)])


def counted_codes(profile: NumericProfile, bits: int) -> CodeCounts:
    """Return a column's counts by at most `bits` leading bits.

    Raises
    ------
    ProfileMismatchError
        If the profile's cells do not ascend, or its counts are not those of its rows.
    """
    cells, cell_rows, held = profile.__dict__.get(_COUNTED, (None, None, None))
    if held is None or cells is not profile.cells or cell_rows is not profile.cell_rows:
        held = _read_counts(profile)
        _remember(profile, held)
    counted: CodeCounts = held
    return counted.coarsened(min(bits, profile.bits))


def _read_counts(profile: NumericProfile) -> CodeCounts:
    try:
        codes = unpack_codes(profile.cells, profile.bits)
        counts = unpack_counts(profile.cell_rows, len(codes))
    except ValueError as error:
        msg = f"the cells of column {profile.name!r} cannot be read: {error}"
        raise ProfileMismatchError(msg) from error
    if (codes[1:] <= codes[:-1]).any() or int(counts.sum()) != profile.present:
        msg = (
            f"the cells of column {profile.name!r} do not ascend, or do not hold the "
            f"{profile.present} rows that it says"
        )
        raise ProfileMismatchError(msg)
    return CodeCounts(profile.bits, codes, counts)


def _profile_feature(feature: Feature, column: NDArray[np.float32]) -> ColumnProfile:
    if feature.is_categorical:
        return _profile_codes(feature.name, len(feature.categories), column)
    return _profile_numbers(feature.name, column)


def _profile_numbers(name: str, column: NDArray[np.float32]) -> NumericProfile:
    present = _without_nan(column)
    return _numeric_profile(
        name,
        count_codes(present),
        missing=len(column) - len(present),
        totals=_add_up(present),
    )


def _add_up(numbers: NDArray[np.float32]) -> tuple[float, float]:
    """Return the sum of the finite numbers, and of their squares."""
    total = squares = 0.0
    for start in range(0, len(numbers), BLOCK):
        block = numbers[start : start + BLOCK]
        is_finite = np.isfinite(block)
        finite = (block if is_finite.all() else block[is_finite]).astype(np.float64)
        total += float(finite.sum())
        squares += float(finite @ finite)
    return total, squares


def _transposed(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the columns as rows, block by block: a column at a time takes thrice as long."""
    columns = np.empty(matrix.shape[::-1], dtype=np.float32)
    for start in range(0, len(matrix), _BLOCK_ROWS):
        columns[:, start : start + _BLOCK_ROWS] = matrix[start : start + _BLOCK_ROWS].T
    return columns


def _without_nan(column: NDArray[np.float32]) -> NDArray[np.float32]:
    missing = np.isnan(column)
    return column[~missing] if missing.any() else column


def _numeric_profile(
    name: str, counted: CodeCounts, *, missing: int, totals: tuple[float, float]
) -> NumericProfile:
    profile = NumericProfile(
        name=name,
        missing=missing,
        present=int(counted.counts.sum()),
        bits=counted.bits,
        cells=pack_codes(counted.codes, counted.bits),
        cell_rows=pack_counts(counted.counts),
        total=totals[0],
        total_squares=totals[1],
    )
    _remember(profile, counted)
    return profile


def _remember(profile: NumericProfile, counted: CodeCounts) -> None:
    """Keep a profile's counts beside their text: a window's are read several times."""
    profile.__dict__[_COUNTED] = (profile.cells, profile.cell_rows, counted)


def _profile_codes(name: str, categories: int, column: NDArray[np.float32]) -> CategoricalProfile:
    counts, present = np.zeros(categories, dtype=np.int64), 0
    for start in range(0, len(column), BLOCK):
        known = _without_nan(column[start : start + BLOCK])
        seen = known[(known >= 0) & (known < categories)].astype(np.int64)
        counts += np.bincount(seen, minlength=categories)
        present += len(known)
    return CategoricalProfile(
        name=name,
        missing=len(column) - present,
        unseen=present - int(counts.sum()),
        counts=tuple(counts.tolist()),
    )


def _sum_numeric(columns: Sequence[NumericProfile]) -> NumericProfile:
    bits = min(column.bits for column in columns)
    return _numeric_profile(
        columns[0].name,
        sum_counts([counted_codes(column, bits) for column in columns]),
        missing=sum(column.missing for column in columns),
        totals=(
            math.fsum(column.total for column in columns),
            math.fsum(column.total_squares for column in columns),
        ),
    )


def _sum_categorical(columns: Sequence[CategoricalProfile]) -> CategoricalProfile:
    first = columns[0]
    for other in columns:
        if len(first.counts) != len(other.counts):
            msg = (
                f"column {first.name!r} has {len(first.counts)} categories in one profile and "
                f"{len(other.counts)} in the other"
            )
            raise ProfileMismatchError(msg)
    return CategoricalProfile(
        name=first.name,
        missing=sum(column.missing for column in columns),
        unseen=sum(column.unseen for column in columns),
        counts=tuple(
            sum(counts) for counts in zip(*(column.counts for column in columns), strict=True)
        ),
    )
