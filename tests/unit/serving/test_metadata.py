import json

import pytest

from functions.serving.app import answer_request
from tests.unit.serving.world import (
    LOAN_GRAPH,
    PRICE_GRAPH,
    PRICE_SPEC,
    World,
    artifact_spec,
    get,
    three_models,
)


def read(world: World, path: str) -> dict[str, object]:
    response = answer_request(get(path), world.ports)
    assert response.status == 200
    return json.loads(response.body)


def test_lists_models_with_the_version_that_answers() -> None:
    world = three_models()
    world.publish(artifact_spec("new_model"), LOAN_GRAPH, promote=False)

    assert read(world, "/models") == {
        "models": [
            {"model": "car_price", "champion": 1},
            {"model": "loan_default", "champion": 1},
            {"model": "new_model", "champion": None},
            {"model": "tier", "champion": 1},
        ]
    }


def test_describes_a_model_by_what_its_champion_reads() -> None:
    world = three_models()
    world.publish(PRICE_SPEC, PRICE_GRAPH, number=2, promote=False)

    found = read(world, "/models/car_price")

    assert (found["champion"], found["task"], found["target"]) == (1, "regression", "repaid")
    assert [feature["name"] for feature in found["features"]] == ["door_count", "mileage"]
    assert [version["version"] for version in found["versions"]] == [2, 1]


def test_describes_a_model_without_a_champion() -> None:
    world = World()
    world.publish(artifact_spec(), LOAN_GRAPH, promote=False)

    found = read(world, "/models/loan_default")

    assert (found["champion"], found["features"]) == (None, [])
    assert len(found["versions"]) == 1


def test_describes_a_version_without_saying_where_its_bytes_are() -> None:
    world = three_models()

    found = read(world, "/models/loan_default/versions/1")

    assert found["scores"] == {"roc_auc_score": 0.9}
    assert found["size_bytes"] == len(LOAN_GRAPH)
    assert "artifacts/" not in json.dumps(found)


@pytest.mark.parametrize("path", ["/models", "/models/tier", "/models/tier/versions/1"])
def test_says_that_the_registry_is_away(path: str) -> None:
    world = three_models()
    world.registry.reachable = False

    response = answer_request(get(path), world.ports)

    assert response.status == 503
    assert json.loads(response.body)["type"].endswith(":registry_away")
    assert int(response.headers["retry-after"]) >= 1
