"""Capture lines as collect_captures leaves them in the bucket."""

import json
from typing import Any

from functions.contracts.log_lines import MAX_LINE_BYTES
from functions.core.capture_encoding import AnsweredRows, encode_captures
from functions.core.capture_expansion import expand_capture, is_compact


def stored_lines(answered: AnsweredRows, *, maximum_bytes: int = MAX_LINE_BYTES) -> list[str]:
    """What becomes of the lines that serving writes for one request."""
    lines = encode_captures(answered, maximum_bytes=maximum_bytes)
    return [stored_line(line) for line in lines]


def stored_line(line: str) -> str:
    return expand_capture(line.encode()).model_dump_json(exclude_none=True)


def logged_document(line: str) -> dict[str, Any]:
    """What a line of ours says, whichever way it was written."""
    if is_compact(line.encode()):
        return expand_capture(line.encode()).model_dump(mode="json")
    return json.loads(line)
