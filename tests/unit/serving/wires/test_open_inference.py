import base64
import gzip
import json
import zlib
from typing import Any

import numpy as np
import pytest

from functions.core.tensors import read_binary
from functions.serving.app import answer_event, answer_request
from functions.serving.exchange import Request
from tests.unit.serving.wires.inferring import (
    BINARY_LOAN,
    INFER,
    LOAN,
    NUMBERS,
    REGION,
    infer,
    outputs,
    tensor,
    with_inputs,
)
from tests.unit.serving.world import (
    GOOD_LOAN,
    LOAN_WEIGHTS,
    artifact_spec,
    loan_world,
    logistic_graph,
    post,
    three_models,
)


def test_says_the_numbers_that_every_wire_says() -> None:
    world = loan_world()
    answer = json.loads(
        answer_request(post("/models/loan_default/predict", GOOD_LOAN), world.ports).body
    )
    (prediction,) = answer["predictions"]

    for body in (with_inputs(*LOAN), with_inputs(NUMBERS, REGION)):
        said = outputs(infer(body, world=world))

        assert said["probabilities"][1] == prediction["probability"]
        assert said["label"] == [prediction["label"]]


def test_names_the_version_the_request_and_the_inference() -> None:
    response = infer(with_inputs(*LOAN, id="mine"), x_inference_id="order-7")

    answer = json.loads(response.body)
    assert answer["model_name"] == "loan_default"
    assert answer["model_version"] == "1"
    assert answer["id"] == "mine"
    assert answer["parameters"] == {"inference_id": "order-7", "variant": "champion"}
    assert "id" not in json.loads(infer(with_inputs(*LOAN)).body)


def test_answers_with_the_version_that_the_path_names() -> None:
    world = loan_world()
    other = logistic_graph(tuple(-weight for weight in LOAN_WEIGHTS))
    world.publish(artifact_spec(), other, number=2, promote=False)

    champion = infer(with_inputs(*LOAN), world=world)
    pinned = infer(with_inputs(*LOAN), world=world, path="/v2/models/loan_default/versions/2/infer")

    assert json.loads(pinned.body)["model_version"] == "2"
    assert outputs(pinned)["probabilities"] == outputs(champion)["probabilities"][::-1]


def test_captures_what_it_answers_once() -> None:
    world = loan_world()
    nan = float("nan")

    infer(
        with_inputs(
            tensor("x", "FP64", *[22000.0, nan, 1, 51000.5] * 2) | {"shape": [2, 4]},
            tensor("region", "BYTES", "", "west"),
        ),
        world=world,
        x_inference_id="a",
    )

    (line,) = world.lines()
    rows = np.frombuffer(base64.b64decode(line["rows"]), "<f4").reshape(2, -1)
    assert (line["id"], line["n"], line["n_request"]) == ("a", 2, 2)
    assert np.isnan(rows[:, 1]).all()
    assert np.isnan(rows[0, 3])
    assert rows[1, 3] == -1.0


def test_reads_binary_tensors_without_a_content_type() -> None:
    body, length = BINARY_LOAN
    headers = {"inference-header-content-length": length}

    response = answer_request(Request("POST", INFER, headers, body), loan_world().ports)

    head = int(response.headers["inference-header-content-length"])
    probabilities, label = json.loads(response.body[:head])["outputs"]
    size = probabilities["parameters"]["binary_data_size"]
    tail = response.body[head:]
    expected = outputs(infer(with_inputs(*LOAN)))
    assert (response.content_type, response.is_binary) == ("application/octet-stream", True)
    assert "data" not in probabilities
    read = read_binary(tail[:size], "FP32", (1, 2), ())
    assert np.float32(read).tolist() == np.float32(expected["probabilities"]).tolist()
    assert read_binary(tail[size:], "INT64", (1,), ()) == expected["label"]
    assert label["parameters"]["binary_data_size"] == 8


def test_writes_only_the_outputs_that_are_asked_for_each_in_its_form() -> None:
    wanted = [{"name": "label", "parameters": {"binary_data": True}}, {"name": "probabilities"}]

    mixed = infer(with_inputs(*LOAN, outputs=wanted))
    in_json = infer(
        with_inputs(
            *LOAN,
            outputs=[{"name": "label", "parameters": {"binary_data": False}}],
            parameters={"binary_data_output": True},
        )
    )

    head = int(mixed.headers["inference-header-content-length"])
    label, probabilities = json.loads(mixed.body[:head])["outputs"]
    assert label["parameters"] == {"binary_data_size": 8}
    assert len(mixed.body) == head + 8
    assert len(probabilities["data"]) == 2
    assert list(outputs(in_json)) == ["label"]


def test_answers_each_task() -> None:
    world = three_models()
    matrix = with_inputs({"name": "any", "shape": [1, 2], "datatype": "INT8", "data": [[3, 40]]})

    price = infer(matrix, world=world, path="/v2/models/car_price/infer")
    tier = infer(matrix, world=world, path="/v2/models/tier/infer")

    assert outputs(price) == {"value": [50.1]}
    assert outputs(tier)["label"] == ["silver"]


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_reads_compressed_bodies_of_either_kind(pack: Any) -> None:
    coding = {gzip.compress: "gzip", zlib.compress: "deflate"}[pack]
    body, length = BINARY_LOAN
    headers = {"inference-header-content-length": length, "content-encoding": coding}

    response = answer_request(Request("POST", INFER, headers, pack(body)), loan_world().ports)

    assert response.is_binary


def rest_event(body: bytes, headers: dict[str, str]) -> dict[str, object]:
    return {
        "resource": "/v2/models/{model}/infer",
        "path": INFER,
        "httpMethod": "POST",
        "pathParameters": {"model": "loan_default"},
        "headers": headers,
        "requestContext": {"stage": "v1"},
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


@pytest.mark.parametrize(("accept", "is_binary"), [({}, False), ({"Accept": "*/*"}, True)])
def test_answers_in_json_where_a_rest_api_would_not_undo_base64(
    accept: dict[str, str], is_binary: bool
) -> None:
    body, length = BINARY_LOAN
    headers = {"Inference-Header-Content-Length": length, **accept}

    answer = answer_event(rest_event(body, headers), loan_world().ports)

    assert answer["statusCode"] == 200
    assert answer["isBase64Encoded"] is is_binary
    if not is_binary:
        assert len(json.loads(str(answer["body"]))["outputs"][0]["data"]) == 2


def test_says_which_header_keeps_bytes_as_they_are() -> None:
    body, length = BINARY_LOAN
    headers = {"Inference-Header-Content-Length": length}
    as_text = body.decode(errors="replace")

    event = rest_event(b"", headers) | {"body": as_text, "isBase64Encoded": False}
    answer = answer_event(event, loan_world().ports)
    cut = answer_event(rest_event(body[:-1], headers), loan_world().ports)

    assert "Content-Type: expected application/octet-stream" in str(answer["body"])
    assert "/inputs/1" in str(cut["body"])


@pytest.mark.parametrize("kind", ["http api", "load balancer"])
def test_answers_in_binary_where_base64_is_always_undone(kind: str) -> None:
    body, length = BINARY_LOAN
    event = rest_event(body, {"Inference-Header-Content-Length": length})
    if kind == "http api":
        context = {"http": {"method": "POST"}, "stage": "v1"}
        del event["resource"], event["path"], event["httpMethod"]
        event |= {"version": "2.0", "rawPath": INFER, "requestContext": context}
    else:
        del event["resource"]
        event["requestContext"] = {"elb": {"targetGroupArn": "arn"}}

    answer = answer_event(event, loan_world().ports)

    assert answer["statusCode"] == 200
    assert answer["isBase64Encoded"] is True
