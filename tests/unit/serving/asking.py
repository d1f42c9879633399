"""Asking the small model's API for predictions."""

import json
from typing import Any

from functions.serving.app import answer_request
from functions.serving.exchange import Response
from tests.unit.serving.world import World, loan_world, post

PREDICT = "/models/loan_default/predict"


def predict(document: object, world: World | None = None, **headers: str) -> Response:
    world = world or loan_world()
    return answer_request(post(PREDICT, document, **headers), world.ports)


def body_of(response: Response) -> dict[str, Any]:
    return json.loads(response.body)
