"""The collaborators of the prediction API, made when they are first needed.

What a first prediction does not need is imported by whoever needs it: an SDK, pydantic and a web
framework take longer to import than everything else of a cold start takes (docs/decisions).
"""

import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, partial

from functions.aws.light_client import Endpoint, LightClient
from functions.aws.light_object_store import LightObjectReader
from functions.aws.light_registry import LightRegistry
from functions.aws.sigv4 import Credentials
from functions.contracts.access import AccessRules
from functions.core.ports import ObjectReader, ObjectStore
from functions.core.registry import ModelRegistry, ServedRegistry
from functions.inference.onnx_model import load_onnx_model
from functions.serving.capture import CaptureWriter
from functions.serving.exchange import Request, Response
from functions.serving.gate import StageGate
from functions.serving.log import write_log
from functions.serving.ports import Ports
from functions.serving.quick_settings import QuickSettings
from functions.serving.refreshed import Clock
from functions.serving.versions import CachePolicy, Sources, Versions

MAXIMUM_ONNX_BYTES = 256 * 1024 * 1024
"""ONNX bytes held at once; a session takes two to three times its file, of 1,769 MB."""

REGISTRY_TIMEOUT_SECONDS = 3
"""A request waits for the registry: twice this must leave time to answer with what is loaded."""

KEY_TIMEOUT_SECONDS = 2
"""A request waits for the capture key once; without it, it is answered all the same."""

RETRIES = 1
"""boto's `max_attempts` counts what follows the first attempt."""


utc_now: Callable[[], datetime] = partial(datetime.now, UTC)
"""The clock; asked several times for each answer, so no function of ours stands before it."""

ID_BYTES = 16
"""As many as a UUID has, all of them at random."""


@cache
def settings() -> QuickSettings:
    """Read the environment once per execution environment."""
    return QuickSettings.from_env(os.environ)


@cache
def served_registry() -> ServedRegistry:
    """Return the registry as it is asked on a request's way, without an SDK where that is possible.

    Lambda's own credentials stand in the environment, for as long as the environment lives. Others
    (SnapStart's, a profile's) change or have to be fetched: that is left to boto3.
    """
    client = _light_client("dynamodb")
    return LightRegistry(client, settings().registry_table) if client else registry()


@cache
def served_store() -> ObjectReader:
    """Return the bucket of artifacts, to be read likewise."""
    client = _light_client("s3")
    return LightObjectReader(client, settings().models_bucket) if client else models_store()


def _light_client(service: str) -> LightClient | None:
    credentials = Credentials.from_env(os.environ)
    if credentials is None:
        return None
    endpoint = Endpoint.find(service, os.environ)
    return LightClient(endpoint, credentials, timeout_seconds=REGISTRY_TIMEOUT_SECONDS, now=utc_now)


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
    """Return the bucket of artifacts, read by boto3."""
    from functions.aws.clients import make_client
    from functions.aws.object_store import S3ObjectStore

    client = make_client("s3", read_timeout_seconds=REGISTRY_TIMEOUT_SECONDS, max_attempts=RETRIES)
    return S3ObjectStore(client, settings().models_bucket)


@cache
def ports() -> Ports:
    """Return what the routes work with."""
    versions = Versions(
        Sources(registry=served_registry, store=served_store, load_graph=load_onnx_model),
        CachePolicy(settings().refresh_seconds, MAXIMUM_ONNX_BYTES),
        clock=Clock(time.monotonic, utc_now),
        log=write_log,
    )
    return Ports(
        gate=StageGate(AccessRules.from_json(settings().access), now=utc_now),
        versions=versions,
        registry=registry,
        captures=CaptureWriter(lambda: sys.stdout, log=write_log, secret=_capture_secret()),
        pages=_answer_pages,
        log=write_log,
        now=utc_now,
        now_ms=utc_milliseconds,
        monotonic=time.monotonic,
        new_id=new_id,
    )


def _capture_secret() -> Callable[[], bytes] | None:
    """Return what derives the stage's secret for personal features; it is asked once, if at all."""
    key = settings().capture_key
    if key is None:
        return None

    def derive() -> bytes:
        from functions.aws.capture_key import derive_capture_secret
        from functions.aws.clients import make_client

        client = make_client("kms", read_timeout_seconds=KEY_TIMEOUT_SECONDS, max_attempts=RETRIES)
        return derive_capture_secret(client, key)

    return derive


def _answer_pages(request: Request) -> Response:
    from functions.serving.pages import answer_pages

    return answer_pages(request, ports())


def utc_milliseconds() -> int:
    """Return the milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def new_id() -> str:
    """Return an inference id: 32 hexadecimal digits."""
    return os.urandom(ID_BYTES).hex()
