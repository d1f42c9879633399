"""The collaborators of the prediction API, made when they are first needed."""

import os
import sys
import time
import uuid
from datetime import UTC, datetime
from functools import cache

from functions.contracts.settings import ServingSettings
from functions.core.ports import ObjectStore
from functions.core.registry import ModelRegistry
from functions.inference.onnx_model import load_onnx_model
from functions.serving.capture import CaptureWriter
from functions.serving.exchange import Request, Response
from functions.serving.log import write_log
from functions.serving.ports import Ports
from functions.serving.refreshed import Clock
from functions.serving.versions import CachePolicy, Sources, Versions

MAXIMUM_ONNX_BYTES = 256 * 1024 * 1024
"""ONNX bytes held at once; a session takes two to three times its file, of 1,769 MB."""

REGISTRY_TIMEOUT_SECONDS = 3
"""A request waits for the registry: twice this must leave time to answer with what is loaded."""

RETRIES = 1
"""boto's `max_attempts` counts what follows the first attempt."""


@cache
def settings() -> ServingSettings:
    """Read the environment once per execution environment."""
    return ServingSettings.from_env(os.environ)


@cache
def registry() -> ModelRegistry:
    """Return the registry; boto3 is imported here, and not before anything is asked of it."""
    from functions.aws.clients import make_client
    from functions.aws.registry_table import DynamoRegistry

    client = make_client(
        "dynamodb", read_timeout_seconds=REGISTRY_TIMEOUT_SECONDS, max_attempts=RETRIES
    )
    return DynamoRegistry(client, settings().registry_table)


@cache
def models_store() -> ObjectStore:
    """Return the bucket of artifacts."""
    from functions.aws.clients import make_client
    from functions.aws.object_store import S3ObjectStore

    client = make_client("s3", read_timeout_seconds=REGISTRY_TIMEOUT_SECONDS, max_attempts=RETRIES)
    return S3ObjectStore(client, settings().models_bucket)


@cache
def ports() -> Ports:
    """Return what the routes work with."""
    versions = Versions(
        Sources(registry=registry, store=models_store, load_graph=load_onnx_model),
        CachePolicy(settings().refresh_seconds, MAXIMUM_ONNX_BYTES),
        clock=Clock(time.monotonic, _now),
        log=write_log,
    )
    return Ports(
        versions=versions,
        registry=registry,
        captures=CaptureWriter(lambda: sys.stdout, log=write_log),
        pages=_answer_pages,
        log=write_log,
        now=_now,
        monotonic=time.monotonic,
        new_id=lambda: uuid.uuid4().hex,
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _answer_pages(request: Request) -> Response:
    from functions.serving.pages import answer_pages

    return answer_pages(request, ports())
