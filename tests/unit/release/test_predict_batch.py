"""One chunk of a batch job."""

import numpy as np
import pytest

from functions.contracts import keys
from functions.contracts.batch import BatchChunk
from functions.core.arrays import array_from_bytes, array_to_bytes
from functions.release.predict_batch import ROWS_AT_ONCE, ChunkMismatchError, run_in_parts
from tests.unit.preparation.batch_world import MODEL, BatchWorld
from tests.unit.serving.graphs import logistic_graph
from tests.unit.serving.world import artifact_spec

FILE = ("rows.csv", b"car_value,is_member,salary\n" + b"1,true,2\n" * 4)


def first_chunk() -> tuple[BatchWorld, BatchChunk]:
    world = BatchWorld()
    return world, world.plan(world.add_job(FILE))[0]


def test_answers_every_row_of_its_chunk_once() -> None:
    world, chunk = first_chunk()

    outputs = [world.predict(chunk) for _ in range(2)]

    assert [output.computed for output in outputs] == [True, False]
    stored = array_from_bytes(world.data.read(keys.batch_output(MODEL, chunk.job, chunk.index)))
    assert stored.shape == (chunk.rows, 2)


def test_answers_with_the_jobs_version_whatever_is_champion() -> None:
    world, chunk = first_chunk()
    other = logistic_graph((0.0, 0.0, 0.0, 0.0, 0.0), bias=9.0)
    world.serving.publish(artifact_spec(), other, number=2)

    world.predict(chunk)

    stored = array_from_bytes(world.data.read(keys.batch_output(MODEL, chunk.job, chunk.index)))
    assert stored[0, 1] < 0.9


def test_refuses_a_chunk_that_is_not_as_planned() -> None:
    world, chunk = first_chunk()
    key = keys.batch_chunk(MODEL, chunk.job, chunk.index)
    world.data.write(key, array_to_bytes(np.zeros((1, 5), np.float32)), content_type="x")

    with pytest.raises(ChunkMismatchError, match="has 1 rows, planned were 3"):
        world.predict(chunk)


@pytest.mark.parametrize("rows", [0, 1, ROWS_AT_ONCE, 2 * ROWS_AT_ONCE + 1])
def test_runs_any_number_of_rows(rows: int) -> None:
    world, _ = first_chunk()
    model = world.serving.ports.versions.champion(MODEL).graph
    matrix = np.random.default_rng(3).normal(size=(rows, 5)).astype(np.float32)

    outputs = run_in_parts(model, matrix)

    assert outputs.shape == (rows, 2)
    if rows:
        np.testing.assert_allclose(outputs[-1:], model.run(matrix[-1:]), rtol=1e-6)
