"""POST /models/{model}/predict: body bytes to matrix to graph to answer bytes (D9)."""

import numpy as np
from numpy.typing import NDArray

from functions.core.capture_encoding import AnsweredRows
from functions.core.predictions import NotFiniteError, describe_predictions
from functions.core.problem import Problem
from functions.core.records import RecordBatch
from functions.serving.bodies import read_inference_id, read_json, write_json
from functions.serving.champion import Champion
from functions.serving.errors import NoFiniteAnswerError
from functions.serving.exchange import Request, Response
from functions.serving.ports import Ports


def predict(request: Request, ports: Ports, *, model: str) -> Response:
    """Answer records with the champion's predictions, and capture both before that."""
    champion = ports.champions.get(model)
    batch = champion.reader.read(read_json(request))
    inference_id = read_inference_id(request) or ports.new_id()

    outputs = champion.graph.run(batch.matrix)
    response = write_json(_answer(champion, batch, outputs, inference_id))

    ports.captures.write(
        AnsweredRows(
            inference_id=inference_id,
            model=model,
            version=champion.number,
            schema=champion.spec.feature_schema,
            matrix=batch.matrix,
            outputs=outputs,
            at=ports.now(),
        )
    )
    return response


def inference_ids(inference_id: str, rows: int) -> list[str]:
    """Return the ids of a request's rows: its own for one row, numbered ones for several.

    Examples
    --------
    >>> inference_ids("a", 1), inference_ids("a", 2)
    (['a'], ['a/0', 'a/1'])
    """
    if rows == 1:
        return [inference_id]
    return [f"{inference_id}/{row}" for row in range(rows)]


def compose_answer(
    champion: Champion, outputs: NDArray[np.float32], inference_id: str
) -> dict[str, object]:
    """Return the answer's document; raise NotFiniteError for outputs that are none."""
    spec = champion.spec
    return {
        "model": spec.model,
        "version": champion.number,
        "inference_ids": inference_ids(inference_id, len(outputs)),
        "predictions": describe_predictions(spec.task, spec.classes, outputs),
    }


def _answer(
    champion: Champion, batch: RecordBatch, outputs: NDArray[np.float32], inference_id: str
) -> dict[str, object]:
    try:
        return compose_answer(champion, outputs, inference_id)
    except NotFiniteError as error:
        detail = "the model has no finite answer to these values; look for extreme ones"
        problems = (Problem(batch.pointer(row), detail) for row in error.rows)
        raise NoFiniteAnswerError(problems) from error
