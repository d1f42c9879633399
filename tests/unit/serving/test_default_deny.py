"""Every route with every credential that must not be taken, through both kinds of API: no leaks.

Once with the API watching, and once with an API that lets everybody through: then the function is
the one that refuses.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from functions.access.authorize import authorize, describe_bearer, describe_nobody, whole_stage
from functions.contracts.access import AccessRules, ApiKind, Authorization
from functions.contracts.routes import ROUTES, Permission, RouteDefinition, Wire
from functions.core.tokens import TokenRefusedError
from functions.serving.app import answer_event
from functions.serving.gate import StageGate
from tests.fakes import issuer
from tests.fakes.api_gateway import Answer, ApiKey, Gateway, Headers, HttpGateway, RestGateway
from tests.unit.serving.bad_credentials import (
    BAD_KEYS,
    BAD_SIGNATURES,
    BAD_TOKENS,
    GOOD,
    NOW,
    TOKEN,
    bearer,
    claims,
)
from tests.unit.serving.world import GOOD_LOAN, World, three_models

MODEL = "loan_default"
JWT = AccessRules(Authorization.JWT, token=TOKEN)
KEYS = AccessRules(
    Authorization.API_KEY,
    clients={"k-harbor": "harbor", "k-mill": "mill"},
    models={MODEL: ("harbor",)},
)
IAM = AccessRules(Authorization.IAM, models={MODEL: ("harbor",)})

QUICK = [route for route in ROUTES if route.name not in {"docs", "openapi"}]
"""The routes that need no web framework."""

LEAK = ("version", "probability", "predictions", "outputs", "champion", "paths", "<html")
"""Words of answers, none of which may stand in a refusal."""

BODIES = {
    "ground_truth": [
        {"inference_id": "a", "value": 1, "observed_at": "2026-01-01T00:00:00Z"},
    ],
    "v2_infer": {
        "inputs": [
            {"name": "car_value", "shape": [1], "datatype": "FP64", "data": [22000.0]},
            {"name": "age", "shape": [1], "datatype": "INT64", "data": [40]},
            {"name": "is_member", "shape": [1], "datatype": "BOOL", "data": [True]},
            {"name": "region", "shape": [1], "datatype": "BYTES", "data": ["south"]},
            {"name": "salary", "shape": [1], "datatype": "FP64", "data": [51000.5]},
        ]
    },
    "mlflow_invocations": {"dataframe_records": [GOOD_LOAN]},
    "sagemaker_invocations": {"instances": [GOOD_LOAN]},
}


@dataclass
class Stage:
    """A deployed stage: its world, and the API before it."""

    gateway: Gateway

    def ask(self, route: RouteDefinition, headers: Headers = ()) -> Answer:
        path = route.path.format(model=MODEL, number=1)
        name = "v2_infer" if route.name == "v2_version_infer" else route.name
        body = json.dumps(BODIES.get(name, GOOD_LOAN)).encode() if route.method == "POST" else b""
        typed = [*headers, ("content-type", "application/json")]
        return self.gateway.ask(route.method, path, typed, body)


def stage_with(
    world: World, rules: AccessRules, kind: ApiKind, *, is_watching: bool = True
) -> Stage:
    gate = StageGate(rules, now=lambda: datetime.fromtimestamp(NOW, tz=UTC))
    ports = replace(world.ports, gate=gate)

    def answer(event: Any) -> dict[str, object]:
        return answer_event(event, ports)

    options: dict[str, Any] = {"rules": rules, "now": lambda: NOW, "is_watching": is_watching}
    identities = {
        "HARBOR": "arn:aws:sts::123456789012:assumed-role/harbor/i-1",
        "MILL": "arn:aws:iam::123456789012:user/mill",
    }
    if kind is ApiKind.HTTP:
        return Stage(HttpGateway(answer, identities=identities, **options))
    keys = {
        "harbor-key": ApiKey("k-harbor"),
        "mill-key": ApiKey("k-mill"),
        "disabled-key": ApiKey("k-harbor", is_enabled=False),
        "spent-key": ApiKey("k-harbor", quota=0),
        "forgotten-key": ApiKey("k-forgotten"),
    }
    return Stage(
        RestGateway(answer, authorizer=check_token, identities=identities, keys=keys, **options)
    )


def check_token(event: dict[str, Any]) -> dict[str, Any]:
    """The function authorize, with the issuer's keys in memory."""
    resource = whole_stage(event["methodArn"])
    try:
        find_key = issuer.public_keys().get
        bearer = authorize(event["authorizationToken"], TOKEN, find_key=find_key, now=NOW)
    except TokenRefusedError:
        return describe_nobody(resource)
    return describe_bearer(bearer, resource)


GOOD_CREDENTIALS: dict[Authorization, Headers] = {
    Authorization.JWT: bearer(GOOD),
    Authorization.API_KEY: [("x-api-key", "harbor-key")],
    Authorization.IAM: [("Authorization", "AWS4-HMAC-SHA256 Credential=HARBOR/x")],
}


@pytest.fixture(scope="module")
def world() -> World:
    return three_models()


def cases() -> Iterator[Any]:
    """Rules, kind of API and credential: all that must be refused, whatever the route."""
    for rules, kinds, credentials in (
        (JWT, (ApiKind.REST, ApiKind.HTTP), BAD_TOKENS),
        (JWT, (ApiKind.REST,), {"no scheme": [("Authorization", GOOD)]}),  # HTTP APIs need none
        (KEYS, (ApiKind.REST,), BAD_KEYS),
        (IAM, (ApiKind.REST, ApiKind.HTTP), BAD_SIGNATURES),
    ):
        for kind in kinds:
            for name, headers in credentials.items():
                yield pytest.param(rules, kind, headers, id=f"{rules.authorization}-{kind}-{name}")


@pytest.mark.parametrize(("rules", "kind", "headers"), list(cases()))
def test_no_route_answers_a_bad_credential(
    world: World, rules: AccessRules, kind: ApiKind, headers: Headers
) -> None:
    stage = stage_with(world, rules, kind)
    for route in QUICK:  # what the function remembers of those who may is of no use to others
        assert stage.ask(route, GOOD_CREDENTIALS[rules.authorization]).status < 300
    lines = world.stdout.getvalue()

    for stage.gateway.is_watching in (True, False):
        check_refusals([stage.ask(route, headers) for route in ROUTES])

    assert world.stdout.getvalue() == lines, "a refused request was captured"


@pytest.mark.parametrize(
    ("rules", "kind", "headers"),
    [
        (KEYS, ApiKind.REST, [("x-api-key", "mill-key")]),
        (IAM, ApiKind.REST, [("Authorization", "AWS4-HMAC-SHA256 Credential=MILL/x")]),
        (IAM, ApiKind.HTTP, [("Authorization", "AWS4-HMAC-SHA256 Credential=MILL/x")]),
    ],
)
def test_a_known_caller_gets_nothing_of_a_model_that_names_others(
    world: World, rules: AccessRules, kind: ApiKind, headers: Headers
) -> None:
    stage = stage_with(world, rules, kind)
    about_all = [route for route in ROUTES if "{model}" not in route.path]
    of_health = [route for route in about_all if route.permission is Permission.HEALTH]

    check_refusals([stage.ask(route, headers) for route in ROUTES if route not in of_health])
    for route in of_health:
        assert stage.ask(route, headers).status == 200


@pytest.mark.parametrize(
    ("rules", "kind", "headers"),
    [
        (JWT, ApiKind.REST, bearer(GOOD)),
        (JWT, ApiKind.REST, bearer(issuer.sign_with_curve(claims()))),
        (JWT, ApiKind.HTTP, bearer(GOOD)),
        (JWT, ApiKind.HTTP, [("Authorization", GOOD)]),
        (KEYS, ApiKind.REST, [("x-api-key", "harbor-key")]),
        (IAM, ApiKind.REST, [("Authorization", "AWS4-HMAC-SHA256 Credential=HARBOR/x")]),
        (IAM, ApiKind.HTTP, [("Authorization", "AWS4-HMAC-SHA256 Credential=HARBOR/x")]),
    ],
    ids=[
        "jwt-rest",
        "jwt-rest-es256",
        "jwt-http",
        "jwt-http-bare",
        "api_key",
        "iam-rest",
        "iam-http",
    ],
)
def test_every_route_answers_whoever_may(
    world: World, rules: AccessRules, kind: ApiKind, headers: Headers
) -> None:
    stage = stage_with(world, rules, kind)

    answered = {route.name: stage.ask(route, headers).status for route in ROUTES}

    assert answered == {**dict.fromkeys(answered, 200), "ground_truth": 202}


@pytest.mark.parametrize("kind", ApiKind)
@pytest.mark.parametrize("permission", Permission)
def test_a_role_opens_the_routes_of_its_permission_and_model_alone(
    world: World, kind: ApiKind, permission: Permission
) -> None:
    stage = stage_with(world, JWT, kind)
    headers = bearer(issuer.sign(claims(scope=f"{permission}:{MODEL}")))

    opened = {route.name for route in ROUTES if stage.ask(route, headers).status < 300}

    assert opened == {
        route.name for route in ROUTES if route.permission is permission and "{model}" in route.path
    }


@pytest.mark.parametrize("wire", Wire)
def test_refuses_in_the_words_of_the_wire(world: World, wire: Wire) -> None:
    (route, *_) = [route for route in ROUTES if route.wire is wire and route.method == "POST"]

    nobody = stage_with(world, JWT, ApiKind.HTTP, is_watching=False).ask(route)
    other = stage_with(world, JWT, ApiKind.HTTP).ask(
        route, bearer(issuer.sign(claims(scope="openid")))
    )

    keys = {
        Wire.WINDVANE: "detail",
        Wire.OPEN_INFERENCE: "error",
        Wire.MLFLOW: "message",
        Wire.SAGEMAKER: "message",
    }
    assert "token" in json.loads(nobody.body)[keys[wire]]
    assert f"predict:{MODEL}" in json.loads(other.body)[keys[wire]]
    assert {nobody.status, other.status} <= {401, 403}


def check_refusals(answers: Sequence[Answer]) -> None:
    assert {answer.status for answer in answers} <= {401, 403, 429}
    for answer in answers:
        text = answer.body.decode()
        assert not [word for word in LEAK if word in text], text
