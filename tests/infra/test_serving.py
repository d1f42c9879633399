"""The prediction API: the routes of the contract and no others, none without authorization."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from functions.contracts.access import AccessRules, ApiAccess, Authorization
from functions.contracts.routes import ROUTES
from tests.infra.assembly import PLAIN_MODEL, Assembly, text
from tests.infra.conftest import Synthesized

DECLARED = {(route.method, route.path) for route in ROUTES}


def test_has_the_declared_routes_and_no_other(any_api: Assembly) -> None:
    routes = list(routes_of(any_api))

    assert sorted(routes) == sorted(DECLARED)


def test_has_nothing_that_catches_the_rest(any_api: Assembly) -> None:
    for method, path in routes_of(any_api):
        assert method not in {"ANY", "$default", "OPTIONS"}
        assert "+" not in path
        assert "*" not in path


@pytest.mark.parametrize(
    ("variant", "authorization"),
    [
        ("dev", {"AuthorizationType": "AWS_IAM", "ApiKeyRequired": False}),
        ("rest-api_key", {"AuthorizationType": "NONE", "ApiKeyRequired": True}),
        ("rest-jwt", {"AuthorizationType": "CUSTOM", "ApiKeyRequired": False}),
        ("http-iam", {"AuthorizationType": "AWS_IAM"}),
        ("http-jwt", {"AuthorizationType": "JWT"}),
    ],
)
def test_every_route_is_authorized_as_the_stage_says(
    variant: str, authorization: dict[str, object], synthesized: Synthesized
) -> None:
    routes = [
        *synthesized(variant).properties("AWS::ApiGateway::Method").values(),
        *synthesized(variant).properties("AWS::ApiGatewayV2::Route").values(),
    ]

    assert len(routes) == len(ROUTES)
    for route in routes:
        assert {name: route.get(name, False) for name in authorization} == authorization
        assert ("AuthorizerId" in route) is (
            authorization["AuthorizationType"] in {"CUSTOM", "JWT"}
        )


def test_hands_every_route_to_the_one_function(any_api: Assembly) -> None:
    methods = any_api.properties("AWS::ApiGateway::Method").values()
    integrations = any_api.properties("AWS::ApiGatewayV2::Integration").values()

    targets = {text(method["Integration"]["Uri"]) for method in methods}
    targets |= {text(integration["IntegrationUri"]) for integration in integrations}
    (target,) = targets
    assert "<Predict" in target


def test_takes_every_body_for_binary(assembly: Assembly) -> None:
    (api,) = assembly.properties("AWS::ApiGateway::RestApi").values()

    assert api["BinaryMediaTypes"] == ["*/*"]


def test_the_stage_is_throttled_logged_and_traced(assembly: Assembly) -> None:
    (stage,) = assembly.properties("AWS::ApiGateway::Stage").values()

    (settings,) = stage["MethodSettings"]
    assert settings["ThrottlingRateLimit"] == assembly.stage.api_requests_per_second
    assert settings["ThrottlingBurstLimit"] == assembly.stage.api_burst
    assert settings["DataTraceEnabled"] is False
    assert stage["TracingEnabled"] is True
    assert "AccessLog" in text(stage["AccessLogSetting"]["DestinationArn"])


def test_the_stage_of_an_http_api_is_throttled_and_logged(synthesized: Synthesized) -> None:
    assembly = synthesized("http-iam")
    (stage,) = assembly.properties("AWS::ApiGatewayV2::Stage").values()

    limits = stage["DefaultRouteSettings"]
    assert limits["ThrottlingRateLimit"] == assembly.stage.api_requests_per_second
    assert limits["ThrottlingBurstLimit"] == assembly.stage.api_burst
    assert "AccessLog" in text(stage["AccessLogSettings"]["DestinationArn"])
    assert "status" in json.loads(stage["AccessLogSettings"]["Format"])


def test_the_address_names_the_api_and_its_stage_without_a_slash_at_the_end(
    any_api: Assembly,
) -> None:
    address = text(any_api.template("serving")["Outputs"]["ApiUrl"]["Value"])

    assert address.startswith("https://<PredictionApi")
    assert address.endswith("/v1")


def test_only_this_api_calls_the_functions(any_api: Assembly) -> None:
    permissions = [
        p
        for path, p in any_api.properties("AWS::Lambda::Permission").items()
        if path.startswith("serving/")
    ]

    token_check = any_api.stage.authorization is Authorization.JWT and any_api.stage.api == "rest"
    assert len(permissions) == 1 + token_check
    for permission in permissions:
        assert permission["Principal"] == "apigateway.amazonaws.com"
        assert "<PredictionApi" in text(permission["SourceArn"])


def test_a_client_has_a_key_without_a_value_and_a_plan_of_its_own(
    synthesized: Synthesized,
) -> None:
    assembly = synthesized("rest-api_key")

    keys = assembly.properties("AWS::ApiGateway::ApiKey")
    plans = assembly.properties("AWS::ApiGateway::UsagePlan").values()

    assert all("Value" not in key for key in keys.values())
    assert sorted(key["Enabled"] for key in keys.values()) == [False, True]
    limits = sorted((plan["Throttle"]["RateLimit"], plan["Quota"]["Limit"]) for plan in plans)
    assert limits == [(2, 1000), (20, 500)]
    assert len(assembly.properties("AWS::ApiGateway::UsagePlanKey")) == 2


def test_the_function_knows_clients_by_the_ids_of_their_keys(synthesized: Synthesized) -> None:
    assembly = synthesized("rest-api_key")

    rules = rules_of(assembly)
    access = ApiAccess.from_json(
        text(assembly.template("serving")["Outputs"]["ApiAccess"]["Value"])
    )

    assert rules.authorization is Authorization.API_KEY
    assert sorted(rules.clients.values()) == ["boathouse", "harbor"]
    assert all(id_.startswith("<ApiKeys") for id_ in rules.clients)
    assert {name: id_ for id_, name in rules.clients.items()} == access.keys
    assert rules.models == {PLAIN_MODEL: ("harbor",)}


def test_the_function_is_told_the_tokens_that_are_taken(synthesized: Synthesized) -> None:
    for variant in ("rest-jwt", "http-jwt"):
        assembly = synthesized(variant)

        assert rules_of(assembly).token == assembly.stage.token


def test_an_http_api_checks_tokens_by_itself(synthesized: Synthesized) -> None:
    (authorizer,) = synthesized("http-jwt").properties("AWS::ApiGatewayV2::Authorizer").values()

    assert authorizer["AuthorizerType"] == "JWT"
    assert authorizer["JwtConfiguration"] == {
        "Issuer": "https://issuer.example/",
        "Audience": ["windvane"],
    }
    assert not list(functions_named(synthesized("http-jwt"), "authorize"))


def test_a_rest_api_asks_a_function_about_tokens_and_answers_401(synthesized: Synthesized) -> None:
    assembly = synthesized("rest-jwt")

    (authorizer,) = assembly.properties("AWS::ApiGateway::Authorizer").values()
    (refusal,) = (
        response
        for response in assembly.properties("AWS::ApiGateway::GatewayResponse").values()
        if response["ResponseType"] == "ACCESS_DENIED"
    )

    assert authorizer["Type"] == "TOKEN"
    assert authorizer["IdentitySource"] == "method.request.header.Authorization"
    assert authorizer["AuthorizerResultTtlInSeconds"] == 300
    assert (refusal["ResponseType"], refusal["StatusCode"]) == ("ACCESS_DENIED", "401")
    assert len(list(functions_named(assembly, "authorize"))) == 1


def routes_of(assembly: Assembly) -> Iterator[tuple[str, str]]:
    """Method and path of every route of the API, of either kind."""
    resources = assembly.template("serving")["Resources"]
    for resource in resources.values():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::ApiGateway::Method":
            yield properties["HttpMethod"], path_of(properties["ResourceId"], resources)
        if resource["Type"] == "AWS::ApiGatewayV2::Route":
            method, _, path = properties["RouteKey"].partition(" ")
            yield method, path


def path_of(reference: dict[str, Any], resources: dict[str, Any]) -> str:
    """The path of a resource of a REST API, from its parents."""
    if "Ref" not in reference:
        return ""
    properties = resources[reference["Ref"]]["Properties"]
    return f"{path_of(properties['ParentId'], resources)}/{properties['PathPart']}"


def functions_named(assembly: Assembly, name: str) -> Iterator[dict[str, Any]]:
    for function in assembly.properties("AWS::Lambda::Function").values():
        if function["Handler"].endswith(f".{name}.handler"):
            yield function


def rules_of(assembly: Assembly) -> AccessRules:
    (predict,) = functions_named(assembly, "predict")
    return AccessRules.from_json(text(predict["Environment"]["Variables"]["WINDVANE_ACCESS"]))


def test_what_a_rest_api_refuses_by_itself_is_read_by_clients_of_each_protocol(
    assembly: Assembly,
) -> None:
    responses = assembly.properties("AWS::ApiGateway::GatewayResponse").values()

    assert {each["ResponseType"] for each in responses} == {"DEFAULT_4XX", "DEFAULT_5XX"}
    for each in responses:
        template = each["ResponseTemplates"]["application/json"]
        said = json.loads(template.replace("$context.error.messageString", '"Too Many Requests"'))
        assert {"message", "error", "type", "title", "detail"} == set(said)
        assert said["message"] == said["error"] == said["detail"] == "Too Many Requests"


@pytest.mark.parametrize("kind", ["AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"])
def test_the_name_of_an_api_tells_its_stage(any_api: Assembly, kind: str) -> None:
    """Alarms of a REST API know it by its name: two stages of one account must not share it."""
    for api in any_api.properties(kind).values():
        assert api["Name"] == f"windvane-{any_api.stage.name}"
