"""The columns of an inference request's tensors, gathered without looking at each value."""

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain
from struct import error as PackError  # noqa: N812 - it is a class
from struct import pack, unpack
from types import NoneType
from typing import Any, TypeAlias

import numpy as np
from msgspec import UnsetType
from numpy.typing import NDArray

from functions.contracts.feature_types import UNSEEN_CATEGORY
from functions.core.tensor_data import limits_of
from functions.core.tensors import (
    BOOL,
    BYTES,
    DATATYPES,
    FORMATS,
    MAXIMUM_DIMENSIONS,
    read_texts,
)

Plain: TypeAlias = float | str | None
PlainData: TypeAlias = list[Plain | list[Plain]]
"""A tensor's values, nested or flat; numbers are floats, whatever their datatype."""

Scalar: TypeAlias = Plain | bool
Data: TypeAlias = list[Scalar | list[Scalar]]
"""The same with truth values, which are told from numbers one by one."""

Codes: TypeAlias = Mapping[int, Mapping[object, float]]
"""By the index of a string feature: the codes of its categories, NaN for a missing text."""

_NAN = float("nan")
_TEXTS = frozenset({str, NoneType})
_NUMBERS = frozenset({float, int, bool, NoneType})
_ONE_BY_ONE = {
    **{"u1": "B", "u2": "H", "u4": "I", "u8": "Q", "i1": "b", "i2": "h", "i4": "i", "i8": "q"},
    **{"f2": "e", "f4": "f", "f8": "d"},
}
"""Numpy's codes in the words of `struct`."""

_WIDE = frozenset({"FP32", "FP64"})
"""Datatypes whose limits each feature has as well."""

_LARGEST_WHOLE = 2.0**53
"""A whole number beyond it may not be the one that was written."""


class UnlikeError(Exception):
    """A request is none of those that are read the fast way."""


class GatheredColumns:
    """Columns of equally many rows, in the order in which they came.

    Whoever adds a tensor knows which features it is; every method raises UnlikeError or
    struct.error for values that are none of its datatype.
    """

    def __init__(self, rows: int, codes: Codes, *, has_truth_values: bool) -> None:
        self.texts = 0
        self.rows = rows
        self._codes = codes
        self._has_truth_values = has_truth_values
        self._columns: list[int] = []
        self._narrow: dict[int, str] = {}
        self._loose: list[Any] = []
        self._packed: list[NDArray[np.float64]] = []

    def add_data(
        self,
        data: PlainData | Data | UnsetType | None,
        datatype: str,
        columns: list[int],
        dimensions: int,
    ) -> None:
        """Take a tensor of JSON; `dimensions` are its shape's."""
        values = self._flatten(data, len(columns), dimensions)
        if datatype == BYTES:
            if not _TEXTS.issuperset(map(type, values)):
                raise UnlikeError
            self.texts += len(values) - values.count(None)
            self._add_texts(values, columns)
            return
        if datatype not in _WIDE:
            self._add_narrow(datatype, columns)
        if self._has_truth_values and datatype != BOOL and bool in set(map(type, values)):
            raise UnlikeError
        if len(columns) == 1 or self.rows == 1:
            self._loose += values
            self._columns += columns
        else:
            self._add_rows(_pack(values), columns)

    def add_numbers(self, numbers: NDArray[np.float64], datatype: str, columns: list[int]) -> None:
        """Take a tensor's numbers, row by row; there are several rows."""
        if len(numbers) != self.rows * len(columns):
            raise UnlikeError
        if datatype not in _WIDE:
            self._add_narrow(datatype, columns)
        self._add_rows(numbers, columns)

    def add_binary(self, content: bytes, datatype: str, columns: list[int]) -> None:
        """Take a tensor of bytes; raise TensorError for texts that are none."""
        count = self.rows * len(columns)
        if datatype == BYTES:
            self._add_texts(read_texts(content, count, ()), columns)
            return
        # A byte that is no truth value does not fit its feature then.
        code = "|u1" if datatype == BOOL else FORMATS.get(datatype)
        if code is None or len(content) != count * int(code[2:]):
            raise UnlikeError
        if self.rows == 1:
            self._loose += unpack(f"<{count}{_ONE_BY_ONE[code[1:]]}", content)
            self._columns += columns
        else:
            self._add_rows(np.frombuffer(content, code).astype(np.float64), columns)

    def row(self, width: int) -> list[Any]:
        """Return the one row of so many columns, None in those that did not come."""
        values = self._loose
        if len(set(self._columns)) != len(self._columns) or not _NUMBERS.issuperset(
            map(type, values)
        ):
            raise UnlikeError
        if self._columns != list(range(width)):
            values = [None] * width
            for column, value in zip(self._columns, self._loose, strict=True):
                values[column] = value
        for column, datatype in self._narrow.items():
            if values[column] is not None:
                values[column] = _narrow(values[column], datatype)
        return values

    def numbers(self, width: int) -> NDArray[np.float64]:
        """Return the matrix of so many columns, NaN in those that did not come."""
        self._settle()
        if len(set(self._columns)) != len(self._columns):
            raise UnlikeError
        by_column = self._packed[0] if len(self._packed) == 1 else np.concatenate(self._packed)
        if self._columns != list(range(width)):
            placed = np.full((width, self.rows), np.nan)
            placed[self._columns] = by_column
            by_column = placed
        return self._narrowed(by_column.T) if self._narrow else by_column.T

    def _flatten(
        self, data: PlainData | Data | UnsetType | None, width: int, dimensions: int
    ) -> list[Any]:
        if not isinstance(data, list):
            raise UnlikeError
        values: list[Any] = data
        if dimensions == MAXIMUM_DIMENSIONS and data and type(data[0]) is list:
            if not all(type(row) is list and len(row) == width for row in data):
                raise UnlikeError
            values = list(chain.from_iterable(values))
        if len(values) != self.rows * width:
            raise UnlikeError
        return values

    def _add_narrow(self, datatype: str, columns: Sequence[int]) -> None:
        if datatype not in DATATYPES:
            raise UnlikeError
        self._narrow.update(dict.fromkeys(columns, datatype))

    def _add_texts(self, values: Sequence[object], columns: Sequence[int]) -> None:
        for position, column in enumerate(columns):
            code_of = self._codes[column].get
            self._loose += [
                code_of(text, UNSEEN_CATEGORY) for text in values[position :: len(columns)]
            ]
        self._columns += columns

    def _add_rows(self, numbers: NDArray[np.float64], columns: Sequence[int]) -> None:
        self._settle()
        self._packed.append(numbers.reshape(self.rows, len(columns)).T)
        self._columns += columns

    def _settle(self) -> None:
        """Pack what came in single columns."""
        if self._loose:
            self._packed.append(_pack(self._loose).reshape(-1, self.rows))
            self._loose = []

    def _narrowed(self, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the numbers where all are their datatypes'; a whole number has no -0.0."""
        columns = list(self._narrow)
        limits = np.array([_limits_of(datatype) for datatype in self._narrow.values()])
        part = numbers[:, columns]
        is_whole = limits[:, 2] > 0
        fits = (part >= limits[:, 0]) & (part <= limits[:, 1])
        fits &= (np.floor(part) == part) | ~is_whole
        if not (fits | np.isnan(part)).all():
            raise UnlikeError
        part[:, is_whole] += 0.0
        narrowed = numbers.copy()
        narrowed[:, columns] = part
        return narrowed


def _narrow(value: float, datatype: str) -> float:
    """Return a number that is one of a datatype's, without the sign of a whole zero."""
    minimum, maximum, is_whole = _limits_of(datatype)
    if not minimum <= value <= maximum or (is_whole and value % 1):
        raise UnlikeError
    return value + 0.0 if is_whole else value


@cache
def _limits_of(datatype: str) -> tuple[float, float, bool]:
    """Return the least and the largest number of a datatype, and whether all are whole."""
    if datatype == BOOL:
        return 0, 1, True
    minimum, maximum = limits_of(datatype)
    is_whole = DATATYPES[datatype].kind != "f"
    return max(minimum, -_LARGEST_WHOLE), min(maximum, _LARGEST_WHOLE), is_whole


def _pack(values: list[Any]) -> NDArray[np.float64]:
    """Return numbers and truth values as an array, NaN for None; raise struct.error for others."""
    code = f"{len(values)}d"
    try:
        content = pack(code, *values)
    except PackError:  # there are nulls
        content = pack(code, *[_NAN if value is None else value for value in values])
    return np.frombuffer(content, np.float64)
