"""What POST /models/{model}/predict answers, good and bad, and what it leaves on stdout."""

import json

import numpy as np
import pytest

from functions.contracts.capture import FailureLine
from functions.serving.app import answer_request
from functions.serving.bodies import MAXIMUM_BODY_BYTES
from functions.serving.exchange import Request
from tests.unit.serving.asking import PREDICT, body_of, predict
from tests.unit.serving.graphs import linear_graph
from tests.unit.serving.world import (
    GOOD_LOAN,
    LOAN_GRAPH,
    LOAN_WEIGHTS,
    NOW,
    PRICE_SPEC,
    World,
    artifact_spec,
    loan_world,
    post,
    three_models,
)


def without(*names: str) -> dict[str, object]:
    return {name: value for name, value in GOOD_LOAN.items() if name not in names}


def test_answers_one_record() -> None:
    weighted = sum(
        w * float(v) for w, v in zip(LOAN_WEIGHTS, (22000, 40, 1, 1, 51000.5), strict=True)
    )

    response = predict(GOOD_LOAN)

    assert (response.status, response.content_type) == (200, "application/json")
    answer = body_of(response)
    (prediction,) = answer.pop("predictions")
    assert answer == {"model": "loan_default", "version": 1, "inference_ids": ["id-1"]}
    assert prediction["probability"] == pytest.approx(1 / (1 + np.exp(-weighted)), abs=1e-6)
    assert prediction["label"] == int(prediction["probability"] >= 0.5)


def test_answers_several_records_in_their_order() -> None:
    records = [{**GOOD_LOAN, "age": age} for age in (18, 50, None)]

    answer = body_of(predict({"records": records}))
    alone = [body_of(predict(record))["predictions"][0] for record in records]

    assert answer["inference_ids"] == ["id-1/0", "id-1/1", "id-1/2"]
    assert answer["predictions"] == alone


def test_answers_each_task_in_its_own_terms() -> None:
    world = three_models()
    record = {"door_count": 2, "mileage": 1.0}

    value = answer_request(post("/models/car_price/predict", record), world.ports)
    tier = answer_request(post("/models/tier/predict", record), world.ports)

    assert body_of(value)["predictions"] == [{"value": 20.6}]
    (prediction,) = body_of(tier)["predictions"]
    assert prediction["label"] == "gold"
    assert list(prediction["probabilities"]) == ["gold", "silver", "tin"]
    assert prediction["probability"] == prediction["probabilities"]["gold"]


def test_takes_the_callers_name_for_the_inference() -> None:
    one = body_of(predict(GOOD_LOAN, x_inference_id="order:7.a-B_c"))
    two = body_of(predict({"records": [GOOD_LOAN] * 2}, x_inference_id="order"))

    assert one["inference_ids"] == ["order:7.a-B_c"]
    assert two["inference_ids"] == ["order/0", "order/1"]


@pytest.mark.parametrize("value", ["", "a b", "a/0", "a" * 65, "é", "a,b", "a\n"])
def test_refuses_a_name_that_is_none(value: str) -> None:
    world = loan_world()

    response = predict(GOOD_LOAN, world, x_inference_id=value)

    assert response.status == 422
    assert body_of(response)["errors"][0]["header"] == "X-Inference-Id"
    assert world.lines() == []


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "Application/JSON; charset=utf-8", 'application/json;charset="UTF-8"', ""],
)
def test_reads_json_whatever_its_type_is_called(content_type: str) -> None:
    assert predict(GOOD_LOAN, content_type=content_type).status == 200


def test_reads_json_without_a_content_type() -> None:
    request = Request("POST", PREDICT, {}, json.dumps(GOOD_LOAN).encode())

    assert answer_request(request, loan_world().ports).status == 200


def worth(number: str) -> bytes:
    """A record whose car_value is written in digits that Python would not write."""
    return json.dumps(GOOD_LOAN).replace("22000.0", number).encode()


BAD_BODIES = [
    # status, problem, pointer of the first error, body
    (400, "malformed_body", "", b""),
    (400, "malformed_body", "", b"{"),
    (400, "malformed_body", "", b"records"),
    (400, "malformed_body", "", b"\xff"),
    (400, "malformed_body", "", b"[" * 1_000_000),
    (400, "malformed_body", "", b'{"car_value":' + b"9" * 5000 + b"}"),
    (400, "malformed_body", "/car_value", b'{"car_value": NaN}'),
    (400, "malformed_body", "/records/0/car_value", b'{"records": [{"car_value": Infinity}]}'),
    (400, "malformed_body", "/records/0/car_value", b'{"records": [{"car_value": -Infinity}]}'),
    (400, "malformed_body", "/car_value", b'{"car_value": 1, "car_value": 1}'),
    (400, "malformed_body", "/records/1/age", b'{"records": [{}, {"age": 1, "age": 2}]}'),
    (400, "malformed_body", "/region", b'{"region": "\\ud83d"}'),
    (422, "record_does_not_fit", "", []),
    (422, "record_does_not_fit", "", [GOOD_LOAN]),
    (422, "record_does_not_fit", "", "text"),
    (422, "record_does_not_fit", "", None),
    (422, "record_does_not_fit", "", 5),
    (422, "record_does_not_fit", "/car_value", {}),
    (422, "record_does_not_fit", "/records", {"records": []}),
    (422, "record_does_not_fit", "/records", {"records": GOOD_LOAN}),
    (422, "record_does_not_fit", "/records/0", {"records": [None]}),
    (422, "record_does_not_fit", "/records/1", {"records": [GOOD_LOAN, []]}),
    (422, "record_does_not_fit", "/params", {"records": [GOOD_LOAN], "params": {}}),
    (422, "record_does_not_fit", "/car_value", worth("1e999")),
    (422, "record_does_not_fit", "/car_value", worth("-1e400")),
    (422, "record_does_not_fit", "/car_value", {**GOOD_LOAN, "car_value": 10**400}),
    (422, "record_does_not_fit", "/car_value", {**GOOD_LOAN, "car_value": 1e39}),
    (422, "record_does_not_fit", "/car_value", {**GOOD_LOAN, "car_value": True}),
    (422, "record_does_not_fit", "/car_value", {**GOOD_LOAN, "car_value": "22000"}),
    (422, "record_does_not_fit", "/car_value", {**GOOD_LOAN, "car_value": [1]}),
    (422, "record_does_not_fit", "/car_value", {**GOOD_LOAN, "car_value": {"a": 1}}),
    (422, "record_does_not_fit", "/car_value", {**GOOD_LOAN, "car_value": None}),
    (422, "record_does_not_fit", "/car_value", without("car_value")),
    (422, "record_does_not_fit", "/age", {**GOOD_LOAN, "age": 40.5}),
    (422, "record_does_not_fit", "/age", {**GOOD_LOAN, "age": False}),
    (422, "record_does_not_fit", "/age", {**GOOD_LOAN, "age": -(10**39)}),
    (422, "record_does_not_fit", "/is_member", {**GOOD_LOAN, "is_member": 1}),
    (422, "record_does_not_fit", "/is_member", {**GOOD_LOAN, "is_member": "true"}),
    (422, "record_does_not_fit", "/is_member", {**GOOD_LOAN, "is_member": None}),
    (422, "record_does_not_fit", "/region", {**GOOD_LOAN, "region": 1}),
    (422, "record_does_not_fit", "/region", {**GOOD_LOAN, "region": True}),
    (422, "record_does_not_fit", "/Region", {**GOOD_LOAN, "Region": "south"}),
    (422, "record_does_not_fit", "/a~1b~0", {**GOOD_LOAN, "a/b~": 1}),
    (422, "record_does_not_fit", "/records/2/car_value", {"records": [GOOD_LOAN] * 2 + [{}]}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "problem", "pointer", "body"),
    BAD_BODIES,
    ids=[f"{status}-{str(body)[:40]}" for status, _, _, body in BAD_BODIES],
)
def test_refuses_a_bad_body_and_points_to_it(
    status: int, problem: str, pointer: str, body: object
) -> None:
    world = loan_world()

    response = predict(body, world)

    answer = body_of(response)
    assert (response.status, response.content_type) == (status, "application/problem+json")
    assert answer["type"] == f"urn:windvane:problem:{problem}"
    assert answer["status"] == status
    assert answer["title"]
    assert answer["detail"]
    assert answer["errors"][0]["pointer"] == pointer
    assert world.lines() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"age": None},
        {"region": None},
        {"region": "a region that nobody knows"},
        {"region": ""},
        {"car_value": -1e30},
        {"car_value": 7},
        {"age": 3.0},
        {"age": 2**70},
    ],
)
def test_answers_what_is_only_unusual(changes: dict[str, object]) -> None:
    assert predict({**GOOD_LOAN, **changes}).status == 200


def test_answers_a_record_that_leaves_out_what_may_be_missing() -> None:
    absent = body_of(predict(without("age", "region")))
    null = body_of(predict({**GOOD_LOAN, "age": None, "region": None}))

    assert absent["predictions"] == null["predictions"]


def test_leaves_unknown_features_alone_where_the_spec_says_so() -> None:
    world = World()
    world.publish(artifact_spec(extra_features="ignore"), LOAN_GRAPH)

    response = predict({**GOOD_LOAN, "customer": "c-17"}, world)

    assert body_of(response)["predictions"] == body_of(predict(GOOD_LOAN))["predictions"]


@pytest.mark.parametrize(
    "content_type",
    ["text/csv", "application/xml", "application/json; charset=latin-1", "x", "application/jsonp"],
)
def test_refuses_another_media_type(content_type: str) -> None:
    response = predict(GOOD_LOAN, content_type=content_type)

    assert response.status == 415
    assert "send application/json" in body_of(response)["detail"]


def test_refuses_a_coded_body() -> None:
    assert predict(GOOD_LOAN, content_encoding="br").status == 415
    assert predict(GOOD_LOAN, content_encoding="identity").status == 200


def test_refuses_more_rows_than_the_model_takes() -> None:
    world = World()
    world.publish(artifact_spec(maximum_rows=3), LOAN_GRAPH)

    response = predict({"records": [GOOD_LOAN] * 4}, world)

    assert response.status == 413
    assert body_of(response)["limit"] == 3
    assert "4 rows in one request, the most is 3" in body_of(response)["detail"]
    assert "send" in body_of(response)["detail"]
    assert predict({"records": [GOOD_LOAN] * 3}, world).status == 200


def test_refuses_a_body_that_no_invocation_carries() -> None:
    response = predict(b" " * (MAXIMUM_BODY_BYTES + 1))

    assert response.status == 413
    assert body_of(response)["limit"] == MAXIMUM_BODY_BYTES
    assert predict(b" " * MAXIMUM_BODY_BYTES).status == 400


def test_refuses_to_answer_more_than_an_invocation_carries() -> None:
    world = World()
    world.publish(PRICE_SPEC.model_copy(update={"maximum_rows": 100_000}), linear_graph((1.0, 1.0)))
    records = [{"door_count": 1, "mileage": 1.0}] * 90_000
    request = post("/models/car_price/predict", {"records": records}, x_inference_id="a" * 64)

    response = answer_request(request, world.ports)

    assert response.status == 413
    assert "the answer has" in body_of(response)["detail"]
    assert world.lines() == []


def test_refuses_a_record_to_which_the_model_has_no_finite_answer() -> None:
    world = World()
    world.publish(PRICE_SPEC, linear_graph((10.0, 10.0)))
    good, extreme = {"door_count": 1, "mileage": 1.0}, {"door_count": 1, "mileage": 3e38}
    request = post("/models/car_price/predict", {"records": [good, extreme]})

    response = answer_request(request, world.ports)

    assert response.status == 422
    assert body_of(response)["type"].endswith(":no_finite_answer")
    assert [error["pointer"] for error in body_of(response)["errors"]] == ["/records/1"]
    (failure,) = world.lines()
    assert failure == {
        "windvane": "failure",
        "id": "id-1",
        "model": "car_price",
        "version": 1,
        "at": "2026-03-01T12:00:00.000+00:00",
        "variant": "champion",
        "status": 422,
        "error": "NoFiniteAnswerError",
    }
    assert FailureLine.model_validate(failure).at == NOW


def test_lists_the_first_problems_and_says_that_there_are_more() -> None:
    answer = body_of(predict({"records": [{}] * 1000}))

    assert len(answer["errors"]) == 50
    assert answer["and_more"] is True
