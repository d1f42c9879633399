"""Predictions beside their rows, written as CSV, JSON lines or Parquet."""

# ruff: noqa: S608 - names are quoted, literals escaped, the rest is ours

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from functions.contracts.artifact import ArtifactSpec
from functions.contracts.batch import BatchJob
from functions.contracts.batch_format import BatchFormat
from functions.contracts.model_spec import Label, Task
from functions.core.predictions import class_name, predicted_classes
from functions.preparation.engine import literal, quoted

_FORMATS = {
    BatchFormat.CSV: "FORMAT csv, HEADER true",
    BatchFormat.JSONL: "FORMAT json",
    BatchFormat.PARQUET: "FORMAT parquet",
}


def write_results(
    connection: duckdb.DuckDBPyConnection,
    rows_path: Path,
    results_path: Path,
    outputs: NDArray[np.float32],
    job: BatchJob,
    spec: ArtifactSpec,
) -> NDArray[np.int64]:
    """Write a source's results and return the numbers of the rows that have none.

    Columns: `row`, the kept ones by their names, then as the API answers: `label` and
    `probability`, for a multiclass model one `probability_<class>` more for each class, or `value`.
    Rows without a finite output are left out; theirs are the numbers.

    Parameters
    ----------
    rows_path : Path
        The good rows' numbers and kept columns, as PlanBatch wrote them.
    outputs : ndarray of float32, shape (n, n_classes) or (n, 1)
        In the order of those rows.
    """
    finite = np.isfinite(outputs).all(axis=1)
    columns: dict[str, NDArray[Any]] = {"finite": np.asarray(finite)}
    columns |= {f"p{index}": outputs[:, index].copy() for index in range(outputs.shape[1])}
    if spec.task is not Task.REGRESSION:
        columns["code"] = predicted_classes(spec.task, outputs)
    connection.register("outputs", columns)
    kept = [f"k{index} AS {quoted(name)}" for index, name in enumerate(job.keep)]
    fields = ", ".join(["row", *kept, *_predictions(spec)])
    source = f"read_parquet({literal(str(rows_path))}) POSITIONAL JOIN outputs"
    # Rows are joined by their positions on one processor; a table is written on all.
    connection.execute(f"CREATE TABLE answers AS SELECT {fields} FROM {source} WHERE finite")
    connection.execute(f"COPY answers TO {literal(str(results_path))} ({_FORMATS[job.format]})")
    connection.execute("DROP TABLE answers")
    rows = np.empty(0, dtype=np.int64)
    if not finite.all():
        found = connection.execute(f"SELECT row FROM {source} WHERE NOT finite").fetchnumpy()
        rows = np.asarray(found["row"], dtype=np.int64)
    connection.unregister("outputs")
    return rows


def _predictions(spec: ArtifactSpec) -> list[str]:
    """Return the fields of a prediction, as SQL."""
    if spec.task is Task.REGRESSION:
        return ["p0 AS value"]
    label = _case("code", [_label(value) for value in spec.classes]) + " AS label"
    if spec.task is Task.BINARY_CLASSIFICATION:
        return [label, "p1 AS probability"]
    names = [class_name(value) for value in spec.classes]
    return [
        label,
        _case("code", [f"p{index}" for index in range(len(names))]) + " AS probability",
        *(f"p{i} AS {quoted(f'probability_{name}')}" for i, name in enumerate(names)),
    ]


def _case(field: str, values: list[str]) -> str:
    choices = " ".join(f"WHEN {index} THEN {value}" for index, value in enumerate(values))
    return f"CASE {field} {choices} END"


def _label(value: Label) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return literal(value) if isinstance(value, str) else str(value)
