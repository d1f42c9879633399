"""What answers each route: looked up at once, and imported when it is first asked for.

A first prediction must not wait for the modules of routes that nobody asked for, so what answers
stands here by its name; a test imports them all.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, cast

from functions.contracts.naming import MODEL_NAME_PATTERN
from functions.contracts.routes import ROUTES as DEFINITIONS
from functions.contracts.routes import RouteDefinition, RouteError, Wire
from functions.core.registry import UnknownModelError, UnknownVersionError
from functions.serving.errors import MethodNotAllowedError, UnknownRouteError
from functions.serving.exchange import Response

if TYPE_CHECKING:
    from functions.serving.problems import Refusal

NUMBER_PATTERN = r"[1-9][0-9]{0,9}"
"""A version's number in a path."""

REMEMBERED_PATHS = 1024
"""How many are looked up without a regular expression; strangers' guesses push out others only."""

_METADATA = "functions.serving.metadata"
_V2_METADATA = "functions.serving.wires.open_inference_metadata"
_V2 = "functions.serving.wires.open_inference"
_MLFLOW = "functions.serving.wires.mlflow"

ANSWERS: Mapping[str, str] = {
    "predict": "functions.serving.wires.windvane:predict",
    "ground_truth": "functions.serving.ground_truth:take_ground_truth",
    "list_models": f"{_METADATA}:list_models",
    "show_model": f"{_METADATA}:show_model",
    "show_version": f"{_METADATA}:show_version",
    "show_health": "functions.serving.health:show_health",
    "docs": f"{_METADATA}:answer_pages",
    "openapi": f"{_METADATA}:answer_pages",
    "v2_server": f"{_V2_METADATA}:show_server",
    "v2_live": f"{_V2_METADATA}:show_live",
    "v2_ready": f"{_V2_METADATA}:show_ready",
    "v2_model": f"{_V2_METADATA}:show_model",
    "v2_version": f"{_V2_METADATA}:show_version",
    "v2_model_ready": f"{_V2_METADATA}:show_model_ready",
    "v2_version_ready": f"{_V2_METADATA}:show_version_ready",
    "v2_infer": f"{_V2}:infer",
    "v2_version_infer": f"{_V2}:infer_version",
    "mlflow_ping": f"{_MLFLOW}:ping",
    "mlflow_health": f"{_MLFLOW}:ping",
    "mlflow_version": f"{_MLFLOW}:show_version",
    "mlflow_invocations": f"{_MLFLOW}:invoke",
    "sagemaker_invocations": "functions.serving.wires.sagemaker:invoke",
}
"""What answers each route, by the route's name: a module and its function."""

REFUSALS: Mapping[Wire, str] = {
    Wire.WINDVANE: "functions.serving.problems:write_problem",
    Wire.OPEN_INFERENCE: f"{_V2}:write_refusal",
    Wire.MLFLOW: f"{_MLFLOW}:write_refusal",
    Wire.SAGEMAKER: "functions.serving.wires.sagemaker:write_refusal",
}
"""How each wire writes a refusal."""

WIRES_BY_PREFIX = (
    ("/v2", Wire.OPEN_INFERENCE),
    ("/endpoints", Wire.SAGEMAKER),
)
"""Whose words a path is answered in that is no route at all."""


class Route(NamedTuple):
    """A definition, and the paths that it matches."""

    definition: RouteDefinition
    pattern: re.Pattern[str]


class Found(NamedTuple):
    """The route of one request; `variables` go to `answer` by their names."""

    definition: RouteDefinition
    answer: Callable[..., Response]
    variables: Mapping[str, str]


@lru_cache(maxsize=REMEMBERED_PATHS)
def find_route(method: str, path: str) -> Found:
    """Return the route of a request.

    Raises UnknownRouteError, MethodNotAllowedError, and for a path whose model or version cannot
    be one, UnknownModelError and UnknownVersionError.
    """
    matches = [(route, match) for route in ROUTES if (match := route.pattern.fullmatch(path))]
    for route, match in matches:
        if route.definition.method == method:
            variables = match.groupdict()
            _check(variables)
            return Found(route.definition, _load(ANSWERS[route.definition.name]), variables)
    if matches:
        allowed = tuple(route.definition.method for route, _ in matches)
        raise MethodNotAllowedError(method, path, allowed)
    msg = f"{path} is no route; GET /docs shows those there are"
    raise UnknownRouteError(msg)


def refusal_writer(path: str) -> "Callable[[Refusal], Response]":
    """Return what writes a refusal in the words of the wire that the path belongs to."""
    return cast("Callable[[Refusal], Response]", _load(REFUSALS[wire_of(path)]))


def wire_of(path: str) -> Wire:
    """Return the wire of a path, whether it is a route or not."""
    for route in ROUTES:
        if route.pattern.fullmatch(path):
            return route.definition.wire
    return next(
        (wire for prefix, wire in WIRES_BY_PREFIX if path.startswith(prefix)), Wire.WINDVANE
    )


def _check(variables: Mapping[str, str]) -> None:
    model, number = variables.get("model"), variables.get("number")
    if model is not None and not re.fullmatch(MODEL_NAME_PATTERN, model):
        msg = f"there is no model {model}; names are of lower-case letters, digits and underscores"
        raise UnknownModelError(msg)
    if number is not None and not re.fullmatch(NUMBER_PATTERN, number):
        msg = f"{model} has no version {number}; versions are numbers from 1"
        raise UnknownVersionError(msg)


@cache
def _load(reference: str) -> Callable[..., Response]:
    module, _, name = reference.partition(":")
    return cast("Callable[..., Response]", getattr(import_module(module), name))


def _compile(definition: RouteDefinition) -> Route:
    if definition.name not in ANSWERS:
        msg = f"nothing answers the declared route {definition.name}: name it in ANSWERS"
        raise RouteError(msg)
    path = definition.path.replace(".", r"\.")
    return Route(definition, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)))


ROUTES: tuple[Route, ...] = tuple(map(_compile, DEFINITIONS))
