"""float32 numbers as integers in the same order, and how many leading bits tell them apart."""

import numpy as np
from numpy.typing import NDArray

CODE_BITS = 32
"""Bits of a full code: one code for each float32."""

MINIMUM_BITS = 16
"""Sign, exponent and seven bits of the fraction: cells are at most 0.8% of their value wide."""

MAXIMUM_CELLS = 2048
"""Up to so many distinct codes a column keeps all the bits it can: some 12 KB of JSON."""

_SIGN = np.uint32(1 << 31)


def codes_of(values: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return each number's code: of two numbers the greater has the greater code.

    Minus zero counts as zero. NaN has no place in the order and must not be passed.

    Examples
    --------
    >>> codes = codes_of(np.float32([-np.inf, -1.0, -0.0, 0.0, 1e-45, 2.0]))
    >>> np.diff(codes).tolist()
    [1073741824, 1065353217, 0, 1, 1073741823]
    """
    pattern = (np.ascontiguousarray(values) + np.float32(0.0)).view(np.uint32)
    return np.where(pattern & _SIGN, ~pattern, pattern | _SIGN).astype(np.int64)


def value_at(code: int, bits: int) -> float:
    """Return the least number whose code begins with the `bits` bits of `code`.

    NaN for the codes beyond the infinities, which no number has.

    Examples
    --------
    >>> value_at(int(codes_of(np.float32([22000.0]))[0]) >> 16, 16)
    21888.0
    """
    full = np.uint32(code << (CODE_BITS - bits))
    pattern = full ^ _SIGN if full & _SIGN else ~full
    return float(np.uint32(pattern).view(np.float32))


def fitting_bits(codes: NDArray[np.int64], bits: int, maximum: int = MAXIMUM_CELLS) -> int:
    """Return the most leading bits by which `codes` are at most `maximum` distinct ones.

    Parameters
    ----------
    codes : ndarray of int64
        Distinct codes of `bits` bits, ascending.
    bits : int
        From 16 to 32.
    maximum : int
        Distinct codes to be had; 16 bits are kept even where they leave more.

    Examples
    --------
    >>> fitting_bits(np.array([0, 1, 1 << 20, 3 << 20]), 32), fitting_bits(np.arange(9), 32, 3)
    (32, 30)
    """
    if len(codes) <= maximum:
        return bits
    differing = np.frexp((codes[1:] ^ codes[:-1]).astype(np.float64))[1]
    # Neighbours whose highest differing bit is the k-th from below are told apart by bits - k + 1.
    needed = bits - differing + 1
    told_apart = 1 + np.cumsum(np.bincount(needed, minlength=bits + 1))
    return max(MINIMUM_BITS, int(np.flatnonzero(told_apart <= maximum)[-1]))
