"""POST /endpoints/{model}/invocations: SageMaker's runtime, as botocore calls and reads it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from functions.contracts.naming import SAGEMAKER_ID_PATTERN, Alias, captured_id
from functions.core.predictions import describe_predictions
from functions.serving.bodies import INFERENCE_ID_HEADER, write_json
from functions.serving.errors import HeaderError
from functions.serving.exchange import JSON, Request, Response
from functions.serving.ports import Ports
from functions.serving.prediction import Answer, Asked, answer_rows
from functions.serving.problems import Refusal
from functions.serving.served_version import ServedVersion
from functions.serving.wires.media_types import CSV, read_media_type
from functions.serving.wires.mlflow import predict
from functions.serving.wires.mlflow_forms import FormRows, read_form_body

TARGET_VARIANT = "X-Amzn-SageMaker-Target-Variant"
TARGET_MODEL = "X-Amzn-SageMaker-Target-Model"
INFERENCE_ID = "X-Amzn-SageMaker-Inference-Id"
ACCEPT = "Accept"
INVOKED_VARIANT = "x-amzn-invoked-production-variant"
ERROR_TYPE = "x-amzn-errortype"

UNSUPPORTED_HEADERS = (
    "X-Amzn-SageMaker-Target-Container-Hostname",
    "X-Amzn-SageMaker-Inference-Component",
    "X-Amzn-SageMaker-Session-Id",
    "X-Amzn-SageMaker-Enable-Explanations",
)
"""They would change the answer, and nothing here has containers, components or sessions."""

MODEL_ERROR_STATUS = 424
_UNTYPED = {"", "application/octet-stream"}
_PARAMETERS = ("charset", "header", "label_size")
_ANYTHING = {"", "*/*", "application/*"}
_INFERENCE_ID = re.compile(SAGEMAKER_ID_PATTERN)
_UNWANTED = re.compile(r"q=0(\.0*)?")
_DIGITS = 10


@dataclass(frozen=True, slots=True)
class ErrorType:
    """One of the runtime's errors by the name and status that botocore's model has for it."""

    name: str
    status: int


VALIDATION = ErrorType("ValidationError", 400)
ERROR_TYPES: Mapping[int, ErrorType] = {
    401: ErrorType("AccessDeniedException", 403),
    403: ErrorType("AccessDeniedException", 403),
    405: ErrorType("UnknownOperationException", 405),
    429: ErrorType("ServiceUnavailable", 503),
    500: ErrorType("InternalFailure", 500),
    503: ErrorType("ServiceUnavailable", 503),
}
"""By the status that Windvane's own wire gives; what is not here is a ValidationError."""


def invoke(request: Request, ports: Ports, *, model: str) -> Response:
    """Answer rows with predictions of the variant that is asked for."""
    _check_headers(request, model)
    write = partial(write_answer, read_accept(request.headers.get(ACCEPT.lower(), "")))
    asked = Asked(model, _read_variant(request, ports, model), _read_inference_id(request))
    return answer_rows(request, ports, asked, read=read_rows, write=write)


def read_rows(request: Request, version: ServedVersion) -> FormRows:
    """Return the rows of a JSON body, or of CSV whose columns are the features in order.

    botocore sends no content type unless it is told one: such a body is JSON.
    """
    value = request.headers.get("content-type", "")
    if value.strip().lower() in _UNTYPED:
        return read_form_body(request, version)
    if read_media_type(value, parameters=_PARAMETERS) == CSV:
        from functions.serving.wires.mlflow_csv import read_csv_body

        has_header = "header=present" in value.replace(" ", "").lower()
        return read_csv_body(request, version, has_header=has_header)
    return read_form_body(request, version)


def read_accept(value: str) -> str:
    """Return the media type to answer in, JSON unless CSV is asked for; raise HeaderError.

    Examples
    --------
    >>> read_accept("*/*"), read_accept("text/csv; q=0.9, application/json")
    ('application/json', 'text/csv')
    """
    for part in value.split(","):
        media_type, *parameters = (each.strip().lower() for each in part.split(";"))
        if any(_UNWANTED.fullmatch(parameter) for parameter in parameters):
            continue
        if media_type in _ANYTHING or media_type == JSON:
            return JSON
        if media_type == CSV:
            return CSV
    raise HeaderError(ACCEPT, f"expected {JSON} or {CSV}, got {value[:80]!r}")


def write_answer(accepted: str, answer: Answer, rows: FormRows) -> Response:
    """Return the predictions; headers name the version that made them, and the inference."""
    headers = {
        INVOKED_VARIANT: str(answer.version.number),
        INFERENCE_ID_HEADER.lower(): answer.inference_id,
    }
    if accepted == CSV:
        from functions.serving.wires.sagemaker_csv import write_csv

        return Response(200, write_csv(answer), CSV, headers)
    spec = answer.version.spec
    predictions: object
    if rows.method is None:
        predictions = describe_predictions(spec.task, spec.classes, answer.outputs)
    else:
        predictions = predict(spec, answer.outputs, rows.method)
    return write_json({"predictions": predictions}, headers=headers)


def write_refusal(refusal: Refusal) -> Response:
    """Return a refusal as botocore parses it: the type in a header, the text in `message`."""
    document: dict[str, object] = {"message": refusal.sentence}
    error = ERROR_TYPES.get(refusal.kind.status, VALIDATION)
    match refusal.kind.name:
        case "no_finite_answer" | "model_failed":
            error = ErrorType("ModelError", MODEL_ERROR_STATUS)
            document["OriginalStatusCode"] = refusal.kind.status
            document["OriginalMessage"] = refusal.sentence
        case "unknown_route":
            error = ErrorType("UnknownOperationException", refusal.kind.status)
    headers = {**refusal.headers, ERROR_TYPE: error.name}
    return write_json(document, status=error.status, headers=headers)


def _check_headers(request: Request, model: str) -> None:
    for header in UNSUPPORTED_HEADERS:
        if header.lower() in request.headers:
            raise HeaderError(header, "is not supported; leave it out")
    target = request.headers.get(TARGET_MODEL.lower(), model)
    if target != model:
        detail = f"expected {model}, the one model of this endpoint, got {target[:80]!r}"
        raise HeaderError(TARGET_MODEL, detail)


def _read_variant(request: Request, ports: Ports, model: str) -> int | None:
    """Return the version that a target variant names; None where callers are split as usual."""
    value = request.headers.get(TARGET_VARIANT.lower())
    match value:
        case None | "AllTraffic":  # what an endpoint of one variant calls it
            return None
        case Alias.CHAMPION:
            return ports.versions.champion(model).number
        case Alias.CHALLENGER:
            return ports.versions.challenger(model).number
        case _ if value.isascii() and value.isdigit() and len(value) <= _DIGITS and value[0] != "0":
            return int(value)
        case _:
            detail = f"expected a version's number, champion or challenger, got {value[:80]!r}"
            raise HeaderError(TARGET_VARIANT, detail)


def _read_inference_id(request: Request) -> str | None:
    value = request.headers.get(INFERENCE_ID.lower())
    if value is None:
        return None
    if _INFERENCE_ID.fullmatch(value):
        return captured_id(value)
    detail = "expected 1 to 64 printable ASCII characters, the first of them no space"
    raise HeaderError(INFERENCE_ID, detail)
