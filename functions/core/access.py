"""Whether a caller may do something with a model; what nothing allows is refused.

Standard library only: a first prediction reads this module.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from functions.contracts.access import ANYONE, AccessRules, Authorization
from functions.contracts.routes import Permission

LOAD_BALANCER = "load_balancer"
"""The kind of callers whom an Application Load Balancer let in."""

ACCOUNT_ROOT = ":root"
"""The account itself, which could rewrite every rule here; no role or user can have the name."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as the API that let the request through says.

    `kind` is an Authorization, or LOAD_BALANCER. The roles are a token's, and so is `expires_at`,
    in seconds since 1970; None: it does not expire.
    """

    name: str
    kind: str
    roles: frozenset[str] = frozenset()
    expires_at: float | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody wants to do; `model` is None where it is about no model, and so about all."""

    permission: Permission
    model: str | None


@dataclass(frozen=True, slots=True)
class AccessDecision:
    """The verdict and its reason; a refused caller is shown the reason."""

    allowed: bool
    reason: str


def decide_access(rules: AccessRules, who: Caller, what: Question) -> AccessDecision:
    """Return whether a caller may do something.

    Two locks, and both must open. A token needs a role for the permission and the model; signed
    requests and API keys were let through by their policy or key. And a model that names its
    callers (`access.clients`) must name this one, or one of its roles.
    """
    if not _is_taken(rules, who.kind):
        return AccessDecision(False, f"callers are identified by {rules.authorization} here")
    if who.kind == Authorization.JWT and not _has_role(who.roles, what):
        wanted = format_role(what.permission, what.model or ANYONE)
        return AccessDecision(False, f"it takes a token with the role {wanted}")
    if not all(_is_named(names, who) for names in _lists_of_names(rules, what)):
        if what.model is None:
            reason = "it tells of all models, and there is one that is not for this caller"
        else:
            reason = f"{what.model} is not for this caller"
        return AccessDecision(False, reason)
    return AccessDecision(True, "")


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


def _has_role(roles: frozenset[str], what: Question) -> bool:
    if format_role(what.permission, ANYONE) in roles:
        return True
    return what.model is not None and format_role(what.permission, what.model) in roles


def _lists_of_names(rules: AccessRules, what: Question) -> Iterable[tuple[str, ...]]:
    """Return the lists that must name a caller: the model's; all, where all models are shown."""
    if what.model is not None:
        return (rules.models.get(what.model, (ANYONE,)),)
    return () if what.permission is Permission.HEALTH else rules.models.values()


def _is_named(names: tuple[str, ...], who: Caller) -> bool:
    if ANYONE in names:
        return True
    if who.kind == Authorization.JWT:  # a token's subject is not ours to choose, its roles are
        return not who.roles.isdisjoint(names)
    return who.name in names or (who.kind == Authorization.IAM and who.name == ACCOUNT_ROOT)
