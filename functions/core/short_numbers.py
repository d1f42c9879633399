"""Float32 numbers as the floats that JSON writes with the fewest digits."""

import numpy as np
from numpy.typing import NDArray

LEAST, _MOST = 1e-4, 1e6
"""Between them a number times the power of ten that makes its digits whole stays exact enough,
and no text has an exponent."""

_POWERS = 10.0 ** np.arange(16)
_DIGITS = (6, 7, 8, 9)
"""Any decimal of six digits survives a float32, and any float32 survives nine."""


def shortest_numbers(values: NDArray[np.float32]) -> list[float]:
    """Return, for each number, the one with the fewest digits that reads back as the same float32.

    Parameters
    ----------
    values : ndarray of float32, shape (n,)
        Finite.

    Notes
    -----
    A number is rounded to six digits, then to seven, eight and nine, until its float32 is the one
    it came from. Rounding is to a whole number and back by a power of ten that a float64 holds
    exactly, so the result is the float64 next to that decimal. Very small and very large numbers
    are taken one by one.

    Examples
    --------
    >>> shortest_numbers(np.float32([0.1, 0.25, 1e-20]))
    [0.1, 0.25, 1e-20]
    """
    found = values.astype(np.float64)
    sizes = np.abs(found)
    odd = ((sizes < LEAST) | (sizes >= _MOST)) & (sizes > 0)
    sizes[odd | (sizes == 0)] = 1.0
    exponents = np.floor(np.log10(sizes)).astype(np.intp)
    left = np.flatnonzero(~odd)
    for digits in _DIGITS:
        powers = _POWERS[digits - 1 - exponents[left]]
        rounded = np.rint(values[left] * powers) / powers
        found[left] = rounded
        left = left[rounded.astype(np.float32) != values[left]]
    numbers: list[float] = found.tolist()
    for index in np.flatnonzero(odd).tolist():
        numbers[index] = float(str(values[index]))
    return numbers
