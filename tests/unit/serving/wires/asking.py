"""Requests of the wires that take forms and CSV, and what tests read of the answers."""

import json
from typing import Any

from functions.serving.app import answer_request
from functions.serving.exchange import Request, Response
from tests.unit.serving.world import World

JSON = {"content-type": "application/json"}
CSV = {"content-type": "text/csv"}


def ask(world: World, path: str, body: object, headers: dict[str, str] | None = None) -> Response:
    """Post a document as JSON, or a text or bytes as they are."""
    match body:
        case bytes():
            content = body
        case str():
            content = body.encode()
        case _:
            content = json.dumps(body).encode()
    given = JSON if headers is None else headers
    return answer_request(Request("POST", path, given, content), world.ports)


def said(response: Response) -> Any:
    return json.loads(response.body)
