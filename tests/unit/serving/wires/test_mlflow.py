"""MLflow's routes; what its scoring server itself answers is held in test_mlflow_golden."""

import gzip
import json

import pytest

from functions.core.predictions import describe_predictions
from functions.serving.app import answer_request
from functions.serving.exchange import Request
from tests.unit.serving.graphs import linear_graph
from tests.unit.serving.test_split_versions import split
from tests.unit.serving.wires.asking import CSV, ask, said
from tests.unit.serving.world import (
    GOOD_LOAN,
    LOAN_GRAPH,
    PRICE_SPEC,
    World,
    artifact_spec,
    get,
    loan_world,
    three_models,
)

INVOCATIONS = "/models/loan_default/invocations"
RECORDS = {"dataframe_records": [GOOD_LOAN, GOOD_LOAN]}


@pytest.mark.parametrize("route", ["ping", "health"])
def test_answers_a_ping_for_a_model_that_can_be_served(route: str) -> None:
    response = answer_request(get(f"/models/loan_default/{route}"), loan_world().ports)

    assert (response.status, response.body) == (200, b"\n")


def test_answers_its_version_as_a_text() -> None:
    response = answer_request(get("/models/loan_default/version"), loan_world().ports)

    assert response.status == 200
    assert [part.isdigit() for part in response.body.decode().split(".")] == [True] * 3


@pytest.mark.parametrize("route", ["ping", "health", "version"])
def test_answers_no_ping_for_a_model_that_cannot_be_served(route: str) -> None:
    world = World()
    world.publish(artifact_spec(), LOAN_GRAPH, promote=False)

    waiting = answer_request(get(f"/models/loan_default/{route}"), world.ports)
    unknown = answer_request(get(f"/models/nobody/{route}"), world.ports)

    assert (waiting.status, said(waiting)["error_code"]) == (503, "TEMPORARILY_UNAVAILABLE")
    assert waiting.headers["retry-after"] == "30"
    assert (unknown.status, said(unknown)["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")


def test_answers_the_labels_and_values_of_the_other_wires() -> None:
    world = three_models()
    cars = [[4, 1000.5], [2, 250000.0]]

    tier = said(ask(world, "/models/tier/invocations", {"instances": cars}))
    price = said(ask(world, "/models/car_price/invocations", {"instances": cars}))

    outputs = {
        name: world.ports.versions.champion(name).graph.run(
            world.ports.versions.champion(name)
            .reader.read({"columns": {"door_count": [4, 2], "mileage": [1000.5, 250000.0]}})
            .matrix
        )
        for name in ("tier", "car_price")
    }
    spec = world.ports.versions.champion("tier").spec
    told = describe_predictions(spec.task, spec.classes, outputs["tier"])
    assert tier == {"predictions": [row["label"] for row in told]}
    assert price == {"predictions": [540.35, 125020.1]}


def test_answers_probabilities_in_class_order_when_asked() -> None:
    world = loan_world()
    asked = {**RECORDS, "params": {"predict_method": "predict_proba"}}

    probabilities = said(ask(world, INVOCATIONS, asked))["predictions"]

    predicted = said(ask(world, "/models/loan_default/predict", {"records": [GOOD_LOAN]}))
    assert [row[1] for row in probabilities] == [predicted["predictions"][0]["probability"]] * 2
    assert [sum(row) for row in probabilities] == pytest.approx([1.0, 1.0])


def test_names_the_version_and_the_inference_in_headers_and_captures_both() -> None:
    world = loan_world()

    response = ask(
        world,
        INVOCATIONS,
        RECORDS,
        {"content-type": "application/json", "x-inference-id": "order-7"},
    )

    assert response.headers == {"x-inference-id": "order-7", "x-model-version": "1"}
    assert len(world.lines()) == 1
    assert "order-7" in world.stdout.getvalue()


def test_splits_its_callers_as_every_wire_does() -> None:
    world = loan_world()
    split(world, LOAN_GRAPH, percent=50.0)

    versions = {
        ask(
            world,
            INVOCATIONS,
            RECORDS,
            {"content-type": "application/json", "x-routing-key": f"key-{i}"},
        ).headers["x-model-version"]
        for i in range(40)
    }

    assert versions == {"1", "2"}


def test_reads_a_compressed_body() -> None:
    body = gzip.compress(json.dumps(RECORDS).encode())
    headers = {"content-type": "application/json", "content-encoding": "gzip"}

    assert ask(loan_world(), INVOCATIONS, body, headers).status == 200


def test_reads_a_compressed_csv() -> None:
    body = gzip.compress((",".join(GOOD_LOAN) + "\n1,2,true,x,1\n").encode())

    assert ask(loan_world(), INVOCATIONS, body, {**CSV, "content-encoding": "gzip"}).status == 200


def test_says_no_in_mlflows_words() -> None:
    response = ask(loan_world(), INVOCATIONS, {"dataframe_records": [{**GOOD_LOAN, "age": "x"}]})

    assert response.status == 400
    assert said(response) == {
        "error_code": "BAD_REQUEST",
        "message": '/dataframe_records/0/age: expected a whole number, got "x"',
    }


def test_says_with_415_what_it_reads() -> None:
    response = ask(loan_world(), INVOCATIONS, "x", {"content-type": "text/plain"})

    assert (response.status, response.content_type) == (415, "text/plain; charset=utf-8")
    assert response.body == (
        b"content-type 'text/plain' is not read; send application/json or text/csv in UTF-8"
    )


def test_says_413_with_the_limit() -> None:
    world = World()
    world.publish(artifact_spec(maximum_rows=1), LOAN_GRAPH)

    response = ask(world, INVOCATIONS, RECORDS)

    assert (response.status, said(response)["error_code"]) == (413, "BAD_REQUEST")
    assert "the most is 1" in said(response)["message"]


def test_says_that_the_model_has_no_finite_answer() -> None:
    world = World()
    world.publish(PRICE_SPEC, linear_graph((3e38, 3e38)))

    response = ask(world, "/models/car_price/invocations", {"instances": [[0, 0.0], [3, 3.0]]})

    assert response.status == 400
    assert said(response)["message"].startswith("/instances/1: the model has no finite answer")


def test_answers_a_fault_of_ours_with_an_incident() -> None:
    world = loan_world()
    world.ports.captures.write = None  # type: ignore[method-assign] # it is what breaks

    response = ask(world, INVOCATIONS, RECORDS)

    assert (response.status, said(response)["error_code"]) == (500, "INTERNAL_ERROR")
    assert said(response)["message"].endswith("the incident id-2")


def test_says_which_method_the_route_has() -> None:
    response = answer_request(Request("GET", INVOCATIONS), loan_world().ports)

    assert (response.status, response.headers["allow"]) == (405, "POST")
    assert said(response)["error_code"] == "BAD_REQUEST"
