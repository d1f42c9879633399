"""Every refusal as a problem document (RFC 9457); HTTP statuses are decided here alone."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from functions.contracts.errors import WindvaneError
from functions.core.ground_truth import GroundTruthError
from functions.core.problem import RefusedError, TooManyRowsError, TooManyValuesError
from functions.core.records import RecordsError
from functions.core.registry import UnknownModelError, UnknownVersionError
from functions.core.strict_json import MalformedJsonError
from functions.core.tensors import TensorError
from functions.serving.errors import (
    BodyTooLargeError,
    HeaderError,
    MediaTypeError,
    MethodNotAllowedError,
    NoFiniteAnswerError,
    NotAllowedError,
    NothingToServeError,
    NotRecordedError,
    RegistryAwayError,
    UnidentifiedCallerError,
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
MODEL_FAILED = ProblemType(500, "model_failed", "The model failed")
PROBLEM_TYPES: Mapping[type[WindvaneError], ProblemType] = {
    EventError: ProblemType(400, "malformed_event", "The event is no HTTP request"),
    MalformedJsonError: ProblemType(
        400, "malformed_body", "The body is not JSON that can be taken"
    ),
    TensorError: ProblemType(
        400, "malformed_tensor", "A tensor is not what its shape, datatype or size says"
    ),
    UnidentifiedCallerError: ProblemType(401, "unidentified_caller", "Nobody said who asks"),
    NotAllowedError: ProblemType(403, "not_allowed", "The caller may not do this"),
    UnknownRouteError: ProblemType(404, "unknown_route", "There is no such route"),
    UnknownModelError: ProblemType(404, "unknown_model", "There is no such model"),
    UnknownVersionError: ProblemType(404, "unknown_version", "The model has no such version"),
    MethodNotAllowedError: ProblemType(405, "method_not_allowed", "The route has no such method"),
    BodyTooLargeError: ProblemType(413, "too_large", "More than one request can hold"),
    TooManyRowsError: ProblemType(413, "too_many_rows", "More rows than one request can hold"),
    TooManyValuesError: ProblemType(
        413, "too_many_values", "More values than one request can hold"
    ),
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


def status_of(error: Exception) -> int:
    """Return the status that a problem document has for an error."""
    return PROBLEM_TYPES.get(type(error), INTERNAL).status  # type: ignore[arg-type] # may be others'


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refusal before a wire writes it; `members` are what RFC 9457 lets a problem add."""

    kind: ProblemType
    detail: str
    members: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The detail with the first of the problems in it, for wires that have one text."""
        match self.members.get("errors"):
            case [{"pointer": str(pointer), "detail": str(detail)}, *_] if pointer:
                return f"{pointer}: {detail}"
            case [{"pointer": "", "detail": str(detail)}, *_]:
                return detail
            case _:
                return self.detail


def describe_refusal(error: WindvaneError) -> Refusal:
    """Return the refusal that an error is; raise KeyError for one that has no status."""
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
        case TooManyRowsError() | TooManyValuesError() | BodyTooLargeError():
            members["limit"] = error.limit
        case UnidentifiedCallerError():
            headers["www-authenticate"] = error.challenge
        case MethodNotAllowedError():
            headers["allow"] = ", ".join(error.allowed)
        case NothingToServeError() | RegistryAwayError() | NotRecordedError():
            headers["retry-after"] = str(error.retry_after_seconds)
    return Refusal(kind, _describe(error), members, headers)


def describe_incident(incident: str, kind: ProblemType = INTERNAL) -> Refusal:
    """Return the refusal of a request that failed here; the log has the incident's id too."""
    detail = f"tell the operator of this API the incident {incident}"
    return Refusal(kind, detail, {"incident": incident})


def _describe(error: WindvaneError) -> str:
    if not isinstance(error, RefusedError):
        return str(error)
    count = f"{len(error.problems)} problem{'s' if len(error.problems) > 1 else ''}"
    return f"{'more than ' if error.and_more else ''}{count}, listed under errors"


def write_problem(refusal: Refusal) -> Response:
    """Return a refusal as a problem document, the way of Windvane's own routes."""
    document = {
        "type": TYPE_PREFIX + refusal.kind.name,
        "title": refusal.kind.title,
        "status": refusal.kind.status,
        "detail": refusal.detail,
        **refusal.members,
    }
    body = json.dumps(document, separators=(",", ":")).encode()
    return Response(refusal.kind.status, body, PROBLEM_JSON, refusal.headers)
