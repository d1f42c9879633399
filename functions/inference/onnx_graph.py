"""What an ONNX file says, read without running it and without the onnx package.

Only what admission judges is read. A message is looked into at five fixed depths (model, graph,
node, attribute, tensor); a graph within a node is noted and not entered. Field numbers are those of
onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from functions.inference.wire import (
    NO_RUNS,
    WireError,
    WireField,
    WireType,
    decode_varints,
    read_fields,
    to_signed,
)

_FLOATS_TAG, _INTEGERS_TAG = (7 << 3) | WireType.FIXED32, (8 << 3) | WireType.VARINT
_ATTRIBUTE_RUNS = {
    _FLOATS_TAG: re.compile(rb"(?:\x3d.{4})+", re.DOTALL),
    _INTEGERS_TAG: re.compile(rb"(?:\x40[\x80-\xff]{0,9}[\x00-\x7f])+"),
}


@dataclass(frozen=True, slots=True)
class TensorFacts:
    """A constant: its size, and whether its numbers lie in another file."""

    name: str
    dims: tuple[int, ...]
    external: bool


@dataclass(frozen=True, slots=True)
class AttributeFacts:
    """An attribute of a node; `strings` are the elements of a list of texts."""

    name: str
    has_graph: bool
    tensors: tuple[TensorFacts, ...]
    integer_fields: tuple[WireField, ...]
    strings: tuple[bytes, ...]
    unwanted: tuple[str, ...]

    def integers(self) -> list[int]:
        """Return the elements of a list of integers."""
        return decode_varints(self.integer_fields)


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """One operator of the graph."""

    domain: str
    op_type: str
    attributes: tuple[AttributeFacts, ...]


@dataclass(frozen=True, slots=True)
class GraphFacts:
    """All that admission wants to know of a file."""

    opsets: tuple[tuple[str, int], ...]
    nodes: tuple[NodeFacts, ...]
    initializers: tuple[TensorFacts, ...]
    unwanted: tuple[str, ...]
    """Parts of the file that no exported pipeline has, by their names in onnx.proto."""

    def tensors(self) -> Iterator[TensorFacts]:
        """Yield every constant of the graph."""
        yield from self.initializers
        for node in self.nodes:
            for attribute in node.attributes:
                yield from attribute.tensors


class _Field:
    """Field numbers of onnx.proto."""

    MODEL_GRAPH, MODEL_OPSET = 7, 8
    OPSET_DOMAIN, OPSET_VERSION = 1, 2
    GRAPH_NODE, GRAPH_INITIALIZER = 1, 5
    GRAPH_INPUT, GRAPH_OUTPUT, GRAPH_VALUE = 11, 12, 13
    NODE_OP_TYPE, NODE_ATTRIBUTE, NODE_DOMAIN = 4, 5, 7
    ATTRIBUTE_NAME, ATTRIBUTE_TENSOR, ATTRIBUTE_GRAPH = 1, 5, 6
    ATTRIBUTE_INTEGERS, ATTRIBUTE_STRINGS, ATTRIBUTE_TENSORS = 8, 9, 10
    ATTRIBUTE_GRAPHS = 11
    TENSOR_DIMS, TENSOR_NAME, TENSOR_EXTERNAL, TENSOR_LOCATION = 1, 8, 13, 14
    VALUE_TYPE = 2


_MODEL_UNWANTED = {20: "training_info", 25: "functions", 26: "configuration"}
_GRAPH_UNWANTED = {14: "quantization_annotation", 15: "sparse_initializer"}
_ATTRIBUTE_UNWANTED = {
    14: "type_proto",
    15: "type_protos",
    21: "ref_attr_name",
    22: "sparse_tensor",
    23: "sparse_tensors",
}
_TYPE_UNWANTED = {
    4: "sequence_type",
    5: "map_type",
    7: "opaque_type",
    8: "sparse_tensor_type",
    9: "optional_type",
}

_Fields = dict[int, list[WireField]]


def read_graph(content: bytes) -> GraphFacts:
    """Return what an ONNX file says; raise WireError if it is no such file.

    A part that can be there once and is there twice is refused: readers disagree on which counts.
    """
    model = _grouped(memoryview(content))
    graph = _grouped(_only(model, _Field.MODEL_GRAPH, "graph"))
    nodes = tuple(_read_node(field.content) for field in graph.get(_Field.GRAPH_NODE, ()))
    values = [
        field.content
        for number in (_Field.GRAPH_INPUT, _Field.GRAPH_OUTPUT, _Field.GRAPH_VALUE)
        for field in graph.get(number, ())
    ]
    return GraphFacts(
        opsets=tuple(_read_opset(field.content) for field in model.get(_Field.MODEL_OPSET, ())),
        nodes=nodes,
        initializers=_read_tensors(graph.get(_Field.GRAPH_INITIALIZER, ())),
        unwanted=(
            *_found(model, _MODEL_UNWANTED),
            *_found(graph, _GRAPH_UNWANTED),
            *(name for node in nodes for attr in node.attributes for name in attr.unwanted),
            *(name for value in values for name in _unwanted_types(value)),
        ),
    )


def _grouped(message: memoryview, runs: Mapping[int, re.Pattern[bytes]] = NO_RUNS) -> _Fields:
    fields: _Fields = {}
    for field in read_fields(message, runs=runs):
        fields.setdefault(field.number, []).append(field)
    return fields


def _found(fields: _Fields, names: Mapping[int, str]) -> tuple[str, ...]:
    return tuple(name for number, name in names.items() if number in fields)


def _only(fields: _Fields, number: int, name: str) -> memoryview:
    found = fields.get(number, [])
    if len(found) != 1 or found[0].wire_type is not WireType.LENGTH_DELIMITED:
        msg = f"an ONNX file has one {name}, this has {len(found)}"
        raise WireError(msg)
    return found[0].content


def _read_opset(message: memoryview) -> tuple[str, int]:
    fields = _grouped(message)
    return _text(fields, _Field.OPSET_DOMAIN), _integer(fields, _Field.OPSET_VERSION)


def _read_node(message: memoryview) -> NodeFacts:
    fields = _grouped(message)
    attributes = fields.get(_Field.NODE_ATTRIBUTE, ())
    return NodeFacts(
        domain=_text(fields, _Field.NODE_DOMAIN),
        op_type=_text(fields, _Field.NODE_OP_TYPE),
        attributes=tuple(_read_attribute(field.content) for field in attributes),
    )


def _read_attribute(message: memoryview) -> AttributeFacts:
    fields = _grouped(message, _ATTRIBUTE_RUNS)
    tensors = (*fields.get(_Field.ATTRIBUTE_TENSOR, ()), *fields.get(_Field.ATTRIBUTE_TENSORS, ()))
    strings = fields.get(_Field.ATTRIBUTE_STRINGS, ())
    return AttributeFacts(
        name=_text(fields, _Field.ATTRIBUTE_NAME),
        has_graph=_Field.ATTRIBUTE_GRAPH in fields or _Field.ATTRIBUTE_GRAPHS in fields,
        tensors=_read_tensors(tensors),
        integer_fields=tuple(fields.get(_Field.ATTRIBUTE_INTEGERS, ())),
        strings=tuple(bytes(field.content) for field in strings),
        unwanted=_found(fields, _ATTRIBUTE_UNWANTED),
    )


def _read_tensors(fields: Iterable[WireField]) -> tuple[TensorFacts, ...]:
    return tuple(_read_tensor(field.content) for field in fields)


def _read_tensor(message: memoryview) -> TensorFacts:
    fields = _grouped(message)
    return TensorFacts(
        name=_text(fields, _Field.TENSOR_NAME),
        dims=tuple(decode_varints(fields.get(_Field.TENSOR_DIMS, ()))),
        external=_Field.TENSOR_EXTERNAL in fields
        or any(field.integer != 0 for field in fields.get(_Field.TENSOR_LOCATION, ())),
    )


def _unwanted_types(message: memoryview) -> tuple[str, ...]:
    types = _grouped(message).get(_Field.VALUE_TYPE, ())
    return tuple(name for each in types for name in _found(_grouped(each.content), _TYPE_UNWANTED))


def _text(fields: _Fields, number: int) -> str:
    """Return the last text of that number, as protobuf reads a field that is written twice."""
    found = fields.get(number)
    try:
        return bytes(found[-1].content).decode() if found else ""
    except UnicodeDecodeError as error:
        msg = f"a name is not UTF-8: {bytes(found[-1].content[:40])!r}" if found else ""
        raise WireError(msg) from error


def _integer(fields: _Fields, number: int) -> int:
    found = fields.get(number)
    return to_signed(found[-1].integer) if found else 0
