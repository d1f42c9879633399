"""The collaborators of the preparation functions, made when they are first needed."""

import os
from datetime import UTC, datetime
from functools import cache

from functions.aws.clients import make_client
from functions.aws.notifications import SnsNotifier
from functions.aws.object_store import S3ObjectStore
from functions.aws.registry_table import DynamoRegistry
from functions.contracts.model_folder import load_model_spec, read_model_code
from functions.contracts.settings import BatchSettings, PreparationSettings
from functions.preparation.batch_ports import BatchPorts
from functions.preparation.engine import EngineLimits
from functions.preparation.ports import Ports

MEMORY_VARIABLE = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"
DEFAULT_MEMORY_MB = 2048
MB_PER_PROCESSOR = 1769
"""Lambda gives one processor for each 1,769 MB."""


@cache
def settings() -> PreparationSettings:
    """Read the environment once per execution environment."""
    return PreparationSettings.from_env(os.environ)


@cache
def limits() -> EngineLimits:
    """Return what the runtime says this function may use."""
    memory_mb = int(os.environ.get(MEMORY_VARIABLE, DEFAULT_MEMORY_MB))
    return EngineLimits(memory_mb=memory_mb, threads=max(1, memory_mb // MB_PER_PROCESSOR))


@cache
def ports() -> Ports:
    """Return what Prepare works with."""
    storage = make_client("s3")
    registry = DynamoRegistry(make_client("dynamodb"), settings().registry_table)
    return Ports(
        data=S3ObjectStore(storage, settings().data_bucket),
        models=S3ObjectStore(storage, settings().models_bucket),
        captures=S3ObjectStore(storage, settings().captures_bucket),
        registry=registry,
        load_spec=load_model_spec,
        read_code=read_model_code,
        limits=limits(),
        now=lambda: datetime.now(UTC),
    )


@cache
def batch_settings() -> BatchSettings:
    """Read the environment of PlanBatch and FinishBatch."""
    return BatchSettings.from_env(os.environ)


@cache
def batch_ports() -> BatchPorts:
    """Return what PlanBatch and FinishBatch work with."""
    storage = make_client("s3")
    return BatchPorts(
        data=S3ObjectStore(storage, batch_settings().data_bucket),
        models=S3ObjectStore(storage, batch_settings().models_bucket),
        registry=DynamoRegistry(make_client("dynamodb"), batch_settings().registry_table),
        notifier=SnsNotifier(make_client("sns"), batch_settings().notification_topic_arn),
        limits=limits(),
        now=lambda: datetime.now(UTC),
    )
