"""Float32 numbers as JSON has them: the fewest digits that read back as the same float32."""

from struct import Struct

import msgspec
import numpy as np
from numpy.typing import NDArray

_LEAST, _MOST = 1e-4, 1e6
"""Between them a number times the power of ten that makes its digits whole stays exact enough,
and no text has an exponent."""

_POWERS = 10.0 ** np.arange(16)
_DIGITS = (6, 7, 8, 9)
"""Any decimal of six digits survives a float32, and any float32 survives nine."""

_PLACES = (1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12)
"""From six digits of the largest number that `float_text` writes itself to nine of the least."""

_WHOLE = 2.0**52
"""From here on a float64 has no places behind the point: adding it rounds to a whole number."""

_pack = Struct("=f").pack


def number_text(value: np.float32) -> str:
    """Return a number's text.

    Examples
    --------
    >>> number_text(np.float32(0.1)), number_text(np.float32(1e6))
    ('0.1', '1000000.0')
    """
    text = str(value)
    return repr(float(text)) if "e" in text else text


def float_text(number: float) -> str:
    """Return `number_text` of a float that is a float32's, for most numbers in a third of the time.

    Notes
    -----
    As `number_texts`, from ever more digits behind the point. Up to 1 all products are exact: a
    float32 has 24 bits, and the powers' odd parts at most 28.

    Examples
    --------
    >>> float_text(0.10000000149011612), float_text(1e6)
    ('0.1', '1000000.0')
    """
    if _LEAST <= number <= 1:
        packed = _pack(number)
        for power in _PLACES:
            rounded = ((number * power + _WHOLE) - _WHOLE) / power
            if _pack(rounded) == packed:
                return repr(rounded)
    return number_text(np.float32(number))


def number_texts(values: NDArray[np.float32]) -> list[str]:
    """Return what `number_text` says of each number, many of them in a quarter of the time.

    Parameters
    ----------
    values : ndarray of float32, shape (n,)
        Finite.

    Notes
    -----
    A number is rounded to six digits, then to seven, eight and nine, until its float32 is the one
    it came from. Rounding is to a whole number and back by a power of ten that a float64 holds
    exactly, so the result is the float64 next to that decimal, and its shortest text that decimal.
    Very small and very large numbers are written one by one.

    Examples
    --------
    >>> number_texts(np.float32([0.1, 0.25, 1e-20]))
    ['0.1', '0.25', '1e-20']
    """
    if not len(values):
        return []
    found = values.astype(np.float64)
    sizes = np.abs(found)
    odd = ((sizes < _LEAST) | (sizes >= _MOST)) & (sizes > 0)
    sizes[odd | (sizes == 0)] = 1.0
    exponents = np.floor(np.log10(sizes)).astype(np.intp)
    left = np.flatnonzero(~odd)
    for digits in _DIGITS:
        powers = _POWERS[digits - 1 - exponents[left]]
        rounded = np.rint(values[left] * powers) / powers
        found[left] = rounded
        left = left[rounded.astype(np.float32) != values[left]]
    texts = msgspec.json.encode(found.tolist()).decode()[1:-1].split(",")
    for index in np.flatnonzero(odd).tolist():
        texts[index] = number_text(values[index])
    return texts
