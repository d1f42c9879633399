"""The collaborators of the training functions, made when they are first needed."""

import os
from datetime import UTC, datetime
from functools import cache

from functions.aws.clients import make_client
from functions.aws.object_store import S3ObjectStore
from functions.contracts.settings import TrainingSettings
from functions.core.ports import ObjectStore
from functions.training.threads import thread_count

MEMORY_VARIABLE = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"


@cache
def settings() -> TrainingSettings:
    """Read the environment once per execution environment."""
    return TrainingSettings.from_env(os.environ)


@cache
def data_store() -> ObjectStore:
    """Return the bucket of data sets."""
    return S3ObjectStore(make_client("s3"), settings().data_bucket)


@cache
def models_store() -> ObjectStore:
    """Return the bucket of runs and artifacts."""
    return S3ObjectStore(make_client("s3"), settings().models_bucket)


@cache
def threads() -> int:
    """Return how many threads this function has."""
    memory_mb = os.environ.get(MEMORY_VARIABLE)
    return thread_count(int(memory_mb) if memory_mb else None, len(os.sched_getaffinity(0)))


def now() -> datetime:
    """Return the moment."""
    return datetime.now(UTC)
