"""What an inference request holds as the fast readers take it: their wire's types, and no others.

See `compiled_tensors`, which reads most requests, and `long_tensors`, which reads long ones.
"""

from typing import Any, Generic, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from functions.core.gathered_columns import UnlikeError
from functions.core.inference_request import (
    BINARY_OUTPUT,
    BINARY_OUTPUTS,
    BINARY_SIZE,
    MAXIMUM_ID,
    AnswerForm,
    RequestedOutput,
)

MAXIMUM_PARAMETERS = 16
"""Of one object."""

_KEYS_OF_TENSOR = 5
"""`name`, `shape`, `datatype`, and two texts: what each tensor has."""

_Parameters = dict[str, float | int | str | bool | None] | None | UnsetType
DataT = TypeVar("DataT")
_Remark = float | str | None | UnsetType


class _Output(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    parameters: _Parameters = UNSET


class TensorInput(msgspec.Struct, Generic[DataT], forbid_unknown_fields=True):
    """One tensor; it has `data`, or a size among its parameters."""

    name: str
    shape: list[int]
    datatype: str
    data: DataT | UnsetType | None = UNSET
    parameters: _Parameters = UNSET


class TensorDocument(msgspec.Struct, Generic[DataT], forbid_unknown_fields=True):
    """One request."""

    inputs: list[TensorInput[DataT]]
    id: str | UnsetType | None = UNSET
    outputs: list[_Output] | UnsetType | None = UNSET
    parameters: _Parameters = UNSET
    model_name: _Remark = UNSET  # some clients send both, and nobody reads them
    model_version: _Remark = UNSET


def read_form(document: TensorDocument[Any]) -> AnswerForm:
    """Return in which form a request is answered."""
    name, parameters, outputs = document.id, document.parameters, document.outputs
    if not parameters and not outputs and not name:  # as most requests are
        return AnswerForm("" if name == "" else None)
    if name is UNSET:
        name = None
    if name is not None and len(name) > MAXIMUM_ID:
        raise UnlikeError
    wanted = tuple(_read_output(output) for output in outputs or ())
    return AnswerForm(name, wanted, _flag(parameters, BINARY_OUTPUTS) or False)


def _read_output(output: _Output) -> RequestedOutput:
    parameters = output.parameters
    if parameters and parameters.get("classification"):
        raise UnlikeError
    return RequestedOutput(output.name, _flag(parameters, BINARY_OUTPUT))


def _flag(parameters: _Parameters, key: str) -> bool | None:
    value = parameters.get(key) if parameters else None
    if value is None or isinstance(value, bool):
        return value
    raise UnlikeError


def size_of(tensor: TensorInput[Any]) -> int | None:
    """Return how many bytes a tensor has, or None for one in JSON."""
    parameters = tensor.parameters
    size = parameters.get(BINARY_SIZE) if parameters else None
    if size is None:
        return None
    has_data = tensor.data is not UNSET and tensor.data is not None
    if type(size) is not int or size < 0 or has_data:
        raise UnlikeError
    return size


def count_texts(document: TensorDocument[Any]) -> int:
    """Return the keys and texts of a request without those among a tensor's data."""
    count = 1 + sum(
        _count_text(value) for value in (document.id, document.model_name, document.model_version)
    )
    count += _count_parameters(document.parameters)
    for tensor in document.inputs:
        count += _KEYS_OF_TENSOR + (tensor.data is not UNSET)
        if tensor.parameters is not UNSET:
            count += _count_parameters(tensor.parameters)
    if document.outputs is not UNSET:
        count += 1
        for output in document.outputs or ():
            count += 2 + _count_parameters(output.parameters)
    return count


def _count_text(value: object) -> int:
    return 0 if value is UNSET else 1 + (type(value) is str)


def _count_parameters(parameters: _Parameters) -> int:
    if parameters is UNSET:
        return 0
    if not parameters:
        return 1
    if len(parameters) > MAXIMUM_PARAMETERS:
        raise UnlikeError
    return 1 + sum(1 + (type(value) is str) for value in parameters.values())
