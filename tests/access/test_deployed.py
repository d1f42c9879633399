"""Through the deployed APIs: who may gets an answer, nobody else gets anything.

The emulator checks keys, quotas and tokens as AWS does, and of a signature only whose key it names
(docs/how-to/control-access.md says what is tested where).
"""

import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from functions.cli import wiring
from functions.contracts.routes import ROUTES, Permission
from tests.access.conftest import Deployed
from tests.access.deployment import NAMED, OPEN
from tests.fakes import issuer as tokens

SCOPE = "Credential=test/20260301/us-east-1/execute-api/aws4_request"
SIGNED = {
    "Authorization": f"AWS4-HMAC-SHA256 {SCOPE}, SignedHeaders=host, Signature=unchecked",
}
RECORD = {"door_count": 4, "mileage": 10_000.0}
APIS = ("rest-iam", "rest-keys", "rest-jwt", "http-iam", "http-jwt")
OF_TOKENS = ("rest-jwt", "http-jwt")
REFUSED = {401, 403, 404}

GATEWAY_PROBLEM = "urn:windvane:problem:api_gateway"
"""What API Gateway says itself, in the words that every client reads."""


@pytest.fixture(scope="module")
def http() -> Any:
    with httpx.Client(timeout=30.0) as client:
        yield client


def predict(
    deployed: Deployed, http: httpx.Client, api: str, headers: Any, *, model: str = OPEN
) -> httpx.Response:
    url = f"{deployed.apis[api].url}/models/{model}/predict"
    return http.post(url, content=json.dumps(RECORD).encode(), headers=headers)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def claims(deployed: Deployed, **changes: object) -> dict[str, Any]:
    return tokens.claims(deployed.issuer, wiring.now().timestamp(), **changes)


def credential(deployed: Deployed, api: str) -> Mapping[str, str]:
    """What gets through to the models that are for everyone."""
    if api == "rest-keys":
        return {"x-api-key": deployed.keys["mill"]}
    return bearer(tokens.sign(claims(deployed))) if api in OF_TOKENS else SIGNED


@pytest.mark.parametrize("api", APIS)
def test_answers_whoever_may(deployed: Deployed, http: httpx.Client, api: str) -> None:
    answer = predict(deployed, http, api, credential(deployed, api))

    assert answer.status_code == 200, answer.text
    assert answer.json()["predictions"] == [{"value": 5040.1}]


@pytest.mark.parametrize("api", APIS)
def test_no_route_answers_nobody(deployed: Deployed, http: httpx.Client, api: str) -> None:
    for headers in ({}, {"Authorization": "garbage"}, {"x-api-key": "garbage"}):
        for route in ROUTES:
            path = route.path.format(model=OPEN, number=1)
            body = json.dumps(RECORD) if route.method == "POST" else None

            answer = http.request(
                route.method, f"{deployed.apis[api].url}{path}", content=body, headers=headers
            )

            assert answer.status_code in REFUSED, f"{route.name} {headers}: {answer.text}"
            assert OPEN not in answer.text


@pytest.mark.parametrize("api", APIS)
def test_has_no_route_that_is_not_declared(
    deployed: Deployed, http: httpx.Client, api: str
) -> None:
    headers = credential(deployed, api)
    for method, path in (
        ("GET", "/"),
        ("GET", "/nothing"),
        ("PUT", f"/models/{OPEN}"),
        ("DELETE", f"/models/{OPEN}"),
        ("GET", f"/models/{OPEN}/predict"),
        ("POST", f"/models/{OPEN}/predict/more"),
    ):
        answer = http.request(method, f"{deployed.apis[api].url}{path}", headers=headers)

        assert answer.status_code in REFUSED, f"{method} {path}: {answer.text}"
        own = answer.text.replace(GATEWAY_PROBLEM, "")
        assert "urn:windvane" not in own, "it reached the function"


@pytest.mark.parametrize("api", OF_TOKENS)
@pytest.mark.parametrize(
    "case",
    [
        "expired",
        "not_yet_valid",
        "wrong_issuer",
        "wrong_audience",
        "no_role",
        "other_models_role",
        "alg_none",
        "public_key_as_secret",
        "tampered",
        "unknown_key",
        "somebody_elses_key",
        "two_headers",
    ],
)
def test_answers_no_bad_token(deployed: Deployed, http: httpx.Client, api: str, case: str) -> None:
    for model in (OPEN, NAMED):
        answer = predict(deployed, http, api, bad_token(deployed, case), model=model)

        assert answer.status_code in {401, 403}, answer.text
        assert "predictions" not in answer.text


def bad_token(deployed: Deployed, case: str) -> Any:
    now = wiring.now().timestamp()
    good = tokens.sign(claims(deployed))
    cases: dict[str, Any] = {
        "expired": tokens.sign(claims(deployed, exp=now - 61)),
        "not_yet_valid": tokens.sign(claims(deployed, nbf=now + 120)),
        "wrong_issuer": tokens.sign(claims(deployed, iss="https://elsewhere.example")),
        "wrong_audience": tokens.sign(claims(deployed, aud="others")),
        "no_role": tokens.sign(claims(deployed, scope="openid describe:*")),
        "other_models_role": tokens.sign(claims(deployed, scope="predict:another")),
        "alg_none": tokens.unsigned(claims(deployed)),
        "public_key_as_secret": tokens.signed_with_the_public_key(claims(deployed)),
        "tampered": tokens.tampered(tokens.sign(claims(deployed, scope="")), scope="predict:*"),
        "unknown_key": tokens.sign(claims(deployed), key_id="unknown"),
        "somebody_elses_key": tokens.sign_elsewhere(claims(deployed)),
    }
    if case == "two_headers":
        return [*bearer(good).items(), *bearer(tokens.unsigned(claims(deployed))).items()]
    return bearer(cases[case])


@pytest.mark.parametrize("api", OF_TOKENS)
@pytest.mark.parametrize("permission", Permission)
def test_a_role_opens_what_it_says_alone(
    deployed: Deployed, http: httpx.Client, api: str, permission: Permission
) -> None:
    headers = bearer(tokens.sign(claims(deployed, scope=f"{permission}:{OPEN}")))
    paths = {
        Permission.PREDICT: ("POST", f"/models/{OPEN}/predict", json.dumps(RECORD)),
        Permission.LABEL: ("POST", f"/models/{OPEN}/ground-truth", _OUTCOMES),
        Permission.DESCRIBE: ("GET", f"/models/{OPEN}", None),
        Permission.HEALTH: ("GET", f"/v2/models/{OPEN}/ready", None),
    }

    opened = {
        asked
        for asked, (method, path, body) in paths.items()
        if http.request(
            method, f"{deployed.apis[api].url}{path}", content=body, headers=headers
        ).is_success
    }

    assert opened == {permission}


_OUTCOMES = '[{"inference_id": "a", "value": 1.5, "observed_at": "2026-03-01T00:00:00Z"}]'


@pytest.mark.parametrize("api", OF_TOKENS)
def test_a_model_that_names_its_callers_wants_the_name_among_the_roles(
    deployed: Deployed, http: httpx.Client, api: str
) -> None:
    answers = {
        scope: predict(
            deployed, http, api, bearer(tokens.sign(claims(deployed, scope=scope))), model=NAMED
        ).status_code
        for scope in ("predict:*", f"predict:{NAMED}", "harbor", f"predict:{NAMED} harbor")
    }

    assert answers == {
        "predict:*": 403,
        f"predict:{NAMED}": 403,
        "harbor": 403,
        f"predict:{NAMED} harbor": 200,
    }


def test_a_key_opens_the_models_that_name_its_client(
    deployed: Deployed, http: httpx.Client
) -> None:
    answers = {
        (client, model): predict(
            deployed, http, "rest-keys", {"x-api-key": deployed.keys[client]}, model=model
        ).status_code
        for client in ("harbor", "mill", "closed")
        for model in (OPEN, NAMED)
    }

    assert answers == {
        ("harbor", OPEN): 200,
        ("harbor", NAMED): 200,
        ("mill", OPEN): 200,
        ("mill", NAMED): 403,
        ("closed", OPEN): 403,
        ("closed", NAMED): 403,
    }


def test_a_client_gets_no_more_than_its_quota(deployed: Deployed, http: httpx.Client) -> None:
    headers = {"x-api-key": deployed.keys["meager"]}

    answers = [predict(deployed, http, "rest-keys", headers).status_code for _ in range(4)]

    assert answers == [200, 200, 429, 429]


def test_a_client_is_slowed_alone(deployed: Deployed, http: httpx.Client) -> None:
    slow = {"x-api-key": deployed.keys["slow"]}

    answers = [predict(deployed, http, "rest-keys", slow).status_code for _ in range(3)]

    assert answers == [200, 429, 429]
    assert predict(deployed, http, "rest-keys", credential(deployed, "rest-keys")).is_success


def test_a_stranger_with_a_key_of_iam_that_nobody_knows_is_refused_by_the_function(
    deployed: Deployed, http: httpx.Client
) -> None:
    """The emulator lets any signature through, and names only callers whom it knows."""
    unknown = {name: value.replace("test/", "STRANGER/") for name, value in SIGNED.items()}

    for api in ("rest-iam", "http-iam"):
        answer = predict(deployed, http, api, unknown)

        assert answer.status_code == 401
        assert answer.json()["type"] == "urn:windvane:problem:unidentified_caller"


def test_takes_a_token_again_without_asking_the_issuer(
    deployed: Deployed, http: httpx.Client
) -> None:
    headers = bearer(tokens.sign_with_curve(claims(deployed)))

    answers = {predict(deployed, http, "rest-jwt", headers).status_code for _ in range(5)}

    assert answers == {200}
