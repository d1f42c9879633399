"""The prediction API without a framework: a request goes in, a response comes out, always."""

from typing import Any

from functions.serving.entrance import Entry, enter, recall, remember
from functions.serving.errors import BodyTooLargeError
from functions.serving.events import (
    BALANCED_ANSWER_BYTES,
    EventError,
    EventKind,
    kind_of,
    read_event,
    require_event,
    write_event,
)
from functions.serving.exchange import Request, Response
from functions.serving.one_row import answer_event_of_one
from functions.serving.ports import Ports
from functions.serving.route_table import Found, find_route


def answer_event(event: Any, ports: Ports) -> dict[str, object]:  # noqa: ANN401 - whatever Lambda gets
    """Return the answer to an event; one that is no HTTP request is refused too."""
    decision = recall(event, ports.decisions)
    if decision is not None:
        if decision.json_header:
            answer = answer_event_of_one(event, decision, ports)
            if answer:
                return answer
        entry = enter(event, decision)
        if entry is not None:
            return write_event(_answer(entry.request, entry.found, ports), entry.kind)
    kind = EventKind.HTTP_API
    try:
        fields = require_event(event)
        kind = kind_of(fields)
        request = read_event(fields, kind, identify=ports.gate.identify)
    except EventError as error:
        return write_event(_explain(error, Request(method="", path=""), ports), kind)
    response = _answer_anew(event, request, kind, ports)
    if kind.is_balanced and len(response.body) > BALANCED_ANSWER_BYTES:
        too_large = BodyTooLargeError("the answer", len(response.body), BALANCED_ANSWER_BYTES)
        response = _explain(too_large, request, ports)
    return write_event(response, kind)


def answer_request(request: Request, ports: Ports) -> Response:
    """Return the response to any request; nothing that goes wrong comes out as an exception."""
    try:
        found = _admit(request, ports)
    except Exception as error:  # noqa: BLE001 - a client is never shown an exception
        return _explain(error, request, ports)
    return _answer(request, found, ports)


def _answer_anew(event: object, request: Request, kind: EventKind, ports: Ports) -> Response:
    """Answer the first of many events that are alike."""
    try:
        found = _admit(request, ports)
        remember(event, Entry(request, found, kind), ports.decisions)
    except Exception as error:  # noqa: BLE001 - a client is never shown an exception
        return _explain(error, request, ports)
    return _answer(request, found, ports)


def _admit(request: Request, ports: Ports) -> Found:
    found = find_route(request.method, request.path)
    ports.gate.check(request.caller, found.definition.permission, found.variables.get("model"))
    return found


def _answer(request: Request, found: Found, ports: Ports) -> Response:
    try:
        return found.answer(request, ports, **found.variables)
    except Exception as error:  # noqa: BLE001 - a client is never shown an exception
        return _explain(error, request, ports)


def _explain(error: Exception, request: Request, ports: Ports) -> Response:
    from functions.serving.refusals import refuse_or_fail

    return refuse_or_fail(error, request, ports)
