import json

from functions.serving.app import answer_request
from tests.unit.serving.world import GOOD_LOAN, World, get, loan_world, post, three_models


def health(world: World) -> dict[str, object]:
    response = answer_request(get("/health"), world.ports)
    assert response.status == 200
    return json.loads(response.body)


def predict(world: World) -> None:
    answer_request(post("/models/loan_default/predict", GOOD_LOAN), world.ports)


def test_is_ready_before_anything_is_loaded() -> None:
    found = health(three_models())

    assert (found["live"], found["ready"], found["models"]) == (True, True, [])
    assert found["not_loaded"] == ["car_price", "loan_default", "tier"]


def test_says_which_champion_is_loaded() -> None:
    world = loan_world()
    predict(world)

    found = health(world)

    (model,) = found["models"]
    assert (model["model"], model["version"], model["stale_since"]) == ("loan_default", 1, None)
    assert model["loaded_at"] == "2026-03-01T12:00:00Z"
    assert found["not_loaded"] == []
    assert found["captures"] == {"rows": 1, "lost_rows": 0}


def test_is_ready_and_stale_while_the_registry_is_away() -> None:
    world = loan_world()
    predict(world)
    world.registry.reachable = False
    world.clock.seconds = 60
    predict(world)

    found = health(world)

    assert found["ready"] is True
    assert found["models"][0]["stale_since"] == "2026-03-01T12:00:00Z"
    assert found["models"][0]["reason"] == "ConnectionError"


def test_is_alive_but_not_ready_with_nothing_to_serve() -> None:
    world = World()
    world.registry.reachable = False

    found = health(world)

    assert (found["live"], found["ready"]) == (True, False)
    assert health(World())["ready"] is False


def test_counts_rows_whose_capture_was_lost() -> None:
    world = loan_world()
    predict(world)
    world.stdout.close()
    predict(world)

    assert health(world)["captures"] == {"rows": 1, "lost_rows": 1}


def test_leaves_out_names_that_are_no_models() -> None:
    world = loan_world()
    answer_request(post("/models/guess/predict", GOOD_LOAN), world.ports)

    assert health(world)["models"] == []
