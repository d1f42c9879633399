"""The prediction API without a framework: a request goes in, a response comes out, always."""

from functions.serving.events import EventError, read_event, write_event
from functions.serving.exchange import Request, Response
from functions.serving.ports import Ports
from functions.serving.route_table import find_route


def answer_event(event: object, ports: Ports) -> dict[str, object]:
    """Return API Gateway's answer to an event; one that is no proxy event is refused too."""
    try:
        request = read_event(event)
    except EventError as error:
        return write_event(_explain(error, Request(method="", path=""), ports))
    return write_event(answer_request(request, ports))


def answer_request(request: Request, ports: Ports) -> Response:
    """Return the response to any request; nothing that goes wrong comes out as an exception."""
    try:
        found = find_route(request.method, request.path)
        return found.answer(request, ports, **found.variables)
    except Exception as error:  # noqa: BLE001 - a client is never shown an exception
        return _explain(error, request, ports)


def _explain(error: Exception, request: Request, ports: Ports) -> Response:
    from functions.serving.refusals import refuse_or_fail

    return refuse_or_fail(error, request, ports)
