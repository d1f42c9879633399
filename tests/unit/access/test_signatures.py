"""Only what the issuer signed, by an algorithm of ours, with a key for it."""

import base64
import json
from collections.abc import Mapping
from typing import Any

import jwt
import pytest

from functions.access.key_set import Jwk
from functions.access.signatures import MAXIMUM_TOKEN_BYTES, verify_signature
from functions.core.tokens import TokenRefusedError
from tests.fakes import issuer

NOW = 1_790_000_000.0
CLAIMS = issuer.claims("https://issuer.example", NOW)
GOOD = issuer.sign(CLAIMS)


def verify(token: str, keys: Mapping[str, Jwk] | None = None) -> dict[str, Any]:
    return verify_signature(token, (keys or issuer.public_keys()).get)


@pytest.mark.parametrize("token", [GOOD, issuer.sign_with_curve(CLAIMS)], ids=["RS256", "ES256"])
def test_returns_the_claims_of_what_the_issuer_signed(token: str) -> None:
    assert verify(token) == CLAIMS


def test_leaves_time_and_audience_to_those_who_are_told_the_time() -> None:
    assert verify(issuer.sign({"exp": 1, "aud": "others"})) == {"exp": 1, "aud": "others"}


def large(content: Mapping[str, Any]) -> str:
    return issuer.sign({**content, "more": "a" * MAXIMUM_TOKEN_BYTES})


FORGED = [
    "",
    "a.b",
    "a.b.c",
    "...",
    GOOD + ".",
    GOOD + "\n",
    f" {GOOD}",
    GOOD.replace(".", "=.", 1),
    GOOD.rpartition(".")[0] + ".",
    GOOD[:-6],
    issuer.tampered(GOOD, scope="predict:*"),
    issuer.tampered(GOOD),
    issuer.sign_elsewhere(CLAIMS),
    *(issuer.unsigned(CLAIMS, name) for name in ("none", "None", "NONE", "nOnE", "")),
    issuer.signed_with_the_public_key(CLAIMS),
    issuer.sign(CLAIMS, key_id=None),
    issuer.sign(CLAIMS, key_id="another"),
    issuer.sign(CLAIMS, key_id=issuer.CURVE_KEY_ID),
    issuer.sign(CLAIMS, crit=["exp"], exp=1),
    jwt.encode(CLAIMS, issuer.rsa_key(), "RS512", {"kid": issuer.KEY_ID}),
    jwt.encode(CLAIMS, issuer.rsa_key(), "PS256", {"kid": issuer.KEY_ID}),
    issuer.join({"alg": ["RS256"], "kid": issuer.KEY_ID}, CLAIMS, b"abc"),
    issuer.join({"alg": "RS256", "kid": [issuer.KEY_ID]}, CLAIMS, b"abc"),
    issuer.join({"alg": "RS256"}, CLAIMS, b"abc"),
    f"{base64.urlsafe_b64encode(b'[1]').decode()}.{GOOD.partition('.')[2]}",
    f"{issuer.encode(b'[' * 5000)}.a.b",
    large(CLAIMS),
]


# By number: keys are made anew in each process, and test workers must agree on names.
@pytest.mark.parametrize("token", FORGED, ids=range(len(FORGED)))
def test_refuses_everything_else(token: str) -> None:
    with pytest.raises(TokenRefusedError):
        verify(token)


def test_refuses_a_key_in_the_token_itself() -> None:
    own = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(issuer.rsa_key("own").public_key()))
    header = {"kid": "own", "jwk": own, "jku": "https://issuer.example/own"}

    with pytest.raises(TokenRefusedError, match="no such key"):
        verify(jwt.encode(CLAIMS, issuer.rsa_key("own"), "RS256", header))


@pytest.mark.parametrize(
    "changes",
    [
        {"use": "enc"},
        {"alg": "RS512"},
        {"kty": "oct", "k": "c2VjcmV0"},
        {"kty": "EC", "crv": "P-256"},
        {"n": "AQAB"},
        {"n": "!"},
        {"e": None},
    ],
)
def test_uses_no_key_that_is_for_something_else(changes: dict[str, Any]) -> None:
    key = {**issuer.public_keys()[issuer.KEY_ID], **changes}

    with pytest.raises(TokenRefusedError):
        verify(GOOD, {issuer.KEY_ID: key})


def test_refuses_a_short_key_even_if_the_issuer_has_it() -> None:
    short = issuer.rsa_key("short", 1024)
    jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(short.public_key()))
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        token = jwt.encode(CLAIMS, short, "RS256", {"kid": "short"})

    with pytest.raises(TokenRefusedError, match="fewer than 2048 bits"):
        verify(token, {"short": jwk})
