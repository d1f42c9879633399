"""`.windvane/local.json`: where the embedded cloud of this checkout is."""

from pathlib import Path

from pydantic import Field, ValidationError

from functions.cli.errors import LocalCloudError
from functions.contracts.base import Document, Timestamp

FILE_NAME = "local.json"


class LocalCloud(Document):
    """A running embedded cloud and what is deployed to it."""

    schema_version: int = 1
    endpoint_url: str
    api_url: str
    region: str
    account_id: str
    outputs: dict[str, str] = Field(default_factory=dict, description="of all stacks, by name")
    port: int
    process_id: int
    process_started: str = Field(description="with process_id, tells this process from a later one")
    started_at: Timestamp
    log_file: str


def read_local_cloud(home: Path) -> LocalCloud | None:
    """Return what the file says, None if there is none; raise LocalCloudError if it is damaged."""
    path = home / FILE_NAME
    if not path.is_file():
        return None
    try:
        return LocalCloud.model_validate_json(path.read_text(encoding="utf-8"))
    except ValidationError as error:
        msg = f"{path} cannot be read: remove it and run `windvane local up`"
        raise LocalCloudError(msg) from error


def write_local_cloud(home: Path, cloud: LocalCloud) -> None:
    """Write the file, whole or not at all."""
    home.mkdir(parents=True, exist_ok=True)
    draft = home / f"{FILE_NAME}.part"
    draft.write_text(cloud.model_dump_json(indent=2) + "\n", encoding="utf-8")
    draft.replace(home / FILE_NAME)


def remove_local_cloud(home: Path) -> None:
    """Remove the file if it is there."""
    (home / FILE_NAME).unlink(missing_ok=True)
