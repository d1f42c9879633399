"""Who may call the prediction API, and how callers show who they are.

Standard library only: a first prediction reads this module.
"""

import json
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple, Self

ANYONE = "*"
"""Each known caller, each model: what a list of names or a role may say instead of a name."""


BEARER_PATTERN = r"^[Bb]earer [-0-9A-Za-z_]+\.[-0-9A-Za-z_]+\.[-0-9A-Za-z_]+$"
"""What an Authorization header with a token looks like; for another, nothing is invoked."""


class ApiKind(StrEnum):
    """Which API of API Gateway a stage has (D12)."""

    REST = "rest"
    HTTP = "http"


class Authorization(StrEnum):
    """How callers of a stage show who they are."""

    IAM = "iam"
    API_KEY = "api_key"
    JWT = "jwt"


class TokenRules(NamedTuple):
    """Which tokens are taken, and where in them the roles stand.

    `claim` holds roles such as `predict:loan_default`; of these, those that begin with `prefix`
    count, without it.
    """

    issuer: str
    audiences: tuple[str, ...]
    claim: str = "scope"
    prefix: str = ""


class AccessRules(NamedTuple):
    """What the prediction API needs to know to say no.

    `clients` are the names of the API keys by their ids. `models` are the models that name their
    callers (`access.clients` of model.toml), with these names; one that is not listed is open to
    each known caller. `trusts_load_balancer`: what an Application Load Balancer hands over has
    been let in by it.
    """

    authorization: Authorization = Authorization.IAM
    clients: Mapping[str, str] = MappingProxyType({})
    models: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    token: TokenRules | None = None
    trusts_load_balancer: bool = False

    def to_json(self) -> str:
        """Return the rules as a setting of a function; CDK tokens in it stay whole."""
        token = self.token
        document = {
            "authorization": self.authorization.value,
            "clients": dict(self.clients),
            "models": {model: list(names) for model, names in self.models.items()},
            "token": [token.issuer, list(token.audiences), token.claim, token.prefix]
            if token
            else None,
            "trusts_load_balancer": self.trusts_load_balancer,
        }
        return json.dumps({name: value for name, value in document.items() if value})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the rules that a setting holds; what it leaves out is as restricted as it gets.

        Raises ValueError and KeyError if the text is not what `to_json` writes.
        """
        document = json.loads(text)
        if not isinstance(document, dict):
            msg = f"expected access rules, got {text[:40]}"
            raise ValueError(msg)  # noqa: TRY004 - the text is wrong, not the caller's type
        token = document.get("token")
        return cls(
            authorization=Authorization(document["authorization"]),
            clients=document.get("clients", {}),
            models={name: tuple(names) for name, names in document.get("models", {}).items()},
            token=TokenRules(token[0], tuple(token[1]), token[2], token[3]) if token else None,
            trusts_load_balancer=document.get("trusts_load_balancer", False) is True,
        )


class ApiAccess(NamedTuple):
    """What a deployed stage says of how its API is called; `keys` are ids, by client."""

    authorization: Authorization = Authorization.IAM
    keys: Mapping[str, str] = MappingProxyType({})

    def to_json(self) -> str:
        """Return it as a stack's output; CDK tokens in it stay whole."""
        return json.dumps({"authorization": self.authorization.value, "keys": dict(self.keys)})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return what an output says; raise ValueError or KeyError if it is none."""
        document = json.loads(text)
        return cls(Authorization(document["authorization"]), document["keys"])
