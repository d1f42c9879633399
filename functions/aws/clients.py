"""The only place where AWS clients are made."""

from typing import Any

import boto3
from botocore.config import Config

CONNECT_TIMEOUT_SECONDS = 3
READ_TIMEOUT_SECONDS = 20
MAX_ATTEMPTS = 5


def make_client(
    service: str,
    *,
    read_timeout_seconds: int = READ_TIMEOUT_SECONDS,
    max_attempts: int = MAX_ATTEMPTS,
) -> Any:  # noqa: ANN401 - boto3 has no types
    """Return a client with timeouts and retries set.

    boto3 follows `AWS_ENDPOINT_URL`, profiles and regions by itself, so an emulator needs no code.
    """
    config = Config(
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        read_timeout=read_timeout_seconds,
        retries={"mode": "standard", "max_attempts": max_attempts},
        s3={"addressing_style": "path"},
    )
    return boto3.client(service, config=config)
