"""Tensors of the Open Inference Protocol: what one is, and its bytes, read and written.

A tensor's values come out flat, row by row, as the plain values that records have too: a missing
number (NaN, null) and a missing text (an empty element) are None.
"""

import math
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from functions.core.feature_values import show_value
from functions.core.problem import Problem, RefusedError, json_pointer

BYTES = "BYTES"
"""Texts in UTF-8; in binary each follows its length, four bytes, the least significant first."""

BOOL = "BOOL"
FORMATS = {
    BOOL: "|b1",
    "UINT8": "|u1",
    "UINT16": "<u2",
    "UINT32": "<u4",
    "UINT64": "<u8",
    "INT8": "|i1",
    "INT16": "<i2",
    "INT32": "<i4",
    "INT64": "<i8",
    "FP16": "<f2",
    "FP32": "<f4",
    "FP64": "<f8",
}
"""Numpy's codes of the datatypes of numbers; the least significant byte comes first."""

DATATYPES: dict[str, np.dtype[np.generic]] = {
    name: np.dtype(code) for name, code in FORMATS.items()
}
"""The datatypes of numbers."""

LENGTH_BYTES = 4
"""What precedes each element of a binary BYTES tensor."""

MAXIMUM_DIMENSIONS = 2
_LONGEST = 2**63 - 1
_SHOWN_CHARACTERS = 40

Place: TypeAlias = tuple[str | int, ...]
"""Where in the request's JSON a tensor stands: keys and indices."""

Values: TypeAlias = Sequence[object] | NDArray[np.generic]


class TensorError(RefusedError):
    """A tensor is not what its shape, datatype or size says."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """One input: `values` are flat, row by row; `shape` is (n,) or (n, k).

    An array of numbers stays one, NaN for a missing number, until somebody asks for its values.
    """

    name: str
    datatype: str
    shape: tuple[int, ...]
    values: Values

    @property
    def width(self) -> int:
        """How many columns it has."""
        return self.shape[1] if len(self.shape) > 1 else 1

    def column(self, index: int) -> Sequence[object]:
        """Return the plain values of one column."""
        column = self.values[index :: self.width]
        return plain_numbers(column) if isinstance(column, np.ndarray) else column


def check_shape(shape: object, place: Place) -> tuple[int, ...]:
    """Return a shape of one or two dimensions, the first of them at least 1; raise TensorError."""
    if isinstance(shape, list) and 1 <= len(shape) <= MAXIMUM_DIMENSIONS:
        if all(type(length) is int and 0 < length <= _LONGEST for length in shape):
            return tuple(shape)
        detail = "expected whole numbers from 1 on, of 64 bits"
    else:
        detail = "expected [rows] or [rows, columns]"
    raise malformed(place, f"{detail}, got {show(shape)}")


def check_datatype(datatype: object, place: Place) -> str:
    """Return the name of a datatype; raise TensorError for one that is not read."""
    if isinstance(datatype, str) and (datatype in DATATYPES or datatype == BYTES):
        return datatype
    known = ", ".join([*DATATYPES, BYTES])
    detail = f"expected one of {known}, got {show_value(datatype)}"
    raise malformed(place, detail)


def read_binary(content: bytes, datatype: str, shape: tuple[int, ...], place: Place) -> Values:
    r"""Return the values of a tensor's bytes; nothing is set aside for what a shape only claims.

    Raises
    ------
    TensorError
        If the bytes are more or fewer than the shape needs, or hold a truth value beside 0 and 1,
        or a text that is not UTF-8.

    Examples
    --------
    >>> read_binary(b"\x00\x3c\x00\x7e", "FP16", (2,), ()).tolist()
    [1.0, nan]
    >>> read_binary(b"\x02\x00\x00\x00hi\x00\x00\x00\x00", "BYTES", (2, 1), ())
    ['hi', None]
    """
    count = math.prod(shape)
    if datatype == BYTES:
        return read_texts(content, count, place)
    dtype = DATATYPES[datatype]
    if len(content) != count * dtype.itemsize:
        detail = (
            f"{datatype} of shape {show(list(shape))} is {count * dtype.itemsize} bytes, "
            f"got {len(content)}"
        )
        raise malformed(place, detail)
    if datatype == BOOL:
        return _read_truth_values(content, place)
    return np.frombuffer(content, dtype=dtype)


def read_texts(content: bytes, count: int, place: Place) -> list[object]:
    """Return the texts of a BYTES tensor, None for an empty one; raise as `read_binary` does."""
    if count * LENGTH_BYTES > len(content):
        detail = f"{count} texts take {count * LENGTH_BYTES} bytes or more, got {len(content)}"
        raise malformed(place, detail)
    texts: list[object] = []
    start = 0
    for index in range(count):
        end = start + LENGTH_BYTES
        (length,) = struct.unpack_from("<I", content, start) if end <= len(content) else (0,)
        if end + length > len(content):
            raise malformed(place, f"text {index} goes beyond the tensor's {len(content)} bytes")
        texts.append(_decode(content[end : end + length], index, place))
        start = end + length
    if start != len(content):
        raise malformed(place, f"{len(content) - start} bytes follow the last of {count} texts")
    return texts


def plain_numbers(numbers: NDArray[np.generic]) -> list[object]:
    """Return an array's numbers as they are, with None for NaN, which alone differs from itself.

    Examples
    --------
    >>> plain_numbers(np.float32([0.5, np.nan]))
    [0.5, None]
    """
    values: list[object] = numbers.tolist()
    if (numbers != numbers).any():  # noqa: PLR0124 - NaN alone
        return [None if value != value else value for value in values]  # noqa: PLR0124 - NaN
    return values


def write_numbers(values: NDArray[np.generic], datatype: str) -> bytes:
    r"""Return an array as the bytes of a tensor.

    Examples
    --------
    >>> write_numbers(np.array([1, -2]), "INT16")
    b'\x01\x00\xfe\xff'
    """
    return values.astype(DATATYPES[datatype]).tobytes()


def write_texts(texts: Iterable[str]) -> bytes:
    r"""Return texts as the bytes of a BYTES tensor.

    Examples
    --------
    >>> write_texts(["hi", ""])
    b'\x02\x00\x00\x00hi\x00\x00\x00\x00'
    """
    encoded = [text.encode() for text in texts]
    return b"".join(struct.pack("<I", len(content)) + content for content in encoded)


def malformed(place: Place, detail: str) -> TensorError:
    """Return the refusal of what stands at a place."""
    return TensorError([Problem(json_pointer(*place), detail)])


def show(value: object) -> str:
    """Return a value in a few characters; the items of a list too, for a shape is a short one."""
    if not isinstance(value, list):
        return show_value(value)
    text = ", ".join(show_value(item) for item in value[:4])
    return f"[{text}{', …' if len(value) > 4 else ''}]"[:_SHOWN_CHARACTERS]  # noqa: PLR2004 - enough to know it again


def _read_truth_values(content: bytes, place: Place) -> list[object]:
    if content.strip(b"\x00\x01"):
        raise malformed(place, "a truth value is one byte, 0 or 1")
    return [byte == 1 for byte in content]


def _decode(content: bytes, index: int, place: Place) -> str | None:
    try:
        return content.decode() or None
    except UnicodeDecodeError as error:
        msg = f"text {index} is not UTF-8: byte {error.start} cannot be read"
        raise malformed(place, msg) from error
