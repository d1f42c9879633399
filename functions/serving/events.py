"""API Gateway's proxy events, read and answered: REST APIs (v1) and HTTP APIs (v2)."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from functions.contracts.errors import WindvaneError
from functions.serving.exchange import Request, Response


class EventError(WindvaneError):
    """An event is no API Gateway proxy event, or its body is not what it says."""


def read_event(event: object) -> Request:
    """Return the request that a proxy event carries.

    The path is the one behind the stage and behind a custom domain's base path, so that routes
    are the same wherever the API is mounted.
    """
    if not isinstance(event, Mapping):
        msg = f"expected an API Gateway proxy event, got a {type(event).__name__}"
        raise EventError(msg)
    context = _mapping(event.get("requestContext"))
    method = _text(event.get("httpMethod")) or _text(_mapping(context.get("http")).get("method"))
    path = _text(event.get("path")) or _text(event.get("rawPath"))
    if not method or not path:
        msg = "expected an API Gateway proxy event with a method and a path"
        raise EventError(msg)
    headers = _headers(event)
    return Request(
        method=method.upper(),
        path=_routed_path(event) or _without_stage(path, event, context),
        headers=headers,
        body=_body(event),
        takes_binary=_takes_binary(event, context, headers),
    )


def write_event(response: Response) -> dict[str, object]:
    """Return a response as both kinds of API expect it; a body that is no text goes as base64."""
    body = (
        base64.b64encode(response.body).decode() if response.is_binary else response.body.decode()
    )
    return {
        "statusCode": response.status,
        "headers": {"content-type": response.content_type, **response.headers},
        "body": body,
        "isBase64Encoded": response.is_binary,
    }


def _routed_path(event: Mapping[str, Any]) -> str:
    """Return the path by the route that API Gateway matched, or nothing where it names none."""
    route = _text(event.get("resource")) or _text(event.get("routeKey")).partition(" ")[2]
    if not route.startswith("/"):
        return ""
    for name, value in _mapping(event.get("pathParameters")).items():
        route = route.replace(f"{{{name}+}}", _text(value)).replace(f"{{{name}}}", _text(value))
    return "" if "{" in route else route


def _without_stage(path: str, event: Mapping[str, Any], context: Mapping[str, Any]) -> str:
    """Return the path without the stage, which HTTP APIs leave in `rawPath`."""
    prefix = f"/{_text(context.get('stage'))}"
    if "rawPath" in event and (path == prefix or path.startswith(f"{prefix}/")):
        return path[len(prefix) :] or "/"
    return path


def _takes_binary(
    event: Mapping[str, Any], context: Mapping[str, Any], headers: Mapping[str, str]
) -> bool:
    """Return whether base64 is undone on the way back: by REST APIs not without an Accept header.

    A REST API's event looks like a load balancer's but for the latter's context; all others undo it
    always.
    """
    is_rest = "httpMethod" in event and "elb" not in context
    return not is_rest or bool(headers.get("accept", "").strip())


def _headers(event: Mapping[str, Any]) -> dict[str, str]:
    headers = _mapping(event.get("headers"))
    return {str(name).lower(): value for name, value in headers.items() if isinstance(value, str)}


def _body(event: Mapping[str, Any]) -> bytes:
    body = event.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        msg = f"expected the event's body to be a text, got a {type(body).__name__}"
        raise EventError(msg)
    if not event.get("isBase64Encoded"):
        return body.encode(errors="surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as error:
        msg = "the event says that its body is base64, and it is not"
        raise EventError(msg) from error


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
