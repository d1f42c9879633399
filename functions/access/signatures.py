"""Tokens: who signed them, and that nobody changed them since."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import jwt
from jwt.types import Options

from functions.access.key_set import Jwk
from functions.core.tokens import TokenRefusedError

KEY_TYPES: Mapping[str, Mapping[str, str]] = {
    "RS256": {"kty": "RSA"},
    "ES256": {"kty": "EC", "crv": "P-256"},
}
"""The algorithms that are taken, each with the only kind of key that it may be used with.

Both are asymmetric: a public key taken for a shared secret (HS256), or no signature at all (none),
has no way in.
"""

MINIMUM_RSA_BITS = 2048
MAXIMUM_TOKEN_BYTES = 8192
_SEGMENT = r"[-0-9A-Za-z_]+"
_TOKEN = re.compile(rf"{_SEGMENT}\.{_SEGMENT}\.{_SEGMENT}")
_SIGNATURE_ALONE: Options = {
    "verify_signature": True,
    # By `functions.core.tokens`, which is told the time.
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}


def verify_signature(token: str, find_key: Callable[[str], Jwk | None]) -> dict[str, Any]:
    """Return the claims of a token that the issuer signed; raise TokenRefusedError."""
    if len(token) > MAXIMUM_TOKEN_BYTES or not _TOKEN.fullmatch(token):
        msg = "it is no signed token"
        raise TokenRefusedError(msg)
    try:
        header = jwt.get_unverified_header(token)
        key = _key_for(header, find_key)
        claims = jwt.decode(token, key, algorithms=[str(header["alg"])], options=_SIGNATURE_ALONE)
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        msg = "the token's signature is none of the issuer's"
        raise TokenRefusedError(msg) from error
    return dict(claims)


def _key_for(header: Mapping[str, Any], find_key: Callable[[str], Jwk | None]) -> jwt.PyJWK:
    algorithm, key_id = header.get("alg"), header.get("kid")
    if algorithm not in tuple(KEY_TYPES) or not isinstance(key_id, str) or "crit" in header:
        msg = f"the token must be signed with {' or '.join(KEY_TYPES)} and name its key"
        raise TokenRefusedError(msg)
    jwk = find_key(key_id)
    if jwk is None or not _is_for(jwk, str(algorithm)):
        msg = "the issuer has no such key"
        raise TokenRefusedError(msg)
    key = jwt.PyJWK(dict(jwk), algorithm=str(algorithm))
    if jwk["kty"] == "RSA" and key.key.key_size < MINIMUM_RSA_BITS:
        msg = f"the issuer's key has fewer than {MINIMUM_RSA_BITS} bits"
        raise TokenRefusedError(msg)
    return key


def _is_for(jwk: Jwk, algorithm: str) -> bool:
    return (
        all(jwk.get(name) == value for name, value in KEY_TYPES[algorithm].items())
        and jwk.get("use", "sig") == "sig"
        and jwk.get("alg", algorithm) == algorithm
    )
