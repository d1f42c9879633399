"""An OIDC issuer with real keys, and tokens of every kind that must not be taken."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from functions.access.key_set import Jwk

KEY_ID, CURVE_KEY_ID = "rsa-1", "curve-1"
HOUR = 3600.0


@cache
def rsa_key(name: str = KEY_ID, bits: int = 2048) -> rsa.RSAPrivateKey:
    """A private key, the same for a name while the tests run."""
    del name  # it tells keys apart in the cache
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@cache
def curve_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def public_keys() -> Mapping[str, Jwk]:
    """The issuer's key set by key id."""
    rsa_jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(rsa_key().public_key()))
    curve_jwk = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(curve_key().public_key()))
    return {
        KEY_ID: {**rsa_jwk, "kid": KEY_ID, "use": "sig", "alg": "RS256"},
        CURVE_KEY_ID: {**curve_jwk, "kid": CURVE_KEY_ID, "use": "sig"},
    }


def claims(issuer: str, now: float, **changes: object) -> dict[str, Any]:
    """Claims of a good token; a change to `...` leaves a claim out."""
    good = {
        "iss": issuer,
        "aud": "windvane",
        "sub": "robot",
        "iat": now - 10,
        "nbf": now - 10,
        "exp": now + HOUR,
        "scope": "predict:* label:* describe:* health:*",
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not ...}


def sign(content: Mapping[str, Any], *, key_id: str | None = KEY_ID, **header: Any) -> str:
    """A token that the issuer signed with RS256."""
    named = {"kid": key_id} if key_id else {}
    return jwt.encode(dict(content), rsa_key(), algorithm="RS256", headers={**named, **header})


def sign_with_curve(content: Mapping[str, Any]) -> str:
    """A token that the issuer signed with ES256."""
    headers = {"kid": CURVE_KEY_ID}
    return jwt.encode(dict(content), curve_key(), algorithm="ES256", headers=headers)


def sign_elsewhere(content: Mapping[str, Any]) -> str:
    """A token with the issuer's key id, signed with somebody else's key."""
    headers = {"kid": KEY_ID}
    return jwt.encode(dict(content), rsa_key("another"), algorithm="RS256", headers=headers)


def unsigned(content: Mapping[str, Any], algorithm: str = "none") -> str:
    """A token that says it has no signature, and has one of three bytes."""
    return join({"alg": algorithm, "kid": KEY_ID, "typ": "JWT"}, content, b"abc")


def signed_with_the_public_key(content: Mapping[str, Any]) -> str:
    """A token whose secret (HS256) is the public key, which everybody knows."""
    secret = (
        rsa_key()
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    header = {"alg": "HS256", "kid": KEY_ID, "typ": "JWT"}
    message = ".".join([encode(header), encode(content)])
    return f"{message}.{encode(hmac.digest(secret, message.encode(), hashlib.sha256))}"


def tampered(token: str, **changes: object) -> str:
    """A signed token with other claims than those that were signed."""
    header, payload, signature = token.split(".")
    content = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return f"{header}.{encode({**content, **changes})}.{signature}"


def join(header: Mapping[str, Any], content: Mapping[str, Any], signature: bytes) -> str:
    return f"{encode(header)}.{encode(content)}.{encode(signature)}"


def encode(part: Mapping[str, Any] | bytes) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(dict(part)).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
