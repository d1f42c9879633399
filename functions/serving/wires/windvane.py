"""POST /models/{model}/predict: Windvane's own wire, for people."""

import numpy as np
from numpy.typing import NDArray

from functions.core.predictions import describe_predictions
from functions.core.strict_json import parse_json
from functions.serving.bodies import check_answer_size, check_json_type, read_body
from functions.serving.exchange import Request, Response
from functions.serving.one_row import answer_request_of_one
from functions.serving.ports import Ports
from functions.serving.prediction import Answer, Asked, Rows, answer_rows, inference_ids
from functions.serving.served_version import ServedVersion


def predict(request: Request, ports: Ports, *, model: str) -> Response:
    """Answer records with predictions."""
    response = answer_request_of_one(request, ports, model)
    if response is not None:
        return response
    return answer_rows(request, ports, Asked(model), read=read_records, write=write_answer)


def read_records(request: Request, version: ServedVersion) -> Rows:
    """Return the rows of `{"records": […]}`, of `{"columns": {…}}`, or of one record by itself."""
    check_json_type(request)
    body = read_body(request)
    rows = version.fast_reader.read(body) if version.fast_reader else None
    if rows:
        return rows
    reader = version.reader
    return reader.read(parse_json(body, maximum_containers=reader.maximum_containers))


def write_answer(answer: Answer, _rows: Rows) -> Response:
    """Return the predictions with the version that made them and an id each."""
    text = answer.version.answer_text.write(answer.outputs, answer.inference_id)
    return Response(200, check_answer_size(text.encode()))


def compose_answer(
    version: ServedVersion, outputs: NDArray[np.float32], inference_id: str
) -> dict[str, object]:
    """Return the answer's document; raise NotFiniteError for outputs that are none."""
    spec = version.spec
    return {
        "model": spec.model,
        "version": version.number,
        "inference_ids": inference_ids(inference_id, len(outputs)),
        "predictions": describe_predictions(spec.task, spec.classes, outputs),
    }
