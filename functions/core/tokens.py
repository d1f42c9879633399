"""What a token says, held against what a stage takes: issuer, audience, time, roles.

Signatures are checked before, by `functions/access` or by API Gateway. Standard library only: a
first prediction reads this module.
"""

import json
import math
from collections.abc import Mapping
from typing import NamedTuple

from functions.contracts.access import TokenRules
from functions.contracts.errors import WindvaneError

LEEWAY_SECONDS = 60
"""By how much the clocks of an issuer and of ours may differ."""

MAXIMUM_NAME = 128
"""Characters of a subject; captures name it with each row."""


class TokenRefusedError(WindvaneError):
    """A token is not one that the stage takes."""


class Bearer(NamedTuple):
    """Whom a token speaks of, what they may do, and until when, in seconds since 1970."""

    name: str
    roles: frozenset[str]
    expires_at: float


def read_claims(claims: Mapping[str, object], rules: TokenRules, *, now: float) -> Bearer:
    """Return whom the claims of a signed token speak of.

    `now` is in seconds since 1970. Raises TokenRefusedError for a token of another issuer, for
    somebody else, before its time or after it, or without an end or a subject.
    """
    if claims.get("iss") != rules.issuer:
        msg = "the token is of another issuer"
        raise TokenRefusedError(msg)
    if not _audiences(claims) & set(rules.audiences):
        msg = "the token is for another audience"
        raise TokenRefusedError(msg)
    expires_at = _moment(claims, "exp")
    if expires_at is None or now >= expires_at + LEEWAY_SECONDS:
        msg = "the token has expired"
        raise TokenRefusedError(msg)
    for claim in ("nbf", "iat"):
        moment = _moment(claims, claim)
        if moment is not None and now < moment - LEEWAY_SECONDS:
            msg = "the token is of a time to come"
            raise TokenRefusedError(msg)
    return Bearer(_name(claims), read_roles(claims.get(rules.claim), rules.prefix), expires_at)


def read_roles(value: object, prefix: str) -> frozenset[str]:
    """Return the roles that a claim holds: a list of them, or a text with spaces between.

    Examples
    --------
    >>> sorted(read_roles("openid predict:* windvane/health:*", ""))
    ['openid', 'predict:*', 'windvane/health:*']
    >>> sorted(read_roles(["windvane/health:*", "predict:*"], "windvane/"))
    ['health:*']
    """
    held = value.split() if isinstance(value, str) else value
    if not isinstance(held, list):
        return frozenset()
    return frozenset(
        role.removeprefix(prefix)
        for role in held
        if isinstance(role, str) and role.startswith(prefix)
    )


def format_roles(roles: frozenset[str]) -> str:
    """Return roles as one text, which no role's name can make look like other roles."""
    return json.dumps(sorted(roles), separators=(",", ":"))


def parse_roles(text: object) -> frozenset[str]:
    """Return the roles of a text of `format_roles`; none for any other."""
    try:
        return read_roles(json.loads(text), "") if isinstance(text, str) else frozenset()
    except (ValueError, RecursionError):
        return frozenset()


def _audiences(claims: Mapping[str, object]) -> set[str]:
    """Return whom a token is for; Amazon Cognito's access tokens name the client alone."""
    audience = claims.get("aud", claims.get("client_id"))
    return {audience} if isinstance(audience, str) else _texts(audience)


def _texts(value: object) -> set[str]:
    return {item for item in value if isinstance(item, str)} if isinstance(value, list) else set()


def _moment(claims: Mapping[str, object], claim: str) -> float | None:
    """Return a moment, None without the claim; raise TokenRefusedError for what is none."""
    if claim not in claims:
        return None
    value = claims[claim]
    if isinstance(value, bool) or not isinstance(value, int | float) or not _is_finite(value):
        msg = f"the token's {claim} is no moment"
        raise TokenRefusedError(msg)
    return float(value)


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _name(claims: Mapping[str, object]) -> str:
    for claim in ("sub", "client_id", "azp"):
        value = claims.get(claim)
        if isinstance(value, str) and 0 < len(value) <= MAXIMUM_NAME and value.isprintable():
            return value
    msg = "the token names nobody"
    raise TokenRefusedError(msg)
