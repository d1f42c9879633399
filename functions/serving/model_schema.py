"""One model's requests and answers as JSON Schema with examples, from its spec.json alone."""

from typing import Any

from functions.contracts.feature_types import FeatureType, FeatureView
from functions.contracts.served import Label, SpecView, Task
from functions.core.feature_values import find_misfit
from functions.core.predictions import class_name

_JSON_TYPES = {
    FeatureType.NUMBER: "number",
    FeatureType.INTEGER: "integer",
    FeatureType.BOOLEAN: "boolean",
    FeatureType.STRING: "string",
}


def component_name(model: str, what: str) -> str:
    """Return the name of one of a model's schemas.

    Examples
    --------
    >>> component_name("loan_default", "Record")
    'loan_default.Record'
    """
    return f"{model}.{what}"


def record_schema(spec: SpecView) -> dict[str, Any]:
    """Return the schema of one record.

    Ranges and categories stand in words and under `x-windvane`, not as limits: a value outside
    them is answered, and seen by drift watching.
    """
    features = spec.feature_schema.features
    return {
        "type": "object",
        "title": f"A record of {spec.model}",
        "properties": {feature.name: _feature_schema(feature) for feature in features},
        "required": [feature.name for feature in features if not feature.allows_missing],
        "additionalProperties": spec.extra_features == "ignore",
        "examples": [example_record(spec)],
    }


def request_schema(spec: SpecView) -> dict[str, Any]:
    """Return the schema of a request: several records, columns, or one record.

    That columns are equally long is beyond JSON Schema.
    """
    record = {"$ref": f"#/components/schemas/{component_name(spec.model, 'Record')}"}
    return {
        "oneOf": [
            {
                "type": "object",
                "title": "Several records",
                "properties": {
                    "records": {
                        "type": "array",
                        "items": record,
                        "minItems": 1,
                        "maxItems": spec.maximum_rows,
                    }
                },
                "required": ["records"],
                "additionalProperties": False,
            },
            {
                "type": "object",
                "title": "Columns",
                "properties": {"columns": _columns_schema(spec)},
                "required": ["columns"],
                "additionalProperties": False,
            },
            record,
        ]
    }


def answer_schema(spec: SpecView) -> dict[str, Any]:
    """Return the schema of an answer."""
    prediction = {"$ref": f"#/components/schemas/{component_name(spec.model, 'Prediction')}"}
    properties = {
        "model": {"const": spec.model},
        "version": {"type": "integer", "minimum": 1},
        "inference_ids": {"type": "array", "items": {"type": "string"}},
        "predictions": {"type": "array", "items": prediction},
    }
    return _object(f"Predictions of {spec.model}", properties)


def prediction_schema(spec: SpecView) -> dict[str, Any]:
    """Return the schema of one prediction."""
    title = f"A prediction of {spec.target}"
    if spec.task is Task.REGRESSION:
        return _object(title, {"value": {"type": "number"}})
    probability = {"type": "number", "minimum": 0, "maximum": 1}
    properties: dict[str, Any] = {"label": {"enum": list(spec.classes)}}
    if spec.task is Task.BINARY_CLASSIFICATION:
        words = f"of the class {class_name(spec.classes[1])}, which is the label from 0.5 on"
        return _object(title, {**properties, "probability": {**probability, "description": words}})
    names = [class_name(label) for label in spec.classes]
    properties["probability"] = {**probability, "description": "of the label"}
    properties["probabilities"] = _object("By class", dict.fromkeys(names, probability))
    return _object(title, properties)


def ground_truth_schema(spec: SpecView) -> dict[str, Any]:
    """Return the schema of reported outcomes."""
    regression = spec.task is Task.REGRESSION
    properties = {
        "inference_id": {"type": "string", "description": "as the prediction's answer holds it"},
        "value": {"type": "number"} if regression else {"enum": list(spec.classes)},
        "observed_at": {"type": "string", "format": "date-time"},
    }
    return {"type": "array", "minItems": 1, "items": _object("An outcome", properties)}


def example_record(spec: SpecView) -> dict[str, Any]:
    """Return a record that the model takes."""
    return {feature.name: example_value(feature) for feature in spec.feature_schema.features}


def example_value(feature: FeatureView) -> Label | float:
    """Return the feature's own example, else a value in the middle of what it expects.

    Examples
    --------
    >>> from functions.contracts.feature_schema import Feature
    >>> example_value(Feature(name="age", type="integer", minimum=18, maximum=100))
    59
    """
    if feature.example is not None and find_misfit(feature, feature.example) is None:
        return feature.example
    if feature.type is FeatureType.STRING:
        return feature.categories[0] if feature.categories else ""
    if feature.type is FeatureType.BOOLEAN:
        return True
    limits = [limit for limit in (feature.minimum, feature.maximum) if limit is not None]
    middle = sum(limits) / len(limits) if limits else 0.0
    return int(middle) if feature.type is FeatureType.INTEGER else middle


def _feature_schema(feature: FeatureView) -> dict[str, Any]:
    kind = _JSON_TYPES[feature.type]
    return {
        "type": [kind, "null"] if feature.allows_missing else kind,
        "description": ". ".join(filter(None, [feature.description, *_expectations(feature)])),
        "examples": [example_value(feature)],
        "x-windvane": {
            "categories": list(feature.categories),
            "minimum": feature.minimum,
            "maximum": feature.maximum,
            "pii": feature.pii,
        },
    }


def _columns_schema(spec: SpecView) -> dict[str, Any]:
    features = spec.feature_schema.features
    length = {"minItems": 1, "maxItems": spec.maximum_rows}
    return {
        "type": "object",
        "properties": {
            feature.name: {"type": "array", "items": _feature_schema(feature), **length}
            for feature in features
        },
        "required": [feature.name for feature in features if not feature.allows_missing],
        "minProperties": 1,
        "additionalProperties": (
            {"type": "array", "minItems": 1} if spec.extra_features == "ignore" else False
        ),
    }


def _expectations(feature: FeatureView) -> list[str]:
    words = []
    if feature.categories:
        words.append(f"Known: {', '.join(feature.categories)}")
    if feature.minimum is not None:
        words.append(f"Expected from {feature.minimum:g}")
    if feature.maximum is not None:
        words.append(f"Expected up to {feature.maximum:g}")
    return [*words, "Not kept in captures"] if feature.pii else words


def _object(title: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "title": title,
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
