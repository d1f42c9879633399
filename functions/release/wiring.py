"""The collaborators of the release functions, made when they are first needed."""

import os
from datetime import UTC, datetime
from functools import cache

from functions.aws.clients import make_client
from functions.aws.notifications import SnsNotifier
from functions.aws.object_store import S3ObjectStore
from functions.aws.registry_table import DynamoRegistry
from functions.aws.retraining_ledger import DynamoLedger
from functions.contracts.model_folder import load_model_spec
from functions.contracts.model_spec import ModelSpec
from functions.contracts.settings import ReleaseSettings
from functions.core.ports import Notifier, ObjectStore
from functions.core.registry import SplitRegistry
from functions.inference.latest_graph import LatestGraph
from functions.inference.trial_process import TrialProcess
from functions.release.ports import ConcludePorts, ReplayPorts

MEMORY_VARIABLE = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"
MB_PER_PROCESSOR = 1769
"""Lambda gives one processor for each 1,769 MB."""

CHILD_VARIABLES = ("LANG", "LD_LIBRARY_PATH", "PATH", "TZ")
"""What the interpreter of a trial may need to start; never credentials."""


@cache
def settings() -> ReleaseSettings:
    """Read the environment once per execution environment."""
    return ReleaseSettings.from_env(os.environ)


@cache
def data_store() -> ObjectStore:
    """Return the bucket of data sets."""
    return S3ObjectStore(make_client("s3"), settings().data_bucket)


@cache
def models_store() -> ObjectStore:
    """Return the bucket of artifacts, manifests and reports."""
    return S3ObjectStore(make_client("s3"), settings().models_bucket)


@cache
def captures_store() -> ObjectStore:
    """Return the bucket of captures and ground truth."""
    return S3ObjectStore(make_client("s3"), settings().captures_bucket)


@cache
def registry() -> SplitRegistry:
    """Return the registry."""
    return DynamoRegistry(make_client("dynamodb"), settings().registry_table)


@cache
def replay_ports() -> ReplayPorts:
    """Return what the steps of a replay work with."""
    return ReplayPorts(captures=captures_store(), models=models_store(), registry=registry())


@cache
def notifier() -> Notifier:
    """Return who is told how executions end."""
    return SnsNotifier(make_client("sns"), settings().notification_topic_arn)


@cache
def conclude_ports() -> ConcludePorts:
    """Return what Conclude works with."""
    ledger = DynamoLedger(make_client("dynamodb"), settings().registry_table)
    return ConcludePorts(registry=registry(), ledger=ledger, notifier=notifier())


def threads() -> int:
    """Return how many threads a graph is run with: one for each processor of the function."""
    return max(1, int(os.environ.get(MEMORY_VARIABLE, MB_PER_PROCESSOR)) // MB_PER_PROCESSOR)


@cache
def graphs() -> LatestGraph:
    """Return the graph of batch jobs: one execution environment answers many chunks."""
    return LatestGraph(models_store(), threads=threads())


@cache
def trial() -> TrialProcess:
    """Return the child process in which a graph is run for the first time."""
    environment = {name: os.environ[name] for name in CHILD_VARIABLES if name in os.environ}
    return TrialProcess(environment=environment)


@cache
def model_spec(model: str) -> ModelSpec:
    """Return what a model's folder in this bundle says."""
    return load_model_spec(model)


def now() -> datetime:
    """Return the moment."""
    return datetime.now(UTC)
