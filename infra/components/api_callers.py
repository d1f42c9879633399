"""What models say of their callers, held against who can call a stage at all."""

from collections.abc import Sequence

from functions.contracts.access import ANYONE, AccessRules, Authorization
from functions.contracts.api_clients import ApiClient
from functions.contracts.model_problem import name_choices
from functions.contracts.model_spec import ModelSpec
from infra.stage import ApiChoiceError, Stage

MAXIMUM_RULES_BYTES = 3000
"""Of Lambda's 4 KB for all settings of a function."""


def check_rules(rules: AccessRules) -> None:
    """Refuse more clients and named callers than a function's settings hold; ApiChoiceError."""
    size = len(rules.to_json())
    if size > MAXIMUM_RULES_BYTES:
        msg = (
            f"clients and models that name their callers take {size} bytes of the prediction "
            f"function's settings, the most is {MAXIMUM_RULES_BYTES}: let several callers share a "
            'client, or let models be for everyone ("*") and refuse by IAM or roles'
        )
        raise ApiChoiceError(msg)


def check_callers(stage: Stage, models: Sequence[ModelSpec], clients: Sequence[ApiClient]) -> None:
    """Refuse keys for nobody, and a model that names a client whom nobody declared; ApiChoiceError.

    Roles of tokens, and roles and users of IAM, are known elsewhere: they are not checked.
    """
    if stage.authorization is not Authorization.API_KEY:
        return
    known = [client.name for client in clients if client.is_of(stage.name)]
    if not known:
        msg = (
            f"nobody could call the API: the stage {stage.name} knows callers by API keys, and "
            "clients.toml names no client for it: add a [[clients]] there"
        )
        raise ApiChoiceError(msg)
    mistakes = [
        f"models/{spec.name}/model.toml: access.clients names {name!r}, and clients.toml has no "
        f"such client for the stage {stage.name}; {name_choices(name, known)}"
        for spec in models
        for name in spec.access.clients
        if name != ANYONE and name not in known
    ]
    if mistakes:
        raise ApiChoiceError("\n".join(mistakes))
