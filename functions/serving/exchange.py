"""A request and a response, whichever way they came to the function."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Request:
    """What the routes see of an HTTP request; header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """What goes back; header names are in lower case."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


EventLog: TypeAlias = Callable[[str, Mapping[str, object]], None]
"""Writes one structured event: a stable dotted name and fields, none of them a feature value."""
