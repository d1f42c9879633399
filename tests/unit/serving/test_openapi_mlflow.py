"""What the description says of MLflow's and SageMaker's routes is what they answer."""

import json
import math
from typing import Any

import pytest

from functions.serving.app import answer_request
from functions.serving.exchange import Request, Response
from tests.unit.serving.graphs import linear_graph
from tests.unit.serving.json_schema import fits
from tests.unit.serving.world import PRICE_SPEC, World, get, three_models

MODELS = ("car_price", "loan_default", "tier")
PATHS = ("/models/{}/invocations", "/endpoints/{}/invocations")
WORLD = three_models()


def describe(world: World) -> dict[str, Any]:
    return json.loads(answer_request(get("/openapi.json"), world.ports).body)


DESCRIPTION = describe(WORLD)


def send(path: str, body: object, media_type: str = "application/json") -> Response:
    content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return answer_request(Request("POST", path, {"content-type": media_type}, content), WORLD.ports)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("model", MODELS)
def test_shows_a_request_that_is_answered_as_shown(path: str, model: str) -> None:
    place = path.format(model)
    operation = DESCRIPTION["paths"][place]["post"]
    sent = operation["requestBody"]["content"]
    answered = operation["responses"]["200"]["content"]["application/json"]

    response = send(place, sent["application/json"]["example"])

    assert fits(
        sent["application/json"]["schema"], sent["application/json"]["example"], DESCRIPTION
    )
    assert json.loads(response.body) == answered["example"]
    assert fits(answered["schema"], answered["example"], DESCRIPTION)
    assert send(place, sent["text/csv"]["example"], "text/csv").body == response.body


@pytest.mark.parametrize("path", PATHS)
def test_describes_every_form_and_both_methods(path: str) -> None:
    place = path.format("tier")
    operation = DESCRIPTION["paths"][place]["post"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
    car = {"door_count": 4, "mileage": 1.5}
    forms: list[dict[str, Any]] = [
        {"dataframe_split": {"data": [[4, 1.5]]}},
        {"dataframe_records": [car]},
        {"instances": [car]},
        {"instances": [[4, 1.5]]},
        {"inputs": {"door_count": [4], "mileage": [1.5]}},
        {"inputs": car},
    ]

    for form in forms:
        for params in (None, {}, {"predict_method": "predict_proba"}):
            body = {**form, "params": params}
            response = send(place, body)
            assert response.status == 200
            assert fits(schema, body, DESCRIPTION)
            assert fits(answer, json.loads(response.body), DESCRIPTION)


@pytest.mark.parametrize(
    ("path", "body", "media_type"),
    [
        ("/models/tier/invocations", {}, "application/json"),
        ("/models/tier/invocations", "{", "application/json"),
        ("/models/tier/invocations", " " * 5_000_000, "application/json"),
        ("/models/tier/invocations", "{}", "text/plain"),
        ("/endpoints/tier/invocations", {}, "application/json"),
        ("/endpoints/tier/invocations", "{}", "text/plain"),
        ("/endpoints/tier/invocations", " " * 5_000_000, "application/json"),
    ],
)
def test_describes_refusals(path: str, body: object, media_type: str) -> None:
    described = DESCRIPTION["paths"][path]["post"]["responses"]

    response = send(path, body, media_type)

    content = described[str(response.status)]["content"]
    schema = content[response.content_type.partition(";")[0]]["schema"]
    said = json.loads(response.body) if "$ref" in schema else response.body.decode()
    assert fits(schema, said, DESCRIPTION)


@pytest.mark.parametrize("route", ["ping", "health", "version"])
def test_describes_the_pings(route: str) -> None:
    described = DESCRIPTION["paths"][f"/models/{{model}}/{route}"]["get"]["responses"]

    good = answer_request(get(f"/models/tier/{route}"), WORLD.ports)
    bad = answer_request(get(f"/models/nobody/{route}"), WORLD.ports)

    assert good.content_type.partition(";")[0] in described["200"]["content"]
    schema = described["404"]["content"]["application/json"]["schema"]
    assert fits(schema, json.loads(bad.body), DESCRIPTION)


def test_shows_no_answer_that_is_not_finite() -> None:
    world = World()
    world.publish(PRICE_SPEC, linear_graph((1.0, 1.0), bias=math.inf))

    described = describe(world)["paths"]["/models/car_price/invocations"]["post"]

    assert "example" not in described["responses"]["200"]["content"]["application/json"]
