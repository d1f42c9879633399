"""MLflow's scoring server under /models/{model}: ping, health, version, invocations.

Statuses and predictions are those of `mlflow.pyfunc.scoring_server` for a model of the scikit-learn
flavor: labels of a classifier, values of a regression, and with
`"params": {"predict_method": "predict_proba"}` the probabilities, a list a row in class order.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from functions.contracts.served import SpecView
from functions.core.predictions import describe_predictions
from functions.core.short_numbers import shortest_numbers
from functions.serving.bodies import write_json
from functions.serving.exchange import Request, Response
from functions.serving.ports import Ports
from functions.serving.prediction import Answer, Asked, answer_rows
from functions.serving.problems import Refusal
from functions.serving.served_version import ServedVersion
from functions.serving.wires.media_types import CSV, read_media_type
from functions.serving.wires.mlflow_forms import FormRows, Method, read_form_body

SCORING_VERSION = "3.14.0"
"""The MLflow whose scoring server `tests/golden/mlflow_scoring.json` holds us against."""

TEXT = "text/plain; charset=utf-8"
_ERROR_CODES: Mapping[int, str] = {
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "RESOURCE_DOES_NOT_EXIST",
    429: "REQUEST_LIMIT_EXCEEDED",
    500: "INTERNAL_ERROR",
    503: "TEMPORARILY_UNAVAILABLE",
}
_UNPROCESSABLE, _UNSUPPORTED, _BAD_REQUEST = 422, 415, 400


def ping(_request: Request, ports: Ports, *, model: str) -> Response:
    """Answer 200 for a model that can be served; else what choosing it raises comes through."""
    ports.versions.champion(model)
    return Response(200, b"\n")


def show_version(_request: Request, ports: Ports, *, model: str) -> Response:
    """Answer the version of MLflow's scoring protocol, as a text."""
    ports.versions.champion(model)
    return Response(200, SCORING_VERSION.encode(), TEXT)


def invoke(request: Request, ports: Ports, *, model: str) -> Response:
    """Answer rows with predictions."""
    return answer_rows(request, ports, Asked(model), read=read_rows, write=write_answer)


def read_rows(request: Request, version: ServedVersion) -> FormRows:
    """Return the rows of a JSON body, or of CSV with a header."""
    if read_media_type(request.headers.get("content-type", "")) == CSV:
        from functions.serving.wires.mlflow_csv import read_csv_body

        return read_csv_body(request, version, has_header=True)
    return read_form_body(request, version)


def write_answer(answer: Answer, rows: FormRows) -> Response:
    """Return the predictions; headers name the version and the inference."""
    predictions = predict(answer.version.spec, answer.outputs, rows.method or Method.PREDICT)
    headers = {
        "x-inference-id": answer.inference_id,
        "x-model-version": str(answer.version.number),
    }
    return write_json({"predictions": predictions}, headers=headers)


def predict(spec: SpecView, outputs: NDArray[np.float32], method: Method) -> list[object]:
    """Return what one of scikit-learn's methods would: an item a row."""
    if method is Method.PREDICT_PROBA:
        numbers, width = shortest_numbers(outputs.ravel()), outputs.shape[1]
        return [numbers[start : start + width] for start in range(0, len(numbers), width)]
    key = "label" if spec.classes else "value"
    return [row[key] for row in describe_predictions(spec.task, spec.classes, outputs)]


def write_refusal(refusal: Refusal) -> Response:
    """Return a refusal as MLflow writes it: 400 for whatever is wrong with the rows."""
    status = refusal.kind.status
    if status == _UNSUPPORTED:
        return Response(status, refusal.sentence.encode(), TEXT, refusal.headers)
    if status == _UNPROCESSABLE:
        status = _BAD_REQUEST
    document = {
        "error_code": _ERROR_CODES.get(status, "BAD_REQUEST"),
        "message": refusal.sentence,
    }
    return write_json(document, status=status, headers=refusal.headers)
