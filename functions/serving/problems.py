"""Every refusal as a problem document (RFC 9457); HTTP statuses are decided here alone."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from functions.contracts.errors import WindvaneError
from functions.core.ground_truth import GroundTruthError
from functions.core.problem import RefusedError, TooManyRowsError
from functions.core.records import RecordsError
from functions.core.registry import UnknownModelError, UnknownVersionError
from functions.core.strict_json import MalformedJsonError
from functions.serving.errors import (
    BodyTooLargeError,
    HeaderError,
    MediaTypeError,
    MethodNotAllowedError,
    NoFiniteAnswerError,
    NothingToServeError,
    NotRecordedError,
    RegistryAwayError,
    UnknownRouteError,
)
from functions.serving.events import EventError
from functions.serving.exchange import Response

PROBLEM_JSON = "application/problem+json"
TYPE_PREFIX = "urn:windvane:problem:"


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A kind of refusal: its status, the stable end of its `type`, and its title."""

    status: int
    name: str
    title: str


INTERNAL = ProblemType(500, "internal", "Something went wrong here, not with the request")
PROBLEM_TYPES: Mapping[type[WindvaneError], ProblemType] = {
    EventError: ProblemType(400, "malformed_event", "The event is no API Gateway proxy event"),
    MalformedJsonError: ProblemType(
        400, "malformed_body", "The body is not JSON that can be taken"
    ),
    UnknownRouteError: ProblemType(404, "unknown_route", "There is no such route"),
    UnknownModelError: ProblemType(404, "unknown_model", "There is no such model"),
    UnknownVersionError: ProblemType(404, "unknown_version", "The model has no such version"),
    MethodNotAllowedError: ProblemType(405, "method_not_allowed", "The route has no such method"),
    BodyTooLargeError: ProblemType(413, "too_large", "More than one request can hold"),
    TooManyRowsError: ProblemType(413, "too_many_rows", "More rows than one request can hold"),
    MediaTypeError: ProblemType(415, "unsupported_media_type", "The body is of another type"),
    RecordsError: ProblemType(
        422, "record_does_not_fit", "A record does not fit the model's features"
    ),
    GroundTruthError: ProblemType(422, "outcome_does_not_fit", "An outcome cannot be taken"),
    NoFiniteAnswerError: ProblemType(
        422, "no_finite_answer", "The model has no answer to a record"
    ),
    HeaderError: ProblemType(422, "header_does_not_fit", "A header cannot be taken"),
    NothingToServeError: ProblemType(503, "nothing_to_serve", "The model cannot be served now"),
    RegistryAwayError: ProblemType(503, "registry_away", "The registry cannot be reached now"),
    NotRecordedError: ProblemType(503, "not_recorded", "The outcomes could not be written down"),
}


def answer_refusal(error: WindvaneError) -> Response:
    """Return the problem document of a refusal; raise KeyError for one that has no status."""
    kind = PROBLEM_TYPES[type(error)]
    members: dict[str, object] = {}
    headers: dict[str, str] = {}
    match error:
        case RefusedError():
            members["errors"] = [
                {"pointer": problem.pointer, "detail": problem.detail} for problem in error.problems
            ]
            members["and_more"] = error.and_more
        case HeaderError():
            members["errors"] = [{"header": error.header, "detail": error.detail}]
        case TooManyRowsError() | BodyTooLargeError():
            members["limit"] = error.limit
        case MethodNotAllowedError():
            headers["allow"] = ", ".join(error.allowed)
        case NothingToServeError() | RegistryAwayError() | NotRecordedError():
            headers["retry-after"] = str(error.retry_after_seconds)
    return write_problem(kind, _describe(error), members, headers)


def _describe(error: WindvaneError) -> str:
    if not isinstance(error, RefusedError):
        return str(error)
    count = f"{len(error.problems)} problem{'s' if len(error.problems) > 1 else ''}"
    return f"{'more than ' if error.and_more else ''}{count}, listed under errors"


def write_problem(
    kind: ProblemType,
    detail: str,
    members: Mapping[str, object],
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a problem document; `members` are added to those that every problem has."""
    document = {
        "type": TYPE_PREFIX + kind.name,
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
        **members,
    }
    body = json.dumps(document, separators=(",", ":")).encode()
    return Response(kind.status, body, PROBLEM_JSON, headers or {})
