"""Which stage a command talks to, and how it is reached."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from functions.cli.errors import NotDeployedError
from functions.cli.local_file import LocalCloud
from functions.contracts.access import ApiAccess
from functions.contracts.outputs import OUTPUTS
from functions.contracts.settings import CommandSettings

LOCAL = "local"
AMAZON_SUFFIX = ".amazonaws.com"


@dataclass(frozen=True, slots=True)
class DeployedStage:
    """A stage that answers: its settings and, where it is emulated, its endpoint."""

    settings: CommandSettings
    endpoint_url: str | None = None

    @property
    def name(self) -> str:
        """The stage's name."""
        return self.settings.stage

    @property
    def api_access(self) -> ApiAccess:
        """How its prediction API is called."""
        return ApiAccess.from_json(self.settings.api_access)


def choose_stage(asked: str | None, environ: Mapping[str, str], *, is_local_up: bool) -> str:
    """Return the stage that a command is about.

    In this order: `--stage`; `WINDVANE_STAGE`; `local` while an embedded cloud is up or
    `AWS_ENDPOINT_URL` names an emulator. An account is never touched without having been named.
    """
    named = asked or environ.get("WINDVANE_STAGE")
    if named:
        return named
    if is_local_up or environ.get("AWS_ENDPOINT_URL"):
        return LOCAL
    msg = (
        "no stage is named and no embedded cloud is up: run `windvane local up`, or name a "
        "deployed stage with --stage or WINDVANE_STAGE"
    )
    raise NotDeployedError(msg)


def uses_local_cloud(stage: str, environ: Mapping[str, str], cloud: LocalCloud | None) -> bool:
    """Return whether `.windvane/local.json` leads to the stage; AWS_ENDPOINT_URL overrides it."""
    if stage != LOCAL or cloud is None:
        return False
    return environ.get("AWS_ENDPOINT_URL", cloud.endpoint_url) == cloud.endpoint_url


def local_variables(cloud: LocalCloud) -> dict[str, str]:
    """Return the AWS variables that lead to an embedded cloud."""
    return {
        "AWS_ENDPOINT_URL": cloud.endpoint_url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": cloud.region,
        "AWS_DEFAULT_REGION": cloud.region,
    }


def settings_from_outputs(stage: str, outputs: Mapping[str, str]) -> CommandSettings:
    """Return what a stage's outputs say; raise NotDeployedError if some are missing."""
    missing = [name for name in OUTPUTS.values() if name not in outputs]
    if missing:
        msg = (
            f"stage {stage!r} is not wholly deployed, its stacks do not say {', '.join(missing)}: "
            f"deploy it with `npx cdk deploy --all -c stage={stage}`"
        )
        raise NotDeployedError(msg)
    values = {field: outputs[name] for field, name in OUTPUTS.items()}
    return CommandSettings(stage=stage, **values)


def reachable_api_url(api_url: str, endpoint_url: str | None) -> str:
    """Return the API's address as it can be called from here, without a slash at its end.

    An emulator prints Amazon's address, which does not lead to it; MiniStack and LocalStack both
    answer below `/restapis/<id>/<stage>/_user_request_`.

    Examples
    --------
    >>> reachable_api_url("https://a1.execute-api.us-east-1.amazonaws.com/v1/", "http://localhost:4566")
    'http://localhost:4566/restapis/a1/v1/_user_request_'
    """
    parts = urlsplit(api_url)
    host = parts.hostname or ""
    if endpoint_url is None or not (".execute-api." in host or host.endswith(AMAZON_SUFFIX)):
        return api_url.rstrip("/")
    api_id = host.partition(".")[0]
    stage = parts.path.strip("/") or "$default"
    return f"{endpoint_url.rstrip('/')}/restapis/{api_id}/{stage}/_user_request_"
