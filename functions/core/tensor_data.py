"""The JSON form of a tensor's data: nested or flat, and as each client writes its numbers."""

import math
import sys
from collections.abc import Callable, Iterable, Sequence
from types import NoneType
from typing import Any

from functions.core.feature_values import LARGEST_NUMBER, show_value
from functions.core.problem import Problem, json_pointer
from functions.core.tensors import (
    BOOL,
    BYTES,
    DATATYPES,
    MAXIMUM_DIMENSIONS,
    Place,
    TensorError,
    Values,
    malformed,
    show,
)


def read_data(
    data: object, datatype: str, shape: tuple[int, ...], place: Place, *, name: str = ""
) -> Values:
    """Return the values of a JSON array, nested as the shape says or flat.

    Parameters
    ----------
    data : object
        The parsed JSON.
    datatype : str
        One of `DATATYPES`, or BYTES. A whole number may stand as 64.0 where the datatype is an
        integer's, and 0 and 1 for the truth values of BOOL.
    shape : tuple of int
        (n,) or (n, k).
    place : tuple
        Where the array stands.
    name : str
        The tensor's, for whoever reads a refusal.

    Raises
    ------
    TensorError
        If there are more or fewer values than the shape says, or one that the datatype has not:
        of another type, or beyond the datatype's largest, which would become an infinity in it.

    Examples
    --------
    >>> read_data([[1, 2.0], [None, 4]], "INT64", (2, 2), ())
    [1, 2, None, 4]
    """
    values, locate = _flatten(data, shape, place)
    if _are_plain(values, datatype):
        return values
    take, others, taken = _TAKERS[datatype], _others(values, datatype), list(values)
    try:
        for index in others:
            taken[index] = take(values[index])
    except _MisfitError:
        raise TensorError(_misfits(values, datatype, locate, name)) from None
    return taken


def _flatten(
    data: object, shape: tuple[int, ...], place: Place
) -> tuple[list[object], Callable[[int], Place]]:
    """Return an array's values in a row, and where each of them stands."""
    if not isinstance(data, list):
        raise malformed(place, f"expected an array, got {show_value(data)}")
    if len(shape) == MAXIMUM_DIMENSIONS and data and isinstance(data[0], list):
        rows, width = shape
        if len(data) != rows or not all(isinstance(r, list) and len(r) == width for r in data):
            raise malformed(place, f"expected {rows} arrays of {width} values, as shape says")
        return [value for row in data for value in row], lambda i: (*place, i // width, i % width)
    count = math.prod(shape)
    if len(data) != count:
        raise malformed(place, f"has {len(data)} values, shape {show(list(shape))} has {count}")
    return data, lambda i: (*place, i)


def _are_plain(values: Sequence[Any], datatype: str) -> bool:
    """Return whether each value is taken as it is; a fifth of the price of looking at each."""
    kind = _kind_of(datatype)
    if not set(map(type, values)) <= _PLAIN[kind]:
        return False
    match kind:
        case "t":
            has_others = "" in values
        case "f":
            numbers = [value for value in values if value is not None]
            # The sum is not a number if one of them is not, and seldom otherwise.
            has_others = _exceed(numbers, datatype) or math.isnan(sum(numbers, 0.0))
        case "b":
            has_others = False
        case _:
            has_others = _exceed([value for value in values if value is not None], datatype)
    return not has_others


def _others(values: Sequence[Any], datatype: str) -> list[int]:
    """Return the indices of values that are not taken as they are."""
    kind = _kind_of(datatype)
    plain = _PLAIN[kind]
    if kind in "tb":
        return [i for i, value in enumerate(values) if type(value) not in plain or value == ""]
    minimum, maximum = limits_of(datatype)
    return [
        i
        for i, value in enumerate(values)
        if type(value) not in plain or (value is not None and not minimum <= value <= maximum)
    ]


def _exceed(numbers: Sequence[Any], datatype: str) -> bool:
    """Return whether one is beyond the datatype's; NaN is none, but may be taken for one."""
    minimum, maximum = limits_of(datatype)
    return bool(numbers) and not (minimum <= min(numbers) and max(numbers) <= maximum)


def _kind_of(datatype: str) -> str:
    return "t" if datatype == BYTES else DATATYPES[datatype].kind


class _MisfitError(Exception):
    """A JSON value is none of a datatype's."""


def _take_text(value: object) -> object:
    if isinstance(value, str):
        return value or None
    if value is None:
        return None
    raise _MisfitError


def _take_truth_value(value: object) -> object:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        if value in {0, 1}:
            return bool(value)
        if isinstance(value, float) and math.isnan(value):
            return None
    raise _MisfitError


def _number_taker(minimum: float, maximum: float) -> Callable[[object], object]:
    def take(value: object) -> object:
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return None
        if (type(value) is int or isinstance(value, float)) and minimum <= value <= maximum:
            return value
        raise _MisfitError

    return take


def _whole_number_taker(minimum: int, maximum: int) -> Callable[[object], object]:
    def take(value: object) -> object:
        if type(value) is float:
            if math.isnan(value):
                return None
            if not value.is_integer():
                raise _MisfitError
            value = int(value)
        if value is None:
            return None
        if type(value) is int and minimum <= value <= maximum:
            return value
        raise _MisfitError

    return take


def _taker(datatype: str) -> Callable[[object], object]:
    kind = DATATYPES[datatype].kind
    if kind == "b":
        return _take_truth_value
    minimum, maximum = limits_of(datatype)
    if kind == "f":
        return _number_taker(minimum, maximum)
    return _whole_number_taker(int(minimum), int(maximum))


def limits_of(datatype: str) -> tuple[float, float]:
    """Return the least and the largest number of a datatype, float32's as it is printed."""
    if datatype in _LARGEST:
        return -_LARGEST[datatype], _LARGEST[datatype]
    bits = DATATYPES[datatype].itemsize * 8
    if DATATYPES[datatype].kind == "u":
        return 0, 2**bits - 1
    return -(2 ** (bits - 1)), 2 ** (bits - 1) - 1


_LARGEST: dict[str, float] = {
    "FP16": 65504.0,
    "FP32": LARGEST_NUMBER,
    "FP64": sys.float_info.max,
}

_PLAIN: dict[str, set[type]] = {
    "t": {str, NoneType},
    "f": {int, float, NoneType},
    "b": {bool, NoneType},
    "i": {int, NoneType},
    "u": {int, NoneType},
}
"""By the kind of a datatype: numpy's, and t for texts."""

_TAKERS: dict[str, Callable[[object], object]] = {
    BYTES: _take_text,
    **{datatype: _taker(datatype) for datatype in DATATYPES},
}


def _misfits(
    values: Sequence[object], datatype: str, locate: Callable[[int], Place], name: str
) -> Iterable[Problem]:
    whose = f"tensor {show(name)}: " if name else ""
    wanted = f"{whose}expected {_describe(datatype)} of {datatype}"
    for index in _others(values, datatype):
        value = values[index]
        try:
            _TAKERS[datatype](value)
        except _MisfitError:
            yield Problem(json_pointer(*locate(index)), f"{wanted}, got {show(value)}")


def _describe(datatype: str) -> str:
    if datatype == BYTES:
        return "a text"
    if datatype == BOOL:
        return "a truth value"
    what = "a number" if datatype in _LARGEST else "a whole number"
    minimum, maximum = limits_of(datatype)
    return f"{what} from {minimum} to {maximum}"
