"""Whether a caller may do something with a model; what nothing allows is refused.

Standard library only: a first prediction reads this module.
"""

from typing import NamedTuple

from functions.contracts.access import ANYONE, AccessRules, Authorization
from functions.contracts.routes import Permission

LOAD_BALANCER = "load_balancer"
"""The kind of callers whom an Application Load Balancer let in."""

_IAM, _JWT = Authorization.IAM, Authorization.JWT
"""Looked up once: until Python 3.12 a member of an enum is found by Python code."""

ACCOUNT_ROOT = ":root"
"""The account itself, which could rewrite every rule here; no role or user can have the name."""


class Caller(NamedTuple):
    """Who asks, as the API that let the request through says.

    `kind` is an Authorization, or LOAD_BALANCER; the roles are a token's.
    """

    name: str
    kind: str
    roles: frozenset[str] = frozenset()


class AccessDecision(NamedTuple):
    """The verdict and its reason; a refused caller is shown the reason."""

    allowed: bool
    reason: str


ALLOWED = AccessDecision(allowed=True, reason="")


def decide_access(
    rules: AccessRules, who: Caller, permission: Permission, model: str | None
) -> AccessDecision:
    """Return whether a caller may do something with a model.

    `model` is None where it is about no model, and so about all of them. There are two locks, and
    both must open. A token needs a role for the permission and the model; signed requests and API
    keys were let through by their policy or key. And a model that names its callers
    (`access.clients`) must name this one, or one of its roles.
    """
    if not _is_taken(rules, who.kind):
        return _refuse(f"callers are identified by {rules.authorization} here")
    if who.kind == _JWT and not _has_role(who.roles, permission, model):
        return _refuse(f"it takes a token with the role {format_role(permission, model or ANYONE)}")
    if rules.models and not _is_named_by_all(rules, who, permission, model):
        return _refuse(
            f"{model} is not for this caller"
            if model is not None
            else "it tells of all models, and one of them is not for this caller"
        )
    return ALLOWED


def format_role(permission: Permission, model: str) -> str:
    """Return a role as tokens hold it: a permission, a colon, and a model or `*`.

    Examples
    --------
    >>> format_role(Permission.PREDICT, "loan_default"), format_role(Permission.HEALTH, ANYONE)
    ('predict:loan_default', 'health:*')
    """
    return f"{permission}:{model}"


def _is_taken(rules: AccessRules, kind: str) -> bool:
    return kind == rules.authorization or (kind == LOAD_BALANCER and rules.trusts_load_balancer)


def _refuse(reason: str) -> AccessDecision:
    return AccessDecision(allowed=False, reason=reason)


def _has_role(roles: frozenset[str], permission: Permission, model: str | None) -> bool:
    if format_role(permission, ANYONE) in roles:
        return True
    return model is not None and format_role(permission, model) in roles


def _is_named_by_all(
    rules: AccessRules, who: Caller, permission: Permission, model: str | None
) -> bool:
    """Return whether the model names the caller; all models, where something tells of all."""
    if model is not None:
        return _is_named(rules.models.get(model, (ANYONE,)), who)
    if permission is Permission.HEALTH:
        return True
    return all(_is_named(names, who) for names in rules.models.values())


def _is_named(names: tuple[str, ...], who: Caller) -> bool:
    if ANYONE in names:
        return True
    if who.kind == _JWT:  # a token's subject is not ours to choose, its roles are
        return not who.roles.isdisjoint(names)
    return who.name in names or (who.kind == _IAM and who.name == ACCOUNT_ROOT)
