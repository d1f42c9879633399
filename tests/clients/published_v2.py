"""The published description of the protocol, printed as OpenAPI: python published_v2.py MODEL….

open-inference-openapi is generated from it: its types are the description's schemas, its methods
the routes. A failure is "an HTTP error status (typically 400)" with an error's text.
"""

import json
import sys
from collections.abc import Sequence
from typing import Any

from open_inference.openapi.types import (
    InferenceErrorResponse,
    InferenceRequest,
    InferenceResponse,
    MetadataModelResponse,
    MetadataServerResponse,
)

EXAMPLE = {
    "id": "example",
    "inputs": [{"name": "x", "shape": [1, 2], "datatype": "FP32", "data": [[3, 40.5]]}],
}
"""Fits the models that are named."""

PATHS = {
    "/v2": ("get", MetadataServerResponse),
    "/v2/health/live": ("get", None),
    "/v2/health/ready": ("get", None),
    "/v2/models/{model}": ("get", MetadataModelResponse),
    "/v2/models/{model}/ready": ("get", None),
    "/v2/models/{model}/infer": ("post", InferenceResponse),
    "/v2/models/{model}/versions/{version}": ("get", MetadataModelResponse),
    "/v2/models/{model}/versions/{version}/ready": ("get", None),
    "/v2/models/{model}/versions/{version}/infer": ("post", InferenceResponse),
}


def describe(models: Sequence[str]) -> dict[str, Any]:
    """Return the description; the versions are 1, and 7, which is none."""
    schemas: dict[str, Any] = {}
    paths: dict[str, Any] = {}
    for path, (method, answer) in PATHS.items():
        operation: dict[str, Any] = {"parameters": [], "responses": {"200": {"description": "OK"}}}
        if "{model}" in path:
            operation["parameters"].append(parameter("model", models))
        if "{version}" in path:
            operation["parameters"].append(parameter("version", ("1", "7")))
        if answer is not None:
            operation["responses"]["200"]["content"] = content(answer, schemas)
        if method == "post":
            body = content(InferenceRequest, schemas)
            body["application/json"]["example"] = EXAMPLE
            operation["requestBody"] = {"required": True, "content": body}
        failed = {"description": "failed", "content": content(InferenceErrorResponse, schemas)}
        operation["responses"]["4XX"] = failed
        paths[path] = {method: operation}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Open Inference Protocol", "version": "2"},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def parameter(name: str, values: Sequence[str]) -> dict[str, Any]:
    schema = {"type": "string", "enum": list(values)}
    return {"name": name, "in": "path", "required": True, "schema": schema, "example": values[0]}


def content(model: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    schema = model.schema(ref_template="#/components/schemas/{model}")
    schemas.update(schema.pop("definitions", {}))
    schemas[model.__name__] = schema
    reference = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"application/json": {"schema": reference}}


if __name__ == "__main__":
    print(json.dumps(describe(sys.argv[1:]), indent=1))  # noqa: T201 - its answer
