"""The prediction API without a framework: a request goes in, a response comes out, always."""

import re
import traceback
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from functions.contracts.errors import WindvaneError
from functions.contracts.naming import MODEL_NAME_PATTERN
from functions.contracts.routes import ROUTES as DEFINITIONS
from functions.contracts.routes import RouteDefinition, Wire
from functions.core.registry import UnknownModelError, UnknownVersionError
from functions.serving.errors import MethodNotAllowedError, UnknownRouteError
from functions.serving.events import EventError, read_event, write_event
from functions.serving.exchange import Request, Response
from functions.serving.ground_truth import take_ground_truth
from functions.serving.health import show_health
from functions.serving.metadata import list_models, show_model, show_version
from functions.serving.ports import Ports
from functions.serving.problems import (
    PROBLEM_TYPES,
    Refusal,
    describe_incident,
    describe_refusal,
    write_problem,
)
from functions.serving.wires import mlflow, open_inference, sagemaker
from functions.serving.wires import open_inference_metadata as v2
from functions.serving.wires.windvane import predict

NUMBER_PATTERN = r"[1-9][0-9]{0,9}"
"""A version's number in a path."""


@dataclass(frozen=True, slots=True)
class Route:
    """A definition with what answers it; the path's variables go to `answer` by their names."""

    definition: RouteDefinition
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
    matches = [
        (route, match) for route in ROUTES if (match := route.pattern.fullmatch(request.path))
    ]
    for route, match in matches:
        if route.definition.method == request.method:
            variables = match.groupdict()
            _check(variables)
            return route.answer(request, ports, **variables)
    if matches:
        allowed = tuple(route.definition.method for route, _ in matches)
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
    response = _write_refusal(request, describe_refusal(error))
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
    return _write_refusal(request, describe_incident(incident))


def _write_refusal(request: Request, refusal: Refusal) -> Response:
    """Return a refusal in the words of the wire that the path belongs to, right or not."""
    return REFUSALS[_wire_of(request.path)](refusal)


def _wire_of(path: str) -> Wire:
    for route in ROUTES:
        if route.pattern.fullmatch(path):
            return route.definition.wire
    return next(
        (wire for prefix, wire in WIRES_BY_PREFIX if path.startswith(prefix)), Wire.WINDVANE
    )


def _answer_pages(request: Request, ports: Ports) -> Response:
    return ports.pages(request)


def _compile(definition: RouteDefinition) -> Route:
    path = definition.path.replace(".", r"\.")
    pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))
    return Route(definition, pattern, ANSWERS[definition.name])


ANSWERS: Mapping[str, Callable[..., Response]] = {
    "predict": predict,
    "ground_truth": take_ground_truth,
    "list_models": list_models,
    "show_model": show_model,
    "show_version": show_version,
    "show_health": show_health,
    "docs": _answer_pages,
    "openapi": _answer_pages,
    "v2_server": v2.show_server,
    "v2_live": v2.show_live,
    "v2_ready": v2.show_ready,
    "v2_model": v2.show_model,
    "v2_version": v2.show_version,
    "v2_model_ready": v2.show_model_ready,
    "v2_version_ready": v2.show_version_ready,
    "v2_infer": open_inference.infer,
    "v2_version_infer": open_inference.infer_version,
    "mlflow_ping": mlflow.ping,
    "mlflow_health": mlflow.ping,
    "mlflow_version": mlflow.show_version,
    "mlflow_invocations": mlflow.invoke,
    "sagemaker_invocations": sagemaker.invoke,
}
"""What answers each route, by the route's name."""

REFUSALS: Mapping[Wire, Callable[[Refusal], Response]] = defaultdict(
    lambda: write_problem,
    {
        Wire.OPEN_INFERENCE: open_inference.write_refusal,
        Wire.MLFLOW: mlflow.write_refusal,
        Wire.SAGEMAKER: sagemaker.write_refusal,
    },
)
"""How each wire writes a refusal."""

WIRES_BY_PREFIX = (
    ("/v2", Wire.OPEN_INFERENCE),
    ("/endpoints", Wire.SAGEMAKER),
)
"""Whose words a path is answered in that is no route at all."""

ROUTES: tuple[Route, ...] = tuple(
    _compile(definition) for definition in DEFINITIONS if definition.name in ANSWERS
)
