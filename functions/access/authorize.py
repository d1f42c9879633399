"""Lambda function authorize: says who a token speaks of, before a REST API asks for predictions.

What they may do is decided by the prediction function, once for REST and HTTP APIs.
"""

from collections.abc import Callable, Mapping
from typing import Any

from functions.access import wiring
from functions.access.key_set import IssuerUnreachableError, Jwk
from functions.access.signatures import verify_signature
from functions.contracts.access import TokenRules
from functions.core.tokens import Bearer, TokenRefusedError, format_roles, read_claims

SCHEME = "bearer"


def authorize(
    header: object, rules: TokenRules, *, find_key: Callable[[str], Jwk | None], now: float
) -> Bearer:
    """Return whom an Authorization header speaks of; raise TokenRefusedError.

    `now` is in seconds since 1970; `find_key` returns one of the issuer's keys, or None.
    """
    scheme, _, token = header.partition(" ") if isinstance(header, str) else ("", "", "")
    if scheme.lower() != SCHEME:
        msg = "the Authorization header holds no bearer token"
        raise TokenRefusedError(msg)
    return read_claims(verify_signature(token.strip(), find_key), rules, now=now)


def describe_bearer(bearer: Bearer, resource: str) -> dict[str, object]:
    """Return what API Gateway lets through, and what it tells the prediction function."""
    context = {"roles": format_roles(bearer.roles), "expires_at": str(bearer.expires_at)}
    return {**_policy(bearer.name, "Allow", resource), "context": context}


def describe_nobody(resource: str) -> dict[str, object]:
    """Return that nothing is let through; the API makes it a 401."""
    return _policy("nobody", "Deny", resource)


def whole_stage(method_arn: str) -> str:
    """Return all methods of the stage that a method is of: a verdict is kept for all of them.

    Examples
    --------
    >>> whole_stage("arn:aws:execute-api:eu-west-1:1:a1/v1/POST/models/m/predict")
    'arn:aws:execute-api:eu-west-1:1:a1/v1/*'
    """
    api, stage, *_ = method_arn.split("/")
    return f"{api}/{stage}/*"


def handler(event: Mapping[str, Any], _context: object) -> dict[str, object]:
    """Lambda entry point: a token authorizer of API Gateway.

    A policy is kept for minutes, a Deny too, so nothing is said of a token whose keys cannot be
    read: IssuerUnreachableError comes through, and the API lets nobody pass, answers 500 and asks
    again with the next request.
    """
    resource = whole_stage(event["methodArn"])
    try:
        bearer = authorize(
            event.get("authorizationToken"),
            wiring.token_rules(),
            find_key=wiring.keys().find,
            now=wiring.now(),
        )
    except TokenRefusedError as error:
        wiring.log("token.refused", {"reason": str(error)})
        return describe_nobody(resource)
    except IssuerUnreachableError as error:
        wiring.log("issuer.unreachable", {"reason": str(error)})
        raise
    return describe_bearer(bearer, resource)


def _policy(principal: str, effect: str, resource: str) -> dict[str, object]:
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}
    return {
        "principalId": principal,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
    }
