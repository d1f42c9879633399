"""Credentials that must not be taken, and those that are nearly like them and may be."""

from typing import Any

from functions.contracts.access import TokenRules
from functions.contracts.routes import Permission
from tests.fakes import issuer
from tests.fakes.api_gateway import Headers

OTHER = "car_price"
NOW = 1_790_000_000.0
TOKEN = TokenRules("https://issuer.example", ("windvane",))


def claims(**changes: object) -> dict[str, Any]:
    return issuer.claims(TOKEN.issuer, NOW, **changes)


def bearer(token: str) -> Headers:
    return [("Authorization", f"Bearer {token}")]


EVERYTHING_ELSE = " ".join(f"{permission}:{OTHER}" for permission in Permission)
GOOD = issuer.sign(claims())
BAD_TOKENS: dict[str, Headers] = {
    "none": [],
    "empty": [("Authorization", "")],
    "another scheme": [("Authorization", f"Basic {GOOD}")],
    "garbage": [("Authorization", "Bearer \x7f..%%..")],
    "bearer alone": [("Authorization", "Bearer ")],
    "expired": bearer(issuer.sign(claims(exp=NOW - 61))),
    "without an end": bearer(issuer.sign(claims(exp=...))),
    "not yet valid": bearer(issuer.sign(claims(nbf=NOW + 61))),
    "wrong issuer": bearer(issuer.sign(claims(iss="https://elsewhere.example"))),
    "wrong audience": bearer(issuer.sign(claims(aud="others"))),
    "no audience": bearer(issuer.sign(claims(aud=...))),
    "no roles": bearer(issuer.sign(claims(scope=...))),
    "wrong role": bearer(issuer.sign(claims(scope="admin predict describe health label"))),
    "other model's roles": bearer(issuer.sign(claims(scope=EVERYTHING_ELSE))),
    "roles in another claim": bearer(issuer.sign(claims(scope="", roles=["predict:*"]))),
    "alg=none": bearer(issuer.unsigned(claims())),
    "alg=none, no signature": bearer(issuer.join({"alg": "none"}, claims(), b"")),
    "HS256 with the public key": bearer(issuer.signed_with_the_public_key(claims())),
    "tampered payload": bearer(issuer.tampered(issuer.sign(claims(scope="")), scope="predict:*")),
    "unknown key": bearer(issuer.sign(claims(), key_id="unknown")),
    "no key id": bearer(issuer.sign(claims(), key_id=None)),
    "somebody else's key": bearer(issuer.sign_elsewhere(claims())),
    "in the wrong header": [("X-Authorization", f"Bearer {GOOD}"), ("X-Api-Key", GOOD)],
    "two headers, the good one first": [*bearer(GOOD), *bearer(issuer.unsigned(claims()))],
    "two headers, the good one last": [*bearer(issuer.unsigned(claims())), *bearer(GOOD)],
    "two good headers": [*bearer(GOOD), *bearer(GOOD)],
    "a signature": [("Authorization", "AWS4-HMAC-SHA256 Credential=HARBOR/x, Signature=x")],
}
BAD_KEYS: dict[str, Headers] = {
    "none": [],
    "empty": [("x-api-key", "")],
    "garbage": [("x-api-key", "\x7f../..")],
    "unknown": [("x-api-key", "guess")],
    "its id": [("x-api-key", "k-harbor")],
    "its client": [("x-api-key", "harbor")],
    "disabled": [("x-api-key", "disabled-key")],
    "over quota": [("x-api-key", "spent-key")],
    "a key of no client": [("x-api-key", "forgotten-key")],
    "two keys": [("x-api-key", "harbor-key"), ("X-Api-Key", "harbor-key")],
    "in the wrong header": [("Authorization", "harbor-key"), ("x-apikey", "harbor-key")],
    "a token": bearer(GOOD),
}
BAD_SIGNATURES: dict[str, Headers] = {
    "none": [],
    "garbage": [("Authorization", "AWS4-HMAC-SHA256")],
    "unknown": [("Authorization", "AWS4-HMAC-SHA256 Credential=GUESS/x, Signature=x")],
    "a token": bearer(GOOD),
    "a key": [("x-api-key", "harbor-key")],
}
