"""One ordinary record to one prediction: what `app` and `prediction` do, by the shortest way.

Most requests are one record in JSON without anything special about them. What surrounds a small
graph's run takes longer than the run, for behind the run the processor holds little of the code
that comes next: time goes with how many different functions an answer passes through, rather than
with what each of them does. So this way has few: from the event's dictionary to the answer's, no
request or response in between, no array for one row.

It steps aside (None) for every other request, and wherever something goes wrong, so that what is
refused or fails does so in one place; tests hold both ways to the same answers and captures.
"""

from binascii import a2b_base64
from typing import Any

from functions.core.compiled_records import HEAD_BYTES
from functions.core.row_capture import AnsweredRow
from functions.serving.entrance import SPECIAL_HEADERS, Decision
from functions.serving.exchange import JSON, Request, Response
from functions.serving.ports import Ports
from functions.serving.served_version import Chosen

MAXIMUM_CHARACTERS = 65_536
"""Of a record; a longer one is not worth the haste, and a batch of rows need not be unpacked."""

_UNLIKE = (KeyError, TypeError, AttributeError, ValueError)


def answer_event_of_one(
    event: dict[str, Any], decision: Decision, ports: Ports
) -> dict[str, object] | None:
    """Return the answer to an event that carries one ordinary record, or None for any other.

    The decision is the one that `entrance` recalls of the event.
    """
    try:
        body = event["body"]
        is_fit = event["headers"][decision.json_header] == JSON and len(body) <= MAXIMUM_CHARACTERS
        if is_fit and event["isBase64Encoded"]:
            body = a2b_base64(body, strict_mode=True).decode()
    except _UNLIKE:
        return None
    if not is_fit or type(body) is not str:
        return None
    text = _answer(body, decision.found.variables["model"], decision.caller.name, ports)
    if text is None:
        return None
    headers = {"content-type": JSON}
    return {"statusCode": 200, "headers": headers, "body": text, "isBase64Encoded": False}


def answer_request_of_one(request: Request, ports: Ports, model: str) -> Response | None:
    """Return the response to a request of one ordinary record, or None for any other."""
    headers, body = request.headers, request.body
    if (
        headers.get("content-type") != JSON
        or not SPECIAL_HEADERS.isdisjoint(headers)
        or len(body) > MAXIMUM_CHARACTERS
    ):
        return None
    caller = request.caller
    try:
        text = _answer(body.decode(), model, caller.name if caller else None, ports)
    except UnicodeDecodeError:
        return None
    return None if text is None else Response(200, text.encode())


def _answer(body: str, model: str, caller: str | None, ports: Ports) -> str | None:
    """Return the answer's text, captured."""
    head = body[:HEAD_BYTES]
    if '"records"' in head or '"columns"' in head:
        return None
    started, inference_id = ports.monotonic(), ports.new_id()
    try:
        chosen = ports.versions.choose(model, caller or inference_id)
        version = chosen.version
        reader = None if chosen.absent else version.fast_reader
        row = reader.read_one(body) if reader else None
        numbers = version.graph.run_row(row) if row else None
        text = version.answer_text.write_packed(numbers, inference_id) if numbers else None
    except Exception:  # noqa: BLE001 - it happens once more on the general way, which tells of it
        return None
    if text is None or numbers is None:
        return None
    capture_row(ports, chosen, numbers, inference_id, caller, started)
    return text


def capture_row(
    ports: Ports,
    chosen: Chosen,
    numbers: bytes,
    inference_id: str,
    caller: str | None,
    started: float,
) -> None:
    """Write down one row's float32 and its outputs behind it; `started` is the clock's seconds."""
    version = chosen.version
    ports.captures.write_row(
        AnsweredRow(
            inference_id,
            version.spec.model,
            version.number,
            version.spec.feature_schema,
            numbers,
            ports.now_ms(),
            chosen.variant,
            caller,
            int((ports.monotonic() - started) * 1e6),
            version.spec.capture,
        )
    )
