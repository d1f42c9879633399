"""HTTP requests as Lambda events, read and answered: four kinds of them, and no other.

A REST API's (payload 1.0), an HTTP API's (2.0), an Application Load Balancer's, and a function
URL's, which is written as an HTTP API's.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from enum import Enum, auto
from functools import lru_cache
from http import HTTPStatus
from typing import Any, TypeAlias
from urllib.parse import unquote_plus

from functions.contracts.errors import WindvaneError
from functions.core.access import Caller
from functions.serving.exchange import Request, Response


class EventError(WindvaneError):
    """An event is no HTTP request, or its body is not what it says."""


class EventKind(Enum):
    """Who wrote an event, and so how it is read and answered.

    A load balancer's target group says whether headers have several values, for both directions.
    """

    REST_API = auto()
    HTTP_API = auto()
    LOAD_BALANCER = auto()
    LOAD_BALANCER_MULTI_VALUE = auto()

    @property
    def is_balanced(self) -> bool:
        """Whether a load balancer wrote the event."""
        return self in _BALANCED


# Enum's members are looked up by Python code until 3.12: half a microsecond each time.
_REST_API, _HTTP_API = EventKind.REST_API, EventKind.HTTP_API
_SEVERAL_VALUES = EventKind.LOAD_BALANCER_MULTI_VALUE
_BALANCED = (EventKind.LOAD_BALANCER, EventKind.LOAD_BALANCER_MULTI_VALUE)

Identify: TypeAlias = Callable[[Mapping[str, Any]], Caller | None]
"""Says who asks by an event, or that nobody does."""

BALANCED_ANSWER_BYTES = 700_000
"""A load balancer takes 1 MB of JSON from a function, in which a body may be base64."""

REMEMBERED = 256
"""How many paths, and sets of headers' names, are not put together anew."""

_TEXT = frozenset({str})
_EXPECTED = "expected an HTTP request by API Gateway, a load balancer or a function URL"


def require_event(event: object) -> Mapping[str, Any]:
    """Return an event if it is one at all, else raise EventError."""
    if not isinstance(event, dict):
        msg = f"{_EXPECTED}, got a {type(event).__name__}"
        raise EventError(msg)
    return event


def kind_of(event: Mapping[str, Any]) -> EventKind:
    """Return who wrote an event; raise EventError for what is no HTTP request."""
    context = _mapping(event.get("requestContext"))
    if _text(event.get("httpMethod")) and _text(event.get("path")):
        if "elb" not in context:
            return _REST_API
        has_several = isinstance(event.get("multiValueHeaders"), Mapping)
        return EventKind.LOAD_BALANCER_MULTI_VALUE if has_several else EventKind.LOAD_BALANCER
    if _text(event.get("rawPath")) and _text(_mapping(context.get("http")).get("method")):
        return _HTTP_API
    msg = f"{_EXPECTED}, with a method and a path"
    raise EventError(msg)


def read_event(
    event: Mapping[str, Any], kind: EventKind, *, identify: Identify = lambda _event: None
) -> Request:
    """Return the request that an event carries, of nobody unless `identify` knows better.

    The path is the one behind the stage and behind a custom domain's base path, so that routes
    are the same wherever the API is mounted. Raises EventError for a body that is none.
    """
    context = _mapping(event.get("requestContext"))
    headers = _headers(event, kind)
    if kind is _HTTP_API:
        method = context["http"]["method"]
        path = _routed_path(event) or _without_stage(event["rawPath"], context)
    else:
        method = event["httpMethod"]
        path = _routed_path(event) or event["path"]
    return Request(
        method=method.upper(),
        path=path,
        headers=headers,
        body=_body(event),
        query=_query(event, kind),
        caller=identify(event),
        takes_binary=kind is not _REST_API or bool(headers.get("accept", "").strip()),
        maximum_answer_bytes=BALANCED_ANSWER_BYTES if kind in _BALANCED else None,
    )


def write_event(response: Response, kind: EventKind = EventKind.HTTP_API) -> dict[str, object]:
    """Return a response as the event's writer expects it; a body that is no text goes as base64."""
    body = (
        base64.b64encode(response.body).decode() if response.is_binary else response.body.decode()
    )
    headers = {"content-type": response.content_type, **response.headers}
    answer: dict[str, object] = {
        "statusCode": response.status,
        "headers": headers,
        "body": body,
        "isBase64Encoded": response.is_binary,
    }
    if kind in _BALANCED:
        answer["statusDescription"] = f"{response.status} {HTTPStatus(response.status).phrase}"
    if kind is _SEVERAL_VALUES:
        answer["multiValueHeaders"] = {name: [value] for name, value in headers.items()}
        del answer["headers"]
    return answer


def _routed_path(event: Mapping[str, Any]) -> str:
    """Return the path by the route that API Gateway matched, or nothing where it names none.

    A slash in a variable was escaped in the address, and is escaped again: it is part of a name.
    """
    route = _text(event.get("resource")) or _text(event.get("routeKey")).partition(" ")[2]
    variables = event.get("pathParameters")
    if not isinstance(variables, dict):
        variables = {}
    texts = tuple([(name, _text(value)) for name, value in variables.items()])
    return _fill(route, texts) if route.startswith("/") else ""


@lru_cache(maxsize=REMEMBERED)
def _fill(route: str, variables: tuple[tuple[str, str], ...]) -> str:
    for name, text in variables:
        route = route.replace(f"{{{name}+}}", text).replace(f"{{{name}}}", text.replace("/", "%2F"))
    return "" if "{" in route else route


def _without_stage(path: str, context: Mapping[str, Any]) -> str:
    """Return the path without the stage, which HTTP APIs leave in `rawPath`."""
    prefix = f"/{_text(context.get('stage'))}"
    if path == prefix or path.startswith(f"{prefix}/"):
        return path[len(prefix) :] or "/"
    return path


def _headers(event: Mapping[str, Any], kind: EventKind) -> dict[str, str]:
    if kind is _SEVERAL_VALUES:
        several = _mapping(event.get("multiValueHeaders"))
        return {
            str(name).lower(): ", ".join(filter(_text, values))
            for name, values in several.items()
            if isinstance(values, list)
        }
    headers = _mapping(event.get("headers"))
    if _TEXT.issuperset(map(type, headers.values())):
        return dict(zip(lower_names(tuple(headers)), headers.values(), strict=True))
    return {str(name).lower(): value for name, value in headers.items() if isinstance(value, str)}


@lru_cache(maxsize=REMEMBERED)
def lower_names(names: tuple[object, ...]) -> tuple[str, ...]:
    """Return headers' names in lower case; the same client sends the same ones again and again."""
    return tuple(str(name).lower() for name in names)


def _query(event: Mapping[str, Any], kind: EventKind) -> dict[str, str]:
    """Return the query's parameters; of several values of a name, the last where it can be told.

    A load balancer hands them over as they stood in the address.
    """
    if not event.get("queryStringParameters") and not event.get("multiValueQueryStringParameters"):
        return {}
    if kind is _SEVERAL_VALUES:
        several = _mapping(event.get("multiValueQueryStringParameters"))
        pairs = {
            name: values[-1]
            for name, values in several.items()
            if isinstance(values, list) and values
        }
    else:
        pairs = dict(_mapping(event.get("queryStringParameters")))
    texts = {name: value for name, value in pairs.items() if isinstance(value, str)}
    if kind.is_balanced:
        texts = {unquote_plus(name): unquote_plus(value) for name, value in texts.items()}
    return {name.lower(): value for name, value in texts.items()}


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
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
