"""The short way of one row of tensors, held to the general one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from functions.core.access import Caller
from functions.serving.exchange import Request, Response
from functions.serving.one_tensor_row import answer_tensors_of_one
from functions.serving.prediction import Asked, answer_rows
from functions.serving.wires.open_inference import read_tensors, write_tensors
from tests.unit.serving.wires.inferring import (
    BINARY_LOAN,
    INFER,
    LOAN,
    NUMBERS,
    REGION,
    tensor,
    with_inputs,
)
from tests.unit.serving.world import (
    PRICE_SPEC,
    World,
    linear_graph,
    loan_world,
    post,
    three_models,
)

ANN = Caller("ann", "iam")
NULLABLE = st.none() | st.floats(width=32, allow_nan=False, allow_infinity=False)


def generally(request: Request, world: World, model: str = "loan_default") -> Response:
    return answer_rows(request, world.ports, Asked(model), read=read_tensors, write=write_tensors)


def ask(document: object, caller: Caller | None = ANN, **headers: str) -> Request:
    request = post(INFER, document, **headers)
    return Request("POST", INFER, request.headers, request.body, {}, caller)


@given(
    values=st.tuples(NULLABLE, st.integers(-100, 100), st.booleans(), NULLABLE),
    region=st.sampled_from(["north", "south", "west", "", None, "\u00f6st"]),
    as_matrix=st.booleans(),
    caller=st.sampled_from([ANN, None]),
    name=st.sampled_from([{}, {"id": None}, {"id": "\u00f6"}]),
)
def test_answers_and_captures_as_the_general_way_does(
    values: tuple[Any, ...],
    region: str | None,
    as_matrix: bool,
    caller: Caller | None,
    name: dict[str, Any],
) -> None:
    quick, slow = loan_world(), loan_world()
    car_value, age, is_member, salary = values
    matrix = {**NUMBERS, "data": [car_value, age, int(is_member), salary]}
    columns = [
        tensor("car_value", "FP32", car_value),
        tensor("age", "INT64", age),
        tensor("is_member", "BOOL", is_member),
        tensor("salary", "FP64", salary),
    ]
    inputs = [matrix] if as_matrix else columns
    request = ask(with_inputs(*inputs, tensor("region", "BYTES", region), **name), caller)

    response = answer_tensors_of_one(request, quick.ports, "loan_default")

    if response is not None:
        assert response == generally(request, slow)
        assert quick.stdout.getvalue() == slow.stdout.getvalue()
        assert quick.lines()


@pytest.mark.parametrize("inputs", [LOAN, [NUMBERS, REGION]])
def test_answers_an_ordinary_request(inputs: list[object]) -> None:
    world = loan_world()

    response = answer_tensors_of_one(ask(with_inputs(*inputs)), world.ports, "loan_default")

    assert response is not None
    assert response.status == 200
    (line,) = world.lines()
    assert line["caller"] == "ann"


@pytest.mark.parametrize("model", ["car_price", "tier"])
def test_answers_each_task_as_the_general_way_does(model: str) -> None:
    quick, slow = three_models(), three_models()
    request = ask(with_inputs({"name": "x", "shape": [1, 2], "datatype": "INT8", "data": [3, 40]}))

    response = answer_tensors_of_one(request, quick.ports, model)

    assert response == generally(request, slow, model)
    assert quick.stdout.getvalue() == slow.stdout.getvalue()


@pytest.mark.parametrize(
    ("document", "headers"),
    [
        (with_inputs(*LOAN, outputs=[{"name": "label"}]), {}),
        (with_inputs(*LOAN, parameters={"binary_data_output": True}), {}),
        (with_inputs(*LOAN[1:]), {}),
        (with_inputs({**NUMBERS, "shape": [2, 4], "data": NUMBERS["data"] * 2}), {}),
        (with_inputs(*LOAN, id="i" * 257), {}),
        (with_inputs(*LOAN, id="i" * 70_000), {}),
        (with_inputs(*LOAN, id="i" * 4_000), {}),
        (b'{"inputs": NaN}', {}),
        (b" " * 10, {}),
        (with_inputs(*LOAN), {"x_inference_id": "mine"}),
        (with_inputs(*LOAN), {"x_routing_key": "mine"}),
        (with_inputs(*LOAN), {"content_encoding": "identity"}),
        (with_inputs(*LOAN), {"content_type": "application/json; charset=utf-8"}),
        (BINARY_LOAN[0], {"inference_header_content_length": BINARY_LOAN[1]}),
    ],
)
def test_steps_aside_for_all_else(document: object, headers: dict[str, str]) -> None:
    world = loan_world()

    assert answer_tensors_of_one(ask(document, **headers), world.ports, "loan_default") is None
    assert world.lines() == []


def test_steps_aside_where_an_answer_has_a_limit_of_its_own() -> None:
    world, request = loan_world(), replace(ask(with_inputs(*LOAN)), maximum_answer_bytes=10)

    assert answer_tensors_of_one(request, world.ports, "loan_default") is None
    assert world.lines() == []


def test_steps_aside_where_the_model_has_no_finite_answer() -> None:
    world = World()
    world.publish(PRICE_SPEC, linear_graph((10.0, 10.0)))
    matrix = {"name": "x", "shape": [1, 2], "datatype": "FP32", "data": [1, 3e38]}

    assert answer_tensors_of_one(ask(with_inputs(matrix)), world.ports, "car_price") is None
