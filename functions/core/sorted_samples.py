"""Two samples of one column in order: what all exact statistics share."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from functions.core.divergences import BinMismatchError

Values: TypeAlias = NDArray[np.float32] | NDArray[np.float64]
Counts: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SortedSample:
    """The values of a column, ascending, without the missing ones."""

    values: Values
    missing: int

    @property
    def rows(self) -> int:
        """How many rows there were, those with a missing value too."""
        return len(self.values) + self.missing


@dataclass(frozen=True, slots=True)
class PlacedSamples:
    """The values of the smaller of two samples, and their places among those of the other.

    `values` are distinct and ascend, shape (n,); `held` are the smaller sample's values up to and
    including each, `below` and `up_to` the other's that are less, and not greater. `others` are the
    other's values, and `size` is how many the smaller sample has.
    """

    values: Values
    held: Counts
    below: Counts
    up_to: Counts
    others: Values
    size: int


def sort_sample(values: Values) -> SortedSample:
    """Return a column's values in order; NaN is missing.

    Examples
    --------
    >>> sample = sort_sample(np.array([2.0, np.nan, 1.0]))
    >>> sample.values.tolist(), sample.missing, sample.rows
    ([1.0, 2.0], 1, 3)
    """
    ordered = values.copy()
    ordered.sort()
    present = int(np.searchsorted(ordered, np.nan))
    held = ordered[:present]
    return SortedSample(held, len(values) - present)


def place_samples(one: SortedSample, other: SortedSample) -> PlacedSamples:
    """Return the smaller of two samples among the other: what their cumulative shares need.

    Looking the fewer values up takes a tenth of sorting all of them together.

    Raises
    ------
    BinMismatchError
        If one of them has no value.
    """
    check_values(one, other)
    fewer, others = sorted((one.values, other.values), key=len)
    is_last = _is_last(fewer)
    values = fewer[is_last]
    below = np.searchsorted(others, values)
    up_to = below.copy()
    is_shared = others[np.minimum(below, len(others) - 1)] == values
    up_to[is_shared] = np.searchsorted(others, values[is_shared], side="right")
    held = np.flatnonzero(is_last) + 1
    return PlacedSamples(values, held, below, up_to, others, len(fewer))


def count_values(reference: SortedSample, current: SortedSample) -> tuple[Counts, Counts]:
    """Return how often each value of either sample occurs in both."""
    values = np.union1d(
        *(sample.values[_is_last(sample.values)] for sample in (reference, current))
    )
    past, now = (
        np.diff(np.searchsorted(sample.values, values, side="right"), prepend=0)
        for sample in (reference, current)
    )
    return past, now


def histogram(sample: SortedSample, edges: NDArray[np.float64]) -> Counts:
    """Return the counts of `np.histogram`: bins take their lower edge, the last both."""
    places = np.searchsorted(sample.values, edges)
    places[-1] = np.searchsorted(sample.values, edges[-1], side="right")
    return np.diff(places)


def distinct_values(sample: SortedSample) -> int:
    """Return how many distinct values a sample has, at least one."""
    return 1 + int(np.count_nonzero(sample.values[1:] != sample.values[:-1]))


def check_values(reference: SortedSample, current: SortedSample) -> None:
    """Raise BinMismatchError if one of two samples has no value."""
    for name, sample in (("reference", reference), ("current", current)):
        if not len(sample.values):
            msg = f"the {name} sample has no value among {sample.rows:,} rows: nothing to compare"
            raise BinMismatchError(msg)


def _is_last(ordered: Values) -> NDArray[np.bool_]:
    """Return where an ascending array's next value is another."""
    return np.append(ordered[1:] != ordered[:-1], True)[: len(ordered)]
