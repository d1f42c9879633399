"""The Open Inference Protocol's documents as JSON Schema, with an example for each model."""

from collections.abc import Mapping, Sequence
from typing import Any

from functions.contracts.served import SpecView
from functions.core.tensor_outputs import TensorDefinition, input_definitions, output_definitions
from functions.core.tensors import BOOL, BYTES, DATATYPES
from functions.serving.model_schema import component_name, example_record
from functions.serving.served_version import ServedVersion
from functions.serving.wires.open_inference_metadata import EXTENSIONS, NAME, PLATFORM, VERSION

ERROR = "OpenInference.Error"
SERVER = "OpenInference.Server"
LIVE = "OpenInference.Live"
READY = "OpenInference.Ready"
MODEL_READY = "OpenInference.ModelReady"
TENSORS = "OpenInference.Model"
REQUEST = "InferenceRequest"
ANSWER = "InferenceAnswer"
_TEXT = {"type": "string"}
_FLAG = {"type": "boolean"}
_PARAMETERS = {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}}
_DATA = {
    "type": "array",
    "items": {"type": ["number", "string", "boolean", "array", "null"]},
    "description": "nested as the shape says, or flat, row by row",
}


def schemas(champions: Sequence[ServedVersion]) -> dict[str, Any]:
    """Return the schemas that the routes refer to, by name."""
    found: dict[str, Any] = {
        ERROR: _object({"error": _TEXT}),
        SERVER: _object(
            {
                "name": {"const": NAME},
                "version": {"const": VERSION},
                "extensions": {"type": "array", "items": {"enum": list(EXTENSIONS)}},
            }
        ),
        LIVE: _object({"live": _FLAG}),
        READY: _object({"ready": _FLAG}),
        MODEL_READY: _object({"name": _TEXT, "ready": _FLAG}),
        TENSORS: _model_schema(),
    }
    for champion in champions:
        spec = champion.spec
        found[component_name(spec.model, REQUEST)] = request_schema(spec)
        found[component_name(spec.model, ANSWER)] = answer_schema(spec)
    return found


def request_schema(spec: SpecView) -> dict[str, Any]:
    """Return the schema of a request: how tensors fit together is beyond JSON Schema."""
    tensor = {
        "type": "object",
        "properties": {
            "name": _TEXT,
            "shape": {
                "type": "array",
                "items": {"type": "integer", "minimum": 1},
                "minItems": 1,
                "maxItems": 2,
            },
            "datatype": {"enum": [*DATATYPES, BYTES]},
            "parameters": _PARAMETERS,
            "data": _DATA,
        },
        "required": ["name", "shape", "datatype"],
    }
    names = [definition.name for definition in output_definitions(spec)]
    output = {
        "type": "object",
        "properties": {"name": {"enum": names}, "parameters": _PARAMETERS},
        "required": ["name"],
    }
    return {
        "type": "object",
        "title": f"Tensors for {spec.model}",
        "properties": {
            "id": _TEXT,
            "parameters": _PARAMETERS,
            "inputs": {"type": "array", "items": tensor, "minItems": 1},
            "outputs": {"type": "array", "items": output},
        },
        "required": ["inputs"],
    }


def answer_schema(spec: SpecView) -> dict[str, Any]:
    """Return the schema of an answer's JSON."""
    properties = {
        "model_name": {"const": spec.model},
        "model_version": {"type": "string", "pattern": "^[1-9][0-9]*$"},
        "parameters": _object({"inference_id": _TEXT, "variant": _TEXT}),
        "outputs": {
            "type": "array",
            "items": {"oneOf": [_output_schema(one) for one in output_definitions(spec)]},
        },
    }
    schema = _object(properties)
    schema["properties"]["id"] = _TEXT
    return {**schema, "title": f"What {spec.model} answers"}


def example_request(spec: SpecView) -> dict[str, Any]:
    """Return a request that the model takes: one row, one tensor a feature."""
    record = example_record(spec)
    return {
        "id": "example",
        "inputs": [
            {
                "name": definition.name,
                "shape": [1],
                "datatype": definition.datatype,
                "data": [_example_value(record[definition.name], definition)],
            }
            for definition in input_definitions(spec)
        ],
    }


def _model_schema() -> dict[str, Any]:
    tensor = _object(
        {
            "name": _TEXT,
            "datatype": {"enum": [*DATATYPES, BYTES]},
            "shape": {"type": "array", "items": {"type": "integer", "minimum": -1}},
        }
    )
    return _object(
        {
            "name": _TEXT,
            "versions": {"type": "array", "items": _TEXT},
            "platform": {"const": PLATFORM},
            "inputs": {"type": "array", "items": tensor},
            "outputs": {"type": "array", "items": tensor},
        }
    )


def _output_schema(definition: TensorDefinition) -> dict[str, Any]:
    item = {BYTES: _TEXT, BOOL: _FLAG, "INT64": {"type": "integer"}}
    return _object(
        {
            "name": {"const": definition.name},
            "shape": {"type": "array", "items": {"type": "integer", "minimum": 1}},
            "datatype": {"const": definition.datatype},
            "data": {"type": "array", "items": item.get(definition.datatype, {"type": "number"})},
        }
    )


def _example_value(value: object, definition: TensorDefinition) -> object:
    """Return a record's value as its tensor has it: 0 and 1 where a truth value may be missing."""
    return int(value) if isinstance(value, bool) and definition.datatype != BOOL else value


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }
