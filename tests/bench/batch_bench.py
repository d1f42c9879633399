"""Batch inference beside the bare graph: `python -m tests.bench.batch_bench`.

A million rows of 25 columns from CSV and from Parquet, through the three steps in one process on
two cores, against ONNX Runtime alone on the same rows, on two threads, in the same run.
"""

import time
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import duckdb
import numpy as np

from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.inference.onnx_model import load_onnx_model
from functions.preparation.engine import EngineLimits
from functions.release.predict_batch import predict_batch, run_in_parts
from tests.bench.tree_model import WIDTH, tree_graph
from tests.unit.preparation.batch_world import BatchWorld
from tests.unit.serving.world import artifact_spec

ROWS = 1_000_000
CHUNK_ROWS = 50_000
THREADS = 2
ROUNDS = 3


def measure(rows: int = ROWS, rounds: int = ROUNDS) -> dict[str, float]:
    """Return the median rows a second: of the graph alone, and of a job from each format."""
    content, sha256 = tree_graph()
    model = load_onnx_model(content, expected_sha256=sha256, threads=THREADS)
    matrix = np.random.default_rng(4).normal(size=(rows, WIDTH)).astype(np.float32)
    seconds: dict[str, list[float]] = {"onnxruntime alone": [], "csv": [], "parquet": []}
    with TemporaryDirectory() as directory:
        files = {form: _write(matrix, Path(directory), form) for form in ("csv", "parquet")}
        for _ in range(rounds):
            started = time.perf_counter()
            run_in_parts(model, matrix)
            seconds["onnxruntime alone"].append(time.perf_counter() - started)
            for form, path in files.items():
                seconds[form].append(_run(content, path))
    return {name: rows / median(taken) for name, taken in seconds.items()}


def table(rates: dict[str, float]) -> str:
    """Return the rates as a table of the performance page."""
    bare = rates["onnxruntime alone"]
    lines = [f"| {name} | {rate:,.0f} | {rate / bare:.2f} |" for name, rate in rates.items()]
    return "\n".join(
        ["| source | rows a second | of the bare graph |", "| --- | ---: | ---: |", *lines]
    )


def _write(matrix: np.ndarray, directory: Path, form: str) -> Path:
    path = directory / f"rows.{form}"
    with duckdb.connect() as connection:
        connection.register("t", {f"f{i}": matrix[:, i].copy() for i in range(WIDTH)})
        question = f"COPY (SELECT * FROM t) TO '{path}' (FORMAT {form})"  # noqa: S608 - our path
        connection.execute(question)
    return path


def _run(content: bytes, path: Path) -> float:
    features = tuple(Feature(name=f"f{i}", type="number") for i in range(WIDTH))
    spec = artifact_spec(schema=FeatureSchema(features=features))
    world = BatchWorld(spec=spec, graph=content)
    limits = EngineLimits(memory_mb=7076, threads=THREADS)
    world.ports = replace(world.ports, limits=limits)
    job = world.add_job((path.name, path.read_bytes()), chunk_rows=CHUNK_ROWS)
    started = time.perf_counter()
    for chunk in world.plan(job):
        predict_batch(
            chunk,
            data=world.data,
            models=world.serving.store,
            registry=world.serving.registry,
            threads=THREADS,
        )
    world.finish(job)
    return time.perf_counter() - started


if __name__ == "__main__":
    print(table(measure()))  # noqa: T201 - the bench's answer
