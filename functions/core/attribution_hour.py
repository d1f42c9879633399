"""In which hour of a window a column changed, and how certain that is.

Rows before the change come from the reference, rows from it on from another population that stays
as it is; which, nobody says. Each hour is as likely beforehand. Both populations are unknown shares
of bins with Jeffreys' prior, so what an hour explains is a closed formula.

References
----------
Barry, D. and Hartigan, J. A. (1993). A Bayesian analysis for change point problems. Journal of the
American Statistical Association 88(421), 309-319. (The posterior of a change's place.)
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from functions.contracts.profile import CODE_BITS
from functions.core.float_codes import codes_of
from functions.core.profile import (
    CategoricalProfile,
    ColumnProfile,
    NumericProfile,
    counted_codes,
)

CREDIBLE = 0.95
"""How likely the change lies between the earliest and the latest hour, if it is one change."""

_BINS = 10
_PRIOR = 0.5


@dataclass(frozen=True, slots=True)
class ChangeHour:
    """Places in a sequence of hours; 0 also stands for a change before the first."""

    likeliest: int
    earliest: int
    latest: int


def find_change_hour(
    reference: ColumnProfile, hours: Sequence[ColumnProfile | None]
) -> ChangeHour | None:
    """Return the hour from which on a column's rows are other ones than the reference's.

    Parameters
    ----------
    reference : ColumnProfile
    hours : sequence of ColumnProfile or None
        The same column of each hour, in order; None: no rows.

    Returns
    -------
    ChangeHour or None
        None if no hour has rows.

    Notes
    -----
    Numbers are counted over the reference's deciles, with bins for what lies beyond it, is missing
    or is no known category. The gap between the earliest and the latest hour holds at least 95% of
    the posterior probability. Of a gradual change it is the hour that divides it best.
    """
    counts = count_hours(reference, hours)
    before, after = counts[0] + _sums_before(counts[1:]), counts[1:]
    rows = after.sum(axis=1)
    if not rows.any():
        return None
    rest = after.sum(axis=0) - _sums_before(after)
    evidence = np.array(
        [_marginal(one) + _marginal(two) for one, two in zip(before, rest, strict=True)]
    )
    # An hour without rows cannot be told from the next one with rows: it says nothing of its own.
    evidence[rows == 0] = -math.inf
    weights = np.exp(evidence - evidence.max())
    cumulative = np.cumsum(weights / weights.sum())
    tail = (1.0 - CREDIBLE) / 2.0
    likeliest = int(weights.argmax())
    return ChangeHour(
        likeliest,
        min(likeliest, int(np.searchsorted(cumulative, tail))),
        max(likeliest, int(np.searchsorted(cumulative, 1.0 - tail))),
    )


def count_hours(
    reference: ColumnProfile, hours: Sequence[ColumnProfile | None]
) -> NDArray[np.int64]:
    """Return rows per bin, shape (1 + n_hours, n_bins): the reference's first, then each hour's."""
    columns = (reference, *hours)
    if isinstance(reference, CategoricalProfile):
        width = len(reference.counts) + 2
        known = [c if isinstance(c, CategoricalProfile) else None for c in columns]
        return np.array(
            [(*c.counts, c.unseen, c.missing) if c else (0,) * width for c in known], np.int64
        )
    numeric = [c if isinstance(c, NumericProfile) else None for c in columns]
    bits = min((c.bits for c in numeric if c), default=CODE_BITS)
    edges = _edges(reference, bits)
    return np.stack([_count_numbers(column, edges, bits) for column in numeric])


def bin_rows(
    reference: ColumnProfile, current: ColumnProfile, values: NDArray[np.float32]
) -> NDArray[np.int64]:
    """Return the bin of each value, over the bins of `count_hours(reference, [current])`."""
    missing = np.isnan(values)
    if isinstance(reference, CategoricalProfile):
        width = len(reference.counts)
        codes = np.where(missing, -1.0, values)
        bins = np.where((codes >= 0) & (codes < width), codes, width).astype(np.int64)
        return np.where(missing, width + 1, bins)
    bits = min(c.bits for c in (reference, current) if isinstance(c, NumericProfile))
    edges = _edges(reference, bits)
    codes = codes_of(np.where(missing, np.float32(0.0), values)) >> np.uint32(CODE_BITS - bits)
    return np.where(missing, len(edges) + 1, np.searchsorted(edges, codes, side="right"))


def _edges(reference: NumericProfile, bits: int) -> NDArray[np.uint32]:
    """Return the codes that bins begin with, the last the first code beyond the reference."""
    counted = counted_codes(reference, bits)
    if not len(counted.codes):
        return np.zeros(0, dtype=np.uint32)
    cumulative = np.cumsum(counted.counts)
    wanted = cumulative[-1] * np.arange(_BINS) / _BINS
    inner = counted.codes[np.searchsorted(cumulative, wanted, side="right")]
    edges: NDArray[np.uint32] = np.unique(np.append(inner, counted.codes[-1] + np.uint32(1)))
    return edges


def _count_numbers(
    column: NumericProfile | None, edges: NDArray[np.uint32], bits: int
) -> NDArray[np.int64]:
    counts = np.zeros(len(edges) + 2, dtype=np.int64)
    if column is not None:
        counted = counted_codes(column, bits)
        np.add.at(counts, np.searchsorted(edges, counted.codes, side="right"), counted.counts)
        counts[-1] = column.missing
    return counts


def _sums_before(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return of each row the sum of the rows above it."""
    sums: NDArray[np.int64] = np.cumsum(counts, axis=0) - counts
    return sums


def _marginal(counts: NDArray[np.int64]) -> float:
    """Return the logarithm of the chance of counts under unknown shares, up to a constant."""
    rows = sum(math.lgamma(int(count) + _PRIOR) for count in counts)
    return rows - math.lgamma(int(counts.sum()) + _PRIOR * len(counts))
