"""One row of tensors in JSON to its answer, by the shortest way, as `one_row` does of a record.

It steps aside (None) for every other request, and wherever something goes wrong; tests hold both
ways to the same answers and captures.
"""

from functions.serving.entrance import SPECIAL_HEADERS
from functions.serving.exchange import JSON, Request, Response
from functions.serving.one_row import MAXIMUM_CHARACTERS, capture_row
from functions.serving.ports import Ports

JSON_LENGTH_HEADER = "Inference-Header-Content-Length"
"""How many bytes of a body are its JSON part; binary tensors follow it."""

_SPECIAL_HEADERS = SPECIAL_HEADERS | {JSON_LENGTH_HEADER.lower()}


def answer_tensors_of_one(request: Request, ports: Ports, model: str) -> Response | None:
    """Return the response to an ordinary request of one row, captured; or None for any other."""
    headers, body = request.headers, request.body
    if (
        headers.get("content-type") != JSON
        or not _SPECIAL_HEADERS.isdisjoint(headers)
        or len(body) > MAXIMUM_CHARACTERS
        or request.maximum_answer_bytes is not None
    ):
        return None
    caller = request.caller.name if request.caller else None
    text = _answer(body, model, caller, ports)
    return None if text is None else Response(200, text.encode())


def _answer(body: bytes, model: str, caller: str | None, ports: Ports) -> str | None:
    """Return the answer's text, captured."""
    started, inference_id = ports.monotonic(), ports.new_id()
    try:
        chosen = ports.versions.choose(model, caller or inference_id)
        version = chosen.version
        asked = None if chosen.absent else version.tensor_reader.read_row(body)
        numbers = version.graph.run_row(asked.row) if asked else None
        if asked is None or numbers is None:
            return None
        text = version.tensor_text.write_packed(
            numbers, asked.form, inference_id=inference_id, variant=chosen.variant
        )
    except Exception:  # noqa: BLE001 - it happens once more on the general way, which tells of it
        return None
    if text is not None:
        capture_row(ports, chosen, numbers, inference_id, caller, started)
    return text
