import json
from types import SimpleNamespace
from typing import Any

import pytest

from functions.access import wiring
from functions.access.authorize import authorize, handler
from functions.access.key_set import COOL_DOWN_SECONDS, IssuerUnreachableError, KeySet
from functions.contracts.access import AccessRules, Authorization, TokenRules
from functions.contracts.settings import AccessSettings, SettingsError
from functions.core.tokens import TokenRefusedError
from tests.fakes import issuer

NOW = 1_790_000_000.0
RULES = TokenRules("https://issuer.example", ("windvane",))
ARN = "arn:aws:execute-api:eu-west-1:123456789012:a1/v1/POST/models/m/predict"
CLAIMS = issuer.claims(RULES.issuer, NOW)


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The function with an issuer in memory and the clock standing; its log events."""
    events: list[str] = []
    monkeypatch.setattr(wiring, "token_rules", lambda: RULES)
    monkeypatch.setattr(wiring, "keys", lambda: KeySet(issuer.public_keys, clock=lambda: NOW))
    monkeypatch.setattr(wiring, "now", lambda: NOW)
    monkeypatch.setattr(
        wiring, "log", lambda name, fields: events.append(json.dumps([name, fields]))
    )
    return events


def event(header: object) -> dict[str, Any]:
    return {"type": "TOKEN", "authorizationToken": header, "methodArn": ARN}


def test_tells_the_api_whom_a_token_speaks_of(deployed: list[str]) -> None:
    answer = handler(event(f"Bearer {issuer.sign(CLAIMS)}"), None)

    assert answer == {
        "principalId": "robot",
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Action": "execute-api:Invoke",
                    "Effect": "Allow",
                    "Resource": "arn:aws:execute-api:eu-west-1:123456789012:a1/v1/*",
                }
            ],
        },
        "context": {
            "roles": '["describe:*","health:*","label:*","predict:*"]',
            "expires_at": str(NOW + issuer.HOUR),
        },
    }
    assert deployed == []


REFUSED = [
    None,
    7,
    "",
    "Bearer",
    "Basic dXNlcjpwYXNz",
    issuer.sign(CLAIMS),
    f"Bearer {issuer.sign(CLAIMS)}, Bearer {issuer.sign(CLAIMS)}",
    f"Bearer {issuer.sign({**CLAIMS, 'exp': NOW - 60})}",
    f"Bearer {issuer.unsigned(CLAIMS)}",
]


# By number: keys are made anew in each process, and test workers must agree on names.
@pytest.mark.parametrize("header", REFUSED, ids=range(len(REFUSED)))
def test_lets_nobody_else_through_and_says_why_in_the_log_alone(
    deployed: list[str], header: object
) -> None:
    answer: Any = handler(event(header), None)

    (statement,) = answer["policyDocument"]["Statement"]
    assert statement["Effect"] == "Deny"
    assert "context" not in answer
    (logged,) = deployed
    assert logged.startswith('["token.refused", {"reason": ')
    assert "eyJ" not in logged


def test_says_nothing_that_would_be_kept_without_the_issuers_keys(
    deployed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    state = SimpleNamespace(seconds=NOW, is_away=True)

    def read() -> Any:
        if state.is_away:
            msg = "the issuer does not answer"
            raise IssuerUnreachableError(msg)
        return issuer.public_keys()

    keys = KeySet(read, clock=lambda: state.seconds)
    monkeypatch.setattr(wiring, "keys", lambda: keys)
    token = f"Bearer {issuer.sign(CLAIMS)}"

    for _ in range(2):
        with pytest.raises(IssuerUnreachableError, match="the issuer does not answer; it is asked"):
            handler(event(token), None)
    state.is_away = False
    state.seconds += COOL_DOWN_SECONDS

    answer: Any = handler(event(token), None)
    assert answer["policyDocument"]["Statement"][0]["Effect"] == "Allow"
    assert [each.startswith('["issuer.unreachable"') for each in deployed] == [True, True]


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_reads_the_scheme_in_any_case(scheme: str) -> None:
    find_key = issuer.public_keys().get

    bearer = authorize(f"{scheme} {issuer.sign(CLAIMS)}", RULES, find_key=find_key, now=NOW)

    assert bearer.name == "robot"


def test_checks_the_claims_of_a_signed_token() -> None:
    token = issuer.sign({**CLAIMS, "aud": "others"})

    with pytest.raises(TokenRefusedError, match="another audience"):
        authorize(f"Bearer {token}", RULES, find_key=issuer.public_keys().get, now=NOW)


def test_reads_its_rules_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = AccessRules(Authorization.JWT, token=RULES).to_json()
    for name, value in AccessSettings(stage="local", access=rules).to_env().items():
        monkeypatch.setenv(name, value)
    wiring.token_rules.cache_clear()

    assert wiring.token_rules() == RULES
    wiring.token_rules.cache_clear()


def test_does_not_start_without_an_issuer(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = AccessSettings(stage="local", access=AccessRules().to_json())
    for name, value in settings.to_env().items():
        monkeypatch.setenv(name, value)
    wiring.token_rules.cache_clear()

    with pytest.raises(SettingsError, match="nothing of tokens"):
        wiring.token_rules()
