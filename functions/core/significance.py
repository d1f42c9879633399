"""How many rows a comparison needs before it means anything."""

import math
from statistics import NormalDist

from functions.core.p_values import fisher_p_value

TAIL_MARGIN = 1.25
"""By how much the noise of PSI may exceed its chi-square approximation.

The logarithm makes the tail heavier than chi-square's where bins hold few rows. In simulations
without drift (two to twenty bins, shares from 0.5% up, references of 500 to 40,000 rows, windows
of just the rows needed) the rate of false alarms was at most the one asked for in all cases but
one, and 1.4 times it there; with a factor of 1 it was up to six times the rate asked for.
"""

MINIMUM_ROWS = 100
"""Fewer rows are never judged, whatever the threshold: bins of ten rows show nothing."""

REFERENCE_SHARE = 0.8
"""How much of the allowed noise may be the reference's; of more, windows would have to be huge."""

MINIMUM_RATE_RISE = 0.02
"""A missing or unseen rate that rises by less is no drift, however certain the rise is."""


def chi_square_quantile(probability: float, degrees: int) -> float:
    """Return the value that a chi-square variable exceeds with `1 - probability`.

    Parameters
    ----------
    probability : float
        Between 0 and 1; meant for the upper tail.
    degrees : int
        Degrees of freedom; 0 for a variable that is always zero.

    Notes
    -----
    The cube root of chi-square over its degrees of freedom is nearly normal. In the far tail the
    answer is too large, which is the safe side: for probabilities from 0.99 to 0.9999 by at most
    7.2% with one degree of freedom, 2.3% with five and 1.3% with nine, and never more than 0.8%
    too small.

    References
    ----------
    Wilson, E. B. and Hilferty, M. M. (1931). The distribution of chi-square. Proceedings of the
    National Academy of Sciences 17(12), 684-688.

    Examples
    --------
    >>> round(chi_square_quantile(0.999, 9), 1)  # exactly 27.9
    28.1
    """
    if degrees == 0:
        return 0.0
    spread = 2.0 / (9.0 * degrees)
    z = NormalDist().inv_cdf(probability)
    return degrees * max(0.0, 1.0 - spread + z * math.sqrt(spread)) ** 3


def expected_psi(bins: int, n_ref: int, n_cur: int) -> float:
    """Return the mean of PSI over `bins` bins when nothing has drifted.

    Examples
    --------
    >>> round(expected_psi(10, 100, 100), 2)
    0.18
    """
    return (bins - 1) * (1.0 / n_ref + 1.0 / n_cur)


def psi_rows_needed(
    bins: int, n_ref: int, *, threshold: float, false_alarm_rate: float
) -> int | None:
    """Return how many current rows make PSI reach `threshold` by chance seldom enough.

    Without drift PSI is about chi-square with ``bins - 1`` degrees of freedom, times
    ``1 / n_ref + 1 / n_cur``. A window has enough rows when the ``1 - false_alarm_rate`` quantile
    of that, times TAIL_MARGIN, stays below the threshold.

    Parameters
    ----------
    bins : int
        Bins that PSI sums over.
    n_ref : int
        Rows of the reference.
    threshold : float
        PSI that counts as drift.
    false_alarm_rate : float
        Probability of a false alarm in one such comparison.

    Returns
    -------
    int or None
        None if the reference has too few rows for a window of reasonable size.

    Examples
    --------
    >>> psi_rows_needed(10, 10_000, threshold=0.1, false_alarm_rate=0.001)
    364
    >>> psi_rows_needed(10, 300, threshold=0.1, false_alarm_rate=0.001) is None
    True
    """
    return rows_needed(1.0 / max(_noise(bins, threshold, false_alarm_rate), 1.0), n_ref)


def rows_needed(allowed_noise: float, n_ref: int) -> int | None:
    """Return how many current rows keep ``1 / n_ref + 1 / n_cur`` below what is allowed.

    Never fewer than MINIMUM_ROWS; None if the reference has too few rows for a window of reasonable
    size.

    Examples
    --------
    >>> rows_needed(0.002, 1000), rows_needed(0.002, 600) is None
    (1001, True)
    """
    if n_ref < MINIMUM_ROWS:
        return None
    allowed = min(allowed_noise, 1.0)
    if 1.0 / n_ref > REFERENCE_SHARE * allowed:
        return None
    return max(MINIMUM_ROWS, math.floor(1.0 / (allowed - 1.0 / n_ref)) + 1)


def psi_rows_needed_on_each_side(bins: int, *, threshold: float, false_alarm_rate: float) -> int:
    """Return how many rows are enough if the reference and the window have as many.

    Examples
    --------
    >>> psi_rows_needed_on_each_side(10, threshold=0.1, false_alarm_rate=0.001)
    702
    """
    return max(MINIMUM_ROWS, math.floor(2.0 * _noise(bins, threshold, false_alarm_rate)) + 1)


def rows_needed_on_each_side(allowed_noise: float) -> int:
    """Return how many rows are enough if the reference and the window have as many.

    Examples
    --------
    >>> rows_needed_on_each_side(0.002)
    1001
    """
    return max(MINIMUM_ROWS, math.floor(2.0 / allowed_noise) + 1)


def rate_has_risen(
    reference: tuple[int, int], current: tuple[int, int], *, false_alarm_rate: float
) -> bool:
    """Return whether a rate is higher than in the reference, by chance seldom enough and by enough.

    Fisher's exact test, one-sided, and a rise of MINIMUM_RATE_RISE. A test by the normal quantile
    would raise up to four times as many false alarms as asked for where occurrences are rare.

    Parameters
    ----------
    reference, current : tuple of (occurrences, rows)
        Rows are more than zero.
    false_alarm_rate : float
        Probability of a false alarm in one such comparison.

    References
    ----------
    Fisher, R. A. (1935). The logic of inductive inference. Journal of the Royal Statistical Society
    98(1), 39-82.

    Examples
    --------
    >>> rate_has_risen((10, 1000), (50, 1000), false_alarm_rate=0.001)
    True
    >>> rate_has_risen((0, 1000), (3, 100), false_alarm_rate=1e-9)
    False
    """
    (hits_ref, n_ref), (hits_cur, n_cur) = reference, current
    rise = hits_cur / n_cur - hits_ref / n_ref
    if rise < MINIMUM_RATE_RISE:
        return False
    return fisher_p_value(reference, current) <= false_alarm_rate


def _noise(bins: int, threshold: float, false_alarm_rate: float) -> float:
    """Return what ``1 / (1 / n_ref + 1 / n_cur)`` must exceed."""
    return TAIL_MARGIN * chi_square_quantile(1.0 - false_alarm_rate, bins - 1) / threshold
