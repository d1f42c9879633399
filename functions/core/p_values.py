"""How likely a statistic at least this large is where nothing has changed; numpy and math alone."""

import math

_ITERATIONS = 100_000
_PRECISION = 1e-16
_TINY = 1e-300


def chi_square_p_value(statistic: float, degrees: int) -> float:
    """Return the probability that a chi-square variable is at least `statistic`.

    Parameters
    ----------
    statistic : float
        0 and up.
    degrees : int
        Degrees of freedom; 0 for a variable that is always zero.

    Returns
    -------
    float
        From 0 to 1; scipy's `chi2.sf` to 1e-11.

    Notes
    -----
    The regularised upper incomplete gamma function ``Q(degrees / 2, statistic / 2)``: by its power
    series below the mean, by its continued fraction above.

    References
    ----------
    Olver, F. W. J. et al., eds. NIST Digital Library of Mathematical Functions, sections 8.7.1 and
    8.9.2. https://dlmf.nist.gov/8

    Examples
    --------
    >>> round(chi_square_p_value(3.841458820694124, 1), 12)
    0.05
    >>> chi_square_p_value(0.0, 4), chi_square_p_value(0.0, 0)
    (1.0, 1.0)
    """
    if statistic <= 0.0 or degrees == 0:
        return float(statistic <= 0.0)
    a, x = degrees / 2.0, statistic / 2.0
    factor = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1.0:
        return min(max(1.0 - factor * _gamma_series(a, x), 0.0), 1.0)
    return min(factor * _gamma_fraction(a, x), 1.0)


def fisher_p_value(reference: tuple[int, int], current: tuple[int, int]) -> float:
    """Return how likely as many occurrences in `current` are, given those of both samples together.

    Parameters
    ----------
    reference, current : tuple of (occurrences, rows)
        Whole numbers; rows are more than zero.

    Returns
    -------
    float
        Fisher's exact test, one-sided: the upper tail of the hypergeometric distribution. It is
        never too small, however few the rows and however rare the occurrences.

    References
    ----------
    Fisher, R. A. (1935). The logic of inductive inference. Journal of the Royal Statistical Society
    98(1), 39-82.

    Examples
    --------
    >>> round(fisher_p_value((1, 4), (3, 4)), 6)  # 17 of 70 tables
    0.242857
    """
    (hits_ref, n_ref), (hits, n_cur) = reference, current
    if hits == 0 or hits_ref == n_ref:
        return 1.0
    if hits * n_ref <= hits_ref * n_cur:
        return 1.0 - fisher_p_value((hits - 1, n_cur), (hits_ref + 1, n_ref))
    total, rows = hits_ref + hits, n_ref + n_cur
    most = min(total, n_cur)
    term = math.exp(
        _log_choose(total, hits)
        + _log_choose(rows - total, n_cur - hits)
        - _log_choose(rows, n_cur)
    )
    tail = term
    for count in range(hits, most):
        rise = (total - count) * (n_cur - count)
        fall = (count + 1) * (rows - total - n_cur + count + 1)
        term *= rise / fall
        tail += term
        if rise < fall and term < _PRECISION * tail:
            break
    return min(tail, 1.0)


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _gamma_series(a: float, x: float) -> float:
    """Return the sum of ``x**k / (a (a + 1) … (a + k))``, of positive terms that soon fall."""
    term = total = 1.0 / a
    for k in range(1, _ITERATIONS):
        term *= x / (a + k)
        total += term
        if term < _PRECISION * total:
            break
    return total


def _gamma_fraction(a: float, x: float) -> float:
    """Return the continued fraction ``1 / (x + 1 - a - 1 (1 - a) / (x + 3 - a - …))`` from above.

    By the algorithm of Lentz: quotients of successive numerators and denominators.
    """
    b = x + 1.0 - a
    c, d = 1.0 / _TINY, 1.0 / b
    value = d
    for k in range(1, _ITERATIONS):
        step = k * (a - k)
        b += 2.0
        d = 1.0 / _nonzero(step * d + b)
        c = _nonzero(b + step / c)
        value *= c * d
        if abs(c * d - 1.0) < _PRECISION * 10.0:
            break
    return value


def _nonzero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
