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
class MergedSamples:
    """Two samples in one order.

    `values` ascend, shape (n,), and lie in both or either sample; `reference_shares` and
    `current_shares` are of each sample's rows up to and including this place in the order. Of equal
    values only the last has the cumulative share of them all: `is_last`.
    """

    values: Values
    reference_shares: NDArray[np.float64]
    current_shares: NDArray[np.float64]
    is_last: NDArray[np.bool_]


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


def merge_samples(reference: SortedSample, current: SortedSample) -> MergedSamples:
    """Return two samples in one order.

    Raises
    ------
    BinMismatchError
        If one of them has no value.
    """
    check_values(reference, current)
    n_ref, n_cur = len(reference.values), len(current.values)
    is_reference = _places_of_reference(reference.values, current.values)
    values = np.empty(n_ref + n_cur, dtype=np.result_type(reference.values, current.values))
    values[is_reference] = reference.values
    values[~is_reference] = current.values
    seen = np.cumsum(is_reference)
    return MergedSamples(
        values=values,
        reference_shares=seen / n_ref,
        current_shares=(np.arange(1, len(values) + 1) - seen) / n_cur,
        is_last=np.append(values[1:] != values[:-1], True),
    )


def count_values(reference: SortedSample, current: SortedSample) -> tuple[Counts, Counts]:
    """Return how often each value of either sample occurs in both."""
    values = np.unique(np.concatenate([reference.values, current.values]))
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


def _places_of_reference(reference: Values, current: Values) -> NDArray[np.bool_]:
    """Return which places of the common order are the reference's; of equal values it is first.

    Both are in order: looking the fewer up among the more takes an eighth of sorting them together.
    """
    n_ref, n_cur = len(reference), len(current)
    is_reference = np.full(n_ref + n_cur, n_ref > n_cur)
    if n_ref > n_cur:
        places = np.searchsorted(reference, current, side="right") + np.arange(n_cur)
        is_reference[places] = False
    else:
        places = np.searchsorted(current, reference, side="left") + np.arange(n_ref)
        is_reference[places] = True
    return is_reference
