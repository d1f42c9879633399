"""From an event to a request that may pass, without deciding anew what was decided before.

Which route an event takes, who asks and whether they may follows from a few of its fields: the
route that API Gateway matched, its variables, the signer or the key, and which headers there are.
A client's events differ in values, body and time alone. So decisions are remembered under those
fields, for callers whose word does not expire; every other event takes the long way, through the
same functions as the first of its kind.
"""

from binascii import a2b_base64
from typing import Any, NamedTuple, TypeAlias

from functions.contracts.access import Authorization
from functions.core.access import Caller
from functions.serving.bodies import INFERENCE_ID_HEADER, ROUTING_KEY_HEADER
from functions.serving.callers import CREDENTIALS, has_two_of_a_kind
from functions.serving.events import EventKind, lower_names
from functions.serving.exchange import Request
from functions.serving.route_table import Found

REMEMBERED = 1024
"""Decisions; when there are more, they begin anew."""

ONE_ROW_ROUTE = "predict"
"""The route on which `one_row` answers events."""

SPECIAL_HEADERS = frozenset(
    {"content-encoding", INFERENCE_ID_HEADER.lower(), ROUTING_KEY_HEADER.lower()}
)
"""Headers that make a prediction's request no ordinary one."""

_LASTING = (Authorization.IAM.value, Authorization.API_KEY.value)
_REST_API, _HTTP_API = EventKind.REST_API, EventKind.HTTP_API
_TEXT = frozenset({str})
_UNLIKE = (KeyError, TypeError, AttributeError, ValueError)


class Entry(NamedTuple):
    """A request from a kind of event, and the route that it may take."""

    request: Request
    found: Found
    kind: EventKind


class Decision(NamedTuple):
    """What events of one key have in common; `names` are their headers' in lower case.

    `shows_credentials`: a header among them says who asks, which must not stand there twice.
    `json_header` is the name of the header that has to say JSON of a body which may be one
    ordinary record (`one_row`); None where it may not.
    """

    method: str
    path: str
    caller: Caller
    found: Found
    kind: EventKind
    names: tuple[str, ...]
    shows_credentials: bool
    json_header: str | None


Decisions: TypeAlias = dict[tuple[object, ...], Decision]
"""What was decided through one gate."""


def recall(event: Any, decisions: Decisions) -> Decision | None:  # noqa: ANN401 - whatever Lambda gets
    """Return what was decided about an event that is like one before it, None for any other."""
    try:
        decision = decisions[_key_of(event)]
        if event.get("queryStringParameters") or event.get("multiValueQueryStringParameters"):
            return None
        several = event.get("multiValueHeaders")
        if several and (decision.shows_credentials or several.keys() != event["headers"].keys()):
            return None if has_two_of_a_kind(event) else decision
    except _UNLIKE:
        return None
    return decision


def enter(event: dict[str, Any], decision: Decision) -> Entry | None:
    """Return the entry of an event by what was decided, or None if it has to be read anew."""
    try:
        body, values = event["body"], event["headers"].values()
        if not _TEXT.issuperset(map(type, values)):
            return None
        # A REST API that takes binary bodies sends every body as base64.
        if event["isBase64Encoded"]:
            content = a2b_base64(body, strict_mode=True)
        else:
            content = body.encode(errors="surrogatepass")
    except _UNLIKE:
        return None
    method, path, caller, found, kind, names, *_ = decision
    headers = dict(zip(names, values, strict=True))
    takes_binary = kind is _HTTP_API or bool(headers.get("accept", "").strip())
    return Entry(Request(method, path, headers, content, {}, caller, takes_binary), found, kind)


def remember(event: Any, entry: Entry, decisions: Decisions) -> None:  # noqa: ANN401 - was read
    """Let further events like this one in by the same decision, if it is one that lasts."""
    request, found, kind = entry
    caller = request.caller
    if caller is None or caller.kind not in _LASTING or kind not in {_REST_API, _HTTP_API}:
        return
    try:
        key, names = _key_of(event), lower_names(tuple(event["headers"]))
    except _UNLIKE:
        return
    if len(decisions) >= REMEMBERED:
        decisions.clear()
    is_for_one = found.definition.name == ONE_ROW_ROUTE
    decisions[key] = Decision(
        request.method,
        request.path,
        caller,
        found,
        kind,
        names,
        shows_credentials=not CREDENTIALS.isdisjoint(names),
        json_header=_json_header(event["headers"], names) if is_for_one else None,
    )


def _json_header(headers: dict[str, str], names: tuple[str, ...]) -> str | None:
    """Return the one header that says what the body is, unless another could change the answer."""
    if names.count("content-type") != 1 or not SPECIAL_HEADERS.isdisjoint(names):
        return None
    return tuple(headers)[names.index("content-type")]


def _key_of(event: Any) -> tuple[object, ...]:  # noqa: ANN401 - whatever Lambda is given
    """Return all that decides about an event; KeyError or TypeError if that is not all."""
    context, variables = event["requestContext"], event["pathParameters"]
    names = tuple(event["headers"])
    of_route = tuple(variables.items()) if variables else ()
    if "http" in context:
        if "httpMethod" in event or "identity" in context or "elb" in context:
            raise KeyError
        signer = context["authorizer"]["iam"]["userArn"]
        method, path, stage = context["http"]["method"], event["rawPath"], context["stage"]
        return (method, event["routeKey"], path, stage, signer, of_route, names)
    if context.get("authorizer") or "elb" in context or "routeKey" in event:
        raise KeyError
    identity = context["identity"]
    signer, key = identity.get("userArn"), identity.get("apiKeyId")
    return (event["httpMethod"], event["resource"], event["path"], signer, key, of_route, names)
