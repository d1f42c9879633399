"""Float32 numbers as JSON has them: the fewest digits that read back as the same float32."""

from struct import Struct

import numpy as np
from numpy.typing import NDArray

from functions.core.short_numbers import LEAST

_PLACES = (1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12)
"""From six digits of the largest number that `float_text` writes itself to nine of the least."""

_FEW = 16
"""Numbers that are written faster one by one."""

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
    As `shortest_numbers`, from ever more digits behind the point. Up to 1 all products are exact: a
    float32 has 24 bits, and the powers' odd parts at most 28.

    Examples
    --------
    >>> float_text(0.10000000149011612), float_text(1e6)
    ('0.1', '1000000.0')
    """
    if LEAST <= number <= 1:
        packed = _pack(number)
        for power in _PLACES:
            rounded = ((number * power + _WHOLE) - _WHOLE) / power
            if _pack(rounded) == packed:
                return repr(rounded)
    return number_text(np.float32(number))


def number_texts(values: NDArray[np.float32]) -> list[str]:
    """Return each number's text, many of them in a tenth of the time of `number_text`.

    The digits are those of `number_text`; an exponent may be written otherwise, or as zeros.

    Parameters
    ----------
    values : ndarray of float32, shape (n,)
        Finite.

    Examples
    --------
    >>> number_texts(np.float32([0.1, 0.25, 1e-20]))
    ['0.1', '0.25', '1e-20']
    """
    return joined_number_texts(values).split(",") if len(values) else []


def joined_number_texts(values: NDArray[np.float32]) -> str:
    """Return what `number_texts` says, with commas between.

    Examples
    --------
    >>> joined_number_texts(np.float32([0.1, 0.25, 1e-20]))
    '0.1,0.25,1e-20'
    """
    if len(values) <= _FEW:
        return ",".join(map(float_text, values.tolist()))
    import orjson  # by many numbers alone: the path to the first answer imports this module

    contiguous = np.ascontiguousarray(values)
    return orjson.dumps(contiguous, option=orjson.OPT_SERIALIZE_NUMPY)[1:-1].decode()
