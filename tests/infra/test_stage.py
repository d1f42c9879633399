"""Stages, and what can be said about them from outside."""

import pytest
from aws_cdk import aws_lambda as lambda_

from functions.contracts.access import ApiKind, Authorization, TokenRules
from infra.bundling.target import Variant
from infra.stage import STAGES, ApiChoiceError, UnknownStageError, choose_api, stage_named


def test_returns_a_stage_as_it_is() -> None:
    assert stage_named("prod") is STAGES["prod"]


def test_changes_nothing_but_the_variant() -> None:
    stage = stage_named("local", variant="x86_64")

    assert stage.variant is Variant.X86_64
    assert stage.architecture.name == lambda_.Architecture.X86_64.name
    assert stage.refresh_seconds == STAGES["local"].refresh_seconds


@pytest.mark.parametrize(
    ("name", "variant", "words"),
    [("production", None, "-c stage=NAME"), ("local", "sparc", "-c variant=NAME")],
)
def test_names_what_there_is(name: str, variant: str | None, words: str) -> None:
    with pytest.raises(UnknownStageError, match=words):
        stage_named(name, variant=variant)


TOKENS = {"authorization": "jwt", "jwt_issuer": "https://issuer.example", "jwt_audience": "us"}


def test_chooses_nothing_else_without_a_word() -> None:
    assert choose_api(STAGES["prod"], {}) == STAGES["prod"]


def test_takes_signed_requests_through_a_rest_api_by_default() -> None:
    for stage in STAGES.values():
        assert (stage.api, stage.authorization) == (ApiKind.REST, Authorization.IAM)
        assert not stage.trusts_load_balancer


def test_chooses_an_http_api_with_tokens() -> None:
    chosen = choose_api(
        STAGES["dev"],
        {"api": "http", **TOKENS, "jwt_audience": "us, them", "jwt_prefix": "windvane/"},
    )

    assert chosen.api is ApiKind.HTTP
    assert chosen.token == TokenRules(
        "https://issuer.example", ("us", "them"), claim="scope", prefix="windvane/"
    )


@pytest.mark.parametrize(
    ("context", "words"),
    [
        ({"api": "soap"}, "api must be one of rest, http, got 'soap'"),
        ({"authorization": "none"}, "authorization must be one of iam, api_key, jwt"),
        ({"api": "http", "authorization": "api_key"}, "an HTTP API knows no API keys"),
        ({"jwt_issuer": "https://issuer.example"}, "only for -c authorization=jwt"),
        ({"authorization": "jwt"}, "-c jwt_audience=NAME"),
        ({**TOKENS, "jwt_audience": " , "}, "-c jwt_audience=NAME"),
        ({**TOKENS, "jwt_issuer": "http://issuer.example"}, "https:// address"),
        ({**TOKENS, "jwt_issuer": "issuer.example"}, "https:// address"),
        ({"load_balancer": "yes"}, "trusted or refused"),
    ],
)
def test_refuses_what_cannot_be_or_cannot_go_together(context: dict[str, str], words: str) -> None:
    with pytest.raises(ApiChoiceError, match=words):
        choose_api(STAGES["dev"], context)


def test_callers_are_back_on_the_champion_within_a_minute() -> None:
    for stage in STAGES.values():
        assert stage.refresh_seconds <= 60


def test_only_the_embedded_cloud_lives_faster() -> None:
    scales = {name: stage.bake_time_scale for name, stage in STAGES.items()}

    assert (scales["dev"], scales["prod"]) == (1.0, 1.0)
    assert scales["local"] * 30 * 60 == pytest.approx(5.0)
