import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.openapi.models import OpenAPI
from hypothesis import given
from hypothesis import strategies as st

from functions.contracts.routes import ROUTES as DECLARED
from functions.serving.app import answer_request
from functions.serving.documents import ProblemDocument
from functions.serving.problems import PROBLEM_TYPES
from functions.serving.route_table import ROUTES
from tests.unit.serving.graphs import linear_graph, logistic_graph
from tests.unit.serving.json_schema import fits, resolve
from tests.unit.serving.world import (
    GOOD_LOAN,
    LOAN_GRAPH,
    LOAN_WEIGHTS,
    PRICE_SPEC,
    World,
    artifact_spec,
    get,
    loan_world,
    post,
    three_models,
)

OTHER_GRAPH = logistic_graph(LOAN_WEIGHTS, bias=1.0)
MODELS = ("car_price", "loan_default", "tier")


def describe(world: World) -> dict[str, Any]:
    response = answer_request(get("/openapi.json"), world.ports)
    assert (response.status, response.content_type) == (200, "application/json")
    return json.loads(response.body)


WORLD = three_models()
DESCRIPTION = describe(WORLD)


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from references(item)


def predict_operation(model: str) -> dict[str, Any]:
    return DESCRIPTION["paths"][f"/models/{model}/predict"]["post"]


def test_is_an_openapi_document_whose_references_lead_somewhere() -> None:
    OpenAPI.model_validate(DESCRIPTION)

    found = set(references(DESCRIPTION))

    assert DESCRIPTION["openapi"].startswith("3.1")
    assert len(found) > 15
    assert all(resolve(ref, DESCRIPTION) for ref in found)


def test_describes_every_route_and_no_other() -> None:
    described = {
        (verb.upper(), path)
        for path, item in DESCRIPTION["paths"].items()
        for verb in item
        if verb != "parameters"
    }
    # Routes with a model in them are described once a model where the model decides their schema.
    generic = {(route.definition.method, route.definition.path) for route in ROUTES}
    assert generic == {(route.method, route.path) for route in DECLARED}
    expected = {
        (method, path.replace("{model}", model) if method == "POST" else path)
        for method, path in generic
        for model in MODELS
    }

    assert described == expected


def test_names_every_operation_once() -> None:
    names = [one["operationId"] for item in DESCRIPTION["paths"].values() for one in item.values()]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("model", MODELS)
def test_gives_examples_that_the_api_answers_as_described(model: str) -> None:
    operation = predict_operation(model)
    content = operation["requestBody"]["content"]["application/json"]
    answer_schema = operation["responses"]["200"]["content"]["application/json"]["schema"]

    for example in content["examples"].values():
        response = answer_request(post(f"/models/{model}/predict", example["value"]), WORLD.ports)

        assert fits(content["schema"], example["value"], DESCRIPTION)
        assert response.status == 200
        assert fits(answer_schema, json.loads(response.body), DESCRIPTION)


@pytest.mark.parametrize("model", MODELS)
def test_shows_the_answer_that_the_example_really_gets(model: str) -> None:
    operation = predict_operation(model)
    example = operation["requestBody"]["content"]["application/json"]["examples"]["one"]["value"]
    shown = operation["responses"]["200"]["content"]["application/json"]["example"]

    request = post(f"/models/{model}/predict", example, x_inference_id="example")

    assert json.loads(answer_request(request, WORLD.ports).body) == shown


@pytest.mark.parametrize("model", MODELS)
def test_gives_an_outcome_that_the_api_takes(model: str) -> None:
    operation = DESCRIPTION["paths"][f"/models/{model}/ground-truth"]["post"]
    content = operation["requestBody"]["content"]["application/json"]

    response = answer_request(
        post(f"/models/{model}/ground-truth", content["example"]), WORLD.ports
    )

    assert fits(content["schema"], content["example"], DESCRIPTION)
    assert response.status == 202


def as_columns(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}


FEATURE_VALUES = st.sampled_from([None, True, False, 0, 1, -7, 2.0, 2.5, 1e6, "", "south", [], {}])
RECORDS = st.fixed_dictionaries({}, optional=dict.fromkeys((*GOOD_LOAN, "unknown"), FEATURE_VALUES))
# Mostly good records with one or two members changed, so that both answers occur often.
NEARLY_GOOD = RECORDS.map(lambda changes: {**GOOD_LOAN, **dict(list(changes.items())[:2])})
BODIES = st.one_of(
    RECORDS,
    NEARLY_GOOD,
    st.lists(NEARLY_GOOD, max_size=3).map(lambda records: {"records": records}),
    st.lists(NEARLY_GOOD, min_size=1, max_size=3).map(lambda rows: {"columns": as_columns(rows)}),
    st.fixed_dictionaries({"records": FEATURE_VALUES}, optional={"age": FEATURE_VALUES}),
    st.fixed_dictionaries({"columns": FEATURE_VALUES}, optional={"age": FEATURE_VALUES}),
    FEATURE_VALUES,
)


@given(BODIES)
def test_describes_exactly_what_is_answered(body: object) -> None:
    schema = predict_operation("loan_default")["requestBody"]["content"]["application/json"][
        "schema"
    ]

    response = answer_request(post("/models/loan_default/predict", body), WORLD.ports)

    assert response.status == (200 if fits(schema, body, DESCRIPTION) else 422)


def test_describes_exactly_what_is_answered_when_more_features_are_let_in() -> None:
    world = World()
    world.publish(artifact_spec(extra_features="ignore"), LOAN_GRAPH)
    description = describe(world)
    schema = description["components"]["schemas"]["loan_default.Request"]
    body = {**GOOD_LOAN, "unknown": 1}

    response = answer_request(post("/models/loan_default/predict", body), world.ports)

    assert response.status == 200
    assert fits(schema, body, description)


def test_describes_the_answers_of_the_other_routes() -> None:
    for path, variables in (
        ("/models", {}),
        ("/models/{model}", {"model": "tier"}),
        ("/models/{model}/versions/{number}", {"model": "tier", "number": 1}),
        ("/health", {}),
    ):
        described = DESCRIPTION["paths"][path]["get"]["responses"]["200"]
        response = answer_request(get(path.format(**variables)), WORLD.ports)

        schema = described["content"]["application/json"]["schema"]
        assert fits(schema, json.loads(response.body), DESCRIPTION)


@pytest.mark.parametrize(
    "request_",
    [
        get("/nope"),
        get("/models/nobody"),
        get("/models/tier/predict"),
        post("/models/tier/predict", b"{"),
        post("/models/tier/predict", {"door_count": 1.5}),
        post("/models/tier/predict", {}, x_inference_id=" "),
        post("/models/tier/predict", b" " * 5_000_000),
        post("/models/tier/ground-truth", [{}]),
    ],
    ids=lambda request: f"{request.method} {request.path} {request.body[:20]!r}",
)
def test_describes_refusals(request_: Any) -> None:
    response = answer_request(request_, WORLD.ports)

    document = json.loads(response.body)
    schema = DESCRIPTION["components"]["schemas"]["ProblemDocument"]
    ProblemDocument.model_validate(document)
    assert fits(schema, document, DESCRIPTION)
    assert response.status == document["status"]
    assert document["type"] in {
        f"urn:windvane:problem:{kind.name}" for kind in PROBLEM_TYPES.values()
    }


def test_leaves_out_models_that_have_no_champion() -> None:
    world = loan_world()
    world.publish(PRICE_SPEC, linear_graph((1.0, 1.0)), promote=False)

    assert "/models/car_price/predict" not in describe(world)["paths"]


def test_follows_the_champion() -> None:
    world = loan_world()
    before = describe(world)
    world.publish(artifact_spec(maximum_rows=7), OTHER_GRAPH, number=2)
    world.clock.seconds = 60

    after = describe(world)

    about = [
        one["paths"]["/models/loan_default/predict"]["post"]["x-windvane-model"]
        for one in (before, after)
    ]
    assert [(one["version"], one["maximum_rows"]) for one in about] == [(1, 5000), (2, 7)]


def test_shows_no_answer_where_the_example_has_no_finite_one() -> None:
    world = World()
    world.publish(PRICE_SPEC, linear_graph((1.0, 1.0), bias=float("inf")))

    operation = describe(world)["paths"]["/models/car_price/predict"]["post"]

    assert "example" not in operation["responses"]["200"]["content"]["application/json"]


def test_captures_nothing_when_it_is_asked_for() -> None:
    world = three_models()

    describe(world)

    assert world.lines() == []


def test_cannot_describe_what_the_registry_does_not_say() -> None:
    world = three_models()
    world.registry.reachable = False

    assert answer_request(get("/openapi.json"), world.ports).status == 503
