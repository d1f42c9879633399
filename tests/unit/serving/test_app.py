import json

import pytest
from msgspec.structs import replace

from functions.serving.app import answer_event, answer_request
from functions.serving.exchange import Request, Response
from functions.serving.route_table import ROUTES
from tests.unit.serving.world import (
    GOOD_LOAN,
    LOAN_GRAPH,
    World,
    artifact_spec,
    get,
    loan_world,
    post,
)

PREDICT = "/models/loan_default/predict"


def answer(request: Request, world: World | None = None) -> Response:
    return answer_request(request, (world or loan_world()).ports)


def problem(response: Response) -> str:
    return json.loads(response.body)["type"].removeprefix("urn:windvane:problem:")


@pytest.mark.parametrize(
    "path",
    ["/", "/nope", "/models/", "/models/m/", "/models//predict", PREDICT + "/", "/health/x", ""],
)
def test_knows_no_other_route(path: str) -> None:
    response = answer(get(path))

    assert (response.status, problem(response)) == (404, "unknown_route")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/models/nobody", 404),
        ("/models/Loan-Default", 404),
        ("/models/" + "a" * 64, 404),
        ("/models/loan_default\n", 404),
        ("/models/loan_default/versions/1", 200),
        ("/models/loan_default/versions/2", 404),
        ("/models/loan_default/versions/0", 404),
        ("/models/loan_default/versions/01", 404),
        ("/models/loan_default/versions/x", 404),
        ("/models/loan_default/versions/99999999999", 404),
    ],
)
def test_knows_the_models_and_versions_that_are_registered(path: str, status: int) -> None:
    assert answer(get(path)).status == status


def test_knows_no_model_to_predict_with_by_a_wrong_name() -> None:
    response = answer(post("/models/nobody/predict", GOOD_LOAN))

    assert (response.status, problem(response)) == (404, "unknown_model")


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.definition.name}")
@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "NONSENSE"])
def test_says_which_method_a_route_has(route: object, method: str) -> None:
    path = route.definition.path.format(model="loan_default", number=1)

    response = answer(Request(method, path))

    assert response.status == 405
    assert response.headers["allow"] == route.definition.method


def test_says_in_its_own_words_that_a_method_is_not_allowed() -> None:
    assert problem(answer(Request("PUT", PREDICT))) == "method_not_allowed"


def test_has_nothing_to_serve_before_a_champion_and_says_when_to_ask_again() -> None:
    world = World()
    world.publish(artifact_spec(), LOAN_GRAPH, promote=False)

    response = answer(post(PREDICT, GOOD_LOAN), world)

    assert (response.status, problem(response)) == (503, "nothing_to_serve")
    assert response.headers["retry-after"] == "30"


def test_answers_an_unexpected_exception_with_an_incident_and_nothing_of_it() -> None:
    world = loan_world()

    def fail(_request: Request) -> Response:
        msg = "the salary is 51000.5"
        raise RuntimeError(msg)

    ports = replace(world.ports, pages=fail)

    response = answer_request(get("/docs"), ports)

    answered = json.loads(response.body)
    assert (response.status, problem(response)) == (500, "internal")
    assert answered["incident"] == "id-1"
    assert b"salary" not in response.body
    assert b"Error" not in response.body
    (event,) = world.logged("request.failed")
    assert event["incident"] == "id-1"
    assert event["error"] == "RuntimeError"
    assert any("test_app.py" in place for place in event["at"])
    assert "salary" not in str(event)


def test_logs_refusals_without_their_values() -> None:
    world = loan_world()

    answer(post(PREDICT, {**GOOD_LOAN, "car_value": "much-too-secret"}), world)

    assert world.logged("request.refused") == [
        {"route": PREDICT, "method": "POST", "status": 422, "error": "RecordsError"}
    ]


@pytest.mark.parametrize("event", [None, {}, {"Records": []}, {"httpMethod": "GET"}])
def test_refuses_an_event_that_is_no_request(event: object) -> None:
    answered = answer_event(event, loan_world().ports)

    assert answered["statusCode"] == 400
    assert "malformed_event" in answered["body"]
