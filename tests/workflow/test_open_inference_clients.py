"""The Open Inference Protocol's clients call what is deployed, each in its own environment.

They call both kinds of API: the stage's REST API through `windvane docs`, whose loopback address
signs for clients that cannot, and an HTTP API in front of the same function.
"""

import json
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from functions.aws.clients import make_client
from functions.cli import wiring
from functions.cli.signing_proxy import address_of, make_proxy
from functions.cli.stage import DeployedStage
from functions.contracts.routes import ROUTES
from tests.clients.schemathesis_runs import client_python, run_published, run_schemathesis
from tests.unit.serving.graphs import linear_graph
from tests.unit.serving.world import TIER_GRAPH, TIER_SPEC
from tests.workflow.shelf import shelve, spec_of

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = ROOT / "tests" / "clients"
MODEL = "car_price"
GRAPH = linear_graph((-300.0, -0.02, 0.5, -250.0, 100.0, 10.0, 5.0), bias=900.0)
ROWS = [
    {
        "car_age": 11,
        "km_driven": 100_350,
        "price_new": 32_500,
        "accident_count": 2,
        "door_count": 4,
        "fuel": "gas",
        "transmission": "manual",
    },
    {
        "car_age": 3,
        "km_driven": None,
        "price_new": 20_000.5,
        "accident_count": 0,
        "door_count": 2,
        "fuel": "diesel",
        "transmission": "automatic",
    },
]


@pytest.fixture(scope="module")
def shelved(stage: DeployedStage) -> DeployedStage:
    """The stage with a model of each kind of answer on its shelf."""
    shelve(stage, spec_of(MODEL), GRAPH)
    shelve(stage, TIER_SPEC.model_copy(update={"model": "wire_tier"}), TIER_GRAPH)
    return stage


@pytest.fixture(scope="module")
def rest_api(shelved: DeployedStage) -> Iterator[str]:
    """The stage's REST API, at an address that signs."""
    with make_proxy(wiring.api(shelved), 0) as proxy:
        thread = threading.Thread(target=proxy.serve_forever)
        thread.start()
        try:
            yield address_of(proxy)
        finally:
            proxy.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def http_api(shelved: DeployedStage) -> Iterator[str]:
    """An HTTP API with the same routes in front of the same function."""
    client = make_client("apigatewayv2")
    (function,) = [
        function["FunctionArn"]
        for page in make_client("lambda").get_paginator("list_functions").paginate()
        for function in page["Functions"]
        if f"-{shelved.name}-serving-PredictFunction" in function["FunctionName"]
    ]
    api = client.create_api(Name="wires", ProtocolType="HTTP")["ApiId"]
    integration = client.create_integration(
        ApiId=api,
        IntegrationType="AWS_PROXY",
        IntegrationUri=function,
        PayloadFormatVersion="2.0",
    )["IntegrationId"]
    for route in ROUTES:
        client.create_route(
            ApiId=api,
            RouteKey=f"{route.method} {route.path}",
            Target=f"integrations/{integration}",
            AuthorizationType="AWS_IAM",
        )
    client.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    endpoint = shelved.settings.api_url.partition("/restapis/")[0]
    yield f"{endpoint}/_aws/execute-api/{api}/$default"
    client.delete_api(ApiId=api)


@pytest.fixture(params=["rest", "http"])
def api(request: pytest.FixtureRequest) -> tuple[str, dict[str, str]]:
    """An address, and the headers that let a caller in: the emulator looks whose key it is."""
    if request.param == "rest":
        return request.getfixturevalue("rest_api"), {}
    scope = "Credential=test/20260301/us-east-1/execute-api/aws4_request"
    signature = f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=unchecked"
    return request.getfixturevalue("http_api"), {"Authorization": signature}


@pytest.fixture(scope="module")
def expected(shelved: DeployedStage) -> list[float]:
    """What the same rows are answered on Windvane's own wire."""
    answer = wiring.api(shelved).request(
        "POST",
        f"/models/{MODEL}/predict",
        json.dumps({"records": ROWS}).encode(),
        headers={"Content-Type": "application/json"},
    )
    assert answer.status == 200, answer.body
    return [prediction["value"] for prediction in json.loads(answer.body)["predictions"]]


def run(script: str, api: tuple[str, dict[str, str]]) -> Any:
    """Run a client's calls in the clients' environment."""
    url, headers = api
    done = subprocess.run(
        [client_python(), "-I", CLIENTS / script, url, json.dumps(headers), json.dumps(ROWS)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_answers_tritonclient(api: tuple[str, dict[str, str]], expected: list[float]) -> None:
    said = run("triton_calls.py", api)

    assert said["values"] == dict.fromkeys(said["values"], expected)
    assert len(said["values"]) == 7
    assert said["label"] == ["silver"]
    assert (said["live"], said["ready"]) == (True, True)
    assert (said["model_ready"], said["no_model_ready"]) == (True, False)
    assert said["server"]["name"] == "windvane"
    assert (said["model"]["name"], said["model"]["versions"]) == (MODEL, ["1"])
    assert [tensor["name"] for tensor in said["model"]["inputs"]] == list(ROWS[0])
    answer = said["answer"]
    assert (answer["model_name"], answer["model_version"], answer["id"]) == (MODEL, "1", "mine")
    assert answer["outputs"][0]["parameters"] == {"binary_data_size": 8}
    assert said["errors"]["missing"].startswith("422 /inputs: car_age: is missing")
    assert said["errors"]["unknown"].startswith("404 there is no model nobody")


def test_answers_kserve(api: tuple[str, dict[str, str]], expected: list[float]) -> None:
    said = run("kserve_calls.py", api)

    assert said["values"] == {"in_json": expected, "in_binary": expected}
    assert said["answer"]["id"] == "mine"
    assert (said["live"], said["ready"]) == (True, True)
    assert (said["model_ready"], said["no_model_ready"]) == (True, False)
    assert "accident_count: is missing" in said["errors"]["missing"]
    assert "there is no model nobody" in said["errors"]["unknown"]


def test_answers_the_protocols_own_client(
    api: tuple[str, dict[str, str]], expected: list[float]
) -> None:
    said = run("open_inference_calls.py", api)

    assert said["values"] == {"by_row": expected, "of_a_version": expected}
    assert said["answer"]["id"] == "mine"
    assert said["server"]["extensions"] == ["binary_tensor_data"]
    assert said["model"]["platform"] == "onnx_onnxv1"
    assert (said["model_ready"], said["no_model_ready"]) == (True, False)
    assert said["errors"]["missing"].startswith("422 /inputs: accident_count: is missing")
    assert said["errors"]["unknown"].startswith("404 there is no model nobody")


def test_keeps_to_the_published_description_where_it_is_deployed(
    rest_api: str, tmp_path: Path
) -> None:
    summary = run_published(
        tmp_path,
        rest_api,
        "--phases=examples,fuzzing",
        "--max-examples=3",
        models=("wire_tier",),
    )

    assert "passed" in summary


def test_keeps_to_its_own_description_where_it_is_deployed(rest_api: str, tmp_path: Path) -> None:
    summary = run_schemathesis(tmp_path, f"{rest_api}/openapi.json", rest_api, "--phases=examples")

    assert "passed" in summary
