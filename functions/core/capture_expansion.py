"""Capture lines as serving's log holds them, read and written out in full."""

import binascii
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic_core import from_json

from functions.contracts.capture import CaptureLine
from functions.contracts.log_lines import DEFAULT_VARIANT, RECORD_KEY
from functions.core.capture_encoding import encode_bytes
from functions.core.capture_names import restore_caller, restore_id

_ITEMS = 10
"""What every line has; rows and a routing key may follow."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FLOAT_BYTES = 4


def is_compact(record: bytes) -> bool:
    """Return whether a record of ours is one that `expand_capture` reads."""
    return record.partition(b":")[2].lstrip().startswith(b"[")


def expand_capture(record: bytes) -> CaptureLine:
    """Return the capture that `core.capture_encoding` wrote; raise ValueError if it is none."""
    try:
        return _expand(from_json(record)[RECORD_KEY])
    except (AttributeError, LookupError, OverflowError, TypeError, ValueError) as error:
        msg = f"{len(record)} bytes are no capture: {type(error).__name__}"
        raise ValueError(msg) from error


def _expand(items: list[Any]) -> CaptureLine:
    model, version, schema_id, features, at, variant, id_, caller, latency, numbers = items[:_ITEMS]
    rest = items[_ITEMS:]
    key = rest.pop() if rest and isinstance(rest[-1], str) else None
    n, first, n_request = rest or (1, 0, 1)
    inference_id = restore_id(id_)
    rows, outputs = _unpack(numbers, n, features)
    return CaptureLine(
        id=inference_id,
        model=model,
        version=version,
        schema_id=schema_id,
        at=_EPOCH + timedelta(milliseconds=at),
        variant=variant or DEFAULT_VARIANT,
        key=inference_id if key == "" else key,
        caller=None if caller is None else restore_caller(caller),
        latency_us=latency,
        n=n,
        first=first,
        n_request=n_request,
        rows=rows,
        outputs=outputs,
    )


def _unpack(numbers: str, rows: int, features: int) -> tuple[str, str]:
    """Return the base64 of a line's rows and of its outputs."""
    content = binascii.a2b_base64(numbers, strict_mode=True)
    end = rows * features * _FLOAT_BYTES
    answered = len(content) - end
    if rows < 1 or features < 1 or answered < 1 or answered % (rows * _FLOAT_BYTES):
        msg = f"{len(content)} bytes are not {rows} rows of {features} features and their outputs"
        raise ValueError(msg)
    return encode_bytes(content[:end]), encode_bytes(content[end:])
