"""The command line's client calls each kind of API with what its stage takes."""

import threading
from typing import Any

import httpx
import pytest

from functions.cli import wiring
from functions.cli.errors import RefusedError, UsageError
from functions.cli.prediction_client import PredictionClient
from functions.cli.signing_proxy import address_of, make_proxy
from functions.cli.stage import DeployedStage, settings_from_outputs
from functions.contracts.access import ApiAccess, Authorization
from functions.contracts.outputs import OUTPUTS
from tests.access.conftest import Deployed
from tests.access.deployment import NAMED, OPEN, variants
from tests.access.test_deployed import APIS, RECORD, bearer, claims
from tests.fakes import issuer as tokens


def stage_of(deployed: Deployed, api: str) -> DeployedStage:
    """The stage as its outputs describe it."""
    access = ApiAccess(
        Authorization(variants(deployed.issuer)[api].get("authorization", "iam")),
        deployed.apis[api].key_ids,
    )
    outputs = dict.fromkeys(OUTPUTS.values(), "x")
    outputs |= {"ApiUrl": deployed.apis[api].url, "ApiAccess": access.to_json()}
    return DeployedStage(settings_from_outputs(api, outputs))


@pytest.fixture(params=APIS)
def stage(
    request: pytest.FixtureRequest, deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> DeployedStage:
    """Each stage in turn, with a key and a token in the environment."""
    monkeypatch.setenv("WINDVANE_API_KEY", deployed.keys["mill"])
    token = bearer(tokens.sign(claims(deployed)))["Authorization"].partition(" ")[2]
    monkeypatch.setenv("WINDVANE_TOKEN", token)
    return stage_of(deployed, request.param)


def test_predicts_with_what_the_stage_takes(stage: DeployedStage) -> None:
    answer = PredictionClient(wiring.api(stage), OPEN).predict([RECORD, RECORD])

    assert [prediction["value"] for prediction in answer.predictions] == [5040.1, 5040.1]


def test_a_loopback_address_shows_it_for_others(stage: DeployedStage) -> None:
    with make_proxy(wiring.api(stage), 0) as proxy:
        thread = threading.Thread(target=proxy.serve_forever)
        thread.start()
        answer: Any = httpx.get(f"{address_of(proxy)}/v2/models/{OPEN}/ready", timeout=30)
        proxy.shutdown()
        thread.join()

    assert answer.json() == {"name": OPEN, "ready": True}


def test_says_what_is_missing(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WINDVANE_API_KEY", raising=False)

    with pytest.raises(UsageError, match="windvane clients key NAME"):
        wiring.api(stage_of(deployed, "rest-keys"))


def test_says_what_the_api_said(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINDVANE_API_KEY", deployed.keys["mill"])
    api = wiring.api(stage_of(deployed, "rest-keys"))

    with pytest.raises(RefusedError, match="403: named_model is not for this caller"):
        PredictionClient(api, NAMED).predict([RECORD])


def test_shows_the_keys_that_api_gateway_made(deployed: Deployed) -> None:
    ids, reader = deployed.apis["rest-keys"].key_ids, wiring.api_keys()

    assert {client: reader.value(id_) for client, id_ in ids.items()} == deployed.keys
    assert not reader.state(ids["closed"]).is_enabled
