"""(e) Batch inference beside the bare graph, on two cores."""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import duckdb
import numpy as np

from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.inference.latest_graph import LatestGraph
from functions.inference.onnx_model import load_onnx_model
from functions.preparation.engine import EngineLimits
from functions.release.predict_batch import predict_batch, run_in_parts
from tests.bench.performance.figures import Table
from tests.bench.tree_model import WIDTH, tree_graph
from tests.unit.preparation.batch_world import BatchWorld
from tests.unit.serving.world import artifact_spec

ROWS = 1_000_000
CHUNK_ROWS = 50_000
THREADS = 2
ROUNDS = 5
LEAST_SHARE = 0.5
BARE = "ONNX Runtime alone, rows in memory"
FORMATS = {
    "csv": "`windvane batch`, from CSV",
    "parquet": "`windvane batch`, from Parquet",
    "jsonl": "`windvane batch`, from JSON lines",
}


def measure() -> Table:
    """Return the table: rows a second, and how a job compares with the graph of the same round."""
    seconds = time_rounds()
    bare = seconds[BARE]
    rows = [[BARE, _rate(bare), ""]]
    for name in FORMATS.values():
        share = median(alone / taken for alone, taken in zip(bare, seconds[name], strict=True))
        verdict = "kept" if share >= LEAST_SHARE else "missed"
        said = f"{share:.2f} times the rate (at least {LEAST_SHARE}: {verdict})"
        rows.append([name, _rate(seconds[name]), said])
    return Table(
        "(e) Batch inference",
        (
            f"{ROWS:,} rows of {WIDTH} columns and a graph of trees, {THREADS} threads, {ROUNDS}"
            " rounds in which all take turns. The job is its three steps in one process: the file"
            f" is read and checked, cut into chunks of {CHUNK_ROWS:,} rows, and answers are"
            " written; stores are in memory. The ratio is the median of the rounds' own.",
        ),
        ("", "rows a second, median", "against it alone"),
        rows,
    )


def time_rounds(rows: int = ROWS, rounds: int = ROUNDS) -> dict[str, list[float]]:
    """Return the seconds of each round: of the graph alone, and of a job from each format."""
    content, sha256 = tree_graph()
    model = load_onnx_model(content, expected_sha256=sha256, threads=THREADS)
    matrix = np.random.default_rng(4).normal(size=(rows, WIDTH)).astype(np.float32)
    seconds: dict[str, list[float]] = {name: [] for name in (BARE, *FORMATS.values())}
    with TemporaryDirectory() as directory:
        files = {form: _write(matrix, Path(directory), form) for form in FORMATS}
        for _ in range(rounds):
            started = time.perf_counter()
            run_in_parts(model, matrix)
            seconds[BARE].append(time.perf_counter() - started)
            for form, path in files.items():
                seconds[FORMATS[form]].append(_run(content, path))
    return seconds


def _rate(seconds: Sequence[float]) -> str:
    return f"{ROWS / median(seconds):,.0f}"


def _write(matrix: np.ndarray, directory: Path, form: str) -> Path:
    path = directory / f"rows.{form}"
    with duckdb.connect() as connection:
        connection.register("t", {f"f{i}": matrix[:, i].copy() for i in range(WIDTH)})
        kind = "json" if form == "jsonl" else form
        question = f"COPY (SELECT * FROM t) TO '{path}' (FORMAT {kind})"  # noqa: S608 - our path
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
    graphs = LatestGraph(world.serving.store, threads=THREADS)
    for chunk in world.plan(job):
        predict_batch(chunk, data=world.data, graphs=graphs, registry=world.serving.registry)
    world.finish(job)
    return time.perf_counter() - started
