import json
from typing import Any

import pytest

from functions.serving.app import answer_request
from tests.unit.serving.graphs import linear_graph
from tests.unit.serving.json_schema import fits
from tests.unit.serving.test_openapi import describe
from tests.unit.serving.world import (
    LOAN_FEATURES,
    PRICE_SPEC,
    World,
    get,
    post,
    three_models,
)

WORLD = three_models()
DESCRIPTION = describe(WORLD)
MODELS = ("car_price", "loan_default", "tier")


def operation(path: str, method: str = "post") -> dict[str, Any]:
    return DESCRIPTION["paths"][path][method]


def content(response: dict[str, Any]) -> dict[str, Any]:
    return response["content"]["application/json"]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("path", ["infer", "versions/{number}/infer"])
def test_shows_a_request_that_is_answered_as_shown(model: str, path: str) -> None:
    described = operation(f"/v2/models/{model}/{path}")
    sent = content(described["requestBody"])
    answered = content(described["responses"]["200"])

    url = f"/v2/models/{model}/{path}".replace("{number}", "1")
    response = answer_request(post(url, sent["example"], x_inference_id="example"), WORLD.ports)

    answer = json.loads(response.body)
    assert answer["outputs"] == answered["example"]["outputs"]
    assert fits(sent["schema"], sent["example"], DESCRIPTION)
    assert fits(answered["schema"], answer, DESCRIPTION)
    assert not fits(answered["schema"], {**answer, "more": 1}, DESCRIPTION)


def test_says_that_tensors_may_come_and_go_as_bytes() -> None:
    described = operation("/v2/models/loan_default/infer")

    names = [parameter["name"] for parameter in described["parameters"]]
    assert names == ["X-Inference-Id", "Inference-Header-Content-Length"]
    assert "application/octet-stream" in described["responses"]["200"]["content"]


@pytest.mark.parametrize(
    ("path", "described_as"),
    [
        ("/v2", "/v2"),
        ("/v2/health/live", "/v2/health/live"),
        ("/v2/health/ready", "/v2/health/ready"),
        ("/v2/models/tier", "/v2/models/{model}"),
        ("/v2/models/tier/versions/1", "/v2/models/{model}/versions/{number}"),
        ("/v2/models/tier/ready", "/v2/models/{model}/ready"),
        ("/v2/models/tier/versions/1/ready", "/v2/models/{model}/versions/{number}/ready"),
        ("/v2/models/nobody", "/v2/models/{model}"),
        ("/v2/models/nobody/ready", "/v2/models/{model}/ready"),
        ("/v2/models/tier/versions/9", "/v2/models/{model}/versions/{number}"),
    ],
)
def test_describes_what_is_answered(path: str, described_as: str) -> None:
    response = answer_request(get(path), WORLD.ports)

    described = operation(described_as, "get")["responses"][str(response.status)]
    assert fits(content(described)["schema"], json.loads(response.body), DESCRIPTION)


def test_describes_a_server_that_is_not_ready() -> None:
    response = answer_request(get("/v2/health/ready"), World().ports)

    described = operation("/v2/health/ready", "get")["responses"]["503"]
    assert response.status == 503
    assert fits(content(described)["schema"], json.loads(response.body), DESCRIPTION)


@pytest.mark.parametrize("body", [b"{", {"inputs": []}, {"inputs": [{"name": "x"}]}])
def test_describes_refusals(body: object) -> None:
    response = answer_request(post("/v2/models/tier/infer", body), WORLD.ports)

    described = operation("/v2/models/tier/infer")["responses"][str(response.status)]
    assert fits(content(described)["schema"], json.loads(response.body), DESCRIPTION)


def test_writes_truth_values_that_may_be_missing_as_numbers() -> None:
    member = LOAN_FEATURES.features[2].model_copy(update={"max_missing_rate": 0.1})
    schema = LOAN_FEATURES.model_copy(update={"features": (member,)})
    world = World()
    spec = PRICE_SPEC.model_copy(update={"feature_schema": schema})
    world.publish(spec, linear_graph((1.0,)))

    described = describe(world)["paths"]["/v2/models/car_price/infer"]["post"]

    (tensor,) = content(described["requestBody"])["example"]["inputs"]
    assert (tensor["datatype"], tensor["data"]) == ("FP32", [1])
    assert content(described["responses"]["200"])["example"]["outputs"][0]["data"] == [1.0]


def test_shows_no_answer_that_is_not_finite() -> None:
    world = World()
    world.publish(PRICE_SPEC, linear_graph((1.0, 1.0), bias=float("inf")))

    described = describe(world)["paths"]["/v2/models/car_price/infer"]["post"]

    assert "example" not in content(described["responses"]["200"])
