"""Bins that the reference alone determines, and both samples counted over them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from functions.core.divergences import ks_statistic
from functions.core.float_codes import CodeCounts, merge_ascending, value_at
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

    `ks` is None for categories, and where one of the samples has no rows.
    """

    labels: tuple[str, ...]
    reference: NDArray[np.int64]
    current: NDArray[np.int64]
    ks: float | None = None

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
    ref, cur = counted_codes(reference, bits), counted_codes(current, bits)
    binned = _bin_values(ref, cur) if len(ref.codes) <= NUMERIC_BINS else _bin_deciles(ref, cur)
    if not binned.is_comparable:
        return binned
    return BinnedColumn(binned.labels, binned.reference, binned.current, _cell_ks(ref, cur))


def _bin_values(reference: CodeCounts, current: CodeCounts) -> BinnedColumn:
    count = len(reference.codes)
    known = np.isin(current.codes, reference.codes)
    position = np.where(known, np.searchsorted(reference.codes, current.codes), count)
    labels = [show_number(value_at(int(code), reference.bits)) for code in reference.codes]
    return BinnedColumn(
        labels=(*labels, OTHER_VALUES),
        reference=np.append(reference.counts, 0),
        current=_sum_by(position, current.counts, count + 1),
    )


def _bin_deciles(reference: CodeCounts, current: CodeCounts) -> BinnedColumn:
    edges = _decile_edges(reference)
    bins = len(edges) + 1
    values = [show_number(value_at(int(edge), reference.bits)) for edge in edges]
    middle = [f"{low} to {high}" for low, high in pairwise(values)]
    return BinnedColumn(
        labels=(f"below {values[0]}", *middle, f"{values[-1]} and above"),
        reference=_sum_by(
            np.searchsorted(edges, reference.codes, side="right"), reference.counts, bins
        ),
        current=_sum_by(np.searchsorted(edges, current.codes, side="right"), current.counts, bins),
    )


def _decile_edges(counted: CodeCounts) -> NDArray[np.uint32]:
    """Return the codes that bins begin with: of each decile the nearest code that occurs."""
    before = np.cumsum(counted.counts) - counted.counts
    wanted = counted.counts.sum() * np.arange(1, NUMERIC_BINS) / NUMERIC_BINS
    above = np.clip(np.searchsorted(before, wanted), 1, len(before) - 1)
    below = np.maximum(above - 1, 1)
    nearest = np.where(wanted - before[below] < before[above] - wanted, below, above)
    edges: NDArray[np.uint32] = counted.codes[np.unique(nearest)]
    return edges


def _cell_ks(reference: CodeCounts, current: CodeCounts) -> float:
    cells = merge_ascending(reference.codes, current.codes)
    samples = np.zeros((2, len(cells)), dtype=np.int64)
    for counts, sample in zip(samples, (reference, current), strict=True):
        counts[np.searchsorted(cells, sample.codes)] = sample.counts
    return ks_statistic(*samples)


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


def _sum_by(position: NDArray[np.int64], counts: NDArray[np.int64], bins: int) -> NDArray[np.int64]:
    summed = np.zeros(bins, dtype=np.int64)
    np.add.at(summed, position, counts)
    return summed
