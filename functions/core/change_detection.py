"""Whether a model's loss has changed against its own past, from additive sums per window.

Each time a window's labels have matured, the latest 1, 2, 4, 8, … windows are compared with all
that came before them since the model was trained, its held-out rows first. The chance of a false
alarm is stated per window and divided among these comparisons, so no number of windows looked
back on makes it larger.

References
----------
Bifet, A. and Gavaldà, R. (2007). Learning from time-changing data with adaptive windowing. SIAM
International Conference on Data Mining, 443-448. (Comparing every recent part with what is older,
with the rate of false alarms divided among the cuts. Theirs bounds means of [0, 1] by Hoeffding and
Bernstein; ours takes the normal approximation with the variance that was seen, which holds for
unbounded losses and finds the same change in fewer rows.)
McCullagh, P. and Nelder, J. A. (1989). Generalized Linear Models, 2nd ed., section 4.5. Chapman and
Hall. (Overdispersion: windows that differ by more than their rows explain.)
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from functions.core.significance import MINIMUM_ROWS


@dataclass(frozen=True, slots=True)
class Sums:
    """What is kept of a quantity over some rows: how many, their sum and their sum of squares.

    Sums of disjoint rows add up, so a window is the sum of its hours.

    Examples
    --------
    >>> (Sums(2, 3.0, 5.0) + Sums(1, 1.0, 1.0)).mean
    1.3333333333333333
    """

    rows: int = 0
    total: float = 0.0
    squares: float = 0.0

    @classmethod
    def of(cls, values: NDArray[np.float64]) -> "Sums":
        """Return the sums of an array of shape (n,)."""
        return cls(len(values), float(values.sum()), float(values @ values))

    def __add__(self, other: "Sums") -> "Sums":
        """Return the sums of both sets of rows."""
        return Sums(self.rows + other.rows, self.total + other.total, self.squares + other.squares)

    @property
    def mean(self) -> float:
        """The mean; NaN without rows."""
        return self.total / self.rows if self.rows else math.nan

    @property
    def variance(self) -> float:
        """The variance between rows; 0 of fewer than two."""
        if self.rows < 2:  # noqa: PLR2004 - one row does not vary
            return 0.0
        spread = self.squares - self.total * self.total / self.rows
        return max(spread, 0.0) / (self.rows - 1)


@dataclass(frozen=True, slots=True)
class Series:
    """One watched quantity: its sums on the held-out rows and in each window since.

    `falls_count` says whether a fall is as telling as a rise: of a loss it is not, of a bias it is.
    """

    reference: Sums
    windows: tuple[Sums, ...]
    falls_count: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What the series say, and the sentence an operator will read.

    `since` is the first window after the change, counted from 0; None if there is no change.
    """

    since: int | None
    series: str
    before: float
    after: float
    reason: str

    @property
    def is_found(self) -> bool:
        """Whether there is a change."""
        return self.since is not None


def detect_change(named: Mapping[str, Series], *, false_alarm_rate: float) -> Change:
    """Return whether a watched quantity has changed, and since when.

    Parameters
    ----------
    named : mapping of str to Series
        All over the same windows, oldest first.
    false_alarm_rate : float
        The chance of an alarm at this look if nothing has changed; over n looks the expected
        number of false alarms is at most n times that.

    Returns
    -------
    Change
        Of the series that changed most clearly.

    Notes
    -----
    With `b` the rows before and `a` those after a cut, the difference of their means has the
    variance ``f * (max(s_a², s_b²) / n_a + s_b² / n_b)``, where ``f >= 1`` is the overdispersion of
    the windows before the cut: Pearson's chi-square of their means over its degrees of freedom. It
    keeps a season or a cluster within the windows from passing as a change once it was seen. Parts
    of fewer than MINIMUM_ROWS rows are not compared. Where there is an alarm, `since` is the cut,
    among all, at which the difference is clearest.

    Examples
    --------
    >>> calm, worse = Sums(1000, 100.0, 100.0), Sums(1000, 160.0, 160.0)
    >>> found = detect_change(
    ...     {"loss": Series(calm, (calm, calm, calm, worse))}, false_alarm_rate=0.001
    ... )
    >>> found.since, found.before, found.after
    (3, 0.1, 0.16)
    """
    tests = [
        (name, cut)
        for name, series in named.items()
        for cut in _dyadic_cuts(len(series.windows))
        if _enough(series, cut)
    ]
    if not tests:
        return Change(None, "", math.nan, math.nan, "too few labelled rows to compare")
    sides = sum(2 if named[name].falls_count else 1 for name, _ in tests)
    limit = NormalDist().inv_cdf(1.0 - false_alarm_rate / sides)
    clarity = {test: _clarity(named[test[0]], test[1]) for test in tests}
    name, cut = max(clarity, key=lambda test: clarity[test])
    if clarity[name, cut] < limit:
        return _calm(named, name, cut, (clarity[name, cut], limit))
    return _found(named[name], name, limit)


def _dyadic_cuts(windows: int) -> list[int]:
    """Return where the latest 1, 2, 4, … windows begin."""
    return [windows - 2**power for power in range(windows.bit_length()) if 2**power <= windows]


def _enough(series: Series, cut: int) -> bool:
    before, after = _parts(series, cut)
    return min(before.rows, after.rows) >= MINIMUM_ROWS


def _parts(series: Series, cut: int) -> tuple[Sums, Sums]:
    before = sum(series.windows[:cut], series.reference)
    return before, sum(series.windows[cut:], Sums())


def _clarity(series: Series, cut: int) -> float:
    """Return the difference at a cut in standard deviations; a fall that does not count is below 0.

    Rows that never varied and now do are as clear as can be.
    """
    before, after = _parts(series, cut)
    spread = max(before.variance, after.variance) / after.rows + before.variance / before.rows
    difference = after.mean - before.mean
    if series.falls_count:
        difference = abs(difference)
    if spread <= 0.0:
        return math.copysign(math.inf, difference) if difference else 0.0
    parts = [part for part in (series.reference, *series.windows[:cut]) if part.rows]
    return difference / math.sqrt(spread * _overdispersion(parts, before))


def _overdispersion(parts: Sequence[Sums], whole: Sums) -> float:
    if len(parts) < 2 or whole.variance <= 0.0:  # noqa: PLR2004 - one mean does not vary
        return 1.0
    chi_square = sum(part.rows * (part.mean - whole.mean) ** 2 for part in parts) / whole.variance
    return max(1.0, chi_square / (len(parts) - 1))


def _calm(named: Mapping[str, Series], name: str, cut: int, clarity: tuple[float, float]) -> Change:
    before, after = _parts(named[name], cut)
    reason = (
        f"no change: {name} {after.mean:.4f} in the last {len(named[name].windows) - cut} windows "
        f"against {before.mean:.4f} before, {clarity[0]:.1f} standard deviations of "
        f"{clarity[1]:.1f}"
    )
    return Change(None, name, before.mean, after.mean, reason)


def _found(series: Series, name: str, limit: float) -> Change:
    cuts = [cut for cut in range(len(series.windows)) if _enough(series, cut)]
    since = max(cuts, key=lambda cut: _clarity(series, cut))
    before, after = _parts(series, since)
    count = len(series.windows) - since
    reason = (
        f"{name} {after.mean:.4f} in the last {count} window{'s' if count > 1 else ''} against "
        f"{before.mean:.4f} before: {_clarity(series, since):.1f} standard deviations, "
        f"{limit:.1f} are an alarm"
    )
    return Change(since, name, before.mean, after.mean, reason)
