"""Who may call, in the OpenAPI description: the stage's way to show it, and the refusals of it."""

from collections.abc import Iterable, Mapping
from typing import Any

from functions.contracts.access import Authorization
from functions.contracts.routes import RouteDefinition, Wire
from functions.serving.errors import NotAllowedError, UnidentifiedCallerError
from functions.serving.exchange import JSON
from functions.serving.form_schema import MLFLOW_ERROR, SAGEMAKER_ERROR
from functions.serving.open_inference_schema import ERROR
from functions.serving.openapi_operation import PROBLEM, reference
from functions.serving.problems import PROBLEM_TYPES, Refusal
from functions.serving.route_table import ROUTES, refusal_writer

API_REFUSAL = "ApiRefusal"
"""The schema of what API Gateway refuses by itself, before a request is read."""

PERMISSION = "x-windvane-permission"
"""What a caller must be let do: the first half of a token's role."""

THROTTLED = 429

SECURITY_SCHEMES: Mapping[Authorization, Mapping[str, str]] = {
    Authorization.IAM: {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "Sign requests for the service execute-api (SigV4).",
        "x-amazon-apigateway-authtype": "awsSigv4",
    },
    Authorization.API_KEY: {
        "type": "apiKey",
        "in": "header",
        "name": "x-api-key",
        "description": "The key of a client.",
    },
    Authorization.JWT: {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A token of the stage's issuer with the role `<permission>:<model>` or "
        "`<permission>:*`.",
    },
}
"""API Gateway's own descriptions of an API say awsSigv4 in the same words."""

_REFUSAL_SCHEMAS = {
    Wire.WINDVANE: PROBLEM,
    Wire.OPEN_INFERENCE: ERROR,
    Wire.MLFLOW: MLFLOW_ERROR,
    Wire.SAGEMAKER: SAGEMAKER_ERROR,
}


def add_access(document: dict[str, Any], authorization: Authorization) -> None:
    """Write into a description how its operations are called, and how refused who may not.

    Every route has a permission, health and the pages too, so every operation has it all.
    """
    components = document["components"]
    components["securitySchemes"] = {authorization.value: dict(SECURITY_SCHEMES[authorization])}
    components["schemas"][API_REFUSAL] = {
        "type": "object",
        "required": ["message"],
        "properties": {"message": {"type": ["string", "null"]}},
        "description": "A refusal of API Gateway's own",
    }
    document["security"] = [{authorization.value: []}]
    for path, item in document["paths"].items():
        for method, operation in item.items():
            route = find_definition(method.upper(), path)
            operation[PERMISSION] = route.permission.value
            for status, response in _refusals(route).items():
                operation["responses"].setdefault(str(status), response)


def find_definition(method: str, path: str) -> RouteDefinition:
    """Return the declared route of a described one; raise LookupError if nobody declared it.

    Examples
    --------
    >>> find_definition("GET", "/models/{model}").name
    'show_model'
    """
    for route in ROUTES:
        if route.definition.method == method and route.pattern.fullmatch(path):
            return route.definition
    msg = f"{method} {path} is described, and no route: declare it in functions.contracts.routes"
    raise LookupError(msg)


def _refusals(route: RouteDefinition) -> dict[int, dict[str, Any]]:
    """Return the responses to somebody unknown, not allowed or too frequent, by status."""
    found = dict(_refusals_of_wire(route, (UnidentifiedCallerError, NotAllowedError)))
    found.setdefault(401, _response("Nobody said who asks", {}))
    found[THROTTLED] = _response("More requests than the stage or the client's plan allows", {})
    return found


def _refusals_of_wire(
    route: RouteDefinition, kinds: Iterable[type[UnidentifiedCallerError | NotAllowedError]]
) -> Iterable[tuple[int, dict[str, Any]]]:
    write = refusal_writer(route.path)
    for kind in map(PROBLEM_TYPES.__getitem__, kinds):
        written = write(Refusal(kind, kind.title))
        media_type = written.content_type.partition(";")[0]
        ours = {media_type: reference(_REFUSAL_SCHEMAS[route.wire])}
        yield written.status, _response(kind.title, ours)


def _response(description: str, ours: Mapping[str, dict[str, str]]) -> dict[str, Any]:
    """Return a response with a body of ours, or of API Gateway's, which is always plain JSON."""
    schemas = {media_type: [schema] for media_type, schema in ours.items()}
    schemas.setdefault(JSON, []).append(reference(API_REFUSAL))
    content = {
        media_type: {"schema": found[0] if len(found) == 1 else {"anyOf": found}}
        for media_type, found in schemas.items()
    }
    return {"description": description, "content": content}
