"""A column's distance by a named method, from stored counts, and what chance alone gives."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from functions.contracts.drift_method import CATEGORY_METHODS, DriftMethod
from functions.core.divergences import (
    chi_square_statistic,
    hellinger_distance,
    jensen_shannon_distance,
    l_infinity_distance,
    population_stability_index,
    shares,
)
from functions.core.drift_bins import BinnedColumn
from functions.core.float_codes import CodeCounts, values_at
from functions.core.p_values import chi_square_p_value
from functions.core.profile import (
    ColumnProfile,
    NumericProfile,
    ProfileMismatchError,
    counted_codes,
)
from functions.core.significance import TAIL_MARGIN, chi_square_quantile
from functions.core.smirnov import asymptotic_ks_p_value

LEAST_DEVIATION = 0.001
"""A standard deviation below this counts as this, as in Evidently."""

Counts: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ChanceLimit:
    """What a distance exceeds seldom enough without drift: ``factor * noise ** power``.

    `noise` is ``1 / n_ref + 1 / n_cur``.
    """

    factor: float
    power: float

    def at(self, noise: float) -> float:
        """Return the distance that chance reaches seldom enough."""
        return float(self.factor * noise**self.power)

    def allowed_noise(self, threshold: float) -> float:
        """Return the most noise that leaves this below a threshold."""
        return (threshold / self.factor) ** (1.0 / self.power) if self.factor else math.inf


def method_for(profile: ColumnProfile, method: DriftMethod) -> DriftMethod:
    """Return the method that judges a column: categories have no order."""
    if isinstance(profile, NumericProfile):
        return method
    return CATEGORY_METHODS.get(method, method)


def measure(
    method: DriftMethod, reference: ColumnProfile, current: ColumnProfile, binned: BinnedColumn
) -> float:
    """Return how far two profiles of a column are apart.

    Parameters
    ----------
    method : DriftMethod
        One that `method_for` gives for the column.
    reference, current : ColumnProfile
    binned : BinnedColumn
        The two over the reference's bins, both with rows.

    Returns
    -------
    float
        PSI in nats; Wasserstein in standard deviations of the reference; others from 0 to 1, but
        for the chi-square effect, whose most is 2.

    Raises
    ------
    ProfileMismatchError
        If the method is Wasserstein's and the column has categories.
    """
    if method is DriftMethod.KS and binned.ks is not None:
        return binned.ks
    if method is DriftMethod.WASSERSTEIN:
        return _wasserstein(reference, current)
    return _OF_BINS[method](binned.reference, binned.current)


def p_value(method: DriftMethod, binned: BinnedColumn) -> float | None:
    """Return how likely at least this much is without drift, for the methods that are tests."""
    rows = int(binned.reference.sum()), int(binned.current.sum())
    if method is DriftMethod.KS and binned.ks is not None:
        return asymptotic_ks_p_value(binned.ks, *rows)
    if method is DriftMethod.CHI_SQUARE:
        reached = int(np.count_nonzero(binned.reference + binned.current))
        statistic = chi_square_statistic(binned.reference, binned.current)
        return chi_square_p_value(statistic, reached - 1)
    return None


def chi_square_effect(reference: Counts, current: Counts) -> float:
    """Return Cohen's effect size w of two samples' shares, whatever the samples' sizes.

    ``sqrt(X² (1 / n_ref + 1 / n_cur))``, which is ``sqrt(Σ (p - q)**2 / m)`` with m the share in
    both samples together. Its square is about PSI for small changes.

    References
    ----------
    Cohen, J. (1988). Statistical Power Analysis for the Behavioral Sciences, 2nd ed., chapter 7.

    Examples
    --------
    >>> round(chi_square_effect(np.array([500, 500]), np.array([80, 20])), 4)
    0.6009
    """
    noise = 1.0 / int(reference.sum()) + 1.0 / int(current.sum())
    return math.sqrt(chi_square_statistic(reference, current) * noise)


def binned_wasserstein(reference: NumericProfile, current: NumericProfile) -> float:
    """Return the normed Wasserstein distance of two profiles.

    Exact where both count value by value. Where a value is known to its leading bits only, it
    counts as its cell's middle, at most 2⁻⁸ of itself away: the distance is then wrong by at most
    ``2⁻⁸ (E|ref| + E|cur|) / sd(ref)``, plus as much of the deviation.

    Raises
    ------
    ProfileMismatchError
        If a profile's cells cannot be read.
    """
    bits = min(reference.bits, current.bits)
    past, now = counted_codes(reference, bits), counted_codes(current, bits)
    codes = np.union1d(past.codes, now.codes)
    between = np.abs(_cumulative(past, codes) - _cumulative(now, codes))[:-1]
    return float(between @ np.diff(_middles(codes, bits))) / _deviation(reference)


def chance_limit(
    method: DriftMethod, reference: ColumnProfile, binned: BinnedColumn, *, false_alarm_rate: float
) -> ChanceLimit:
    """Return what a column's distance exceeds with at most a chance, without drift.

    Notes
    -----
    With s the noise ``1 / n_ref + 1 / n_cur`` and X the quantile of chi-square with one degree of
    freedom less than there are bins, times TAIL_MARGIN: PSI s X; chi-square effect ``sqrt(s X)``;
    Jensen-Shannon (base 2) ``sqrt(s X / (8 log 2))`` and Hellinger ``sqrt(s X / 8)``, since both
    squares are an eighth of PSI to second order. Kolmogorov-Smirnov: ``sqrt(s log(2 / a) / 2)``,
    Smirnov's asymptotic tail, safe for values that repeat. L-infinity: the normal quantile of
    a / (2 bins), times the deviation of the widest bin. Wasserstein: see `_wasserstein_factor`.
    """
    bins, a = len(binned.labels), false_alarm_rate
    spread = TAIL_MARGIN * chi_square_quantile(1.0 - a, bins - 1)
    if method is DriftMethod.PSI:
        return ChanceLimit(spread, 1.0)
    if method is DriftMethod.KS:
        factor = math.sqrt(math.log(2.0 / a) / 2.0)
    elif method is DriftMethod.L_INFINITY:
        p = shares(binned.reference)
        widest = math.sqrt(float((p * (1.0 - p)).max()))
        factor = NormalDist().inv_cdf(1.0 - a / (2.0 * bins)) * widest
    elif method is DriftMethod.WASSERSTEIN and isinstance(reference, NumericProfile):
        factor = _wasserstein_factor(reference, a)
    else:
        factor = math.sqrt(spread / _DIVISORS[method])
    return ChanceLimit(factor, 0.5)


def _wasserstein(reference: ColumnProfile, current: ColumnProfile) -> float:
    if isinstance(reference, NumericProfile) and isinstance(current, NumericProfile):
        return binned_wasserstein(reference, current)
    msg = f"column {reference.name!r} has categories, which lie at no distance: name another method"
    raise ProfileMismatchError(msg)


def _wasserstein_factor(reference: NumericProfile, false_alarm_rate: float) -> float:
    """Return ``(sqrt(2 / π) A / sd) + sqrt(2 log(1 / a))``, A the integral of sqrt(F (1 - F)).

    Without drift the difference of the cumulative shares is about a Brownian bridge times the root
    of the noise. The first part is the mean of its absolute area; it exceeds its mean by t with a
    chance of at most ``exp(-t² / (2 sd²))`` (Borell's inequality: no weighting of the bridge
    between -1 and 1 has a greater variance than its plain integral, which has that of the column).
    """
    counted = counted_codes(reference, reference.bits)
    below = _cumulative(counted, counted.codes)[:-1]
    area = float(np.sqrt(below * (1.0 - below)) @ np.diff(_middles(counted.codes, counted.bits)))
    mean = math.sqrt(2.0 / math.pi) * area / _deviation(reference)
    return mean + math.sqrt(2.0 * math.log(1.0 / false_alarm_rate))


def _cumulative(counted: CodeCounts, codes: NDArray[np.uint32]) -> NDArray[np.float64]:
    rows = np.zeros(len(codes))
    rows[np.searchsorted(codes, counted.codes)] = counted.counts
    total: NDArray[np.float64] = np.cumsum(rows) / max(int(counted.counts.sum()), 1)
    return total


def _middles(codes: NDArray[np.uint32], bits: int) -> NDArray[np.float64]:
    """Return the middle value of each cell; of infinite ones the largest number there is."""
    least, next_least = values_at(codes, bits), values_at(codes + np.uint32(1), bits)
    most = float(np.finfo(np.float32).max)
    middles = least if bits == _FULL_BITS else (least + next_least) / 2.0
    return np.clip(np.nan_to_num(middles, nan=most, posinf=most, neginf=-most), -most, most)


def _deviation(profile: NumericProfile) -> float:
    mean = profile.total / max(profile.present, 1)
    variance = profile.total_squares / max(profile.present, 1) - mean * mean
    return max(math.sqrt(max(variance, 0.0)), LEAST_DEVIATION)


_FULL_BITS = 32
_OF_BINS: Mapping[DriftMethod, Callable[[Counts, Counts], float]] = {
    DriftMethod.PSI: population_stability_index,
    DriftMethod.CHI_SQUARE: chi_square_effect,
    DriftMethod.JENSEN_SHANNON: jensen_shannon_distance,
    DriftMethod.HELLINGER: hellinger_distance,
    DriftMethod.L_INFINITY: l_infinity_distance,
}
_DIVISORS = {
    DriftMethod.CHI_SQUARE: 1.0,
    DriftMethod.JENSEN_SHANNON: 8.0 * math.log(2.0),
    DriftMethod.HELLINGER: 8.0,
}
