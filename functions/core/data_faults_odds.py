"""How far a share, a ratio or a distribution can be from what was counted, with a stated error.

No bound is a normal approximation, so all hold for few rows and small errors.

References
----------
Chernoff, H. (1952). A measure of asymptotic efficiency for tests of a hypothesis based on the sum
of observations. Annals of Mathematical Statistics 23(4), 493-507.
Wei, F. and Dudley, R. M. (2012). Two-sample Dvoretzky-Kiefer-Wolfowitz inequalities. Statistics and
Probability Letters 82(3), 636-644. (With the factor e for samples of one size, proved; near 2 for
others, computed.)
"""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from functions.contracts.profile import CODE_BITS, MINIMUM_BITS, NumericProfile
from functions.core.float_codes import CodeCounts, values_at
from functions.core.profile import counted_codes

Floats = NDArray[np.float64]

_VALUES = "_values"
_HALVINGS = 30
"""A bound is found to 1e-9."""

_SIGN_AND_EXPONENT_BITS = 9
_LEAST_TOLERANCE = 2.0**-21
"""Four units in a float32's last place: what a multiplication and two roundings can move."""


@dataclass(frozen=True, slots=True)
class Values:
    """A sample of numbers: distinct ones, ascending, how often each occurs, and how exactly."""

    numbers: Floats
    counts: NDArray[np.int64]
    tolerance: float
    cumulative: NDArray[np.int64] = field(init=False, repr=False)
    """How many are no greater, after a leading zero: shape (n + 1,)."""

    def __post_init__(self) -> None:
        """Count up once: each distance reads it."""
        cumulative = np.zeros(len(self.counts) + 1, dtype=np.int64)
        np.cumsum(self.counts, out=cumulative[1:])
        object.__setattr__(self, "cumulative", cumulative)

    @property
    def rows(self) -> int:
        """How many numbers there are, repetitions counted."""
        return int(self.cumulative[-1])

    def select(self, kept: NDArray[np.bool_]) -> "Values":
        """Return some of the distinct numbers."""
        return Values(self.numbers[kept], self.counts[kept], self.tolerance)

    def mapped(self, factor: float, offset: float = 0.0) -> "Values":
        """Return each number times `factor` plus `offset`."""
        numbers = self.numbers * factor + offset
        order = slice(None, None, -1) if factor < 0.0 else slice(None)
        return Values(numbers[order], self.counts[order], self.tolerance)

    def quantile(self, share: float) -> float:
        """Return the least number that at least `share` of the rows do not exceed."""
        index = int(self.cumulative[1:].searchsorted(share * self.rows))
        return float(self.numbers[min(index, len(self.numbers) - 1)])


def finite_values(counted: CodeCounts) -> Values:
    """Return the finite numbers of a column's counts; a cell stands for its least number."""
    numbers = values_at(counted.codes, counted.bits)
    finite = np.isfinite(numbers)
    width = 2.0 ** (_SIGN_AND_EXPONENT_BITS - max(counted.bits, MINIMUM_BITS))
    return Values(numbers[finite], counted.counts[finite], max(width, _LEAST_TOLERANCE))


def values_of(column: NumericProfile, bits: int = CODE_BITS) -> Values:
    """Return the finite numbers of a column by at most `bits` leading bits.

    They are kept beside the column: a reference's are read again for each group of hours.
    """
    counted = counted_codes(column, bits)
    codes, held = column.__dict__.get(_VALUES, (None, None))
    if codes is not counted.codes:
        held = finite_values(counted)
        column.__dict__[_VALUES] = (counted.codes, held)
    values: Values = held
    return values


def share_bounds(hits: int, rows: int, error: float) -> tuple[float, float]:
    """Return the least and the greatest share that so many hits leave plausible.

    Parameters
    ----------
    hits, rows : int
        Hits are at most as many as rows; of no rows anything is plausible.
    error : float
        The chance that the share lies below the first, and as much that it lies above the second.

    Notes
    -----
    The chance of at least `hits` at share p < hits / rows is at most ``exp(-rows * KL)`` with the
    Kullback-Leibler divergence of ``hits / rows`` from p.

    Examples
    --------
    >>> [round(bound, 3) for bound in share_bounds(10, 100, 0.001)]
    [0.024, 0.246]
    >>> share_bounds(0, 0, 0.001)
    (0.0, 1.0)
    """
    if not rows:
        return 0.0, 1.0
    share, most = hits / rows, math.log(1.0 / error) / rows
    return _edge(share, most, 0.0), _edge(share, most, 1.0)


def sup_noise(rows: tuple[int, int], error: float) -> float:
    """Return how far the distributions of two samples of one population are apart by chance.

    Examples
    --------
    >>> round(sup_noise((4000, 1000), 0.001), 3)
    0.07
    """
    least, most = (max(count, 1) for count in sorted(rows))
    return math.sqrt(math.log(math.e / error) / 2.0 * (1.0 / least + 1.0 / most))


def may_be_apart(first: Values, second: Values, share: float) -> bool:
    """Return whether two samples' distance can be more than a share above a half.

    Somewhere more than the share of one sample then lies below, and less than the rest of the
    other: so do their quantiles.

    Examples
    --------
    >>> one, two = (Values(np.arange(9.0) + x, np.ones(9, int), 0.0) for x in (0.0, 1.0))
    >>> may_be_apart(one, two, 0.6), may_be_apart(one, two.mapped(10.0), 0.6)
    (False, True)
    """
    if not first.rows or not second.rows:
        return False
    pairs = ((first, second), (second, first))
    return any(low.quantile(share) < high.quantile(1.0 - share) for low, high in pairs)


def quantile_bounds(values: Values, share: float, error: float) -> tuple[float, float]:
    """Return between which numbers the population's quantile lies, of which these are a sample.

    Parameters
    ----------
    values : Values
        At least one row.
    share : float
        Above 0, below 1.
    error : float
        The chance that it lies below the first, and as much that it lies above the second.

    Notes
    -----
    The share q of a sample up to the population's quantile of p is off by so much with a chance of
    at most ``exp(-rows * KL)``, with the Kullback-Leibler divergence of q from p.

    Examples
    --------
    >>> quantile_bounds(Values(np.arange(1000.0), np.ones(1000, int), 0.0), 0.5, 0.001)
    (441.0, 558.0)
    """
    most = math.log(1.0 / error) / values.rows
    low, high = (_far_share(share, most, end) for end in (0.0, 1.0))
    least = values.quantile(low) if low > 0.0 else -math.inf
    above = int(values.cumulative[1:].searchsorted(high * values.rows, side="right"))
    return least, float(values.numbers[above]) if above < len(values.numbers) else math.inf


def distance(first: Values, second: Values, within: float = 0.0) -> float:
    """Return the Kolmogorov-Smirnov distance of two samples, up to the width of their cells.

    Numbers count as equal if they differ by no more than their tolerances, and `within` on top, so
    the answer is never larger than that of exact numbers.

    Examples
    --------
    >>> one, two = (Values(np.array([x]), np.array([5]), 0.01) for x in (100.0, 101.0))
    >>> distance(one, two), distance(one, two.mapped(2.0))
    (0.0, 1.0)
    """
    if not first.rows or not second.rows:
        return 0.0
    return max(_excess(first, second, within), _excess(second, first, within))


def _excess(first: Values, second: Values, within: float) -> float:
    """Return by how much the first's share up to any number exceeds the second's, at most."""
    width = np.abs(first.numbers) * (first.tolerance + second.tolerance) + within
    below = second.numbers.searchsorted(first.numbers + width, side="right")
    excess = first.cumulative[1:] / first.rows - second.cumulative[below] / second.rows
    return max(float(excess.max()), 0.0)


def _edge(share: float, most: float, end: float) -> float:
    """Return the share nearest to `end` whose divergence is at most `most`."""
    if share == end:
        return end
    if share == 1.0 - end:
        return abs(end - math.exp(-most))
    near, far = share, end
    constant = share * math.log(share) + (1.0 - share) * math.log(1.0 - share) - most
    for _ in range(_HALVINGS):
        middle = (near + far) / 2.0
        crossed = share * math.log(middle) + (1.0 - share) * math.log(1.0 - middle)
        near, far = (middle, far) if constant <= crossed else (near, middle)
    return near


def _far_share(share: float, most: float, end: float) -> float:
    """Return the share nearest to `end` whose divergence from the true one is at most `most`."""
    near, far = share, end
    for _ in range(_HALVINGS):
        middle = (near + far) / 2.0
        divergence = middle * math.log(middle / share)
        divergence += (1.0 - middle) * math.log((1.0 - middle) / (1.0 - share))
        near, far = (middle, far) if divergence <= most else (near, middle)
    return near if far != end else end
