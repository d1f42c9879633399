"""Where the command line reads the environment and the clock, and makes the adapters it needs."""

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from functions.aws import clients, identity
from functions.aws.alarms import CloudWatchAlarms
from functions.aws.api_keys import GatewayApiKeys
from functions.aws.executions import StepFunctionsExecutions
from functions.aws.lambda_invoker import LambdaInvoker
from functions.aws.latest_metrics import LatestMetrics
from functions.aws.letter_box import SqsLetterBox
from functions.aws.lost_captures import count_lost_rows
from functions.aws.object_store import S3ObjectStore
from functions.aws.registry_table import DynamoRegistry
from functions.aws.retraining_ledger import DynamoLedger
from functions.aws.s3_folder import S3Folder, parse_address
from functions.aws.signed_http import SignedHttp, session_with, signed_session
from functions.aws.stacks import CloudFormationStacks
from functions.aws.workflow import StepFunctionsStarter
from functions.cli.api_credentials import credential_headers
from functions.cli.local_file import LocalCloud, read_local_cloud
from functions.cli.processes import is_alive
from functions.cli.stage import (
    DeployedStage,
    choose_stage,
    local_variables,
    reachable_api_url,
    settings_from_outputs,
    uses_local_cloud,
)
from functions.contracts.outputs import STACK_PARTS, stack_name

ROOT = Path(__file__).resolve().parents[2]
"""The checkout."""

FUNCTION_SECONDS = 900
"""The longest that a function may take to answer."""


def environ() -> Mapping[str, str]:
    """Return the environment."""
    return os.environ


def now() -> datetime:
    """Return the moment, in UTC."""
    return datetime.now(UTC)


def home() -> Path:
    """Return the folder of the embedded cloud's files: `.windvane`, or WINDVANE_HOME."""
    return Path(os.environ.get("WINDVANE_HOME") or ROOT / ".windvane").absolute()


def live_local_cloud() -> LocalCloud | None:
    """Return the embedded cloud of this checkout if its process runs."""
    cloud = read_local_cloud(home())
    if cloud is None or not is_alive(cloud.process_id, cloud.process_started):
        return None
    return cloud


def enter_local_cloud(cloud: LocalCloud) -> None:
    """Make this process talk to an embedded cloud and to nothing else."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(local_variables(cloud))


def open_stage(asked: str | None) -> DeployedStage:
    """Return the stage that a command talks to; raise NotDeployedError if there is none."""
    cloud = live_local_cloud()
    stage = choose_stage(asked, os.environ, is_local_up=cloud is not None)
    if cloud is not None and uses_local_cloud(stage, os.environ, cloud):
        enter_local_cloud(cloud)
        settings = settings_from_outputs(stage, cloud.outputs)
        return DeployedStage(
            settings.model_copy(update={"api_url": cloud.api_url}), cloud.endpoint_url
        )
    return _described_stage(stage)


def _described_stage(stage: str) -> DeployedStage:
    """Ask CloudFormation."""
    found: dict[str, str] = {}
    reader = stacks()
    for part in STACK_PARTS:
        found |= reader.outputs(stack_name(stage, part)) or {}
    settings = settings_from_outputs(stage, found)
    endpoint_url = os.environ.get("AWS_ENDPOINT_URL")
    api_url = reachable_api_url(settings.api_url, endpoint_url)
    return replace(
        DeployedStage(settings.model_copy(update={"api_url": api_url})), endpoint_url=endpoint_url
    )


def stacks() -> CloudFormationStacks:
    """Return the stacks' reader."""
    return CloudFormationStacks(clients.make_client("cloudformation"))


def registry(stage: DeployedStage) -> DynamoRegistry:
    """Return the stage's registry."""
    return DynamoRegistry(clients.make_client("dynamodb"), stage.settings.registry_table)


def ledger(stage: DeployedStage) -> DynamoLedger:
    """Return the stage's ledger of retraining."""
    return DynamoLedger(clients.make_client("dynamodb"), stage.settings.registry_table)


def bucket(name: str) -> S3ObjectStore:
    """Return one of the stage's buckets."""
    return S3ObjectStore(clients.make_client("s3"), name)


def executions(stage: DeployedStage) -> StepFunctionsExecutions:
    """Return the executions of the stage's retraining workflow."""
    return StepFunctionsExecutions(
        clients.make_client("stepfunctions"), stage.settings.state_machine_arn
    )


def batch_executions(stage: DeployedStage) -> StepFunctionsExecutions:
    """Return the executions of the stage's batch workflow."""
    return StepFunctionsExecutions(
        clients.make_client("stepfunctions"), stage.settings.batch_state_machine_arn
    )


def batch_workflow(stage: DeployedStage) -> StepFunctionsStarter:
    """Return what starts the stage's batch workflow."""
    return StepFunctionsStarter(
        clients.make_client("stepfunctions"), stage.settings.batch_state_machine_arn
    )


def s3_folder(address: str) -> S3Folder | None:
    """Return the folder that an s3:// address names, with the caller's rights; None for others."""
    found = parse_address(address)
    return S3Folder(clients.make_client("s3"), *found) if found else None


def functions() -> LambdaInvoker:
    """Return the caller of functions; it waits as long as a function may take."""
    return LambdaInvoker(clients.make_client("lambda", read_timeout_seconds=FUNCTION_SECONDS))


def uncollected_captures(stage: DeployedStage) -> SqsLetterBox:
    """Return the queue of what collect_captures could not deliver."""
    return SqsLetterBox(clients.make_client("sqs"), stage.settings.uncollected_captures_url)


def lost_rows(stage: DeployedStage, start: datetime, end: datetime) -> int:
    """Return how many answered rows of a stage could not be written down."""
    return count_lost_rows(clients.make_client("cloudwatch"), stage.name, start, end)


def alarms() -> CloudWatchAlarms:
    """Return the alarms' reader."""
    return CloudWatchAlarms(clients.make_client("cloudwatch"))


def latest_metrics(stage: DeployedStage) -> LatestMetrics:
    """Return the reader of the newest values of a stage's metrics."""
    return LatestMetrics(clients.make_client("cloudwatch"), stage.name)


def api(stage: DeployedStage) -> SignedHttp:
    """Return the prediction API, with what its stage takes: a signature, an API key or a token.

    Raises UsageError where a key or a token is needed and the environment holds none.
    """
    address = stage.settings.api_url
    headers = credential_headers(stage.api_access, os.environ)
    return signed_session(address) if headers is None else session_with(address, headers)


def api_keys() -> GatewayApiKeys:
    """Return the reader of API keys."""
    return GatewayApiKeys(clients.make_client("apigateway"))


def caller() -> str:
    """Return whose credentials are in use."""
    return identity.caller(clients.make_client("sts"))
