"""One column of a matrix, counted; `functions.core.profile` puts columns together."""

import numpy as np
from numpy.typing import NDArray

from functions.contracts.profile import CategoricalProfile, NumericProfile
from functions.core.float_codes import BLOCK, CodeCounts, count_codes
from functions.core.packed_integers import pack_codes, pack_counts

_COUNTED = "_counted"
_BLOCK_ROWS = 2048
"""A block of 25 columns fits into a processor's second cache."""


def profile_numbers(name: str, column: NDArray[np.float32]) -> NumericProfile:
    """Return the profile of a column of numbers; NaN is missing."""
    present = _without_nan(column)
    return numeric_profile(
        name,
        count_codes(present),
        missing=len(column) - len(present),
        totals=_add_up(present),
    )


def profile_codes(name: str, categories: int, column: NDArray[np.float32]) -> CategoricalProfile:
    """Return the profile of a column of category codes; NaN is missing."""
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


def numeric_profile(
    name: str, counted: CodeCounts, *, missing: int, totals: tuple[float, float]
) -> NumericProfile:
    """Return the profile of counted numbers; `totals` are their sum and that of their squares."""
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
    remember_counts(profile, counted)
    return profile


def columns_of(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the columns as rows, block by block: a column at a time takes thrice as long."""
    columns = np.empty(matrix.shape[::-1], dtype=np.float32)
    for start in range(0, len(matrix), _BLOCK_ROWS):
        columns[:, start : start + _BLOCK_ROWS] = matrix[start : start + _BLOCK_ROWS].T
    return columns


def remember_counts(profile: NumericProfile, counted: CodeCounts) -> None:
    """Keep a profile's counts beside their text: a window's are read several times."""
    profile.__dict__[_COUNTED] = (profile.cells, profile.cell_rows, counted)


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


def _without_nan(column: NDArray[np.float32]) -> NDArray[np.float32]:
    missing = np.isnan(column)
    return column[~missing] if missing.any() else column


def remembered_counts(profile: NumericProfile) -> CodeCounts | None:
    """Return the counts that are kept beside a profile's text, if they are of that text."""
    cells, cell_rows, held = profile.__dict__.get(_COUNTED, (None, None, None))
    if cells is not profile.cells or cell_rows is not profile.cell_rows:
        return None
    counted: CodeCounts | None = held
    return counted
