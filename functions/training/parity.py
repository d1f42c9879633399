"""Comparing an exported graph with its pipeline on real and on generated rows."""

import hashlib

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from functions.contracts.artifact import ParityReport
from functions.contracts.model_spec import ModelSpec
from functions.core.parity import Answers, compare_answers, stress_rows
from functions.inference.onnx_model import OnnxModel, load_onnx_model
from functions.training.fitting import answer_rows
from functions.training.onnx_export import ExportError
from functions.training.trees import snap_down, split_thresholds

BATCH_ROWS = 20_000
PROBE_ROWS = 2_000


def check_parity(
    pipeline: Pipeline,
    content: bytes,
    spec: ModelSpec,
    *,
    sample: NDArray[np.float32],
    held_out: NDArray[np.float32],
    threads: int,
) -> ParityReport:
    """Return how far the graph is from the pipeline, on held-out rows and 100,000 generated ones.

    `sample` are rows that the pipeline was fitted on. Raises ExportError if the pipeline itself
    cannot answer the generated rows.
    """
    graph = load_onnx_model(
        content, expected_sha256=hashlib.sha256(content).hexdigest(), threads=threads
    )
    thresholds = column_thresholds(pipeline, sample[:PROBE_ROWS])
    generated, exercised = stress_rows(spec.schema_, sample, thresholds, seed=spec.training.seed)
    try:
        answers = [
            Answers(answer_rows(pipeline, spec, rows, threads=threads), run_in_batches(graph, rows))
            for rows in (held_out, generated)
        ]
    except ValueError as error:
        msg = (
            f"the pipeline of {spec.name} cannot answer rows that its schema allows: {error}; "
            "impute missing values and ignore unknown categories in model.py"
        )
        raise ExportError(msg) from error
    return compare_answers(*answers, is_classification=spec.is_classification, exercised=exercised)


def run_in_batches(graph: OnnxModel, rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the graph's answers, some thousand rows at a time."""
    starts = range(0, max(len(rows), 1), BATCH_ROWS)
    return np.concatenate([graph.run(rows[start : start + BATCH_ROWS]) for start in starts])


def column_thresholds(
    pipeline: Pipeline, probe: NDArray[np.float32]
) -> dict[int, NDArray[np.float32]]:
    """Return the float32 thresholds of the last step's trees by the matrix's own columns.

    Only columns that reach the trees unchanged have thresholds of their own; which do is seen by
    sending `probe` rows through the steps before.
    """
    thresholds = split_thresholds(pipeline.steps[-1][1])
    if not thresholds:
        return {}
    transformed = pipeline[:-1].transform(probe) if len(pipeline.steps) > 1 else probe
    if hasattr(transformed, "toarray"):
        transformed = transformed.toarray()
    found: dict[int, NDArray[np.float32]] = {}
    for inner, values in thresholds.items():
        for outer in range(probe.shape[1]):
            if np.array_equal(transformed[:, inner], probe[:, outer], equal_nan=True):
                found[outer] = snap_down(values).astype(np.float32)
    return found
