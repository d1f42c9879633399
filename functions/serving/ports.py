"""What the routes work with."""

from collections.abc import Callable
from datetime import datetime

import msgspec

from functions.core.registry import ModelRegistry
from functions.serving.capture import CaptureWriter
from functions.serving.entrance import Decisions
from functions.serving.exchange import EventLog, Request, Response
from functions.serving.gate import Gate
from functions.serving.versions import Versions


class Ports(msgspec.Struct, frozen=True):
    """The collaborators of every route.

    `gate` says who asks, and lets nobody through who may not; `decisions` are its own.
    `registry` is called at the first need; `pages` answers /docs and /openapi.json, and imports
    the web framework when it first does. `now_ms` is `now` in whole milliseconds since 1970.
    """

    gate: Gate
    versions: Versions
    registry: Callable[[], ModelRegistry]
    captures: CaptureWriter
    pages: Callable[[Request], Response]
    log: EventLog
    now: Callable[[], datetime]
    now_ms: Callable[[], int]
    monotonic: Callable[[], float]
    new_id: Callable[[], str]
    decisions: Decisions = msgspec.field(default_factory=dict)
