"""Lambda function predict: the prediction API behind a REST API or an HTTP API."""

from functions.serving import wiring
from functions.serving.app import answer_event


def handler(event: object, _context: object) -> dict[str, object]:
    """Lambda entry point: answer one proxy event."""
    return answer_event(event, wiring.ports())
