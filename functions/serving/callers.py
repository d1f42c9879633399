"""Who asks, by what API Gateway, a function URL or a load balancer wrote into the event.

Nothing here is taken from the request itself: a header alone names nobody.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from functions.contracts.access import AccessRules, Authorization, TokenRules
from functions.core.access import ACCOUNT_ROOT, LOAD_BALANCER, Caller
from functions.core.tokens import LEEWAY_SECONDS, TokenRefusedError, parse_roles, read_claims

# Looked up once: until Python 3.12 a member of an enum is found by Python code.
_IAM, _API_KEY = Authorization.IAM, Authorization.API_KEY

REMEMBERED = 1024
"""How many signers, and sets of headers' names, are known without reading them again."""

_COMPARED = ("iss", "sub", "aud", "exp", "iat", "jti")
# HTTP APIs take a token without its scheme too.
_BEARER = re.compile(r"(?:bearer )?[-\w]+\.([-\w]+)\.[-\w]+", re.ASCII | re.IGNORECASE)

CREDENTIALS = frozenset({"authorization", "x-api-key"})
"""Headers that show who asks; two of one kind could be read as either."""


def read_caller(
    event: Mapping[str, Any], rules: AccessRules, *, now: Callable[[], float]
) -> Caller | None:
    """Return who asks, or None if nobody is named whom the stage would take.

    `now` is in seconds since 1970; it is asked only where something can have expired.
    """
    context = _mapping(event.get("requestContext"))
    if "elb" in context:
        return Caller("load balancer", LOAD_BALANCER)
    caller = None
    if not has_two_of_a_kind(event):
        how = rules.authorization
        if how is _IAM:
            caller = _of_iam(context)
        elif how is _API_KEY:
            caller = _of_api_key(context, rules.clients)
        elif rules.token:
            caller = _of_token(event, context, rules.token, now)
    return caller


def read_arn(arn: str) -> str | None:
    """Return the role's or user's name in the ARN of an identity, or None for no identity's.

    Examples
    --------
    >>> read_arn("arn:aws:sts::123456789012:assumed-role/checkout/i-0abc")
    'checkout'
    >>> read_arn("arn:aws:iam::123456789012:user/shop/alice")
    'alice'
    >>> read_arn("arn:aws:iam::123456789012:root") == ACCOUNT_ROOT
    True
    """
    parts = arn.split(":", 5)
    kind, *names = parts[-1].split("/")
    if len(parts) != 6 or parts[0] != "arn":  # noqa: PLR2004 - arn, partition, service, region, account
        return None
    if not names:
        return ACCOUNT_ROOT if kind == "root" else None
    return (names[0] if kind == "assumed-role" else names[-1]) or None


def _of_iam(context: Mapping[str, Any]) -> Caller | None:
    arn = _mapping(context.get("identity")).get("userArn")  # of a REST API
    if not arn:
        signed = _mapping(_mapping(context.get("authorizer")).get("iam"))
        arn = signed.get("userArn")  # of an HTTP API or a function URL
    account = context.get("accountId")
    if not isinstance(arn, str) or not (account is None or isinstance(account, str)):
        return None
    return _of_arn(arn, account)


@lru_cache(maxsize=REMEMBERED)
def _of_arn(arn: str, account: str | None) -> Caller | None:
    """Return an identity of the API's own account: another's may have the same name."""
    if account is not None and arn.split(":")[4:5] != [account]:
        return None
    name = read_arn(arn)
    return Caller(name, _IAM) if name else None


def _of_api_key(context: Mapping[str, Any], clients: Mapping[str, str]) -> Caller | None:
    key_id = _mapping(context.get("identity")).get("apiKeyId")
    name = clients.get(key_id) if isinstance(key_id, str) else None
    return Caller(name, _API_KEY) if name else None


def _of_token(
    event: Mapping[str, Any],
    context: Mapping[str, Any],
    rules: TokenRules,
    now: Callable[[], float],
) -> Caller | None:
    """Return whom a token speaks of that API Gateway, or our function before it, has checked."""
    authorizer = _mapping(context.get("authorizer"))
    if "jwt" in authorizer:
        return _of_http_api(event, _mapping(authorizer["jwt"]), rules, now)
    name, expires_at = authorizer.get("principalId"), _number(authorizer.get("expires_at"))
    if not isinstance(name, str) or not name or now() >= expires_at + LEEWAY_SECONDS:
        return None
    return Caller(name, Authorization.JWT, parse_roles(authorizer.get("roles")))


def _of_http_api(
    event: Mapping[str, Any],
    checked: Mapping[str, Any],
    rules: TokenRules,
    now: Callable[[], float],
) -> Caller | None:
    """Return whom the token speaks of, by the token itself.

    The API checked its signature. The claims that it hands over are flattened texts, where a role
    with a space in its name would become two; they serve to see that the token is the checked one.
    """
    claims = _payload(_header(event, "authorization"))
    flat = _mapping(checked.get("claims"))
    if not all(_is_flat(flat.get(name), claims.get(name)) for name in _COMPARED):
        return None
    try:
        bearer = read_claims(claims, rules, now=now())
    except TokenRefusedError:
        return None
    return Caller(bearer.name, Authorization.JWT, bearer.roles)


def _is_flat(text: object, claim: object) -> bool:
    """Return whether a claim of a token is the one that the API hands over as a text."""
    if claim is None or not isinstance(text, str):
        return claim is text
    if isinstance(claim, list):  # it comes as `[a b]`
        return text.strip("[]").replace(",", " ").split() == " ".join(map(str, claim)).split()
    if isinstance(claim, int | float):
        return _number(text) == claim
    return text == claim


def _payload(header: str) -> Mapping[str, Any]:
    """Return a bearer token's claims, none if the header is anything but one token."""
    token = _BEARER.fullmatch(header)
    if token is None:
        return {}
    try:
        return _mapping(json.loads(base64.b64decode(token[1] + "==", altchars=b"-_")))
    except (binascii.Error, ValueError, RecursionError):
        return {}


def has_two_of_a_kind(event: Mapping[str, Any]) -> bool:
    """Return whether a header of credentials stands more than once; HTTP APIs join such by commas.

    A signature has commas of its own, so that there the API's verdict stands.
    """
    several = event.get("multiValueHeaders")
    if not isinstance(several, dict):
        return False
    credentials = _credentials_among(tuple(several))
    if not credentials:
        return False
    shown: list[str] = []
    for name, lower in credentials:
        values = several[name]
        shown += [lower] * (len(values) if isinstance(values, list) else 1)
    return len(shown) > len(set(shown))


@lru_cache(maxsize=REMEMBERED)
def _credentials_among(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return the headers' names that show who asks, as they are and in lower case."""
    lowered = ((name, str(name).lower()) for name in names)
    return tuple((name, lower) for name, lower in lowered if lower in CREDENTIALS)


def _header(event: Mapping[str, Any], wanted: str) -> str:
    for name, value in _mapping(event.get("headers")).items():
        if str(name).lower() == wanted and isinstance(value, str):
            return value
    return ""


def _number(value: object) -> float:
    """Return a moment that our function wrote, the earliest of all for any other."""
    try:
        return float(value) if isinstance(value, str) else float("-inf")
    except ValueError:
        return float("-inf")


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
