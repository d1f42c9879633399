"""What two growing samples prove, however often they are looked at.

All but `proven_psi` hold for samples of any size; none needs to know how often it will be asked.
"""

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from functions.core.significance import TAIL_MARGIN

Numbers: TypeAlias = NDArray[np.floating] | NDArray[np.integer]

DESIGN_ROWS = 500
"""Rows on each side at which `proven_psi` spreads its attention."""

_TAIL_FACTORS_UP = (1.2, 1.5, 2.0, 3.0, 5.0, 8.0)
_TAIL_FACTORS_DOWN = (0.85, 0.7, 0.5, 0.3, 0.15, 0.05)
_GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0
_SEARCH_STEPS = 60


def rate_increase_evidence(
    champion: tuple[int, int], challenger: tuple[int, int], *, increase: float
) -> float:
    """Return the evidence that one rate exceeds another by more than `increase`.

    Parameters
    ----------
    champion, challenger : tuple of (occurrences, trials)
        Independent samples.
    increase : float
        From 0 to less than 1.

    Returns
    -------
    float
        An e-value: while the true rates differ by no more, it ever reaches ``1 / a`` with a chance
        of at most a. Below 1 there is nothing to see.

    Notes
    -----
    For one rate p, the beta-binomial mixture of likelihoods with Jeffreys' prior over the
    likelihood at p is a martingale (Robbins 1970; Howard et al. 2021, section 3). The product of
    both samples' is one at the true pair of rates; the least of it over all pairs that differ by at
    most `increase` is the answer. It lies where they differ by just that.

    References
    ----------
    Howard, S. R., Ramdas, A., McAuliffe, J. and Sekhon, J. (2021). Time-uniform, nonparametric,
    nonasymptotic confidence sequences. Annals of Statistics 49(2), 1055-1080. arXiv:1810.08240.

    Examples
    --------
    >>> rate_increase_evidence((100, 10_000), (90, 2_000), increase=0.01) > 1000
    True
    >>> rate_increase_evidence((100, 10_000), (21, 2_000), increase=0.01) < 1
    True
    """
    (failed, asked), (new_failed, new_asked) = champion, challenger
    if new_failed / max(new_asked, 1) - failed / max(asked, 1) <= increase:
        return 0.0

    def surprise(rate: float) -> float:
        return _log_evidence(failed, asked, rate) + _log_evidence(
            new_failed, new_asked, rate + increase
        )

    return math.exp(min(surprise(_minimum_at(surprise, 1.0 - increase)), 700.0))


def proven_quantile_ratio(
    champion: Numbers, challenger: Numbers, *, rate: float, alpha: float
) -> float:
    """Return the ratio that two samples' quantiles are proven to have at least.

    Parameters
    ----------
    champion, challenger : ndarray of shape (n,)
        Independent samples of positive numbers.
    rate : float
        Which quantile, such as 0.95.
    alpha : float
        Chance that the true ratio is ever less than an answer.

    Returns
    -------
    float
        0 while nothing is proven.

    Notes
    -----
    A confidence sequence for each quantile, at half of alpha: a value is below a quantile if fewer
    numbers are at most it than a binomial martingale allows. The martingale is a mixture of
    likelihood ratios over six other rates on that side.

    References
    ----------
    Howard, S. R. and Ramdas, A. (2022). Sequential estimation of quantiles with applications to
    A/B testing and best-arm identification. Bernoulli 28(3), 1704-1728. arXiv:1906.09712.

    Examples
    --------
    >>> times = np.arange(1.0, 1001.0)
    >>> round(proven_quantile_ratio(times, 3.0 * times, rate=0.95, alpha=0.01), 1)
    2.8
    """
    most = _upper_quantile(np.sort(champion).astype(np.float64), rate, alpha / 2.0)
    least = _lower_quantile(np.sort(challenger).astype(np.float64), rate, alpha / 2.0)
    if most is None or least is None:
        return 0.0
    return least / most if most > 0.0 else math.inf


def proven_psi(psi: float, *, bins: int, rows: tuple[int, int], alpha: float) -> float:
    """Return the PSI that two distributions are proven to have at least.

    Parameters
    ----------
    psi : float
        Of the two samples.
    bins : int
        That it sums over.
    rows : tuple of (champion's, challenger's)
        More than zero.
    alpha : float
        Chance that an answer ever exceeds the true PSI.

    Returns
    -------
    float
        0 while nothing is proven.

    Notes
    -----
    Chance alone gives PSI about chi-square with ``d = bins - 1`` degrees of freedom times
    ``h = 1 / n + 1 / m``. As the samples grow, that chi-square is the squared length of a Brownian
    motion in d dimensions over its time ``I = 1 / h``, which with a normal mixture of
    variance ``1 / r`` in each direction ever exceeds
    ``(1 + r / I) (2 log(1 / alpha) + d log(1 + I / r))`` with a chance of at most alpha. The root
    of PSI is a distance, so of the root that much is taken off; TAIL_MARGIN allows for the heavier
    tail of the logarithm.

    References
    ----------
    Chugg, B., Wang, H. and Ramdas, A. (2025). Time-uniform confidence spheres for means of random
    vectors. Transactions on Machine Learning Research. arXiv:2311.08168.

    Examples
    --------
    >>> round(proven_psi(0.6, bins=10, rows=(18_000, 2_000), alpha=0.01), 2)
    0.39
    """
    noise_per_row = 1.0 / rows[0] + 1.0 / rows[1]
    spread = noise_per_row * DESIGN_ROWS / 2.0
    degrees = bins - 1
    chance = (1.0 + spread) * (2.0 * math.log(1.0 / alpha) + degrees * math.log1p(1.0 / spread))
    noise = TAIL_MARGIN * chance * noise_per_row
    return max(0.0, math.sqrt(psi) - math.sqrt(noise)) ** 2


def _log_evidence(hits: int, trials: int, rate: float) -> float:
    """Return the logarithm of the mixture's likelihood over that of `rate`."""
    misses = trials - hits
    if (hits and rate <= 0.0) or (misses and rate >= 1.0):
        return math.inf
    mixed = math.lgamma(hits + 0.5) + math.lgamma(misses + 0.5) - math.lgamma(trials + 1.0)
    likelihood = hits * math.log(rate) if hits else 0.0
    likelihood += misses * math.log1p(-rate) if misses else 0.0
    return mixed - math.log(math.pi) - likelihood


def _minimum_at(function: Callable[[float], float], highest: float) -> float:
    """Return where a convex function of 0 to `highest` is least."""
    low, high = 0.0, highest
    for _ in range(_SEARCH_STEPS):
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        if function(left) <= function(right):
            high = right
        else:
            low = left
    return (low + high) / 2.0


def _lower_quantile(ordered: NDArray[np.float64], rate: float, alpha: float) -> float | None:
    """Return a value that the quantile is proven not to be below; None if there is none."""
    above = _log_mixture(len(ordered), 1.0 - rate, _TAIL_FACTORS_UP)
    proven = np.flatnonzero(above >= -math.log(alpha))
    if not len(proven):
        return None
    return float(ordered[len(ordered) - int(proven[0])])


def _upper_quantile(ordered: NDArray[np.float64], rate: float, alpha: float) -> float | None:
    """Return a value that the quantile is proven not to be above; None if there is none."""
    above = _log_mixture(len(ordered), 1.0 - rate, _TAIL_FACTORS_DOWN)
    proven = np.flatnonzero(above >= -math.log(alpha))
    if not len(proven):
        return None
    return float(ordered[len(ordered) - 1 - int(proven[-1])])


def _log_mixture(trials: int, tail: float, factors: tuple[float, ...]) -> NDArray[np.float64]:
    """Return the log of the mean likelihood ratio of other tails, for 0 to `trials` in the tail."""
    others = np.minimum(np.array(factors) * tail, 1.0 - 1e-9)
    inside = np.arange(trials + 1)[:, np.newaxis]
    ratios = inside * np.log(others / tail) + (trials - inside) * np.log((1 - others) / (1 - tail))
    mixed: NDArray[np.float64] = np.logaddexp.reduce(ratios, axis=1) - math.log(len(factors))
    return mixed
