"""The forms of MLflow's wire, and what it and SageMaker's answer, as JSON Schema."""

from collections.abc import Mapping, Sequence
from typing import Any

from functions.serving.model_schema import component_name, example_record
from functions.serving.openapi_operation import reference
from functions.serving.served_version import ServedVersion
from functions.serving.wires.mlflow_forms import INPUTS, INSTANCES, METHOD, PARAMS, RECORDS, SPLIT

FORMS = "Forms"
MLFLOW_ANSWER = "MlflowAnswer"
SAGEMAKER_ANSWER = "SageMakerAnswer"
MLFLOW_ERROR = "Mlflow.Error"
SAGEMAKER_ERROR = "SageMaker.Error"
_TEXT = {"type": "string"}
_ROW = {"type": "array", "items": {"type": ["number", "string", "boolean", "null"]}}
_VALUES = {"type": "array", "minItems": 1}
_PROBABILITIES = {
    "type": "array",
    "items": {"type": "number"},
    "description": "predict_proba: a row, in class order",
}


def schemas(champions: Sequence[ServedVersion]) -> dict[str, Any]:
    """Return the schemas that the routes refer to, by name."""
    found: dict[str, Any] = {
        MLFLOW_ERROR: _object({"error_code": _TEXT, "message": _TEXT}),
        SAGEMAKER_ERROR: {
            "type": "object",
            "properties": {
                "message": _TEXT,
                "OriginalStatusCode": {"type": "integer"},
                "OriginalMessage": _TEXT,
            },
            "required": ["message"],
        },
    }
    for champion in champions:
        model = champion.spec.model
        found[component_name(model, FORMS)] = request_schema(champion)
        found[component_name(model, MLFLOW_ANSWER)] = _predictions(_method_items(champion))
        prediction = reference(component_name(model, "Prediction"))
        found[component_name(model, SAGEMAKER_ANSWER)] = _predictions(
            {"anyOf": [prediction, _method_items(champion)]}
        )
    return found


def request_schema(champion: ServedVersion) -> dict[str, Any]:
    """Return the schema of a JSON body: exactly one of four forms, and parameters."""
    record = reference(component_name(champion.spec.model, "Record"))
    rows = {"type": "array", "minItems": 1, "maxItems": champion.spec.maximum_rows}
    tensors = {
        "anyOf": [
            {**rows, "items": record, "title": "Records"},
            {**rows, "items": _ROW, "title": "Rows, in the order of the features"},
            {"type": "object", "additionalProperties": _VALUES, "title": "Columns"},
            {**record, "title": "One record"},
        ]
    }
    split = {
        "type": "object",
        "properties": {
            "columns": {"type": ["array", "null"], "items": _TEXT, "minItems": 1},
            "data": {**rows, "items": _ROW},
            "index": {},
        },
        "required": ["data"],
        "additionalProperties": False,
    }
    forms: dict[str, dict[str, Any]] = {
        SPLIT: split,
        RECORDS: {**rows, "items": record},
        INSTANCES: tensors,
        INPUTS: tensors,
    }
    return {"oneOf": [_form(name, schema, champion) for name, schema in forms.items()]}


def example_form(champion: ServedVersion) -> dict[str, Any]:
    """Return a body that the model takes, as pandas writes a table of two rows."""
    record = example_record(champion.spec)
    return {SPLIT: {"columns": list(record), "data": [list(record.values())] * 2}}


def example_csv(champion: ServedVersion, *, has_header: bool) -> str:
    """Return the same rows as CSV."""
    import csv
    import io

    record = example_record(champion.spec)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows(([list(record)] if has_header else []) + [list(record.values())] * 2)
    return text.getvalue()


def _form(name: str, schema: Mapping[str, Any], champion: ServedVersion) -> dict[str, Any]:
    methods = ["predict", "predict_proba"] if champion.spec.classes else ["predict"]
    params = {"type": ["object", "null"], "properties": {METHOD: {"enum": methods}}}
    return {
        "type": "object",
        "title": name,
        "properties": {name: schema, PARAMS: params},
        "required": [name],
    }


def _method_items(champion: ServedVersion) -> dict[str, Any]:
    if not champion.spec.classes:
        return {"type": "number"}
    return {"anyOf": [{"enum": list(champion.spec.classes)}, _PROBABILITIES]}


def _predictions(item: Mapping[str, Any]) -> dict[str, Any]:
    return _object({"predictions": {"type": "array", "items": item}})


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }
