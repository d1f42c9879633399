"""The p-value of the two-sample Kolmogorov-Smirnov statistic, exact or asymptotic."""

import math

import numpy as np
from numpy.typing import NDArray

EXACT_ROWS = 10_000
"""Up to so many rows on both sides the p-value is exact; scipy's `auto` draws the line there."""

_MATRIX_ROWS = 140
_MATRIX_LIMIT = 4.0
_TAIL = 2.2
_BEYOND = 370.0
_NEARLY_CERTAIN = 18.0
_SMALL_DISTANCE = 1.4
_SMALL_ROWS = 100_000
_SERIES_FROM = 16
_SCALE = 1e150
_LEAST_EXPONENT = -708.0


def ks_p_value(distance: float, n_ref: int, n_cur: int) -> float:
    """Return how likely a Kolmogorov-Smirnov distance at least this large is without drift.

    Parameters
    ----------
    distance : float
        The statistic of two samples, from 0 to 1.
    n_ref, n_cur : int
        Their rows, at least one each.

    Returns
    -------
    float
        From 0 to 1, two-sided; that of scipy's `ks_2samp` with `method="auto"` to 1e-9: exact where
        both samples have at most 10,000 rows, asymptotic beyond. For values that repeat the true
        p-value is smaller.

    References
    ----------
    Hodges, J. L. (1958). The significance probability of the Smirnov two-sample test.
    Arkiv för Matematik 3(5), 469-486.

    Examples
    --------
    >>> round(ks_p_value(0.5, 4, 4), 6)  # 54 of 70 orders of the eight
    0.771429
    """
    if max(n_ref, n_cur) <= EXACT_ROWS:
        return exact_ks_p_value(distance, n_ref, n_cur)
    return asymptotic_ks_p_value(distance, n_ref, n_cur)


def exact_ks_p_value(distance: float, n_ref: int, n_cur: int) -> float:
    """Return the share of all orders of the two samples' rows that are as far apart.

    Notes
    -----
    An order is a lattice path from (0, 0) to (n_ref, n_cur). Of two samples of one size the paths
    that touch a line are counted by reflection (Gnedenko and Korolyuk 1951); otherwise rows are
    drawn one by one from what is left of both samples, and what leaves the band is counted:
    n_ref + n_cur steps over as many states as the band is wide.

    Examples
    --------
    >>> exact_ks_p_value(0.0, 3, 5), round(exact_ks_p_value(1.0, 3, 5), 6)  # 2 of 56 orders
    (1.0, 0.035714)
    """
    divisor = math.gcd(n_ref, n_cur)
    step_ref, step_cur = n_cur // divisor, n_ref // divisor
    height = round(distance * n_ref * step_ref)
    if height == 0:
        return 1.0
    if n_ref == n_cur:
        return _reflected(n_ref, height)
    return _left_the_band((n_ref, n_cur), (step_ref, step_cur), height)


def asymptotic_ks_p_value(distance: float, n_ref: int, n_cur: int) -> float:
    """Return the p-value of one sample of ``n_ref n_cur / (n_ref + n_cur)`` rows, rounded.

    Examples
    --------
    >>> round(asymptotic_ks_p_value(0.0136, 20_000, 20_000), 4)
    0.049
    """
    return kolmogorov_p_value(distance, round(n_ref * n_cur / (n_ref + n_cur)))


def kolmogorov_p_value(distance: float, rows: int) -> float:
    """Return how likely a sample of `rows` is at least `distance` from its own distribution.

    Parameters
    ----------
    distance : float
        The one-sample Kolmogorov-Smirnov statistic, from 0 to 1.
    rows : int
        At least 1.

    Returns
    -------
    float
        Two-sided; scipy's `kstwo.sf` to 1e-9.

    Notes
    -----
    Which formula is good where is Simard and L'Ecuyer's finding: Durbin's matrix for few rows or
    small distances, twice Smirnov's one-sided sum in the tail, Pelz and Good's expansion between.

    References
    ----------
    Simard, R. and L'Ecuyer, P. (2011). Computing the two-sided Kolmogorov-Smirnov distribution.
    Journal of Statistical Software 39(11).

    Examples
    --------
    >>> round(kolmogorov_p_value(0.0430, 1000), 3)
    0.048
    """
    spread = rows * distance * distance
    if distance >= 1.0 or spread >= _BEYOND:
        return 0.0
    if rows * distance <= 0.5:  # noqa: PLR2004 - no sample is nearer than half a row
        return 1.0
    if spread >= (_TAIL if rows > _MATRIX_ROWS else _MATRIX_LIMIT) or distance >= 0.5:  # noqa: PLR2004 - both sides cannot be left
        return min(2.0 * _smirnov_sum(rows, distance), 1.0)
    is_small = rows <= _SMALL_ROWS and rows * distance**1.5 <= _SMALL_DISTANCE
    below = (
        _durbin(rows, distance) if rows <= _MATRIX_ROWS or is_small else _pelz_good(rows, distance)
    )
    return min(max(1.0 - below, 0.0), 1.0)


def _reflected(rows: int, height: int) -> float:
    """Return ``2 Σ (-1)**(k - 1) C(2n, n - k h) / C(2n, n)`` over k from 1."""
    total, term, sign = 0.0, 1.0, 1.0
    within = np.arange(height)
    for k in range(rows // height):
        start = k * height
        term *= float(np.prod((rows - start - within) / (rows + start + within + 1)))
        total += sign * term
        sign = -sign
    return min(max(2.0 * total, 0.0), 1.0)


def _left_the_band(rows: tuple[int, int], steps: tuple[int, int], height: int) -> float:
    """Return the chance that drawing all rows in turn is ever `height` or more off the diagonal."""
    n_ref, n_cur = rows
    low, inside, outside = 0, np.ones(1), 0.0
    for drawn in range(n_ref + n_cur):
        ref = np.arange(low, low + len(inside))
        share = inside * ((n_ref - ref) / (n_ref + n_cur - drawn))
        spread = np.append(inside - share, 0.0)
        spread[1:] += share
        first, last = _band(drawn + 1, rows, steps, height)
        head, tail = max(first - low, 0), max(min(last - low + 1, len(spread)), 0)
        outside += float(spread[:head].sum() + spread[tail:].sum())
        inside, low = spread[head:tail], low + head
        if not len(inside):
            break
    return min(outside, 1.0)


def _band(
    drawn: int, rows: tuple[int, int], steps: tuple[int, int], height: int
) -> tuple[int, int]:
    """Return the least and the most rows of the reference among `drawn` that are inside."""
    both = steps[0] + steps[1]
    first = (steps[1] * drawn - height) // both + 1
    last = -((-steps[1] * drawn - height) // both) - 1
    return max(first, drawn - rows[1], 0), min(last, rows[0], drawn)


def _smirnov_sum(rows: int, distance: float) -> float:
    """Return the chance that a sample's shares ever exceed their distribution by `distance`.

    The sum over j of ``x / (x + j / n)`` times the binomial probability of j among n rows of chance
    ``x + j / n`` (Birnbaum and Tingey 1951), each by its deviance from the mode (Loader 2000), for
    a product of factorials would lose ten digits.
    """
    most = math.ceil(rows * (1.0 - distance)) - 1
    first = (1.0 - distance) ** rows
    if most < 1:
        return first
    shift, j = rows * distance, np.arange(1.0, most + 1.0)
    j = j[rows - j > shift]  # by rounding, the last term may be one beyond, which is zero
    left = rows - j
    logarithm = (
        _stirling_error(np.array([float(rows)]))
        - _stirling_error(j)
        - _stirling_error(left)
        + j * np.log1p(shift / j)
        + left * np.log1p(-shift / left)
        + 0.5 * np.log(rows / (2.0 * math.pi * j * left))
    )
    return first + float((np.exp(logarithm) * (shift / (shift + j))).sum())


def _stirling_error(n: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``log n!`` less its approximation by Stirling, for whole numbers from 1."""
    square = 1.0 / (n * n)
    error = (
        1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188)))
    ) / n
    small = n < _SERIES_FROM
    error[small] = [
        math.lgamma(k + 1.0) - (k + 0.5) * math.log(k) + k - 0.5 * math.log(2.0 * math.pi)
        for k in n[small].tolist()
    ]
    return np.asarray(error, np.float64)


def _durbin(rows: int, distance: float) -> float:
    """Return the chance of less than `distance` by the power of a matrix (Durbin 1973).

    With the scaling of Marsaglia, Tsang and Wang (2003), Journal of Statistical Software 8(18).
    """
    k = math.ceil(rows * distance)
    matrix = _durbin_matrix(2 * k - 1, k - rows * distance)
    power, logarithm = _scaled_power(matrix, rows)
    stirling = float(_stirling_error(np.array([float(rows)]))[0])
    ways = float(power[k - 1, k - 1])
    if ways <= 0.0:
        return 0.0
    orders = 0.5 * math.log(2.0 * math.pi * rows) - rows + stirling
    return math.exp(math.log(ways) + logarithm + orders)


def _durbin_matrix(size: int, short: float) -> NDArray[np.float64]:
    """Return 1 / (i - j + 1)! below and just above the diagonal, but for two edges."""
    order = np.arange(1, size + 1)
    inverse = np.cumprod(1.0 / order)
    lag = order[:, None] - order[None, :] + 1
    matrix = np.where(lag > 0, inverse[np.maximum(lag, 1) - 1], 0.0)
    matrix[np.arange(size - 1), np.arange(1, size)] = 1.0
    edge = (1.0 - short**order) * inverse
    corner = 1.0 - 2.0 * short**size + max(2.0 * short - 1.0, 0.0) ** size
    edge[-1] = corner * inverse[-1]
    matrix[:, 0] = edge
    matrix[-1, :] = edge[::-1]
    return matrix


def _scaled_power(matrix: NDArray[np.float64], power: int) -> tuple[NDArray[np.float64], float]:
    """Return a matrix's power, divided by a number, and that number's logarithm."""
    result, result_log, matrix_log = np.eye(len(matrix)), 0.0, 0.0
    while power:
        if power % 2:
            result, result_log = _shrink(result @ matrix, result_log + matrix_log)
        matrix, matrix_log = _shrink(matrix @ matrix, 2.0 * matrix_log)
        power //= 2
    return result, result_log


def _shrink(matrix: NDArray[np.float64], logarithm: float) -> tuple[NDArray[np.float64], float]:
    largest = float(matrix.max())
    return matrix / largest, logarithm + math.log(largest)


def _pelz_good(rows: int, distance: float) -> float:
    """Return the chance of less than `distance` by an expansion in ``1 / sqrt(rows)``.

    References
    ----------
    Pelz, W. and Good, I. J. (1976). Approximating the lower tail-areas of the Kolmogorov-Smirnov
    one-sample statistic. Journal of the Royal Statistical Society, Series B 38(2), 152-156.
    """
    z = math.sqrt(rows) * distance
    if -(math.pi**2) / (8.0 * z * z) < _LEAST_EXPONENT:
        return 0.0
    count = math.ceil(16.0 * z / math.pi)
    odd = np.square(np.arange(0.5, count) * math.pi)
    even = np.square(np.arange(1.0, count + 1.0) * math.pi)
    terms = _expansion(z, odd, even)
    return math.fsum(term / math.sqrt(rows) ** order for order, term in enumerate(terms))


def _expansion(
    z: float, odd: NDArray[np.float64], even: NDArray[np.float64]
) -> tuple[float, float, float, float]:
    """Return the coefficients of Pelz and Good at z; `odd` is ((k + ½) π)², `even` (k π)²."""
    root, z2 = math.sqrt(2.0 * math.pi), z * z
    z4, z6 = z2 * z2, z2**3
    weight, other = np.exp(-odd / (2.0 * z2)), np.exp(-even / (2.0 * z2))
    first = root / z * weight.sum()
    second = root / (6.0 * z4) * ((odd - z2) * weight).sum()
    inner = (6.0 * z6 + 2.0 * z4) + (2.0 * z4 - 5.0 * z2) * odd + (1.0 - 2.0 * z2) * odd**2
    third = root / (72.0 * z**7) * (inner * weight).sum()
    third -= root / (36.0 * z**3) * (even * other).sum()
    outer = (
        (-30.0 * z6 - 90.0 * z4 * z4)
        + (135.0 * z4 - 96.0 * z6) * odd
        + (212.0 * z4 - 60.0 * z2) * odd**2
        + (5.0 - 30.0 * z2) * odd**3
    )
    fourth = root / (6480.0 * z**10) * (outer * weight).sum()
    fourth += root / (216.0 * z6) * ((3.0 * z2 - even) * even * other).sum()
    return float(first), float(second), float(third), float(fourth)
