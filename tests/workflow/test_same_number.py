"""One model's answer is the same number on every wire of the deployed API."""

from collections.abc import Mapping
from typing import Any

import pytest

from functions.cli import wiring
from functions.cli.stage import DeployedStage
from functions.contracts.artifact import ArtifactSpec
from tests.unit.serving.wires.ways import Asker, Reply, answers
from tests.unit.serving.world import (
    GOOD_LOAN,
    LOAN_GRAPH,
    PRICE_GRAPH,
    PRICE_SPEC,
    TIER_GRAPH,
    TIER_SPEC,
    artifact_spec,
)
from tests.workflow.shelf import shelve

CARS = [{"door_count": 4, "mileage": 1000.1}, {"door_count": 3, "mileage": 0.7}]
LOANS = [
    GOOD_LOAN,
    {"car_value": 0.1, "age": None, "is_member": False, "region": None, "salary": 1e5},
    {"car_value": 3e4, "age": 7, "is_member": True, "region": 'süd, "süd"', "salary": -0.0},
]


@pytest.mark.parametrize(
    ("spec", "graph", "rows"),
    [
        (artifact_spec("same_loan"), LOAN_GRAPH, LOANS),
        (PRICE_SPEC.model_copy(update={"model": "same_price"}), PRICE_GRAPH, CARS),
        (TIER_SPEC.model_copy(update={"model": "same_tier"}), TIER_GRAPH, CARS),
    ],
    ids=["a probability", "a value", "probabilities of many classes"],
)
def test_answers_the_same_number_on_every_wire(
    stage: DeployedStage, spec: ArtifactSpec, graph: bytes, rows: list[dict[str, Any]]
) -> None:
    shelve(stage, spec, graph)
    api = wiring.api(stage)

    def send(path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        answer = api.request("POST", path, body, headers=headers)
        named = {name.lower(): value for name, value in answer.headers.items()}
        return Reply(answer.status, named, answer.body)

    asker = Asker(send, spec, rows)
    found, labels = answers(asker), asker.labels()

    assert found == dict.fromkeys(found, found["windvane_records"])
    assert labels == dict.fromkeys(labels, labels["windvane"])
