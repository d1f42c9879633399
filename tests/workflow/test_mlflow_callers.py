"""MLflow's request bodies, sent to what is deployed: answered as in process, so as by MLflow."""

import json
from typing import Any

import pytest

from functions.cli import wiring
from functions.cli.stage import DeployedStage
from functions.serving.app import answer_request
from functions.serving.exchange import Request
from tests.golden.mlflow_requests import CASES, Case
from tests.unit.serving.world import LOAN_GRAPH, World, artifact_spec
from tests.workflow.shelf import shelve

MODEL = "mlflow_loan"
PATH = f"/models/{MODEL}/invocations"
SENT = {
    "split",
    "split, with an index",
    "records",
    "instances as columns",
    "inputs as one record",
    "csv",
    "csv, a byte order mark",
    "csv, quoted with a comma, a quotation mark and a line end",
    "params, predict_proba",
    "NaN in a split",
    "csv, <NA> where a number may be missing",
    "a text of unicode",
    "csv, a text of unicode",
    "a misspelt column",
    "a truth value for a number",
    "an infinity",
    "nothing",
    "two of the forms",
    "a key twice",
    "charset UTF-8",
    "charset latin-1",
    "plain text",
}
"""By name, some of each kind: each request takes the emulator a tenth of a second."""


@pytest.fixture(scope="module")
def deployed(stage: DeployedStage) -> DeployedStage:
    shelve(stage, artifact_spec(MODEL), LOAN_GRAPH)
    return stage


@pytest.fixture(scope="module")
def world() -> World:
    """The same model in this process."""
    world = World()
    world.publish(artifact_spec(MODEL), LOAN_GRAPH)
    return world


def outcome(status: int, content_type: str, body: bytes) -> tuple[int, str, Any]:
    media_type = content_type.partition(";")[0]
    return status, media_type, json.loads(body) if media_type == "application/json" else body


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.name in SENT], ids=lambda case: case.name
)
def test_answers_what_is_deployed_as_in_process(
    deployed: DeployedStage, world: World, case: Case
) -> None:
    headers = {"Content-Type": str(case.content_type)}

    answer = wiring.api(deployed).request("POST", PATH, case.body, headers=headers)

    here = answer_request(
        Request("POST", PATH, {"content-type": str(case.content_type)}, case.body), world.ports
    )
    said = {name.lower(): value for name, value in answer.headers.items()}
    assert outcome(answer.status, said["content-type"], answer.body) == outcome(
        here.status, here.content_type, here.body
    )
    assert ("x-inference-id" in said) == (answer.status == 200)


@pytest.mark.parametrize("route", ["ping", "health"])
def test_answers_pings(deployed: DeployedStage, route: str) -> None:
    api = wiring.api(deployed)

    good = api.request("GET", f"/models/{MODEL}/{route}")
    bad = api.request("GET", f"/models/nobody/{route}")

    assert (good.status, good.body) == (200, b"\n")
    assert (bad.status, json.loads(bad.body)["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")


def test_sends_every_request_that_is_named() -> None:
    assert {case.name for case in CASES if case.model == "loan_default"} >= SENT
