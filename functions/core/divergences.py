"""How far two samples of one column are apart, from their counts over the same bins."""

import numpy as np
from numpy.typing import NDArray

from functions.contracts.errors import WindvaneError

_RARE = 1e-4


class BinMismatchError(WindvaneError):
    """Two samples cannot be compared: their bins differ, or one of them is empty."""


def population_stability_index(
    reference: NDArray[np.int64], current: NDArray[np.int64], *, floor: float = 1e-4
) -> float:
    """Return the population stability index (PSI) of two binned samples.

    Parameters
    ----------
    reference, current : ndarray of shape (n_bins,)
        Row counts per bin, over the same bins; each sums to more than zero.
    floor : float, default 1e-4
        Smallest share given to a bin, so that an empty bin costs a finite amount. It is never less
        than half a row of the smaller sample: a bin that happens to be empty in 300 rows is no
        evidence of a share of one in 10,000.

    Returns
    -------
    float
        PSI in nats: 0 for equal shares, no upper bound, symmetric in its arguments.

    Raises
    ------
    BinMismatchError
        If the two arrays differ in shape, or one of them sums to zero.

    Notes
    -----
    The sum over the bins of ``(q - p) * log(q / p)``, which is Jeffreys' divergence of the shares.
    Without drift the expected value is about ``(n_bins - 1) * (1 / n_ref + 1 / n_cur)``, so a
    fixed threshold such as 0.1 means nothing until both samples are large enough.

    References
    ----------
    Yurdakul, B. (2018). Statistical Properties of Population Stability Index. PhD thesis,
    Western Michigan University.

    Examples
    --------
    >>> population_stability_index(np.array([50, 50]), np.array([50, 50]))
    0.0
    >>> round(population_stability_index(np.array([50, 50]), np.array([80, 20])), 4)
    0.4159
    """
    parts = _both_shares(reference, current)
    least = max(floor, 0.5 / min(reference.sum(), current.sum()))
    p, q = (np.maximum(part, least) for part in parts)
    return float(((q - p) * np.log(q / p)).sum())


def jensen_shannon_distance(reference: NDArray[np.int64], current: NDArray[np.int64]) -> float:
    """Return the Jensen-Shannon distance of two binned samples.

    Parameters
    ----------
    reference, current : ndarray of shape (n_bins,)
        Row counts per bin, over the same bins; each sums to more than zero.

    Returns
    -------
    float
        From 0 for equal shares to 1 for samples that share no bin; a metric, so symmetric.

    Raises
    ------
    BinMismatchError
        If the two arrays differ in shape, or one of them sums to zero.

    Notes
    -----
    The square root of the Jensen-Shannon divergence with logarithms to base 2. Empty bins need no
    floor: the mean of the two shares is zero only where both are.

    References
    ----------
    Endres, D. M. and Schindelin, J. E. (2003). A new metric for probability distributions.
    IEEE Transactions on Information Theory 49(7), 1858-1860.

    Examples
    --------
    >>> jensen_shannon_distance(np.array([10, 0]), np.array([0, 7]))
    1.0
    """
    p, q = _both_shares(reference, current)
    middle = (p + q) / 2.0
    divergence = (_relative_entropy(p, middle) + _relative_entropy(q, middle)) / 2.0
    return float(np.sqrt(min(max(divergence, 0.0), 1.0)))


def ks_statistic(reference: NDArray[np.int64], current: NDArray[np.int64]) -> float:
    """Return the two-sample Kolmogorov-Smirnov statistic of counts over ordered cells.

    Parameters
    ----------
    reference, current : ndarray of shape (n_cells,)
        Row counts per cell, in the order of the cells' values; each sums to more than zero.

    Returns
    -------
    float
        The largest distance between the two cumulative shares, from 0 to 1. With one cell a value
        this is the exact statistic; wider cells can only lose what happens inside one of them.

    Raises
    ------
    BinMismatchError
        If the two arrays differ in shape, or one of them sums to zero.

    References
    ----------
    Hodges, J. L. (1958). The significance probability of the Smirnov two-sample test.
    Arkiv för Matematik 3(5), 469-486.

    Examples
    --------
    >>> ks_statistic(np.array([5, 5, 0]), np.array([0, 5, 5]))
    0.5
    """
    p, q = _both_shares(reference, current)
    distance = np.cumsum(p) - np.cumsum(q)
    return float(min(np.abs(distance).max(), 1.0))


def chi_square_statistic(reference: NDArray[np.int64], current: NDArray[np.int64]) -> float:
    """Return Pearson's chi-square of the hypothesis that two samples have the same shares.

    Parameters
    ----------
    reference, current : ndarray of shape (n_bins,)
        Row counts per bin, over the same bins; each sums to more than zero.

    Returns
    -------
    float
        0 for equal shares. Without drift about chi-square distributed with one degree of freedom
        less than there are bins that either sample reaches; grows with the samples, so compare it
        with that, not with a fixed number.

    Raises
    ------
    BinMismatchError
        If the two arrays differ in shape, or one of them sums to zero.

    References
    ----------
    Pearson, K. (1911). On the probability that two independent distributions of frequency are
    really samples from the same population. Biometrika 8(1/2), 250-254.

    Examples
    --------
    >>> round(chi_square_statistic(np.array([10, 20]), np.array([20, 10])), 4)
    6.6667
    """
    _both_shares(reference, current)  # for its error: what follows needs counts
    pooled = (reference + current) / (int(reference.sum()) + int(current.sum()))
    p, found = pooled[pooled > 0], 0.0
    for counts in (reference, current):
        expected = int(counts.sum()) * p
        found += float(((counts[pooled > 0] - expected) ** 2 / expected).sum())
    return found


def hellinger_distance(reference: NDArray[np.int64], current: NDArray[np.int64]) -> float:
    """Return the Hellinger distance of two binned samples.

    Parameters
    ----------
    reference, current : ndarray of shape (n_bins,)
        Row counts per bin, over the same bins; each sums to more than zero.

    Returns
    -------
    float
        From 0 for equal shares to 1 for samples that share no bin; a metric, so symmetric.

    Raises
    ------
    BinMismatchError
        If the two arrays differ in shape, or one of them sums to zero.

    Notes
    -----
    ``sqrt(Σ (sqrt(p) - sqrt(q))**2 / 2)``. Small changes give the root of an eighth of PSI.

    References
    ----------
    Hellinger, E. (1909). Neue Begründung der Theorie quadratischer Formen von unendlichvielen
    Veränderlichen. Journal für die reine und angewandte Mathematik 136, 210-271.

    Examples
    --------
    >>> hellinger_distance(np.array([10, 0]), np.array([0, 7]))
    1.0
    """
    p, q = _both_shares(reference, current)
    apart = np.sqrt(p) - np.sqrt(q)
    return min(float(np.sqrt((apart * apart).sum() / 2.0)), 1.0)


def l_infinity_distance(reference: NDArray[np.int64], current: NDArray[np.int64]) -> float:
    """Return the largest difference of two samples' shares of one bin.

    Parameters
    ----------
    reference, current : ndarray of shape (n_bins,)
        Row counts per bin, over the same bins; each sums to more than zero.

    Returns
    -------
    float
        From 0 for equal shares to 1; 0.1 is a tenth of all rows more or less in one bin.

    Raises
    ------
    BinMismatchError
        If the two arrays differ in shape, or one of them sums to zero.

    Examples
    --------
    >>> round(l_infinity_distance(np.array([10, 0]), np.array([7, 3])), 12)
    0.3
    """
    p, q = _both_shares(reference, current)
    return float(np.abs(p - q).max())


def sturges_psi(reference: NDArray[np.int64], current: NDArray[np.int64]) -> float:
    """Return the population stability index with the floor that Evidently 0.7.23 gives empty bins.

    Parameters
    ----------
    reference, current : ndarray of shape (n_bins,)
        Row counts per bin, over the same bins; each sums to more than zero.

    Returns
    -------
    float
        PSI in nats. A bin that is empty in one sample has a share of 1e-4 there, or of a millionth
        of that sample's least share where that is at most 1e-4.

    Raises
    ------
    BinMismatchError
        If the two arrays differ in shape, or one of them sums to zero.

    Examples
    --------
    >>> round(sturges_psi(np.array([50, 50]), np.array([100, 0])), 6)  # 0.5 log 2 + 0.4999 log 5000
    4.604318
    """
    p, q = (_floored(part) for part in _both_shares(reference, current))
    return float(((p - q) * np.log(p / q)).sum())


def shares(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return each bin's share of all rows; zeros where there are no rows.

    Examples
    --------
    >>> shares(np.array([1, 3])).tolist(), shares(np.array([0, 0])).tolist()
    ([0.25, 0.75], [0.0, 0.0])
    """
    return counts / max(int(counts.sum()), 1)


def _floored(part: NDArray[np.float64]) -> NDArray[np.float64]:
    least = float(part[part > 0].min())
    return np.where(part > 0, part, least / 1e6 if least <= _RARE else _RARE)


def _relative_entropy(p: NDArray[np.float64], q: NDArray[np.float64]) -> float:
    reached = p > 0
    return float((p[reached] * np.log2(p[reached] / q[reached])).sum())


def _both_shares(
    reference: NDArray[np.int64], current: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the shares of two samples over the same bins; raise BinMismatchError."""
    if reference.shape != current.shape or reference.ndim != 1:
        msg = f"bins of shapes {reference.shape} and {current.shape} cannot be compared"
        raise BinMismatchError(msg)
    for name, counts in (("reference", reference), ("current", current)):
        if counts.sum() <= 0 or counts.min() < 0:
            msg = f"the {name} sample has no rows or negative counts: {counts.tolist()}"
            raise BinMismatchError(msg)
    return reference / reference.sum(), current / current.sum()
