"""Bins that the reference alone determines, and both samples counted over them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import NDArray

from functions.contracts.profile import CODE_BITS
from functions.core.float_codes import CodeCounts, values_at
from functions.core.profile import (
    CategoricalProfile,
    ColumnProfile,
    NumericProfile,
    ProfileMismatchError,
    counted_codes,
)

NUMERIC_BINS = 10
"""Deciles, the custom for PSI; more bins need more rows for the same certainty."""

CATEGORY_BINS = 20
"""The most categories that are compared one by one; the rarest of more are compared together."""

OTHER_VALUES = "other values"
OTHER_CATEGORIES = "other categories"
_THOUSAND = 1000.0
_BILLION = 1e9


@dataclass(frozen=True, slots=True)
class BinnedColumn:
    """One column's rows with a known value, per bin.

    `ks` is None for categories, and where one of the samples has no rows; so is `ks_error`, by how
    much the exact statistic may exceed it.
    """

    labels: tuple[str, ...]
    reference: NDArray[np.int64]
    current: NDArray[np.int64]
    ks: float | None = None
    ks_error: float | None = None

    @property
    def is_comparable(self) -> bool:
        """Whether both samples have rows."""
        return bool(self.reference.sum() and self.current.sum())


def bin_columns(
    reference: ColumnProfile, current: ColumnProfile, names: Sequence[str] = ()
) -> BinnedColumn:
    """Return two profiles of one column over the reference's bins.

    A numeric column has the reference's deciles, or a bin for each value and one for all others if
    the reference has at most ten values. A categorical column has a bin a category.

    Parameters
    ----------
    reference, current : ColumnProfile
    names : sequence of str
        Of the categories, in code order; not needed for a numeric column.

    Raises
    ------
    ProfileMismatchError
        If the two are not of the same column, or the names are not as many as the categories.
    """
    if reference.name == current.name:
        if isinstance(reference, NumericProfile) and isinstance(current, NumericProfile):
            return _bin_numbers(reference, current)
        if isinstance(reference, CategoricalProfile) and isinstance(current, CategoricalProfile):
            return _bin_categories(reference, current, names)
    msg = (
        f"{reference.kind} column {reference.name!r} cannot be compared with "
        f"{current.kind} column {current.name!r}"
    )
    raise ProfileMismatchError(msg)


def show_number(value: float) -> str:
    """Return a number as short as a label should be.

    Examples
    --------
    >>> show_number(21888.0), show_number(0.123456), show_number(-0.0), show_number(1e12)
    ('21,888', '0.1235', '0', '1e+12')
    """
    if _THOUSAND <= abs(value) < _BILLION:
        return f"{value:,.0f}"
    return f"{value + 0.0:.4g}"


def _bin_numbers(reference: NumericProfile, current: NumericProfile) -> BinnedColumn:
    bits = min(reference.bits, current.bits)
    ref, cur = (_Cells.of(counted_codes(sample, bits)) for sample in (reference, current))
    binned = _bin_values(ref, cur) if len(ref.codes) <= NUMERIC_BINS else _bin_deciles(ref, cur)
    if not binned.is_comparable:
        return binned
    return BinnedColumn(binned.labels, binned.reference, binned.current, *_cell_ks(ref, cur))


@dataclass(frozen=True, slots=True)
class _Cells:
    """The codes that occur, and how many rows lie before each; behind the last, all of them."""

    bits: int
    codes: NDArray[np.uint32]
    before: NDArray[np.int64]

    @classmethod
    def of(cls, counted: CodeCounts) -> Self:
        before = np.zeros(len(counted.codes) + 1, dtype=np.int64)
        np.cumsum(counted.counts, out=before[1:])
        return cls(counted.bits, counted.codes, before)

    @property
    def rows(self) -> int:
        return int(self.before[-1])

    def between(self, edges: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Return how many rows lie below the first edge, between each two, and from the last on."""
        below = np.empty(len(edges) + 2, dtype=np.int64)
        below[0], below[-1] = 0, self.before[-1]
        below[1:-1] = self.before[np.searchsorted(self.codes, edges)]
        return below[1:] - below[:-1]


def _bin_values(reference: _Cells, current: _Cells) -> BinnedColumn:
    places = np.searchsorted(current.codes, reference.codes)
    behind = np.searchsorted(current.codes, reference.codes, side="right")
    held = current.before[behind] - current.before[places]
    labels = [show_number(value) for value in values_at(reference.codes, reference.bits).tolist()]
    return BinnedColumn(
        labels=(*labels, OTHER_VALUES),
        reference=np.append(np.diff(reference.before), 0),
        current=np.append(held, current.rows - held.sum()),
    )


def _bin_deciles(reference: _Cells, current: _Cells) -> BinnedColumn:
    edges = _decile_edges(reference)
    values = [show_number(value) for value in values_at(edges, reference.bits).tolist()]
    middle = [f"{low} to {high}" for low, high in pairwise(values)]
    return BinnedColumn(
        labels=(f"below {values[0]}", *middle, f"{values[-1]} and above"),
        reference=reference.between(edges),
        current=current.between(edges),
    )


def _decile_edges(cells: _Cells) -> NDArray[np.uint32]:
    """Return the codes that bins begin with: of each decile the nearest code that occurs."""
    before = cells.before[:-1]
    wanted = cells.rows * np.arange(1, NUMERIC_BINS) / NUMERIC_BINS
    above = np.minimum(np.maximum(np.searchsorted(before, wanted), 1), len(before) - 1)
    below = np.maximum(above - 1, 1)
    nearest = np.where(wanted - before[below] < before[above] - wanted, below, above)
    edges: NDArray[np.uint32] = cells.codes[sorted(set(nearest.tolist()))]
    return edges


def _cell_ks(reference: _Cells, current: _Cells) -> tuple[float, float]:
    """Return `ks_statistic` over the cells of either, and by how much the exact one may exceed it.

    Between two cells of the current rows their share stands still and the reference's only rises,
    so that the largest distance is behind one of these cells, or just before one. Within a cell
    nobody knows whose rows come first: at most, all of the one sample before all of the other.
    """
    behind = np.searchsorted(reference.codes, current.codes, side="right")
    is_shared = reference.codes[behind - 1] == current.codes
    past, now = reference.before / reference.rows, current.before / current.rows
    past_behind, past_before = past[behind], past[behind - is_shared]
    at, just_before = np.abs(past_behind - now[1:]), np.abs(past_before - now[:-1])
    found = float(max(at.max(), just_before.max()))
    if reference.bits == CODE_BITS:
        return found, 0.0
    most = max((past_behind - now[:-1]).max(), (now[1:] - past_before).max())
    return found, max(float(most) - found, 0.0)


def _bin_categories(
    reference: CategoricalProfile, current: CategoricalProfile, names: Sequence[str]
) -> BinnedColumn:
    ref, cur = np.array(reference.counts, np.int64), np.array(current.counts, np.int64)
    if not len(ref) == len(cur) == len(names):
        msg = (
            f"column {reference.name!r} has {len(ref)} categories in the reference, {len(cur)} in "
            f"the window and {len(names)} names"
        )
        raise ProfileMismatchError(msg)
    if len(names) <= CATEGORY_BINS:
        return BinnedColumn(tuple(names), ref, cur)
    kept = np.sort(np.argsort(-ref, kind="stable")[: CATEGORY_BINS - 1])
    return BinnedColumn(
        labels=(*(names[i] for i in kept), OTHER_CATEGORIES),
        reference=np.append(ref[kept], ref.sum() - ref[kept].sum()),
        current=np.append(cur[kept], cur.sum() - cur[kept].sum()),
    )
