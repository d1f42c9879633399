"""How far two samples of one column are apart, exactly, from their values.

Each column is sorted once, the smaller sample is placed among the other once
(`functions.core.sorted_samples`), and all methods share that. The same distances from stored counts
stand in `functions.core.divergences`.
"""

import math
from dataclasses import dataclass

import numpy as np

from functions.core.divergences import (
    chi_square_statistic,
    hellinger_distance,
    jensen_shannon_distance,
    l_infinity_distance,
    population_stability_index,
    sturges_psi,
)
from functions.core.p_values import chi_square_p_value
from functions.core.smirnov import ks_p_value
from functions.core.sorted_samples import (
    Counts,
    PlacedSamples,
    SortedSample,
    check_values,
    count_values,
    distinct_values,
    histogram,
)
from functions.core.wasserstein import wasserstein_distance

DECILES = 10
FEW_VALUES = 20
"""Up to so many distinct values in the reference, Evidently compares numbers value by value."""

LEAST_DEVIATION = 0.001
"""Evidently divides by no smaller standard deviation."""


@dataclass(frozen=True, slots=True)
class StatisticalTest:
    """A statistic and how likely one at least as large is without drift."""

    statistic: float
    p_value: float


def ks_test(placed: PlacedSamples) -> StatisticalTest:
    """Return the two-sample Kolmogorov-Smirnov test: the largest distance of cumulative shares.

    Both are scipy's `ks_2samp` with `method="auto"`, to 1e-9. Choose it for numbers of any
    distribution when it shall not depend on bins; it sees shifts of the middle best, tails least.

    Notes
    -----
    Between two values of one sample its share stands still and the other's only rises, so that the
    largest distance is at one of that sample's values, or just below one.

    References
    ----------
    Hodges, J. L. (1958). The significance probability of the Smirnov two-sample test.
    Arkiv för Matematik 3(5), 469-486.

    Examples
    --------
    >>> from functions.core.sorted_samples import place_samples, sort_sample
    >>> past, now = sort_sample(np.arange(8.0)), sort_sample(np.arange(8.0) + 2)
    >>> ks_test(place_samples(past, now)).statistic
    0.25
    """
    n, m = placed.size, len(placed.others)
    before = np.append(0, placed.held[:-1])
    at = np.abs(placed.held / n - placed.up_to / m).max()
    just_below = np.abs(before / n - placed.below / m).max()
    statistic = float(max(at, just_below))
    return StatisticalTest(statistic, ks_p_value(statistic, n, m))


def normed_wasserstein(placed: PlacedSamples, reference: SortedSample) -> float:
    """Return the Wasserstein distance in standard deviations of the reference; Evidently's to 1e-9.

    A shift by half a standard deviation is 0.5. Choose it where the size of a move matters more
    than how sure it is; a few extreme values weigh as much as they are far away.
    """
    deviation = float(np.std(reference.values, dtype=np.float64))
    return wasserstein_distance(placed) / max(deviation, LEAST_DEVIATION)


def decile_psi(reference: SortedSample, current: SortedSample) -> float:
    """Return the population stability index over the reference's deciles, in nats.

    Deciles that are equal make one bin. Choose it as the default: its bins hold equally much, so
    that its noise is known, and folk thresholds (0.1, 0.25) are of it.

    References
    ----------
    Siddiqi, N. (2006). Credit Risk Scorecards. Wiley, chapter 10.
    """
    check_values(reference, current)
    places = np.arange(1, DECILES) / DECILES
    edges = np.unique(np.quantile(reference.values.astype(np.float64), places))
    counts = [
        np.diff(np.searchsorted(sample.values, edges), prepend=0, append=len(sample.values))
        for sample in (reference, current)
    ]
    return population_stability_index(counts[0], counts[1])


def evidently_psi(reference: SortedSample, current: SortedSample) -> float:
    """Return the population stability index as Evidently 0.7.23 computes it, to 1e-9, in nats.

    Over bins of equal width between the extremes of both samples, as many as Sturges' rule asks
    for, or over single values if the reference has at most 20. Choose it to compare with numbers
    that Evidently gave; one far value makes all its bins wide.

    References
    ----------
    Sturges, H. A. (1926). The choice of a class interval. Journal of the American Statistical
    Association 21(153), 65-66.
    """
    check_values(reference, current)
    if distinct_values(reference) <= FEW_VALUES:
        return sturges_psi(*count_values(reference, current))
    rows = len(reference.values) + len(current.values)
    low = min(float(reference.values[0]), float(current.values[0]))
    high = max(float(reference.values[-1]), float(current.values[-1]))
    edges = np.linspace(low, high, sturges_bins(rows) + 1)
    return sturges_psi(histogram(reference, edges), histogram(current, edges))


def sturges_bins(rows: int) -> int:
    """Return Sturges' number of bins, rounded up.

    Examples
    --------
    >>> sturges_bins(1000)
    11
    """
    return math.ceil(math.log2(rows) + 1.0)


def jensen_shannon(reference: SortedSample, current: SortedSample) -> float:
    """Return the Jensen-Shannon distance of numbers as NannyML 0.13.1 computes it, to 1e-9.

    From 0 to 1, over Doane's bins of the reference and one for what lies outside. Choose it where
    a bounded distance is wanted that treats rare and common values alike.
    """
    return jensen_shannon_distance(*_doane_counts(reference, current))


def hellinger(reference: SortedSample, current: SortedSample) -> float:
    """Return the Hellinger distance of numbers as NannyML 0.13.1 computes it, to 1e-9.

    From 0 to 1, over Doane's bins of the reference and one for what lies outside. Like
    Jensen-Shannon's, and more sensitive to values that become or cease to be rare.
    """
    return hellinger_distance(*_doane_counts(reference, current))


def l_infinity(reference: SortedSample, current: SortedSample) -> float:
    """Return the largest change of one value's share as NannyML 0.13.1 computes it, to 1e-9.

    From 0 to 1. Choose it for categories when one category's gain or loss is what matters.
    """
    return l_infinity_distance(*count_values(reference, current))


def chi_square_test(reference: Counts, current: Counts) -> StatisticalTest:
    """Return Pearson's test that two samples have the same shares, from counts of each value.

    scipy's `chi2_contingency(correction=False)` to 1e-9, and NannyML's of three values or more (of
    two, NannyML corrects for continuity). Values that neither sample has do not count.

    Parameters
    ----------
    reference, current : ndarray of shape (n_values,)

    Examples
    --------
    >>> round(chi_square_test(np.array([10, 20]), np.array([20, 10])).p_value, 6)
    0.009823
    """
    statistic = chi_square_statistic(reference, current)
    reached = int(np.count_nonzero(reference + current))
    return StatisticalTest(statistic, chi_square_p_value(statistic, reached - 1))


def goodness_of_fit(reference: Counts, current: Counts) -> StatisticalTest:
    """Return the chi-square test of the current counts against the reference's shares.

    Evidently 0.7.23's to 1e-9. It takes the reference for the truth, so that a small reference
    gives far too many alarms; `chi_square_test` does not. A value that the reference lacks makes
    the statistic infinite.
    """
    expected = reference * (current.sum() / reference.sum())
    reached = (expected > 0) | (current > 0)
    with np.errstate(divide="ignore"):
        parts = (current - expected)[reached] ** 2 / expected[reached]
    statistic = float(parts.sum())
    p_value = 0.0 if math.isinf(statistic) else chi_square_p_value(statistic, len(parts) - 1)
    return StatisticalTest(statistic, p_value)


def missing_rate(sample: SortedSample) -> float:
    """Return the share of rows without a value, 0 if there are no rows."""
    return sample.missing / max(sample.rows, 1)


def unseen_rate(reference: SortedSample, current: SortedSample) -> float:
    """Return the share of the current values that the reference does not have, 0 without values.

    Examples
    --------
    >>> from functions.core.sorted_samples import sort_sample
    >>> unseen_rate(sort_sample(np.array([0.0, 1.0])), sort_sample(np.array([1.0, 2.0, 2.0, 0.0])))
    0.5
    """
    counts = count_values(reference, current)
    return float(counts[1][counts[0] == 0].sum() / max(len(current.values), 1))


def _doane_counts(reference: SortedSample, current: SortedSample) -> tuple[Counts, Counts]:
    check_values(reference, current)
    edges = np.histogram_bin_edges(reference.values.astype(np.float64), bins="doane")
    past, now = histogram(reference, edges), histogram(current, edges)
    outside = len(current.values) - int(now.sum())
    return np.append(past, 0), np.append(now, outside)
