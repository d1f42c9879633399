"""Within the limits of API Gateway and Lambda there is always an answer, and beyond them a remedy.

Requests go through the gateways of `tests/fakes/api_gateway.py`, which hold those limits.
"""

import gzip
import json
from typing import Any

import pytest

from functions.contracts.access import AccessRules
from functions.core import strict_json
from functions.serving.app import answer_event
from functions.serving.bodies import MAXIMUM_ANSWER_BYTES, MAXIMUM_BODY_BYTES
from functions.serving.events import BALANCED_ANSWER_BYTES
from tests.fakes.api_gateway import BODY_BYTES, Answer, Gateway, HttpGateway, RestGateway
from tests.unit.serving.test_events import balanced_event
from tests.unit.serving.world import (
    GOOD_LOAN,
    PRICE_GRAPH,
    PRICE_SPEC,
    World,
    loan_world,
)

PREDICT = "/models/loan_default/predict"
PATHS = {
    "windvane": PREDICT,
    "open inference": "/v2/models/loan_default/infer",
    "mlflow": "/models/loan_default/invocations",
    "sagemaker": "/endpoints/loan_default/invocations",
}
JSON = [("content-type", "application/json"), ("accept", "*/*")]
RECORD = json.dumps(GOOD_LOAN).encode()
BOMB = gzip.compress(b" " * 20_000_000 + RECORD)


@pytest.fixture(scope="module")
def world() -> World:
    world = loan_world()
    world.publish(PRICE_SPEC.model_copy(update={"maximum_rows": 100_000}), PRICE_GRAPH)
    return world


@pytest.fixture(params=[RestGateway, HttpGateway], ids=["rest", "http"])
def gateway(request: pytest.FixtureRequest, world: World) -> Gateway:
    """An API of each kind that lets everybody through: limits are all that it holds."""

    def answer(event: Any) -> dict[str, object]:
        return answer_event(event, world.ports)

    made: Gateway = request.param(answer, AccessRules(), lambda: 0.0, is_watching=False)
    return made


def refusal(answer: Answer) -> dict[str, Any]:
    assert answer.by == "function"
    document: dict[str, Any] = json.loads(answer.body)
    return document


def test_answers_the_largest_body(gateway: Gateway) -> None:
    answer = gateway.ask("POST", PREDICT, JSON, RECORD.ljust(MAXIMUM_BODY_BYTES))

    assert (answer.status, answer.by) == (200, "function")


def test_says_the_limit_and_the_remedy_of_a_larger_one(gateway: Gateway) -> None:
    answer = gateway.ask("POST", PREDICT, JSON, RECORD.ljust(MAXIMUM_BODY_BYTES + 1))

    assert answer.status == 413
    assert refusal(answer)["limit"] == MAXIMUM_BODY_BYTES
    assert "windvane batch" in refusal(answer)["detail"]


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_no_wire_takes_a_larger_body(gateway: Gateway, path: str) -> None:
    answer = gateway.ask("POST", path, JSON, RECORD.ljust(MAXIMUM_BODY_BYTES + 1))

    assert answer.status in {400, 413}
    assert str(MAXIMUM_BODY_BYTES) in answer.body.decode()


@pytest.mark.parametrize("size", [MAXIMUM_BODY_BYTES + 250_000, BODY_BYTES, BODY_BYTES + 1])
def test_beyond_an_invocation_the_api_itself_refuses(gateway: Gateway, size: int) -> None:
    answer = gateway.ask("POST", PREDICT, JSON, RECORD.ljust(size))

    assert (answer.status, answer.by) == (413, "gateway")


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_unpacks_no_more_than_a_body_may_be(gateway: Gateway, path: str) -> None:
    assert len(BOMB) < 50_000

    answer = gateway.ask("POST", path, [*JSON, ("content-encoding", "gzip")], BOMB)

    assert answer.status in {400, 413}
    assert str(MAXIMUM_BODY_BYTES) in answer.body.decode()


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_measures_before_it_reads(
    gateway: Gateway, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(*_arguments: object, **_more: object) -> None:
        pytest.fail("a body beyond the limit was read")

    # The first thing that any reader of JSON does; readers are imported late, and by their names.
    monkeypatch.setattr(strict_json, "_is_too_deep", read)

    answer = gateway.ask("POST", path, JSON, b"[" * (MAXIMUM_BODY_BYTES + 1))

    assert answer.status in {400, 413}


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_says_how_deep_a_body_may_be(gateway: Gateway, path: str) -> None:
    answer = gateway.ask("POST", path, JSON, b"[" * 1_000_000)

    assert answer.status == 400
    assert "nested deeper than 32 levels" in answer.body.decode()


LONG_ID = [*JSON, ("x-inference-id", "i" * 64)]


def many(rows: int) -> bytes:
    return json.dumps({"columns": {"door_count": [4] * rows, "mileage": [0.5] * rows}}).encode()


def test_answers_as_many_rows_as_an_invocation_carries(gateway: Gateway) -> None:
    answer = gateway.ask("POST", "/models/car_price/predict", LONG_ID, many(60_000))

    assert (answer.status, answer.by) == (200, "function")
    assert 3_000_000 < len(answer.body) <= MAXIMUM_ANSWER_BYTES


def test_an_answer_beyond_an_invocation_is_refused_and_not_lost(gateway: Gateway) -> None:
    answer = gateway.ask("POST", "/models/car_price/predict", LONG_ID, many(100_000))

    assert answer.status == 413
    assert refusal(answer)["detail"].startswith("the answer has ")
    assert "windvane batch" in refusal(answer)["detail"]


def test_more_rows_than_the_model_takes_are_counted(gateway: Gateway) -> None:
    body = json.dumps({"records": [GOOD_LOAN] * 5001}).encode()

    answer = gateway.ask("POST", PREDICT, JSON, body)

    assert answer.status == 413
    assert refusal(answer)["detail"].startswith("5001 rows in one request, the most is 5000")
    assert refusal(answer)["limit"] == 5000


def test_a_load_balancer_gets_no_larger_answer_than_it_takes(world: World) -> None:
    def ask(rows: int) -> dict[str, Any]:
        path, body = "/models/car_price/predict", many(rows).decode()
        event = balanced_event(path=path, body=body, headers=dict(LONG_ID))
        return answer_event(event, world.ports)

    fits, is_too_large = ask(5_000), ask(20_000)

    assert fits["statusCode"] == 200
    assert len(fits["body"]) <= BALANCED_ANSWER_BYTES
    assert is_too_large["statusCode"] == 413
    assert is_too_large["statusDescription"] == "413 Request Entity Too Large"


def test_an_answer_that_a_load_balancer_does_not_take_is_not_captured() -> None:
    world = World()
    world.publish(PRICE_SPEC.model_copy(update={"maximum_rows": 100_000}), PRICE_GRAPH)
    path, body = "/models/car_price/predict", many(20_000).decode()

    answered = answer_event(
        balanced_event(path=path, body=body, headers=dict(LONG_ID)), world.ports
    )

    assert answered["statusCode"] == 413
    assert world.stdout.getvalue() == ""
