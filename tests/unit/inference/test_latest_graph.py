"""A graph that is kept for what asks for it again."""

import pytest

from functions.contracts.artifact import StoredObject
from functions.core.stored_objects import AlteredObjectError
from functions.inference.latest_graph import LatestGraph
from tests.fakes.object_store import CountingStore
from tests.unit.serving.graphs import logistic_graph


def store_of_graphs(*biases: float) -> tuple[CountingStore, list[StoredObject]]:
    store = CountingStore()
    stored = [
        store.write(
            f"{bias}.onnx", logistic_graph((0.0,) * 5, bias=bias), content_type="application/onnx"
        )
        for bias in biases
    ]
    return store, stored


def test_reads_the_same_graph_once() -> None:
    store, (stored,) = store_of_graphs(1.0)
    graphs = LatestGraph(store, threads=1)

    loaded = [graphs.load(stored) for _ in range(3)]

    assert store.calls["read"] == 1
    assert loaded[0] is loaded[2]


def test_gives_each_the_graph_that_it_asks_for() -> None:
    store, stored = store_of_graphs(1.0, 2.0)
    graphs = LatestGraph(store, threads=1)

    found = [graphs.load(stored[index]).sha256 for index in (0, 1, 0)]

    assert found == [stored[0].sha256, stored[1].sha256, stored[0].sha256]


def test_gives_no_graph_for_bytes_that_were_altered() -> None:
    store, (stored,) = store_of_graphs(1.0)
    graphs = LatestGraph(store, threads=1)
    held = graphs.load(stored)

    with pytest.raises(AlteredObjectError):
        graphs.load(stored.model_copy(update={"sha256": "0" * 64}))

    assert graphs.load(stored) is held
