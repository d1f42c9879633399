"""What `windvane clients` does and says."""

from collections.abc import Mapping

from functions.cli import wiring
from functions.cli.errors import RefusedError, UsageError
from functions.cli.output import Output
from functions.cli.stage import DeployedStage
from functions.contracts.access import Authorization
from functions.contracts.model_problem import name_choices


def list_clients(out: Output, *, stage: str | None) -> None:
    """Write the clients of a deployed stage, without their keys."""
    deployed = wiring.open_stage(stage)
    ids = _key_ids(deployed)
    reader = wiring.api_keys()
    states = {client: reader.state(id_) for client, id_ in sorted(ids.items())}
    out.table(
        ("client", "enabled", "key id", "description"),
        [(client, key.is_enabled, key.id, key.description) for client, key in states.items()],
    )
    out.result(
        [
            {"client": client, "key_id": key.id, "enabled": key.is_enabled}
            for client, key in states.items()
        ]
    )


def show_key(out: Output, *, client: str, stage: str | None) -> None:
    """Write a client's key, and nothing else."""
    deployed = wiring.open_stage(stage)
    ids = _key_ids(deployed)
    if client not in ids:
        msg = f"the stage {deployed.name} has no client {client!r}; {name_choices(client, ids)}"
        raise UsageError(msg)
    value = wiring.api_keys().value(ids[client])
    out.line(value)
    out.result({"client": client, "key": value})


def _key_ids(deployed: DeployedStage) -> Mapping[str, str]:
    access = deployed.api_access
    if access.authorization is not Authorization.API_KEY:
        msg = (
            f"the stage {deployed.name} knows its callers by {access.authorization}, not by API "
            "keys: deploy it with -c authorization=api_key, and clients in clients.toml"
        )
        raise RefusedError(msg)
    return access.keys
