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
    MINIMUM_BITS,
    CategoricalProfile,
    ColumnKind,
    ColumnProfile,
    NumericProfile,
    Profile,
)
from functions.core.column_profiles import (
    columns_of,
    numeric_profile,
    profile_codes,
    profile_numbers,
    remember_counts,
    remembered_counts,
)
from functions.core.float_codes import CodeCounts, sum_counts
from functions.core.packed_integers import unpack_codes, unpack_counts, view_joined

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
    by_column = columns_of(matrix)
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
        return profile_codes(PREDICTION, outputs.shape[1], likeliest)
    return profile_numbers(PREDICTION, outputs[:, -1])


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
    counted = remembered_counts(profile)
    if counted is None:
        counted = _read_counts(profile)
        remember_counts(profile, counted)
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
        return profile_codes(feature.name, len(feature.categories), column)
    return profile_numbers(feature.name, column)


def _sum_numeric(columns: Sequence[NumericProfile]) -> NumericProfile:
    bits = min(column.bits for column in columns)
    counted = (
        _coarse_counts(columns)
        if bits == MINIMUM_BITS
        else [counted_codes(column, bits) for column in columns]
    )
    summed = sum_counts(counted)
    if int(summed.counts.sum()) != sum(column.present for column in columns):
        msg = f"the cells of column {columns[0].name!r} do not hold the rows that it says"
        raise ProfileMismatchError(msg)
    return numeric_profile(
        columns[0].name,
        summed,
        missing=sum(column.missing for column in columns),
        totals=(
            math.fsum(column.total for column in columns),
            math.fsum(column.total_squares for column in columns),
        ),
    )


def _coarse_counts(columns: Sequence[NumericProfile]) -> list[CodeCounts]:
    """Return counts by 16 bits, read without a look at them: a day's sum has 24 of each column."""
    counted, packed = [], []
    for column in columns:
        if column.bits > MINIMUM_BITS or remembered_counts(column):
            counted.append(counted_codes(column, MINIMUM_BITS))
        else:
            packed.append((column.cells, column.cell_rows))
    try:
        joined = list(view_joined(packed))
    except ValueError as error:
        msg = f"the cells of column {columns[0].name!r} cannot be read: {error}"
        raise ProfileMismatchError(msg) from error
    return [*counted, *(CodeCounts(MINIMUM_BITS, codes, counts) for codes, counts in joined)]


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
