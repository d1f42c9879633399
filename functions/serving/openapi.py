"""The OpenAPI description: the routes, and for each model its own schemas with examples."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from functions.contracts.access import Authorization
from functions.contracts.errors import WindvaneError
from functions.core.ground_truth import GroundTruthError
from functions.core.predictions import NotFiniteError
from functions.core.records import COLUMNS, RECORDS, RecordsError
from functions.core.registry import UnknownModelError, UnknownVersionError
from functions.serving import form_schema, open_inference_schema, openapi_mlflow
from functions.serving import openapi_open_inference as open_inference
from functions.serving.documents import (
    GroundTruthAccepted,
    Health,
    ModelDescription,
    ModelListing,
    ProblemDocument,
    VersionDescription,
)
from functions.serving.errors import (
    HeaderError,
    NoFiniteAnswerError,
    NothingToServeError,
    NotRecordedError,
    RegistryAwayError,
)
from functions.serving.exchange import JSON
from functions.serving.model_schema import (
    answer_schema,
    component_name,
    example_record,
    ground_truth_schema,
    prediction_schema,
    record_schema,
    request_schema,
)
from functions.serving.openapi_access import add_access
from functions.serving.openapi_operation import (
    INFERENCE_ID,
    MODEL,
    NUMBER,
    OF_ANY_BODY,
    PROBLEM,
    REFERENCE,
    Operation,
    describe_refusals,
    reference,
)
from functions.serving.problems import PROBLEM_JSON
from functions.serving.served_version import ServedVersion
from functions.serving.wires.windvane import compose_answer

TITLE = "Windvane predictions"
API_VERSION = "1"
DESCRIPTION = (
    "Predictions of the registered models. The stage decides how calls are authorised: by IAM "
    "(sign requests with SigV4) unless it says API keys or a JWT."
)
EXAMPLE_ID = "example"


def describe_operations(champions: Sequence[ServedVersion]) -> tuple[Operation, ...]:
    """Return every route that is described, the models' own first."""
    own = [make(champion) for champion in champions for make in (_predict, _ground_truth)]
    return (
        *own,
        *_COMMON,
        *open_inference.describe_operations(champions),
        *openapi_mlflow.describe_operations(champions),
    )


def complete_openapi(
    routes: Sequence[BaseRoute],
    champions: Sequence[ServedVersion],
    authorization: Authorization,
) -> dict[str, Any]:
    """Return the document of an application's routes with the models' schemas in it.

    `authorization` is the stage's.
    """
    document = get_openapi(
        title=TITLE,
        version=API_VERSION,
        description=DESCRIPTION,
        routes=routes,
        servers=[{"url": "."}],
    )
    problem = ProblemDocument.model_json_schema(ref_template=REFERENCE)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(problem.pop("$defs"))
    schemas[PROBLEM] = problem
    for champion in champions:
        spec = champion.spec
        schemas[component_name(spec.model, "Record")] = record_schema(spec)
        schemas[component_name(spec.model, "Request")] = request_schema(spec)
        schemas[component_name(spec.model, "Prediction")] = prediction_schema(spec)
        schemas[component_name(spec.model, "Answer")] = answer_schema(spec)
        schemas[component_name(spec.model, "GroundTruth")] = ground_truth_schema(spec)
    schemas.update(open_inference_schema.schemas(champions))
    schemas.update(form_schema.schemas(champions))
    add_access(document, authorization)
    return document


def example_answer(champion: ServedVersion) -> dict[str, Any] | None:
    """Return what this version answers to its example record, or None if that is not finite."""
    batch = champion.reader.read(example_record(champion.spec))
    outputs = champion.graph.run(batch.matrix)
    try:
        return compose_answer(champion, outputs, EXAMPLE_ID)
    except NotFiniteError:
        return None


def _predict(champion: ServedVersion) -> Operation:
    spec = champion.spec
    record = example_record(spec)
    examples = {
        "one": {"summary": "One record", "value": record},
        "several": {"summary": "Several records", "value": {RECORDS: [record, record]}},
        "columns": {
            "summary": "Several rows, as columns",
            "value": {COLUMNS: {name: [value, value] for name, value in record.items()}},
        },
    }
    answer = example_answer(champion)
    about = {
        "model": spec.model,
        "version": champion.number,
        "task": spec.task,
        "description": spec.description,
        "target": spec.target,
        "maximum_rows": spec.maximum_rows,
    }
    return Operation(
        method="POST",
        path=f"/models/{spec.model}/predict",
        id=f"predict_{spec.model}",
        summary=f"Predict {spec.target}",
        description=spec.description,
        tag=spec.model,
        responses={
            200: _content(spec.model, "Answer", {} if answer is None else {"example": answer}),
            **_problems(*OF_ANY_BODY, RecordsError, NoFiniteAnswerError, HeaderError),
        },
        extra={
            "parameters": [INFERENCE_ID],
            "requestBody": _body(spec.model, "Request", {"examples": examples}),
            "x-windvane-model": about,
        },
    )


def _ground_truth(champion: ServedVersion) -> Operation:
    spec = champion.spec
    example = [
        {
            "inference_id": EXAMPLE_ID,
            "value": spec.classes[0] if spec.classes else 0.0,
            "observed_at": "2026-01-31T10:00:00Z",
        }
    ]
    return Operation(
        method="POST",
        path=f"/models/{spec.model}/ground-truth",
        id=f"report_{spec.model}",
        summary=f"Report what {spec.target} came to be",
        description="Takes all outcomes or none of them.",
        tag=spec.model,
        answer=GroundTruthAccepted,
        status=202,
        responses=_problems(*OF_ANY_BODY, GroundTruthError, NotRecordedError),
        extra={"requestBody": _body(spec.model, "GroundTruth", {"example": example})},
    )


def _body(model: str, what: str, more: Mapping[str, Any]) -> dict[str, Any]:
    return {"required": True, **_content(model, what, more)}


def _content(model: str, what: str, more: Mapping[str, Any]) -> dict[str, Any]:
    schema = reference(component_name(model, what))
    return {"description": what, "content": {JSON: {"schema": schema, **more}}}


def _problems(*kinds: type[WindvaneError]) -> dict[int | str, dict[str, Any]]:
    return describe_refusals(kinds, {PROBLEM_JSON: {"schema": reference(PROBLEM)}})


_COMMON = (
    Operation(
        method="GET",
        path="/models",
        id="list_models",
        summary="List the models",
        description="Every registered model, and the version that answers.",
        tag="models",
        answer=ModelListing,
        responses=_problems(RegistryAwayError),
    ),
    Operation(
        method="GET",
        path="/models/{model}",
        id="show_model",
        summary="Describe a model",
        description="What its champion reads and answers, and its versions, newest first.",
        tag="models",
        answer=ModelDescription,
        responses=_problems(UnknownModelError, NothingToServeError, RegistryAwayError),
        extra={"parameters": [MODEL]},
    ),
    Operation(
        method="GET",
        path="/models/{model}/versions/{number}",
        id="show_version",
        summary="Describe a version",
        description="What it was made of and how it scored on held-out rows.",
        tag="models",
        answer=VersionDescription,
        responses=_problems(UnknownVersionError, RegistryAwayError),
        extra={"parameters": [MODEL, NUMBER]},
    ),
    Operation(
        method="GET",
        path="/health",
        id="show_health",
        summary="Say what is loaded",
        description="Whether predictions can be had here, with what, and since when it is stale.",
        tag="health",
        answer=Health,
    ),
    Operation(
        method="GET",
        path="/docs",
        id="docs",
        summary="Show these routes to people",
        description="A page with a form for each route; it loads nothing from elsewhere.",
        tag="pages",
        media_type="text/html",
    ),
    Operation(
        method="GET",
        path="/openapi.json",
        id="openapi",
        summary="Describe these routes to programs",
        description="This document.",
        tag="pages",
        responses={200: {"content": {JSON: {"schema": {"type": "object"}}}}},
    ),
)
