import numpy as np
import pytest

from functions.inference.onnx_model import ModelHashMismatchError
from functions.release import artifacts
from functions.release.artifacts import load_graph
from tests.unit.release.world import World, held_out
from tests.unit.serving.graphs import logistic_graph


def test_answers_any_number_of_rows_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    world, rows = World(), held_out()[0]
    artifact = world.add_artifact()
    graph = load_graph(artifact, world.models.read(artifact.model.key), world.models)
    at_once = graph.run(rows)

    monkeypatch.setattr(artifacts, "BATCH_ROWS", 7)

    np.testing.assert_allclose(graph.run(rows), at_once, rtol=1e-6)
    assert graph.run(rows[:0]).shape == (0, 2)


def test_refuses_other_bytes_than_were_registered() -> None:
    world = World()

    with pytest.raises(ModelHashMismatchError):
        load_graph(world.add_artifact(), logistic_graph((9.0, 9.0, 9.0)), world.models)
