"""What is remembered of a matrix: counts that merge by addition (D18).

A float32 is read as an unsigned integer that grows with the number, and the numbers are counted by
the leading bits of that integer: by all 32 while a column has few distinct values, by fewer as
it has more, never by fewer than 16. Profiles of the hours of a day add up to the profile of the
day, exactly as if all rows had been counted at once.
"""

from enum import StrEnum
from typing import Annotated, Literal, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, NonNegativeInt, PositiveInt, model_validator

from functions.contracts.base import Document
from functions.contracts.errors import WindvaneError
from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.contracts.model_spec import Task
from functions.core.float_codes import CODE_BITS, MINIMUM_BITS, CodeCounts, count_codes

PREDICTION = "prediction"
"""The name of the prediction's own column."""


class ProfileMismatchError(WindvaneError):
    """Two profiles, or a profile and a matrix, are not of the same columns."""


class ColumnKind(StrEnum):
    """How a column is counted."""

    NUMERIC = "numeric"
    CATEGORICAL = "categorical"


class NumericProfile(Document):
    """Counts of numbers by the leading `bits` of their order-preserving code.

    `gaps` are the differences between the codes that occur, the first from 0, so that the JSON is
    short; `counts` are how often each occurs. The totals are of the finite values.
    """

    kind: Literal[ColumnKind.NUMERIC] = ColumnKind.NUMERIC
    name: str
    missing: NonNegativeInt
    bits: int = Field(ge=MINIMUM_BITS, le=CODE_BITS)
    gaps: tuple[NonNegativeInt, ...]
    counts: tuple[PositiveInt, ...]
    total: float = Field(allow_inf_nan=False)
    total_squares: float = Field(ge=0.0, allow_inf_nan=False)

    @property
    def rows(self) -> int:
        """How many rows were counted, those with a missing value too."""
        return self.present + self.missing

    @property
    def present(self) -> int:
        """How many rows have a value."""
        return sum(self.counts)

    @model_validator(mode="after")
    def _codes_ascend(self) -> Self:
        if len(self.gaps) != len(self.counts):
            msg = f"{len(self.gaps)} gaps do not fit {len(self.counts)} counts"
            raise ValueError(msg)
        if 0 in self.gaps[1:] or sum(self.gaps) >= 1 << self.bits:
            msg = f"gaps must ascend to a code of at most {self.bits} bits"
            raise ValueError(msg)
        return self


class CategoricalProfile(Document):
    """Counts of categories in code order, and of values that are none of them."""

    kind: Literal[ColumnKind.CATEGORICAL] = ColumnKind.CATEGORICAL
    name: str
    missing: NonNegativeInt
    unseen: NonNegativeInt
    counts: tuple[NonNegativeInt, ...]

    @property
    def rows(self) -> int:
        """How many rows were counted, those with a missing value too."""
        return self.present + self.missing

    @property
    def present(self) -> int:
        """How many rows have a value, known or unseen."""
        return sum(self.counts) + self.unseen


ColumnProfile: TypeAlias = Annotated[
    NumericProfile | CategoricalProfile, Field(discriminator="kind")
]


class Profile(Document):
    """profile.json: the columns of some rows, and what a model answered them."""

    schema_version: Literal[1] = 1
    rows: NonNegativeInt
    features: tuple[ColumnProfile, ...]
    prediction: ColumnProfile | None = None


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
    columns = tuple(
        _profile_feature(feature, matrix[:, index]) for index, feature in enumerate(schema.features)
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
    """Return the profile of two sets of rows together.

    Raises
    ------
    ProfileMismatchError
        If the profiles are not of the same columns, or only one has a prediction.
    """
    if len(first.features) != len(second.features):
        msg = f"{len(first.features)} columns do not merge with {len(second.features)}"
        raise ProfileMismatchError(msg)
    if (first.prediction is None) != (second.prediction is None):
        msg = "a profile with a prediction does not merge with one without"
        raise ProfileMismatchError(msg)
    pairs = zip(first.features, second.features, strict=True)
    prediction = (
        merge_columns(first.prediction, second.prediction)
        if first.prediction is not None and second.prediction is not None
        else None
    )
    return Profile(
        rows=first.rows + second.rows,
        features=tuple(merge_columns(a, b) for a, b in pairs),
        prediction=prediction,
    )


def merge_columns(first: ColumnProfile, second: ColumnProfile) -> ColumnProfile:
    """Return the profile of one column over two sets of rows; raise ProfileMismatchError."""
    if first.name == second.name:
        if isinstance(first, NumericProfile) and isinstance(second, NumericProfile):
            return _merge_numeric(first, second)
        if isinstance(first, CategoricalProfile) and isinstance(second, CategoricalProfile):
            return _merge_categorical(first, second)
    msg = (
        f"{first.kind} column {first.name!r} does not merge with "
        f"{second.kind} column {second.name!r}"
    )
    raise ProfileMismatchError(msg)


def counted_codes(profile: NumericProfile, bits: int) -> CodeCounts:
    """Return a column's counts by at most `bits` leading bits."""
    codes = np.cumsum(np.array(profile.gaps, dtype=np.int64)).astype(np.uint32)
    counts = np.array(profile.counts, dtype=np.int64)
    return CodeCounts(profile.bits, codes, counts).coarsened(min(bits, profile.bits))


def _profile_feature(feature: Feature, column: NDArray[np.float32]) -> ColumnProfile:
    if feature.is_categorical:
        return _profile_codes(feature.name, len(feature.categories), column)
    return _profile_numbers(feature.name, column)


def _profile_numbers(name: str, column: NDArray[np.float32]) -> NumericProfile:
    present = column[~np.isnan(column)]
    finite = present[np.isfinite(present)].astype(np.float64)
    counted = count_codes(present)
    return NumericProfile(
        name=name,
        missing=len(column) - len(present),
        bits=counted.bits,
        gaps=counted.gaps(),
        counts=tuple(counted.counts.tolist()),
        total=float(finite.sum()),
        total_squares=float(finite @ finite),
    )


def _profile_codes(name: str, categories: int, column: NDArray[np.float32]) -> CategoricalProfile:
    present = column[~np.isnan(column)]
    seen = present[(present >= 0) & (present < categories)].astype(np.int64)
    return CategoricalProfile(
        name=name,
        missing=len(column) - len(present),
        unseen=len(present) - len(seen),
        counts=tuple(np.bincount(seen, minlength=categories).tolist()),
    )


def _merge_numeric(first: NumericProfile, second: NumericProfile) -> NumericProfile:
    bits = min(first.bits, second.bits)
    merged = counted_codes(first, bits).added_to(counted_codes(second, bits))
    return NumericProfile(
        name=first.name,
        missing=first.missing + second.missing,
        bits=merged.bits,
        gaps=merged.gaps(),
        counts=tuple(merged.counts.tolist()),
        total=first.total + second.total,
        total_squares=first.total_squares + second.total_squares,
    )


def _merge_categorical(first: CategoricalProfile, second: CategoricalProfile) -> CategoricalProfile:
    if len(first.counts) != len(second.counts):
        msg = (
            f"column {first.name!r} has {len(first.counts)} categories in one profile and "
            f"{len(second.counts)} in the other"
        )
        raise ProfileMismatchError(msg)
    return CategoricalProfile(
        name=first.name,
        missing=first.missing + second.missing,
        unseen=first.unseen + second.unseen,
        counts=tuple(a + b for a, b in zip(first.counts, second.counts, strict=True)),
    )
