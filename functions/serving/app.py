"""The prediction API without a framework: a request goes in, a response comes out, always."""

import re
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace

from functions.contracts.errors import WindvaneError
from functions.contracts.naming import MODEL_NAME_PATTERN
from functions.core.registry import UnknownModelError, UnknownVersionError
from functions.serving.errors import MethodNotAllowedError, UnknownRouteError
from functions.serving.events import EventError, read_event, write_event
from functions.serving.exchange import Request, Response
from functions.serving.ground_truth import take_ground_truth
from functions.serving.health import show_health
from functions.serving.metadata import list_models, show_model, show_version
from functions.serving.ports import Ports
from functions.serving.prediction import predict
from functions.serving.problems import INTERNAL, PROBLEM_TYPES, answer_refusal, write_problem

NUMBER_PATTERN = r"[1-9][0-9]{0,9}"
"""A version's number in a path."""


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a path; the path's variables go to `answer` by their names."""

    method: str
    path: str
    pattern: re.Pattern[str]
    answer: Callable[..., Response]


def answer_event(event: object, ports: Ports) -> dict[str, object]:
    """Return API Gateway's answer to an event; one that is no proxy event is refused too."""
    try:
        request = read_event(event)
    except EventError as error:
        return write_event(_refuse(error, Request(method="", path=""), ports))
    return write_event(answer_request(request, ports))


def answer_request(request: Request, ports: Ports) -> Response:
    """Return the response to any request; nothing that goes wrong comes out as an exception."""
    try:
        return _route(request, ports)
    except Exception as error:  # noqa: BLE001 - a client is never shown an exception
        if type(error) in PROBLEM_TYPES and isinstance(error, WindvaneError):
            return _refuse(error, request, ports)
        return _fail(error, request, ports)


def _route(request: Request, ports: Ports) -> Response:
    if request.method == "HEAD":
        return replace(_route(replace(request, method="GET"), ports), body=b"")
    matches = [
        (route, match) for route in ROUTES if (match := route.pattern.fullmatch(request.path))
    ]
    for route, match in matches:
        if route.method == request.method:
            variables = match.groupdict()
            _check(variables)
            return route.answer(request, ports, **variables)
    if matches:
        allowed = tuple(route.method for route, _ in matches)
        raise MethodNotAllowedError(request.method, request.path, allowed)
    msg = f"{request.path} is no route; GET /docs shows those there are"
    raise UnknownRouteError(msg)


def _check(variables: dict[str, str]) -> None:
    model, number = variables.get("model"), variables.get("number")
    if model is not None and not re.fullmatch(MODEL_NAME_PATTERN, model):
        msg = f"there is no model {model}; names are of lower-case letters, digits and underscores"
        raise UnknownModelError(msg)
    if number is not None and not re.fullmatch(NUMBER_PATTERN, number):
        msg = f"{model} has no version {number}; versions are numbers from 1"
        raise UnknownVersionError(msg)


def _refuse(error: WindvaneError, request: Request, ports: Ports) -> Response:
    response = answer_refusal(error)
    fields = {
        "route": request.path,
        "method": request.method,
        "status": response.status,
        "error": type(error).__name__,
    }
    ports.log("request.refused", fields)
    return response


def _fail(error: Exception, request: Request, ports: Ports) -> Response:
    """Answer 500 with an id that the log has too; a message may hold values, so both go without."""
    incident = ports.new_id()
    fields = {
        "incident": incident,
        "route": request.path,
        "method": request.method,
        "error": type(error).__name__,
        "at": [
            f"{f.filename}:{f.lineno}:{f.name}" for f in traceback.extract_tb(error.__traceback__)
        ],
    }
    ports.log("request.failed", fields)
    detail = f"tell the operator of this API the incident {incident}"
    return write_problem(INTERNAL, detail, {"incident": incident})


def _answer_pages(request: Request, ports: Ports) -> Response:
    return ports.pages(request)


def _compile(method: str, path: str, answer: Callable[..., Response]) -> Route:
    pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path.replace(".", r"\.")))
    return Route(method, path, pattern, answer)


ROUTES: tuple[Route, ...] = (
    _compile("POST", "/models/{model}/predict", predict),
    _compile("POST", "/models/{model}/ground-truth", take_ground_truth),
    _compile("GET", "/models", list_models),
    _compile("GET", "/models/{model}", show_model),
    _compile("GET", "/models/{model}/versions/{number}", show_version),
    _compile("GET", "/health", show_health),
    _compile("GET", "/docs", _answer_pages),
    _compile("GET", "/openapi.json", _answer_pages),
)
