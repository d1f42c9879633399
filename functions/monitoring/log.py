"""Structured events on standard error, one JSON object a line."""

import json
import sys
from collections.abc import Mapping


def write_log(event: str, fields: Mapping[str, object]) -> None:
    """Write an event; its name is stable and dotted, such as `captures.collected`."""
    sys.stderr.write(f"{json.dumps({'event': event, **fields}, default=str)}\n")
