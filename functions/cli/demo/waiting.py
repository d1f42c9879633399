"""Waiting for what happens by itself, with an end."""

import time
from collections.abc import Callable
from typing import TypeVar

from functions.cli.demo.telling import BrokenLinkError

POLL_SECONDS = 0.3

ValueT = TypeVar("ValueT")


def wait_for(look: Callable[[], ValueT | None], *, what: str, seconds: float) -> ValueT:
    """Look until something is seen and return it; raise BrokenLinkError after so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        seen = look()
        if seen is not None:
            return seen
        if time.monotonic() > deadline:
            msg = f"the loop is broken: {what} did not happen within {seconds:.0f} s"
            raise BrokenLinkError(msg)
        time.sleep(POLL_SECONDS)
