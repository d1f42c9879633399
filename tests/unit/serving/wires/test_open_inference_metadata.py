import json
import tomllib
from pathlib import Path

import pytest

from functions.contracts.release import VersionState
from functions.serving.app import answer_request
from functions.serving.exchange import Response
from tests.unit.serving.world import LOAN_GRAPH, World, artifact_spec, get, loan_world, three_models

ROOT = Path(__file__).resolve().parents[4]


def ask(path: str, world: World | None = None) -> Response:
    return answer_request(get(path), (world or loan_world()).ports)


def test_says_which_server_this_is() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert json.loads(ask("/v2").body) == {
        "name": project["name"],
        "version": project["version"],
        "extensions": ["binary_tensor_data"],
    }


def test_lives_and_is_ready_once_there_is_a_model() -> None:
    live = ask("/v2/health/live", World())
    ready = ask("/v2/health/ready")
    not_ready = ask("/v2/health/ready", World())

    assert (live.status, json.loads(live.body)) == (200, {"live": True})
    assert (ready.status, json.loads(ready.body)) == (200, {"ready": True})
    assert (not_ready.status, json.loads(not_ready.body)) == (503, {"ready": False})


def test_is_ready_with_what_is_loaded_while_the_registry_is_away() -> None:
    world = loan_world()
    ask("/v2/models/loan_default/ready", world)
    world.registry.reachable = False

    assert ask("/v2/health/ready", world).status == 200


@pytest.mark.parametrize(
    "path", ["/v2/models/loan_default/ready", "/v2/models/loan_default/versions/1/ready"]
)
def test_says_that_a_model_answers(path: str) -> None:
    response = ask(path)

    assert json.loads(response.body) == {"name": "loan_default", "ready": True}
    assert response.status == 200


def test_says_that_a_model_does_not_answer_yet() -> None:
    world = World()
    world.publish(artifact_spec(), LOAN_GRAPH, promote=False)

    response = ask("/v2/models/loan_default/ready", world)

    assert (response.status, json.loads(response.body)["ready"]) == (503, False)
    assert response.headers["retry-after"] == "30"


def test_says_that_a_version_cannot_be_loaded() -> None:
    world = loan_world()
    world.publish(artifact_spec(), b"no graph", number=2, promote=False)

    response = ask("/v2/models/loan_default/versions/2/ready", world)

    assert (response.status, json.loads(response.body)["ready"]) == (503, False)


def test_describes_the_tensors_of_a_model_and_of_a_version() -> None:
    world = three_models()

    model = json.loads(ask("/v2/models/tier", world).body)
    version = json.loads(ask("/v2/models/tier/versions/1", world).body)

    assert model == version
    assert model == {
        "name": "tier",
        "versions": ["1"],
        "platform": "onnx_onnxv1",
        "inputs": [
            {"name": "door_count", "datatype": "INT64", "shape": [-1]},
            {"name": "mileage", "datatype": "FP32", "shape": [-1]},
        ],
        "outputs": [
            {"name": "probabilities", "datatype": "FP32", "shape": [-1, 3]},
            {"name": "label", "datatype": "BYTES", "shape": [-1]},
        ],
    }


def test_lists_the_versions_that_can_be_asked_for() -> None:
    world = loan_world()
    for number, state in ((2, VersionState.ARCHIVED), (3, VersionState.REGISTERED)):
        world.publish(artifact_spec(), LOAN_GRAPH, number=number, promote=False)
        key = ("loan_default", number)
        world.registry.versions[key] = world.registry.versions[key].model_copy(
            update={"state": state}
        )

    described = json.loads(ask("/v2/models/loan_default", world).body)

    assert described["versions"] == ["1", "3"]


@pytest.mark.parametrize(
    "path",
    [
        "/v2/models/nobody",
        "/v2/models/nobody/ready",
        "/v2/models/loan_default/versions/9",
        "/v2/models/loan_default/versions/9/ready",
        "/v2/models/loan_default/versions/x/ready",
        "/v2/nothing",
        "/v2/",
    ],
)
def test_says_in_the_protocols_words_what_is_not_there(path: str) -> None:
    response = ask(path)

    assert response.status == 404
    assert response.content_type == "application/json"
    assert list(json.loads(response.body)) == ["error"]
