"""The limits of Lambda and API Gateway that no emulator enforces, around a handler."""

import json
import time
from collections.abc import Callable
from typing import Any

PAYLOAD_BYTES = 6_291_556
"""What a synchronous invocation may carry, in each direction."""

ANSWER_SECONDS = 29
"""How long API Gateway waits."""


class LimitError(AssertionError):
    """On AWS this invocation would have failed."""


def invoke(answer: Callable[[Any], dict[str, object]], event: object) -> dict[str, Any]:
    """Call a handler as Lambda does: both ways through JSON, within the limits."""
    sent = json.dumps(event)
    _check_size("the event", sent)
    start = time.perf_counter()
    returned = json.dumps(answer(json.loads(sent)))
    seconds = time.perf_counter() - start
    if seconds > ANSWER_SECONDS:
        msg = f"answered after {seconds:.1f} s, API Gateway waits {ANSWER_SECONDS}"
        raise LimitError(msg)
    _check_size("the answer", returned)
    result: dict[str, Any] = json.loads(returned)
    return result


def _check_size(what: str, text: str) -> None:
    if len(text.encode()) > PAYLOAD_BYTES:
        msg = f"{what} has {len(text.encode())} bytes, Lambda carries {PAYLOAD_BYTES}"
        raise LimitError(msg)
