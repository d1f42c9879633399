"""The OpenAPI description: the routes, and for each model its own schemas with examples."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from functions.contracts.base import Document
from functions.contracts.errors import WindvaneError
from functions.contracts.naming import MODEL_NAME_PATTERN
from functions.core.ground_truth import INFERENCE_ID_PATTERN, GroundTruthError
from functions.core.predictions import NotFiniteError
from functions.core.problem import TooManyRowsError
from functions.core.records import RECORDS, RecordsError
from functions.core.registry import UnknownModelError, UnknownVersionError
from functions.core.strict_json import MalformedJsonError
from functions.serving.bodies import INFERENCE_ID_HEADER
from functions.serving.documents import (
    GroundTruthAccepted,
    Health,
    ModelDescription,
    ModelListing,
    ProblemDocument,
    VersionDescription,
)
from functions.serving.errors import (
    BodyTooLargeError,
    HeaderError,
    MediaTypeError,
    NoFiniteAnswerError,
    NothingToServeError,
    NotRecordedError,
    RegistryAwayError,
)
from functions.serving.model_schema import (
    answer_schema,
    component_name,
    example_record,
    ground_truth_schema,
    prediction_schema,
    record_schema,
    request_schema,
)
from functions.serving.problems import PROBLEM_JSON, PROBLEM_TYPES
from functions.serving.served_version import ServedVersion
from functions.serving.wires.windvane import compose_answer

TITLE = "Windvane predictions"
API_VERSION = "1"
DESCRIPTION = (
    "Predictions of the registered models. The stage decides how calls are authorised: by IAM "
    "(sign requests with SigV4) unless it says API keys or a JWT."
)
EXAMPLE_ID = "example"
_REFERENCE = "#/components/schemas/{model}"


@dataclass(frozen=True, slots=True)
class Operation:
    """One route as it is described."""

    method: str
    path: str
    id: str
    summary: str
    description: str
    tag: str
    answer: type[Document] | None = None
    status: int = 200
    responses: Mapping[int | str, dict[str, Any]] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)


def describe_operations(champions: Sequence[ServedVersion]) -> tuple[Operation, ...]:
    """Return every route that is described, the models' own first."""
    own = [make(champion) for champion in champions for make in (_predict, _ground_truth)]
    return (*own, *_COMMON)


def complete_openapi(
    routes: Sequence[BaseRoute], champions: Sequence[ServedVersion]
) -> dict[str, Any]:
    """Return the document of an application's routes with the models' schemas in it."""
    document = get_openapi(
        title=TITLE,
        version=API_VERSION,
        description=DESCRIPTION,
        routes=routes,
        servers=[{"url": "."}],
    )
    problem = ProblemDocument.model_json_schema(ref_template=_REFERENCE)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(problem.pop("$defs"))
    schemas["ProblemDocument"] = problem
    for champion in champions:
        spec = champion.spec
        schemas[component_name(spec.model, "Record")] = record_schema(spec)
        schemas[component_name(spec.model, "Request")] = request_schema(spec)
        schemas[component_name(spec.model, "Prediction")] = prediction_schema(spec)
        schemas[component_name(spec.model, "Answer")] = answer_schema(spec)
        schemas[component_name(spec.model, "GroundTruth")] = ground_truth_schema(spec)
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
            **_problems(*_OF_ANY_BODY, RecordsError, NoFiniteAnswerError, HeaderError),
        },
        extra={
            "parameters": [_INFERENCE_ID],
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
        responses=_problems(*_OF_ANY_BODY, GroundTruthError, NotRecordedError),
        extra={"requestBody": _body(spec.model, "GroundTruth", {"example": example})},
    )


def _body(model: str, what: str, more: Mapping[str, Any]) -> dict[str, Any]:
    return {"required": True, **_content(model, what, more)}


def _content(model: str, what: str, more: Mapping[str, Any]) -> dict[str, Any]:
    schema = {"$ref": _REFERENCE.format(model=component_name(model, what))}
    return {"description": what, "content": {"application/json": {"schema": schema, **more}}}


def _problems(*kinds: type[WindvaneError]) -> dict[int | str, dict[str, Any]]:
    content = {PROBLEM_JSON: {"schema": {"$ref": _REFERENCE.format(model="ProblemDocument")}}}
    titles: dict[int, list[str]] = {}
    for kind in map(PROBLEM_TYPES.__getitem__, kinds):
        titles.setdefault(kind.status, []).append(kind.title)
    return {
        status: {"description": "; or: ".join(lines), "content": content}
        for status, lines in titles.items()
    }


def _parameter(name: str, schema: Mapping[str, Any], *, place: str = "path") -> dict[str, Any]:
    return {"name": name, "in": place, "required": place == "path", "schema": dict(schema)}


_OF_ANY_BODY = (
    MalformedJsonError,
    UnknownModelError,
    BodyTooLargeError,
    TooManyRowsError,
    MediaTypeError,
    NothingToServeError,
)
_INFERENCE_ID = _parameter(
    INFERENCE_ID_HEADER,
    {"type": "string", "pattern": f"^{INFERENCE_ID_PATTERN}$", "examples": ["order-1024"]},
    place="header",
)
_MODEL = _parameter("model", {"type": "string", "pattern": f"^{MODEL_NAME_PATTERN}$"})
_NUMBER = _parameter("number", {"type": "integer", "minimum": 1})
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
        extra={"parameters": [_MODEL]},
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
        extra={"parameters": [_MODEL, _NUMBER]},
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
)
