"""Who asks is what the API wrote into the event, and nothing that a caller can write."""

import base64
import json
from typing import Any

import pytest

from functions.contracts.access import AccessRules, Authorization, TokenRules
from functions.core.access import ACCOUNT_ROOT, LOAD_BALANCER, Caller
from functions.core.tokens import LEEWAY_SECONDS
from functions.serving.callers import read_arn, read_caller
from tests.unit.serving.test_events import balanced_event, http_event, rest_event

NOW = 1_790_000_000.0
USER = "arn:aws:iam::123456789012:user/ann"
TOKEN = TokenRules("https://issuer.example", ("windvane",), claim="scope", prefix="")
IAM = AccessRules()
KEYS = AccessRules(Authorization.API_KEY, clients={"k1": "harbor"})
TOKENS = AccessRules(Authorization.JWT, token=TOKEN)


def caller_of(event: dict[str, Any], rules: AccessRules) -> Caller | None:
    return read_caller(event, rules, now=lambda: NOW)


def rest(**context: object) -> dict[str, Any]:
    return rest_event(requestContext=context)


def http(**authorizer: object) -> dict[str, Any]:
    context = http_event()["requestContext"]
    return http_event(requestContext={**context, "authorizer": authorizer})


def bearer(**changes: object) -> str:
    claims = {
        "iss": TOKEN.issuer,
        "aud": "windvane",
        "sub": "robot",
        "exp": NOW + 60,
        "scope": "predict:m",
        **changes,
    }
    parts = [{"alg": "RS256"}, claims]
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts]
    return b".".join([*encoded, b"c2ln"]).decode()


def checked(header: str, **flat: object) -> dict[str, Any]:
    """An HTTP API's event after it has checked a token."""
    claims = {
        "iss": TOKEN.issuer,
        "sub": "robot",
        "aud": "windvane",
        "exp": f"{NOW + 60:.0f}",
        **flat,
    }
    event = http(jwt={"claims": claims, "scopes": None})
    return {**event, "headers": {"authorization": header}}


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        ("arn:aws:iam::123456789012:user/ann", "ann"),
        ("arn:aws:iam::123456789012:user/shop/eu/ann", "ann"),
        ("arn:aws:sts::123456789012:assumed-role/checkout/i-0abc", "checkout"),
        ("arn:aws-cn:sts::123456789012:assumed-role/checkout/a/b", "checkout"),
        ("arn:aws:sts::123456789012:federated-user/bob", "bob"),
        ("arn:aws:iam::123456789012:root", ACCOUNT_ROOT),
        ("arn:aws:iam::123456789012:user/", None),
        ("arn:aws:iam::123456789012:nothing", None),
        ("nonsense", None),
        ("", None),
    ],
)
def test_names_roles_and_users(arn: str, name: str | None) -> None:
    assert read_arn(arn) == name


def test_takes_the_identity_of_a_signature_from_both_kinds_of_api() -> None:
    expected = Caller("ann", "iam")

    assert caller_of(rest(identity={"userArn": USER}), IAM) == expected
    assert caller_of(http(iam={"userArn": USER}), IAM) == expected


@pytest.mark.parametrize("make", [rest, http])
def test_an_identity_of_another_account_is_nobody(make: Any) -> None:
    def event(account: object) -> dict[str, Any]:
        made: dict[str, Any] = make(identity={"userArn": USER}, iam={"userArn": USER})
        made["requestContext"]["accountId"] = account
        return made

    assert caller_of(event("123456789012"), IAM) == Caller("ann", "iam")
    assert caller_of(event("210987654321"), IAM) is None
    assert caller_of(event(123456789012), IAM) is None


def test_takes_a_client_by_the_id_of_its_key() -> None:
    assert caller_of(rest(identity={"apiKeyId": "k1"}), KEYS) == Caller("harbor", "api_key")


def test_takes_a_token_that_our_function_has_checked() -> None:
    event = rest(
        authorizer={
            "principalId": "robot",
            "roles": '["predict:m","a b"]',
            "expires_at": str(NOW),
        }
    )

    assert caller_of(event, TOKENS) == Caller("robot", "jwt", frozenset({"predict:m", "a b"}))


def test_takes_a_token_that_the_http_api_has_checked() -> None:
    event = checked(f"Bearer {bearer()}")

    assert caller_of(event, TOKENS) == Caller("robot", "jwt", frozenset({"predict:m"}))


def test_takes_a_token_by_all_that_the_http_api_says_of_it() -> None:
    token = bearer(aud=["windvane", "b"], iat=NOW, jti="t1")

    event = checked(f"bearer {token}", aud="[windvane b]", iat="1.79E9", jti="t1")

    assert caller_of(event, TOKENS) == Caller("robot", "jwt", frozenset({"predict:m"}))


def test_makes_no_two_roles_of_one_with_a_space() -> None:
    """HTTP APIs hand a list over as `[a b]`, which says nothing of where a role ends."""
    rules = AccessRules(Authorization.JWT, token=TokenRules(TOKEN.issuer, TOKEN.audiences, "roles"))

    caller = caller_of(checked(f"Bearer {bearer(roles=['x predict:*'])}"), rules)

    assert caller is not None
    assert caller.roles == frozenset({"x predict:*"})


@pytest.mark.parametrize(
    ("event", "rules"),
    [
        (rest(), IAM),
        (rest(identity=None), IAM),
        (rest(identity={"userArn": None}), IAM),
        (rest(identity={"userArn": 7}), IAM),
        (rest(identity={"userArn": USER}), KEYS),
        (rest(identity={"userArn": USER}), TOKENS),
        (http(), IAM),
        (http(iam={"accessKey": "AKIA"}), IAM),
        (rest(identity={"apiKeyId": "k2"}), KEYS),
        (rest(identity={"apiKeyId": None}), KEYS),
        (rest(identity={"apiKeyId": ["k1"]}), KEYS),
        (rest(identity={"apiKey": "k1"}), KEYS),
        (rest(identity={"apiKeyId": "k1"}), IAM),
        (rest(authorizer={"principalId": "robot"}), TOKENS),
        (rest(authorizer={"principalId": "", "expires_at": str(NOW)}), TOKENS),
        (rest(authorizer={"principalId": "robot", "expires_at": "never"}), TOKENS),
        (rest(authorizer={"principalId": "robot", "expires_at": NOW}), TOKENS),
        (
            rest(authorizer={"principalId": "robot", "expires_at": str(NOW - LEEWAY_SECONDS)}),
            TOKENS,
        ),
        (
            rest(authorizer={"principalId": "robot", "expires_at": str(NOW)}),
            AccessRules(Authorization.JWT),
        ),
    ],
)
def test_knows_nobody_where_the_api_names_nobody(event: dict[str, Any], rules: AccessRules) -> None:
    assert caller_of(event, rules) is None


@pytest.mark.parametrize(
    "event",
    [
        checked(f"Bearer {bearer()}", sub="somebody else"),
        checked(f"Bearer {bearer(sub='somebody else')}"),
        checked(
            f"Bearer {bearer(iss='https://elsewhere.example')}", iss="https://elsewhere.example"
        ),
        checked(f"Bearer {bearer(aud='others')}", aud="others"),
        checked(f"Bearer {bearer(aud=['windvane', 'others'])}"),
        checked(f"Bearer {bearer(exp=NOW + 90)}"),
        checked(f"Bearer {bearer(iat=NOW)}"),
        checked(f"Bearer {bearer(jti='t1')}"),
        checked(f"Bearer {bearer(jti='t1')}", jti="t2"),
        checked(f"Bearer {bearer()} Bearer {bearer()}"),
        checked(f"Bearer  {bearer()}"),
        checked(f"Bearer {bearer()}\n"),
        checked(f"Basic {bearer()}"),
        checked(f"Bearer {bearer(exp=NOW - LEEWAY_SECONDS)}", exp=f"{NOW - LEEWAY_SECONDS:.0f}"),
        checked(f"Bearer {bearer()}, Bearer {bearer(scope='predict:*')}x.y"),
        checked("Bearer a.b"),
        checked("Bearer a.!.c"),
        checked("Bearer é.é.é"),
        checked(f"Bearer a.{base64.b64encode(b'[1]').decode()}.c"),
        checked(""),
        http(jwt=None),
        http(jwt={"claims": {}}),
    ],
)
def test_knows_nobody_by_a_token_that_is_not_the_checked_one(event: dict[str, Any]) -> None:
    assert caller_of(event, TOKENS) is None


@pytest.mark.parametrize("header", ["authorization", "Authorization", "X-Api-Key"])
def test_knows_nobody_who_shows_two_credentials(header: str) -> None:
    event = {
        **rest(identity={"userArn": USER, "apiKeyId": "k1"}),
        "multiValueHeaders": {header: ["one", "two"]},
    }

    assert caller_of(event, IAM) is None
    assert caller_of(event, KEYS) is None


def test_a_load_balancer_answers_for_its_callers() -> None:
    caller = caller_of(balanced_event(), IAM)

    assert caller is not None
    assert caller.kind == LOAD_BALANCER
