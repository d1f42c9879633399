"""What models say of their callers, held against who can call a stage at all."""

from collections.abc import Sequence

from functions.contracts.access import ANYONE, Authorization
from functions.contracts.api_clients import ApiClient
from functions.contracts.model_problem import name_choices
from functions.contracts.model_spec import ModelSpec
from infra.stage import ApiChoiceError, Stage


def check_callers(stage: Stage, models: Sequence[ModelSpec], clients: Sequence[ApiClient]) -> None:
    """Refuse a model that names an API client whom nobody declared; raise ApiChoiceError.

    Roles of tokens, and roles and users of IAM, are known elsewhere: they are not checked.
    """
    if stage.authorization is not Authorization.API_KEY:
        return
    known = [client.name for client in clients if client.is_of(stage.name)]
    mistakes = [
        f"models/{spec.name}/model.toml: access.clients names {name!r}, and clients.toml has no "
        f"such client for the stage {stage.name}; {name_choices(name, known)}"
        for spec in models
        for name in spec.access.clients
        if name != ANYONE and name not in known
    ]
    if mistakes:
        raise ApiChoiceError("\n".join(mistakes))
