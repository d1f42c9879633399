"""An inference request of the Open Inference Protocol: its JSON part and the bytes that follow."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeAlias

from functions.core.feature_values import show_value
from functions.core.tensor_data import read_data
from functions.core.tensors import (
    Place,
    Tensor,
    check_datatype,
    check_shape,
    malformed,
    read_binary,
    show,
)

BINARY_SIZE = "binary_data_size"
BINARY_OUTPUT = "binary_data"
BINARY_OUTPUTS = "binary_data_output"

CountCheck: TypeAlias = Callable[[int], None]
"""Raises for more rows than are answered at once; asked before any value is read."""

HeadCheck: TypeAlias = Callable[[Tensor, int], object]
"""Raises for a tensor that no model's features fit, by all but its values, and its index."""

MAXIMUM_ID = 256
"""Characters of a request's id, which is sent back."""

MAXIMUM_INPUTS = 2000
"""Tensors in one request where nothing else is said."""


class RequestedOutput(NamedTuple):
    """An output that the caller names; `in_binary` is None where the request's default holds."""

    name: str
    in_binary: bool | None


class AnswerForm(NamedTuple):
    """How a caller wants the answer: under which id, with which outputs, in bytes or in JSON.

    No `outputs` means all of them.
    """

    id: str | None = None
    outputs: tuple[RequestedOutput, ...] = ()
    binary_by_default: bool = False


@dataclass(frozen=True, slots=True)
class InferenceRequest:
    """What a caller sends: tensors of one number of rows, and in which form they are answered."""

    form: AnswerForm
    tensors: tuple[Tensor, ...]


def read_inference_request(
    document: object,
    binary: bytes,
    *,
    check_count: CountCheck,
    check_head: HeadCheck = lambda _head, _index: None,
    maximum_inputs: int = MAXIMUM_INPUTS,
) -> InferenceRequest:
    """Return a parsed request.

    Parameters
    ----------
    document : object
        The parsed JSON.
    binary : bytes
        What follows it: the tensors that have a `binary_data_size`, in the order of the inputs.
    check_count : callable
        Called with the number of rows that the first shape claims.
    check_head : callable
        Called for each tensor before its values are read.
    maximum_inputs : int
        How many tensors there may be.

    Raises
    ------
    TensorError
        If anything is not as the protocol says.
    """
    if not isinstance(document, dict):
        raise malformed((), f"expected an object with inputs, got {show_value(document)}")
    inputs = document.get("inputs")
    if not isinstance(inputs, list) or not inputs:
        detail = f"expected an array of at least one tensor, got {show_value(inputs)}"
        raise malformed(("inputs",), detail)
    if len(inputs) > maximum_inputs:
        detail = f"has {len(inputs)} tensors, the most is {maximum_inputs}; send [rows, columns]"
        raise malformed(("inputs",), detail)
    parameters = _object(document, "parameters", ())
    form = AnswerForm(
        id=_text_or_none(document, "id"),
        outputs=_read_outputs(document.get("outputs")),
        binary_by_default=_flag(parameters, BINARY_OUTPUTS, ("parameters",)) or False,
    )
    return InferenceRequest(form, _read_tensors(inputs, binary, check_count, check_head))


def _read_tensors(
    inputs: list[Any], binary: bytes, check_count: CountCheck, check_head: HeadCheck
) -> tuple[Tensor, ...]:
    tensors: list[Tensor] = []
    start = 0
    for index, entry in enumerate(inputs):
        place: Place = ("inputs", index)
        shape = _check_entry(entry, place)
        if not tensors:
            check_count(shape[0])
        elif shape[0] != tensors[0].shape[0]:
            detail = f"has {shape[0]} rows, the first input has {tensors[0].shape[0]}"
            raise malformed((*place, "shape"), detail)
        size = _binary_size(entry, len(binary) - start, place)
        datatype = check_datatype(entry.get("datatype"), (*place, "datatype"))
        head = Tensor(entry["name"], datatype, shape, ())
        check_head(head, index)
        if size is None:
            here = (*place, "data")
            values = read_data(entry.get("data"), datatype, shape, here, name=head.name)
        else:
            values = read_binary(binary[start : start + size], datatype, shape, place)
            start += size
        tensors.append(replace(head, values=values))
    if start != len(binary):
        raise malformed(("inputs",), f"{len(binary) - start} bytes follow the last binary tensor's")
    return tuple(tensors)


def _check_entry(entry: Any, place: Place) -> tuple[int, ...]:  # noqa: ANN401 - JSON is anything
    if not isinstance(entry, dict):
        raise malformed(place, f"expected a tensor, got {show_value(entry)}")
    if not isinstance(entry.get("name"), str):
        detail = f"expected the tensor's name, got {show_value(entry.get('name'))}"
        raise malformed((*place, "name"), detail)
    return check_shape(entry.get("shape"), (*place, "shape"))


def _binary_size(entry: Mapping[str, Any], available: int, place: Place) -> int | None:
    """Return how many bytes of the body are this tensor's, or None for one in JSON."""
    size = _object(entry, "parameters", place).get(BINARY_SIZE)
    if size is None:
        return None
    here = (*place, "parameters", BINARY_SIZE)
    if type(size) is not int or size < 0:
        raise malformed(here, f"expected a number of bytes, got {show_value(size)}")
    if entry.get("data") is not None:
        raise malformed(here, "a tensor comes in data or in binary, not in both")
    if size > available:
        raise malformed(here, f"is {show_value(size)}, and {available} bytes are left in the body")
    return size


def _read_outputs(outputs: object) -> tuple[RequestedOutput, ...]:
    if outputs is None:
        return ()
    if not isinstance(outputs, list):
        raise malformed(("outputs",), f"expected an array of outputs, got {show_value(outputs)}")
    return tuple(_read_output(entry, ("outputs", i)) for i, entry in enumerate(outputs))


def _read_output(entry: object, place: Place) -> RequestedOutput:
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        raise malformed(place, f"expected an object with the output's name, got {show(entry)}")
    parameters = _object(entry, "parameters", place)
    if parameters.get("classification"):
        detail = "is not offered; a classifier has the outputs label and probabilities"
        raise malformed((*place, "parameters", "classification"), detail)
    return RequestedOutput(entry["name"], _flag(parameters, BINARY_OUTPUT, (*place, "parameters")))


def _object(owner: Mapping[str, Any], key: str, place: Place) -> Mapping[str, Any]:
    value = owner.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise malformed((*place, key), f"expected an object, got {show_value(value)}")
    return value


def _flag(parameters: Mapping[str, Any], key: str, place: Place) -> bool | None:
    value = parameters.get(key)
    if value is None or isinstance(value, bool):
        return value
    raise malformed((*place, key), f"expected true or false, got {show_value(value)}")


def _text_or_none(document: Mapping[str, Any], key: str) -> str | None:
    value = document.get(key)
    if value is None or (isinstance(value, str) and len(value) <= MAXIMUM_ID):
        return value
    if isinstance(value, str):
        raise malformed((key,), f"has {len(value)} characters, the most is {MAXIMUM_ID}")
    raise malformed((key,), f"expected a text, got {show_value(value)}")
