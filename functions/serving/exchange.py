"""A request and a response, whichever way they came to the function."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

import msgspec

from functions.core.access import Caller

JSON = "application/json"
BINARY = "application/octet-stream"


class Request(msgspec.Struct, frozen=True):
    """What the routes see of an HTTP request; header and query names are in lower case.

    This and the response are structs because a frozen dataclass takes seven times as long to make.

    `takes_binary`: an answer that is no text reaches the caller as it is. REST APIs see to that
    only for a request that has an Accept header; others get the base64 in which it travels.
    `maximum_answer_bytes`: what the event's writer takes, where that is less than an invocation.
    """

    method: str
    path: str
    headers: Mapping[str, str] = {}
    body: bytes = b""
    query: Mapping[str, str] = {}
    caller: Caller | None = None
    takes_binary: bool = True
    maximum_answer_bytes: int | None = None


class Response(msgspec.Struct, frozen=True):
    """What goes back; header names are in lower case. `is_binary`: the body is no text."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: Mapping[str, str] = {}
    is_binary: bool = False


EventLog: TypeAlias = Callable[[str, Mapping[str, object]], None]
"""Writes one structured event: a stable dotted name and fields, none of them a feature value."""
