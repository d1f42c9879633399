"""One route as the OpenAPI description has it, and what all descriptions are made of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from functions.contracts.base import Document
from functions.contracts.errors import WindvaneError
from functions.contracts.naming import INFERENCE_ID_PATTERN, MODEL_NAME_PATTERN
from functions.core.problem import TooManyRowsError, TooManyValuesError
from functions.core.registry import UnknownModelError
from functions.core.strict_json import MalformedJsonError
from functions.serving.bodies import INFERENCE_ID_HEADER
from functions.serving.errors import BodyTooLargeError, MediaTypeError, NothingToServeError
from functions.serving.exchange import JSON
from functions.serving.problems import PROBLEM_TYPES

REFERENCE = "#/components/schemas/{model}"
"""Where a schema stands; pydantic fills in the name."""


PROBLEM = "ProblemDocument"
"""The schema of a refusal on Windvane's own routes."""


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
    media_type: str = JSON


OF_ANY_BODY = (
    MalformedJsonError,
    UnknownModelError,
    BodyTooLargeError,
    TooManyRowsError,
    TooManyValuesError,
    MediaTypeError,
    NothingToServeError,
)
"""Why a request with a body may be refused on every wire."""


def reference(name: str) -> dict[str, str]:
    """Return a reference to a schema of the document."""
    return {"$ref": REFERENCE.format(model=name)}


def describe_refusals(
    kinds: Iterable[type[WindvaneError]], content: Mapping[str, Any]
) -> dict[int | str, dict[str, Any]]:
    """Return the responses of refusals by status, each with the titles of what it may mean."""
    titles: dict[int, list[str]] = {}
    for kind in map(PROBLEM_TYPES.__getitem__, kinds):
        titles.setdefault(kind.status, []).append(kind.title)
    return {
        status: {"description": "; or: ".join(lines), "content": dict(content)}
        for status, lines in titles.items()
    }


def parameter(name: str, schema: Mapping[str, Any], *, place: str = "path") -> dict[str, Any]:
    """Return a parameter; those of the path are required."""
    return {"name": name, "in": place, "required": place == "path", "schema": dict(schema)}


INFERENCE_ID = parameter(
    INFERENCE_ID_HEADER,
    {"type": "string", "pattern": f"^{INFERENCE_ID_PATTERN}$", "examples": ["order-1024"]},
    place="header",
)
MODEL = parameter("model", {"type": "string", "pattern": f"^{MODEL_NAME_PATTERN}$"})
NUMBER = parameter("number", {"type": "integer", "minimum": 1})
