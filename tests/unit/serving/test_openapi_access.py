import json
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.openapi.models import OpenAPI
from msgspec.structs import replace

from functions.contracts.access import AccessRules, Authorization, TokenRules
from functions.contracts.routes import Permission
from functions.core.access import Caller
from functions.serving.app import answer_request
from functions.serving.exchange import Request
from functions.serving.gate import StageGate
from functions.serving.openapi_access import SECURITY_SCHEMES, find_definition
from functions.serving.pages import answer_pages
from functions.serving.ports import Ports
from tests.unit.serving.json_schema import fits
from tests.unit.serving.world import get, loan_world, post

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TOKEN = TokenRules("https://issuer.example", ("windvane",))
READER = Caller("reader", Authorization.JWT, frozenset({"describe:*"}))
ROUTES = [
    ("get", "/health"),
    ("get", "/models"),
    ("post", "/models/loan_default/predict"),
    ("get", "/v2/health/live"),
    ("post", "/v2/models/loan_default/infer"),
    ("get", "/models/{model}/ping"),
    ("post", "/models/loan_default/invocations"),
    ("post", "/endpoints/loan_default/invocations"),
]


def ports_of(authorization: Authorization) -> Ports:
    world = loan_world().ports
    others = {each: getattr(world, each) for each in Ports.__annotations__ if each != "decisions"}
    gate = StageGate(AccessRules(authorization, token=TOKEN), now=lambda: NOW)
    return Ports(**{**others, "gate": gate})


def describe(authorization: Authorization) -> dict[str, Any]:
    asked = by(get("/openapi.json"), READER._replace(kind=authorization))
    response = answer_pages(asked, ports_of(authorization))
    assert response.status == 200, response.body
    document: dict[str, Any] = json.loads(response.body)
    return document


def by(request: Request, caller: Caller | None) -> Request:
    return replace(request, caller=caller)


@pytest.mark.parametrize("authorization", Authorization)
def test_says_how_callers_of_the_stage_show_who_they_are(authorization: Authorization) -> None:
    document = describe(authorization)

    OpenAPI.model_validate(document)
    schemes = document["components"]["securitySchemes"]
    assert schemes == {authorization.value: dict(SECURITY_SCHEMES[authorization])}
    assert document["security"] == [{authorization.value: []}]
    operations = [each for item in document["paths"].values() for each in item.values()]
    assert all("security" not in operation for operation in operations)


def test_describes_signatures_as_api_gateway_does() -> None:
    scheme = describe(Authorization.IAM)["components"]["securitySchemes"]["iam"]

    described = (scheme["type"], scheme["in"], scheme["name"])
    assert described == ("apiKey", "header", "Authorization")
    assert scheme["x-amazon-apigateway-authtype"] == "awsSigv4"


def test_says_the_permission_of_every_route_and_how_it_refuses() -> None:
    document = describe(Authorization.IAM)

    for path, item in document["paths"].items():
        for method, operation in item.items():
            permission = find_definition(method.upper(), path).permission
            assert operation["x-windvane-permission"] == permission in set(Permission)
            assert {"401", "403", "429"} <= set(operation["responses"])


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("caller", [None, Caller("stranger", Authorization.JWT)])
def test_refuses_as_described(method: str, path: str, caller: Caller | None) -> None:
    document = describe(Authorization.JWT)
    url = path.replace("{model}", "loan_default")
    request = get(url) if method == "get" else post(url, {})

    response = answer_request(by(request, caller), ports_of(Authorization.JWT))

    described = document["paths"][path][method]["responses"][str(response.status)]["content"]
    assert response.status in {401, 403}
    schema = described[response.content_type.partition(";")[0]]["schema"]
    assert fits(schema, json.loads(response.body), document)
    own = {"message": "Too Many Requests", "type": "urn:windvane:problem:api_gateway"}
    assert fits(described["application/json"]["schema"], own, document)


def test_finds_no_permission_for_what_nobody_declared() -> None:
    with pytest.raises(LookupError, match="GET /secrets is described, and no route"):
        find_definition("GET", "/secrets")
