"""Batch step PredictBatch: one chunk's rows through the graph of the job's version."""

import numpy as np
from numpy.typing import NDArray

from functions.contracts import keys
from functions.contracts.batch import BatchChunk, BatchJob, PredictBatchOutput
from functions.contracts.errors import WindvaneError
from functions.core.arrays import array_from_bytes, array_to_bytes
from functions.core.ports import ObjectNotFoundError, ObjectStore
from functions.core.registry import ModelRegistry
from functions.inference.latest_graph import LatestGraph
from functions.inference.onnx_model import OnnxModel
from functions.release import wiring

ROWS_AT_ONCE = 10_000
"""Outputs of that many rows are held twice for a moment; more rows at once are not faster."""


class ChunkMismatchError(WindvaneError):
    """A chunk, or its outputs, has not the rows that the plan says."""


def predict_batch(
    chunk: BatchChunk,
    *,
    data: ObjectStore,
    graphs: LatestGraph,
    registry: ModelRegistry,
) -> PredictBatchOutput:
    """Answer a chunk and store the outputs; a chunk that was answered is not answered again.

    The graph is the one of the job's version, whatever the champion is by now. Raises
    ChunkMismatchError for a chunk that is not as it was planned.
    """
    key = keys.batch_output(chunk.model, chunk.job, chunk.index)
    if _is_answered(key, chunk, data):
        return PredictBatchOutput(index=chunk.index, rows=chunk.rows, computed=False)
    content = data.read(keys.batch_job(chunk.model, chunk.job))
    job = BatchJob.model_validate_json(content)
    model = graphs.load(registry.get(job.model, job.number).artifact.model)
    matrix = array_from_bytes(data.read(keys.batch_chunk(chunk.model, chunk.job, chunk.index)))
    _require_rows(chunk, len(matrix), "rows")

    outputs = run_in_parts(model, matrix)

    data.write_once(key, array_to_bytes(outputs), content_type="application/octet-stream")
    return PredictBatchOutput(index=chunk.index, rows=chunk.rows, computed=True)


def run_in_parts(model: OnnxModel, matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the outputs of any number of rows."""
    starts = range(0, max(len(matrix), 1), ROWS_AT_ONCE)
    return np.concatenate([model.run(matrix[start : start + ROWS_AT_ONCE]) for start in starts])


def _is_answered(key: str, chunk: BatchChunk, data: ObjectStore) -> bool:
    try:
        content = data.read(key)
    except ObjectNotFoundError:
        return False
    _require_rows(chunk, len(array_from_bytes(content)), "outputs")
    return True


def _require_rows(chunk: BatchChunk, found: int, what: str) -> None:
    if found != chunk.rows:
        msg = (
            f"chunk {chunk.index} of job {chunk.job} has {found} {what}, planned were {chunk.rows}"
        )
        raise ChunkMismatchError(msg)


def handler(event: dict[str, object], _context: object) -> dict[str, object]:
    """Lambda entry point."""
    output = predict_batch(
        BatchChunk.model_validate(event),
        data=wiring.data_store(),
        graphs=wiring.graphs(),
        registry=wiring.registry(),
    )
    return output.model_dump(mode="json")
