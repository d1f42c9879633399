"""Structured events on standard error, one JSON object a line, apart from the captures."""

import json
import sys
from collections.abc import Mapping


def write_log(event: str, fields: Mapping[str, object]) -> None:
    """Write an event; a log that cannot be written must not take a prediction with it."""
    line = json.dumps({"event": event, **fields}, default=str)
    try:
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        return
