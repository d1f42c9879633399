"""The routes of MLflow's scoring server and SageMaker's runtime in the OpenAPI description."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from functions.contracts.errors import WindvaneError
from functions.contracts.naming import SAGEMAKER_ID_PATTERN
from functions.core.records import RecordsError
from functions.core.registry import UnknownModelError, UnknownVersionError
from functions.serving.errors import (
    HeaderError,
    NoFiniteAnswerError,
    NothingToServeError,
)
from functions.serving.exchange import JSON, Response
from functions.serving.form_schema import (
    FORMS,
    MLFLOW_ANSWER,
    MLFLOW_ERROR,
    SAGEMAKER_ANSWER,
    SAGEMAKER_ERROR,
    example_csv,
    example_form,
)
from functions.serving.model_schema import component_name
from functions.serving.openapi_operation import (
    INFERENCE_ID,
    MODEL,
    OF_ANY_BODY,
    Operation,
    parameter,
    reference,
)
from functions.serving.prediction import Answer
from functions.serving.problems import PROBLEM_TYPES, Refusal
from functions.serving.served_version import ServedVersion
from functions.serving.versions import CHAMPION_VARIANT
from functions.serving.wires import mlflow, sagemaker
from functions.serving.wires.media_types import CSV
from functions.serving.wires.mlflow_forms import FormRows, read_form

MLFLOW_TAG = "MLflow scoring server"
SAGEMAKER_TAG = "SageMaker runtime"
EXAMPLE_ID = "example"

Writer = Callable[[Answer, FormRows], Response]


def describe_operations(champions: Sequence[ServedVersion]) -> tuple[Operation, ...]:
    """Return the routes of both wires, those of predictions once a model."""
    invocations = [make(champion) for champion in champions for make in (_mlflow, _sagemaker)]
    return (*invocations, *_COMMON)


def example_answer(champion: ServedVersion, write: Writer) -> dict[str, Any]:
    """Return `{"example": …}`, what this version answers to its example; {} if not finite."""
    rows = read_form(example_form(champion), champion)
    outputs = champion.graph.run(rows.matrix)
    if not np.isfinite(outputs).all():
        return {}
    answer = Answer(champion, CHAMPION_VARIANT, outputs, EXAMPLE_ID)
    return {"example": json.loads(write(answer, rows).body)}


def _mlflow(champion: ServedVersion) -> Operation:
    spec = champion.spec
    answered = {
        "schema": reference(component_name(spec.model, MLFLOW_ANSWER)),
        **example_answer(champion, mlflow.write_answer),
    }
    return Operation(
        method="POST",
        path=f"/models/{spec.model}/invocations",
        id=f"mlflow_invocations_{spec.model}",
        summary=f"Predict {spec.target} as MLflow's scoring server does",
        description=(
            "Labels of a classifier, values of a regression; the parameter predict_method asks "
            "for probabilities."
        ),
        tag=MLFLOW_TAG,
        responses={
            200: {"description": "Predictions, a row each", "content": {JSON: answered}},
            **_refusals(_OF_INVOCATIONS, mlflow.write_refusal, MLFLOW_ERROR),
        },
        extra={"parameters": [INFERENCE_ID], "requestBody": _body(champion, has_header=True)},
    )


def _sagemaker(champion: ServedVersion) -> Operation:
    spec = champion.spec
    answered = {
        "schema": reference(component_name(spec.model, SAGEMAKER_ANSWER)),
        **example_answer(champion, partial(sagemaker.write_answer, JSON)),
    }
    return Operation(
        method="POST",
        path=f"/endpoints/{spec.model}/invocations",
        id=f"sagemaker_invocations_{spec.model}",
        summary=f"Predict {spec.target} as a SageMaker endpoint does",
        description="By the version that a target variant names, or the model's alias chooses.",
        tag=SAGEMAKER_TAG,
        responses={
            200: {
                "description": "Predictions, a row each",
                "content": {JSON: answered, CSV: {"schema": {"type": "string"}}},
            },
            **_refusals(
                (*_OF_INVOCATIONS, UnknownVersionError), sagemaker.write_refusal, SAGEMAKER_ERROR
            ),
        },
        extra={"parameters": _SAGEMAKER_HEADERS, "requestBody": _body(champion, has_header=False)},
    )


def _body(champion: ServedVersion, *, has_header: bool) -> dict[str, Any]:
    sent = {
        "schema": reference(component_name(champion.spec.model, FORMS)),
        "example": example_form(champion),
    }
    text = {
        "schema": {"type": "string"},
        "example": example_csv(champion, has_header=has_header),
    }
    return {"required": True, "content": {JSON: sent, CSV: text}}


def _refusals(
    kinds: Iterable[type[WindvaneError]], write: Callable[[Refusal], Response], schema: str
) -> dict[int | str, dict[str, Any]]:
    """Return the responses of refusals by the status that the wire gives them."""
    found: dict[int | str, dict[str, Any]] = {}
    for kind in map(PROBLEM_TYPES.__getitem__, kinds):
        response = write(Refusal(kind, kind.title))
        media_type = response.content_type.partition(";")[0]
        content = {"schema": reference(schema) if media_type == JSON else {"type": "string"}}
        described = found.setdefault(
            response.status, {"description": "", "content": {media_type: content}}
        )
        described["description"] += f"{'; or: ' * bool(described['description'])}{kind.title}"
    return found


def _ping(name: str, summary: str, content: Mapping[str, Any]) -> Operation:
    return Operation(
        method="GET",
        path=f"/models/{{model}}/{name}",
        id=f"mlflow_{name}",
        summary=summary,
        description="By loading its champion.",
        tag=MLFLOW_TAG,
        responses={
            200: {"description": "It is", "content": dict(content)},
            **_refusals(
                (UnknownModelError, NothingToServeError), mlflow.write_refusal, MLFLOW_ERROR
            ),
        },
        extra={"parameters": [MODEL]},
    )


_OF_INVOCATIONS = (*OF_ANY_BODY, RecordsError, HeaderError, NoFiniteAnswerError)
_SAGEMAKER_HEADERS = [
    parameter(
        sagemaker.TARGET_VARIANT,
        {"type": "string", "examples": ["champion", "challenger", "7"]},
        place="header",
    ),
    parameter(
        sagemaker.INFERENCE_ID,
        {"type": "string", "pattern": f"^{SAGEMAKER_ID_PATTERN}$", "examples": ["order/1024"]},
        place="header",
    ),
]
_COMMON = (
    _ping("ping", "Say whether a model can be served", {JSON: {"schema": {}}}),
    _ping("health", "Say whether a model can be served", {JSON: {"schema": {}}}),
    _ping(
        "version",
        "Show the MLflow whose scoring server this is like",
        {"text/plain": {"schema": {"type": "string"}}},
    ),
)
