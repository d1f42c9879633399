"""The Lambda function as Lambda calls it: events in, answers out, whatever comes."""

import base64
import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.serving import predict, wiring
from functions.serving.app import answer_event
from tests.unit.serving.lambda_limits import invoke
from tests.unit.serving.test_events import http_event, rest_event
from tests.unit.serving.world import GOOD_LOAN, LOAN_GRAPH, World, artifact_spec, loan_world

PREDICT = "models/loan_default/predict"
GROUND_TRUTH = "models/loan_default/ground-truth"
WORLD = loan_world()
TEXTS = st.text(max_size=20)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)
ODD_LOANS = st.fixed_dictionaries({}, optional=dict.fromkeys(GOOD_LOAN, JSON_VALUES)).map(
    lambda changes: {**GOOD_LOAN, **changes}
)
ODD_OUTCOMES = st.lists(
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("inference_id", "value", "observed_at"), JSON_VALUES)
    ),
    max_size=3,
)
HEADERS = st.dictionaries(
    st.sampled_from(["Content-Type", "content-encoding", "X-Inference-Id", "accept"]),
    st.sampled_from(["application/json", "text/csv", "", "a", "ü", "\n", ";;=", "gzip"]) | TEXTS,
    max_size=3,
)
CLIENT_ERRORS = {400, 413, 415, 422}


def proxied(path: str, body: str | None, **changes: object) -> dict[str, Any]:
    return rest_event(path=f"/{path}", pathParameters={"proxy": path}, body=body, **changes)


def status_of(event: object) -> int:
    return invoke(lambda sent: answer_event(sent, WORLD.ports), event)["statusCode"]


@pytest.fixture
def wired(monkeypatch: pytest.MonkeyPatch) -> World:
    """Put a world in memory behind the function's own handler."""
    world = loan_world()
    monkeypatch.setattr(wiring, "ports", lambda: world.ports)
    return world


@pytest.mark.usefixtures("wired")
@pytest.mark.parametrize("make", [rest_event, http_event])
def test_answers_events_of_both_kinds_of_api(make: Any) -> None:
    path = f"/prod/{PREDICT}" if make is http_event else f"/{PREDICT}"
    place = {"rawPath": path} if make is http_event else {"path": path, "pathParameters": None}
    event = make(**place, body=json.dumps(GOOD_LOAN))

    answer = invoke(lambda sent: predict.handler(sent, None), event)

    assert answer["statusCode"] == 200
    assert answer["headers"] == {"content-type": "application/json"}
    assert json.loads(answer["body"])["inference_ids"] == ["a"]


@pytest.mark.usefixtures("wired")
def test_answers_a_base64_body() -> None:
    body = base64.b64encode(json.dumps(GOOD_LOAN).encode()).decode()

    answer = invoke(
        lambda sent: predict.handler(sent, None), proxied(PREDICT, body, isBase64Encoded=True)
    )

    assert answer["statusCode"] == 200


def test_answers_the_largest_batch_within_lambdas_limits() -> None:
    world = World()
    world.publish(artifact_spec(maximum_rows=100_000), LOAN_GRAPH)
    record = json.dumps({"car_value": 1, "is_member": True, "salary": 1})
    body = '{"records":[' + ",".join([record] * 60_000) + "]}"

    answer = invoke(lambda sent: answer_event(sent, world.ports), proxied(PREDICT, body))

    assert answer["statusCode"] == 200
    assert len(json.loads(answer["body"])["predictions"]) == 60_000


@pytest.mark.parametrize("rows", [70_000, 90_000])
def test_refuses_a_batch_whose_answer_is_beyond_them(rows: int) -> None:
    world = World()
    world.publish(artifact_spec(maximum_rows=100_000), LOAN_GRAPH)
    record = '{"car_value":1,"is_member":true,"salary":1}'
    body = '{"records":[' + ",".join([record] * rows) + "]}"
    headers = {"x-inference-id": "i" * 64}

    answer = invoke(
        lambda sent: answer_event(sent, world.ports), proxied(PREDICT, body, headers=headers)
    )

    assert answer["statusCode"] == 413


@pytest.mark.parametrize("path", [PREDICT, GROUND_TRUTH])
@given(body=st.binary(max_size=300), headers=HEADERS)
def test_refuses_any_bytes(path: str, body: bytes, headers: dict[str, str]) -> None:
    event = proxied(path, base64.b64encode(body).decode(), isBase64Encoded=True, headers=headers)

    assert status_of(event) in CLIENT_ERRORS


@pytest.mark.slow
@pytest.mark.parametrize("path", [PREDICT, GROUND_TRUTH])
@settings(max_examples=300)
@given(
    document=JSON_VALUES
    | ODD_LOANS
    | ODD_OUTCOMES
    | st.lists(ODD_LOANS, max_size=3).map(lambda rows: {"records": rows}),
    headers=HEADERS,
)
def test_answers_or_refuses_any_json(path: str, document: object, headers: dict[str, str]) -> None:
    event = proxied(path, json.dumps(document), headers=headers)

    assert status_of(event) in CLIENT_ERRORS | {200, 202}


@given(path=st.text(max_size=40), method=TEXTS)
def test_answers_any_path_and_method(path: str, method: str) -> None:
    event = rest_event(path=f"/{path}", pathParameters={"proxy": path}, httpMethod=method)

    assert status_of(event) in {200, 400, 404, 405}


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(http_event() | rest_event(), JSON_VALUES)))
def test_answers_any_event(changes: dict[str, object]) -> None:
    for event in (rest_event(**changes), http_event(**changes), changes):
        assert status_of(event) < 500


@given(JSON_VALUES)
def test_answers_anything_at_all(event: object) -> None:
    assert status_of(event) < 500


def loaded_by(code: str) -> set[str]:
    """Run code in a new process and return the names of the modules it has loaded."""
    script = f"{code}\nimport sys; print('\\n'.join(sys.modules))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


@pytest.mark.enable_socket
def test_imports_neither_the_sdk_nor_the_framework_to_start() -> None:
    loaded = loaded_by("import functions.serving.predict")

    assert "onnxruntime" in loaded
    assert not {"boto3", "botocore", "fastapi", "starlette", "mangum", "asyncio"} & loaded
    assert not {"dataclasses", "http.client", "email.parser"} & loaded


@pytest.mark.enable_socket
def test_imports_neither_to_answer_without_the_registry() -> None:
    loaded = loaded_by(
        "import os\n"
        "for name in ('STAGE', 'MODELS_BUCKET', 'REGISTRY_TABLE'):\n"
        "    os.environ[f'WINDVANE_{name}'] = 'x'\n"
        "from functions.serving.predict import handler\n"
        "event = {'httpMethod': 'GET', 'path': '/nope', 'requestContext': {}}\n"
        "assert handler(event, None)['statusCode'] == 404\n"
    )

    assert not {"boto3", "botocore", "fastapi", "starlette", "mangum"} & loaded
