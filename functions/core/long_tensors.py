"""Long inference requests in JSON, their numbers read as arrays.

What is read here `compiled_tensors` would read to the same; it takes what this module refuses.
"""

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from functions.core.number_arrays import NotPlainError, numbers_of, plain_keys, read_text
from functions.core.tensor_document import MAXIMUM_PARAMETERS, TensorDocument
from functions.core.tensors import BYTES, MAXIMUM_DIMENSIONS

_INPUTS, _SHAPE, _DATATYPE, _DATA = "inputs", "shape", "datatype", "data"


def read_long_tensors(content: bytes, *, most_inputs: int) -> TensorDocument[Any]:
    """Return a request whose tensors of numbers are ndarrays of float64, each value in its row.

    Raises
    ------
    NotPlainError, msgspec.ValidationError
        For anything but JSON of the wire's types without escapes and without a key that stands
        twice, each number among the data of a tensor and all of them of its shape.
    """
    return read_text(content, lambda root: _Reader(most_inputs).read(root, content))


class _Reader:
    """Takes one request out of what simdjson has; counts the arrays that a plain one has."""

    def __init__(self, most_inputs: int) -> None:
        self._most_inputs = most_inputs
        self._arrays = 0

    def read(self, root: Any, content: bytes) -> TensorDocument[Any]:  # noqa: ANN401 - simdjson's
        fields = {
            key: self._inputs(root[key]) if key == _INPUTS else self._plain(root[key])
            for key in plain_keys(root)
        }
        # A bracket that nothing explains may be an array among a tensor's numbers.
        if content.count(b"[") != self._arrays:
            raise NotPlainError
        return msgspec.convert(fields, TensorDocument[Any])

    def _inputs(self, array: Any) -> list[dict[str, object]]:  # noqa: ANN401 - simdjson's
        if not 0 < len(array) <= self._most_inputs:
            raise NotPlainError
        self._arrays += 1
        return [self._input(one) for one in array]

    def _input(self, found: Any) -> dict[str, object]:  # noqa: ANN401 - simdjson's
        keys = plain_keys(found)
        fields = {key: self._plain(found[key]) for key in keys if key != _DATA}
        if _DATA in keys:
            data, shape = found[_DATA], fields[_SHAPE]
            is_text = fields[_DATATYPE] == BYTES
            fields[_DATA] = self._texts(data) if is_text else self._numbers(data, shape)
        return fields

    def _texts(self, array: Any) -> list[object]:  # noqa: ANN401 - simdjson's
        values: list[object] = array.as_list()
        self._arrays += 1 + sum(type(value) is list for value in values)
        return values

    def _numbers(self, array: Any, shape: Any) -> NDArray[np.float64]:  # noqa: ANN401 - simdjson's
        self._arrays += 1
        if len(shape) == MAXIMUM_DIMENSIONS and len(array) and isinstance(array[0], type(array)):
            rows, width = shape
            if len(array) != rows or not all(len(row) == width for row in array):
                raise NotPlainError
            self._arrays += rows
        return numbers_of(array)

    def _plain(self, found: Any) -> object:  # noqa: ANN401 - simdjson's
        """Return a value that is no tensor's; there is little of it."""
        if found is None or isinstance(found, bool | int | float | str):
            return found
        if len(found) > MAXIMUM_PARAMETERS:
            raise NotPlainError
        if hasattr(found, "keys"):
            return {key: self._plain(found[key]) for key in plain_keys(found)}
        self._arrays += 1
        return [self._plain(value) for value in found]
