"""The short way of one ordinary record, held to the general one."""

import base64
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from functions.contracts.access import Authorization
from functions.core.access import Caller
from functions.serving.app import answer_event
from functions.serving.exchange import Request, Response
from functions.serving.gate import StageGate
from functions.serving.one_row import answer_event_of_one, answer_request_of_one
from functions.serving.prediction import Asked, answer_rows
from functions.serving.wires.windvane import predict, read_records, write_answer
from tests.unit.serving.test_entrance import RULES, rest
from tests.unit.serving.world import (
    GOOD_LOAN,
    LOAN_FEATURES,
    NOW,
    PRICE_SPEC,
    World,
    artifact_spec,
    linear_graph,
    loan_world,
    post,
)

PATH = "/models/loan_default/predict"
ANN = Caller("ann", "iam")


def generally(request: Request, world: World) -> Response:
    asked = Asked("loan_default")
    return answer_rows(request, world.ports, asked, read=read_records, write=write_answer)


def ask(document: object, caller: Caller | None = ANN, **headers: str) -> Request:
    request = post(PATH, document, **headers)
    return Request("POST", PATH, request.headers, request.body, {}, caller)


@given(
    record=st.fixed_dictionaries(
        {
            "car_value": st.floats(width=32, allow_nan=False, allow_infinity=False),
            "age": st.integers(-100, 100),
            "is_member": st.booleans(),
            "region": st.sampled_from(["north", "south", "west", "\u00f6st"]),
            "salary": st.integers() | st.floats(allow_nan=False, allow_infinity=False),
        }
    ),
    caller=st.sampled_from([ANN, None]),
)
def test_answers_and_captures_as_the_general_way_does(
    record: dict[str, Any], caller: Caller | None
) -> None:
    quick, slow = loan_world(), loan_world()
    request = ask(record, caller)

    response = answer_request_of_one(request, quick.ports, "loan_default")

    if response is not None:
        assert response == generally(request, slow)
        assert quick.stdout.getvalue() == slow.stdout.getvalue()
        assert quick.lines()


def test_answers_an_ordinary_record() -> None:
    world = loan_world()

    response = answer_request_of_one(ask(GOOD_LOAN), world.ports, "loan_default")

    assert response is not None
    assert response.status == 200
    (line,) = world.lines()
    assert line["caller"] == "ann"


@pytest.mark.parametrize(
    ("document", "headers"),
    [
        ({"records": [GOOD_LOAN]}, {}),
        ({"columns": {name: [value] for name, value in GOOD_LOAN.items()}}, {}),
        (GOOD_LOAN | {"age": None}, {}),
        ({**GOOD_LOAN, "car_value": "much"}, {}),
        (b'{"car_value": NaN}', {}),
        (b" " * 10, {}),
        (GOOD_LOAN, {"x_inference_id": "mine"}),
        (GOOD_LOAN, {"x_routing_key": "mine"}),
        (GOOD_LOAN, {"content_encoding": "identity"}),
        (GOOD_LOAN, {"content_type": "application/json; charset=utf-8"}),
    ],
)
def test_steps_aside_for_all_else(document: object, headers: dict[str, str]) -> None:
    world = loan_world()

    assert answer_request_of_one(ask(document, **headers), world.ports, "loan_default") is None
    assert world.lines() == []


def test_steps_aside_where_the_model_has_no_finite_answer_or_another_task() -> None:
    world = World()
    world.publish(PRICE_SPEC, linear_graph((10.0, 10.0)))
    request = ask({"door_count": 1, "mileage": 3e38})

    assert answer_request_of_one(request, world.ports, "car_price") is None


@pytest.mark.parametrize("is_base64", [True, False])
def test_answers_an_event_as_the_long_way_does(is_base64: bool) -> None:
    again, alone = loan_world(), loan_world()
    body = json.dumps(GOOD_LOAN)
    sent = base64.b64encode(body.encode()).decode() if is_base64 else body
    headers = {"Content-Type": "application/json"}
    event = rest(body=sent, isBase64Encoded=is_base64, headers=headers, multiValueHeaders={})
    gate = StageGate(RULES[Authorization.IAM], now=lambda: NOW)
    ports = replace(again.ports, gate=gate)
    first = answer_event(event, ports)
    (decision,) = ports.decisions.values()

    second = answer_event_of_one(event, decision, ports)

    assert second is not None
    alone.ids = 1
    assert second == answer_event(event, replace(alone.ports, gate=gate))
    lines = again.stdout.getvalue().splitlines()
    assert lines[1:] == alone.stdout.getvalue().splitlines()
    assert first.keys() == second.keys()


class FailingGraph:
    """Breaks once it is served."""

    def __init__(self) -> None:
        self.asked = 0

    def run(self, matrix: np.ndarray) -> np.ndarray:
        if matrix.any():
            self.asked += 1
            raise RuntimeError
        return np.zeros((len(matrix), 2), dtype=np.float32)

    def run_row(self, _row: bytes) -> bytes | None:
        self.asked += 1
        raise RuntimeError


def test_leaves_a_failure_to_the_general_way_which_writes_it_down() -> None:
    world = World()
    world.publish(artifact_spec(schema=LOAN_FEATURES), linear_graph((0.0,) * 5))
    graph = FailingGraph()
    world.ports.versions._sources = world.ports.versions._sources.__class__(
        registry=lambda: world.registry,
        store=lambda: world.store,
        load_graph=lambda content, *, expected_sha256: graph,  # noqa: ARG005 - the loader's words
    )

    with pytest.raises(Exception):  # noqa: B017, PT011 - its class is the general way's business
        predict(ask(GOOD_LOAN), world.ports, model="loan_default")

    assert graph.asked == 2
    (failure,) = world.lines()
    assert failure["windvane"] == "failure"
