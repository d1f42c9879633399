"""JSON texts with many numbers, whose arrays are read without a Python object for each number.

simdjson parses a text as a whole and copies an array's numbers into float64. It is loaded by the
first text that is long enough: see `LONG_BYTES`. It lets pass what our readers refuse or read
otherwise (a key that stands twice, arrays among numbers, a byte order mark), so whoever takes
something out of a text looks at its keys and counts its brackets.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from csimdjson import Parser

LONG_BYTES = 16_384
"""From here on it is worth it: what comes before the numbers takes some 10 µs."""

T = TypeVar("T")
_BYTE_ORDER_MARK = b"\xef"
_idle: "list[Parser]" = []
"""Parsers that nobody uses now; each keeps its memory, and serves one thread at a time."""


class NotPlainError(Exception):
    """A text is not what is read here; another reader says whether it is anything."""


def read_text(text: bytes, take: Callable[[Any], T]) -> T:
    """Return what `take` makes of a text's value; raise NotPlainError where that is not plain.

    `take` gets what simdjson has for objects and arrays, and returns nothing that refers to them.
    What it raises for a value of another kind (KeyError, TypeError, ValueError, AttributeError)
    becomes a NotPlainError.
    """
    if b"\\" in text or text.startswith(_BYTE_ORDER_MARK):
        raise NotPlainError
    parser = _idle.pop() if _idle else _new_parser()
    try:
        return take(parser.parse(text))
    except (LookupError, TypeError, ValueError, AttributeError, RuntimeError):
        raise NotPlainError from None
    finally:
        _idle.append(parser)


def plain_keys(found: Any) -> list[str]:  # noqa: ANN401 - simdjson's
    """Return an object's keys, in order; raise NotPlainError for one that stands twice."""
    keys: list[str] = list(found.keys())
    if len(set(keys)) != len(keys):
        raise NotPlainError
    return keys


def numbers_of(array: Any) -> NDArray[np.float64]:  # noqa: ANN401 - simdjson's
    """Return an array's numbers, those of arrays in it among them.

    Returns
    -------
    ndarray of float64, shape (n,)

    Raises
    ------
    TypeError
        If one of the values is no number.
    """
    return np.frombuffer(array.as_buffer(of_type="d"), np.float64)


def _new_parser() -> "Parser":
    from csimdjson import Parser

    return Parser()
