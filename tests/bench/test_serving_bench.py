"""How long the prediction API takes; `make bench` measures, `make test` runs each once."""

import json
from typing import Any

import numpy as np
import pytest

from functions.core.records import RecordReader
from functions.serving.app import answer_event
from tests.unit.serving.test_events import rest_event
from tests.unit.serving.world import GOOD_LOAN, LOAN_GRAPH, World, artifact_spec, get


@pytest.fixture
def world() -> World:
    world = World()
    world.publish(artifact_spec(maximum_rows=10_000), LOAN_GRAPH)
    world.ports.versions.champion("loan_default")
    return world


def event_of(document: object) -> dict[str, Any]:
    path = "models/loan_default/predict"
    return rest_event(path=f"/{path}", pathParameters={"proxy": path}, body=json.dumps(document))


@pytest.mark.parametrize("rows", [1, 100, 5000])
def test_answers_an_event(benchmark: Any, world: World, rows: int) -> None:
    event = event_of({"records": [GOOD_LOAN] * rows})

    def answer() -> dict[str, object]:
        world.stdout.seek(0)
        return answer_event(event, world.ports)

    answered = benchmark(answer)

    assert answered["statusCode"] == 200
    assert len(json.loads(answered["body"])["predictions"]) == rows


def test_refuses_a_megabyte_of_brackets(benchmark: Any, world: World) -> None:
    event = event_of(None) | {"body": "[" * 1_000_000}

    answered = benchmark(lambda: answer_event(event, world.ports))

    assert answered["statusCode"] == 400


def test_reads_one_record(benchmark: Any) -> None:
    reader = RecordReader.for_spec(artifact_spec())

    batch = benchmark(lambda: reader.read(GOOD_LOAN))

    assert batch.matrix.shape == (1, 5)


def test_runs_one_row(benchmark: Any, world: World) -> None:
    graph = world.ports.versions.champion("loan_default").graph
    row = np.zeros((1, 5), dtype=np.float32)

    outputs = benchmark(lambda: graph.run(row))

    assert outputs.shape == (1, 2)


def test_describes_itself(benchmark: Any, world: World) -> None:
    response = benchmark(lambda: world.answer_pages(get("/openapi.json")))

    assert response.status == 200
    assert world.lines() == []
