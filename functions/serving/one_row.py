"""One ordinary record to one prediction: what `prediction.answer_rows` does, by the shortest way.

Most requests are one record in JSON without anything special about them. For those the general way
spends more on its own generality than on the graph: arrays for one row, objects between functions.
This one steps aside (None) for every other request, and wherever something goes wrong, so that what
is refused or fails does so in one place; a test holds both ways to the same answers and captures.
"""

import numpy as np

from functions.core.capture_encoding import AnsweredRows
from functions.core.compiled_records import HEAD_BYTES
from functions.serving.bodies import (
    INFERENCE_ID_HEADER,
    MAXIMUM_BODY_BYTES,
    ROUTING_KEY_HEADER,
)
from functions.serving.exchange import JSON, Request, Response
from functions.serving.ports import Ports
from functions.serving.served_version import ServedVersion

_SPECIAL = frozenset({"content-encoding", INFERENCE_ID_HEADER.lower(), ROUTING_KEY_HEADER.lower()})
_FLOAT32 = np.dtype(np.float32)
_BYTES = 4
"""Of a float32."""


def answer_one_row(request: Request, ports: Ports, model: str) -> Response | None:
    """Return the response to one ordinary record, captured, or None for any other request.

    What choosing a version raises comes through.
    """
    if not _looks_ordinary(request):
        return None
    started, inference_id = ports.monotonic(), ports.new_id()
    caller = request.caller.name if request.caller else None
    version, variant, absent = ports.versions.choose(model, caller or inference_id)
    ran = None if absent else _run(version, request.body)
    text = ran and version.answer_text.write_packed(ran[1], inference_id)
    if not ran or not text:
        return None
    row, outputs = ran
    ports.captures.write(
        AnsweredRows(
            inference_id=inference_id,
            model=model,
            version=version.number,
            schema=version.spec.feature_schema,
            matrix=np.ndarray((1, len(row) // _BYTES), _FLOAT32, row),
            outputs=np.ndarray((1, len(outputs) // _BYTES), _FLOAT32, outputs),
            at=ports.now(),
            variant=variant,
            routing_key=caller,
            caller=caller,
            latency_us=int((ports.monotonic() - started) * 1e6),
            policy=version.spec.capture,
        )
    )
    return Response(200, text.encode())


def _looks_ordinary(request: Request) -> bool:
    headers, body = request.headers, request.body
    return (
        headers.get("content-type") == JSON
        and _SPECIAL.isdisjoint(headers)
        and len(body) <= MAXIMUM_BODY_BYTES
        and body.find(b'"records"', 0, HEAD_BYTES) < 0
        and body.find(b'"columns"', 0, HEAD_BYTES) < 0
    )


def _run(version: ServedVersion, body: bytes) -> tuple[bytes, bytes] | None:
    """Return the row of an ordinary record and its outputs, both as float32."""
    reader = version.fast_reader
    row = reader.read_one(body) if reader else None
    try:
        outputs = None if row is None else version.graph.run_row(row)
    except Exception:  # noqa: BLE001 - it fails once more on the general way, which tells of it
        return None
    return None if row is None or outputs is None else (row, outputs)
