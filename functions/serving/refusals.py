"""The other end of a request: refused with the reason, or failed with an id to ask about."""

import traceback

from functions.contracts.errors import WindvaneError
from functions.serving.exchange import Request, Response
from functions.serving.ports import Ports
from functions.serving.prediction import ModelFailedError
from functions.serving.problems import (
    INTERNAL,
    MODEL_FAILED,
    PROBLEM_TYPES,
    describe_incident,
    describe_refusal,
)
from functions.serving.route_table import refusal_writer


def refuse_or_fail(error: Exception, request: Request, ports: Ports) -> Response:
    """Return the response to a request that ended in an error."""
    if type(error) in PROBLEM_TYPES and isinstance(error, WindvaneError):
        return _refuse(error, request, ports)
    return _fail(error, request, ports)


def _refuse(error: WindvaneError, request: Request, ports: Ports) -> Response:
    response = refusal_writer(request.path)(describe_refusal(error))
    fields = {
        "route": request.path,
        "method": request.method,
        "status": response.status,
        "error": type(error).__name__,
    }
    ports.log("request.refused", fields)
    return response


def _fail(error: Exception, request: Request, ports: Ports) -> Response:
    """Answer 500 with an id that the log has too; a message may hold values, so both go without."""
    incident, kind = ports.new_id(), INTERNAL
    if isinstance(error, ModelFailedError) and isinstance(error.__cause__, Exception):
        error, kind = error.__cause__, MODEL_FAILED
    fields = {
        "incident": incident,
        "route": request.path,
        "method": request.method,
        "error": type(error).__name__,
        "at": [
            f"{f.filename}:{f.lineno}:{f.name}" for f in traceback.extract_tb(error.__traceback__)
        ],
    }
    ports.log("request.failed", fields)
    return refusal_writer(request.path)(describe_incident(incident, kind))
