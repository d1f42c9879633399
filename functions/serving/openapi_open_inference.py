"""The Open Inference Protocol's routes in the OpenAPI description, with each model's tensors."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from functions.contracts.errors import WindvaneError
from functions.core.records import RecordsError
from functions.core.registry import UnknownModelError, UnknownVersionError
from functions.core.tensors import TensorError
from functions.serving.errors import (
    HeaderError,
    NoFiniteAnswerError,
    NothingToServeError,
    RegistryAwayError,
)
from functions.serving.exchange import BINARY, JSON
from functions.serving.model_schema import component_name
from functions.serving.one_tensor_row import JSON_LENGTH_HEADER
from functions.serving.open_inference_schema import (
    ANSWER,
    ERROR,
    LIVE,
    MODEL_READY,
    READY,
    REQUEST,
    SERVER,
    TENSORS,
    example_request,
)
from functions.serving.openapi_operation import (
    INFERENCE_ID,
    MODEL,
    NUMBER,
    OF_ANY_BODY,
    Operation,
    describe_refusals,
    parameter,
    reference,
)
from functions.serving.prediction import Answer
from functions.serving.served_version import ServedVersion
from functions.serving.versions import CHAMPION_VARIANT
from functions.serving.wires.open_inference import (
    read_document,
    write_tensors,
)

TAG = "Open Inference Protocol v2"


def describe_operations(champions: Sequence[ServedVersion]) -> tuple[Operation, ...]:
    """Return the protocol's routes, those of inference once a model."""
    infer = [make(champion) for champion in champions for make in (_infer, _infer_version)]
    return (*infer, *_COMMON)


def example_answer(champion: ServedVersion, request: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what this version answers to a request, or None if that is not finite."""
    rows = read_document(request, b"", champion)
    outputs = champion.graph.run(rows.matrix)
    if not np.isfinite(outputs).all():
        return None
    document: dict[str, Any] = json.loads(
        write_tensors(Answer(champion, CHAMPION_VARIANT, outputs, "example"), rows).body
    )
    return document


def _infer(champion: ServedVersion) -> Operation:
    model = champion.spec.model
    return _inference(
        champion,
        path=f"/v2/models/{model}/infer",
        operation_id=f"infer_{model}",
        description="By the version that the model's alias chooses.",
    )


def _infer_version(champion: ServedVersion) -> Operation:
    model = champion.spec.model
    return _inference(
        champion,
        path=f"/v2/models/{model}/versions/{{number}}/infer",
        operation_id=f"infer_version_{model}",
        description="By the version that the path names.",
    )


def _inference(
    champion: ServedVersion, *, path: str, operation_id: str, description: str
) -> Operation:
    spec = champion.spec
    request = example_request(spec)
    answer = example_answer(champion, request)
    answered = {"schema": reference(component_name(spec.model, ANSWER))}
    sent = {"schema": reference(component_name(spec.model, REQUEST)), "example": request}
    return Operation(
        method="POST",
        path=path,
        id=operation_id,
        summary=f"Infer {spec.target} from tensors",
        description=f"{description} {_HOW_BINARY}",
        tag=TAG,
        responses={
            200: {
                "description": "Tensors, in JSON or after it",
                "content": {
                    JSON: answered if answer is None else {**answered, "example": answer},
                    BINARY: {"schema": {"type": "string", "format": "binary"}},
                },
            },
            **_errors(*_OF_INFERENCE),
        },
        extra={
            "parameters": [*([NUMBER] if "{number}" in path else []), INFERENCE_ID, _JSON_LENGTH],
            "requestBody": {"required": True, "content": {JSON: sent}},
        },
    )


def _answers(schema: str, description: str) -> dict[str, Any]:
    return {"description": description, "content": {JSON: {"schema": reference(schema)}}}


def _errors(*kinds: type[WindvaneError]) -> dict[int | str, dict[str, Any]]:
    return describe_refusals(kinds, {JSON: {"schema": reference(ERROR)}})


_OF_INFERENCE = (
    *OF_ANY_BODY,
    TensorError,
    UnknownVersionError,
    RecordsError,
    HeaderError,
    NoFiniteAnswerError,
)
_HOW_BINARY = (
    f"Tensors may follow the JSON as bytes: {JSON_LENGTH_HEADER} is then the length of the JSON, "
    "and a tensor's parameter binary_data_size the length of its bytes."
)
_JSON_LENGTH = parameter(JSON_LENGTH_HEADER, {"type": "integer", "minimum": 1}, place="header")
_COMMON = (
    Operation(
        method="GET",
        path="/v2",
        id="v2_server",
        summary="Describe the server",
        description="Its name, version and extensions.",
        tag=TAG,
        responses={200: _answers(SERVER, "The server")},
    ),
    Operation(
        method="GET",
        path="/v2/health/live",
        id="v2_live",
        summary="Say that the server lives",
        description="A process that answers is alive.",
        tag=TAG,
        responses={200: _answers(LIVE, "Yes")},
    ),
    Operation(
        method="GET",
        path="/v2/health/ready",
        id="v2_ready",
        summary="Say whether predictions can be had",
        description="A champion is loaded, or the registry lists a model.",
        tag=TAG,
        responses={200: _answers(READY, "Yes"), 503: _answers(READY, "Not yet")},
    ),
    Operation(
        method="GET",
        path="/v2/models/{model}",
        id="v2_model",
        summary="Describe the tensors of a model",
        description="Those of its champion; -1 is the number of rows.",
        tag=TAG,
        responses={
            200: _answers(TENSORS, "Its tensors"),
            **_errors(UnknownModelError, NothingToServeError, RegistryAwayError),
        },
        extra={"parameters": [MODEL]},
    ),
    Operation(
        method="GET",
        path="/v2/models/{model}/versions/{number}",
        id="v2_version",
        summary="Describe the tensors of a version",
        description="Likewise.",
        tag=TAG,
        responses={
            200: _answers(TENSORS, "Its tensors"),
            **_errors(UnknownVersionError, NothingToServeError, RegistryAwayError),
        },
        extra={"parameters": [MODEL, NUMBER]},
    ),
    Operation(
        method="GET",
        path="/v2/models/{model}/ready",
        id="v2_model_ready",
        summary="Say whether a model answers",
        description="By loading its champion.",
        tag=TAG,
        responses={
            200: _answers(MODEL_READY, "Yes"),
            503: _answers(MODEL_READY, "Not now"),
            **_errors(UnknownModelError),
        },
        extra={"parameters": [MODEL]},
    ),
    Operation(
        method="GET",
        path="/v2/models/{model}/versions/{number}/ready",
        id="v2_version_ready",
        summary="Say whether a version answers",
        description="By loading it.",
        tag=TAG,
        responses={
            200: _answers(MODEL_READY, "Yes"),
            503: _answers(MODEL_READY, "Not now"),
            **_errors(UnknownVersionError),
        },
        extra={"parameters": [MODEL, NUMBER]},
    ),
)
