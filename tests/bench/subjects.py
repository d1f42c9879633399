"""What is measured: a model of 25 features, its requests, and the same as events."""

import io
import json
import time
from typing import Any

import numpy as np

from functions.contracts.access import AccessRules, Authorization
from functions.contracts.artifact import ArtifactSpec
from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.core.capture_encoding import AnsweredRows
from functions.core.row_capture import AnsweredRow
from functions.inference.onnx_model import load_onnx_model
from functions.serving import wiring
from functions.serving.capture import CaptureWriter
from functions.serving.gate import StageGate
from functions.serving.ports import Ports
from functions.serving.refreshed import Clock
from functions.serving.versions import CachePolicy, Sources, Versions
from tests.unit.serving.graphs import logistic_graph
from tests.unit.serving.world import World, artifact_spec

MODEL = "bench"
WIDTH = 25
TEXTS = 8
"""A third of the features, where there are strings."""

CATEGORIES = tuple(f"category_{code}" for code in range(10))
RULES = AccessRules(authorization=Authorization.IAM)


def schema_of(texts: int) -> FeatureSchema:
    """Return 25 features, of which the first are strings."""
    return FeatureSchema(
        features=tuple(
            Feature(name=f"feature_{i:02d}", type="string", categories=CATEGORIES)
            if i < texts
            else Feature(name=f"feature_{i:02d}", type="number")
            for i in range(WIDTH)
        )
    )


def spec_of(texts: int = 0) -> ArtifactSpec:
    """Return the model's specification."""
    return artifact_spec(MODEL, schema=schema_of(texts), maximum_rows=10_000)


def graph(seed: int = 7) -> bytes:
    """Return a logistic regression, the smallest graph that a team would serve."""
    weights = np.random.default_rng(seed).normal(size=WIDTH) / 100
    return logistic_graph(tuple(weights.tolist()))


def records_of(rows: int, texts: int = 0) -> list[dict[str, Any]]:
    """Return rows with numbers of seven digits, as people's data have them."""
    rng = np.random.default_rng(1)
    numbers = np.round(rng.normal(scale=100, size=(rows, WIDTH)), 4).tolist()
    names = schema_of(texts).names
    return [
        {
            name: CATEGORIES[int(abs(value)) % 10] if i < texts else value
            for i, (name, value) in enumerate(zip(names, row, strict=True))
        }
        for row in numbers
    ]


def body_of(rows: int, texts: int = 0) -> str:
    """Return a request's body: one record by itself, several as records."""
    records = records_of(rows, texts)
    return json.dumps(records[0] if rows == 1 else {"records": records})


def event_of(body: str) -> dict[str, Any]:
    """Return a REST API's event as AWS writes it for a signed request."""
    path = f"/models/{MODEL}/predict"
    headers = {
        "Accept": "*/*",
        "Content-Type": "application/json",
        "Host": "abcdefghij.execute-api.eu-west-1.amazonaws.com",
        "User-Agent": "python-httpx/0.28.1",
        "X-Amz-Date": "20260301T120000Z",
        "X-Amzn-Trace-Id": "Root=1-65e1c2a0-0123456789abcdef01234567",
        "X-Forwarded-For": "192.0.2.1",
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
    }
    identity = {
        "accessKey": "ASIAEXAMPLE",
        "accountId": "123456789012",
        "caller": "AROAEXAMPLE:session",
        "sourceIp": "192.0.2.1",
        "userAgent": "python-httpx/0.28.1",
        "userArn": "arn:aws:sts::123456789012:assumed-role/shop/session",
    }
    return {
        "resource": "/models/{model}/predict",
        "path": path,
        "httpMethod": "POST",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": {"model": MODEL},
        "stageVariables": None,
        "requestContext": {
            "resourceId": "abc123",
            "resourcePath": "/models/{model}/predict",
            "httpMethod": "POST",
            "path": f"/prod{path}",
            "accountId": "123456789012",
            "protocol": "HTTP/1.1",
            "stage": "prod",
            "domainPrefix": "abcdefghij",
            "requestTimeEpoch": 1772366400000,
            "requestId": "00000000-0000-4000-8000-000000000000",
            "identity": identity,
            "domainName": "abcdefghij.execute-api.eu-west-1.amazonaws.com",
            "apiId": "abcdefghij",
        },
        "body": body,
        "isBase64Encoded": False,
    }


class Nowhere(io.TextIOBase):
    """Standard output that nobody reads: the line is written, the pipe behind it is Lambda's."""

    def write(self, text: str) -> int:
        """Take a line."""
        return len(text)


def ports_of(texts: int = 0, *, captures: bool = True) -> Ports:
    """Return the API's ports as Lambda's wiring makes them, with everything far away in memory."""
    world, nowhere = World(), Nowhere()
    world.publish(spec_of(texts), graph())
    versions = Versions(
        Sources(lambda: world.registry, lambda: world.store, load_onnx_model),
        CachePolicy(refresh_seconds=3600.0, maximum_bytes=10_000_000),
        clock=Clock(time.monotonic, wiring.utc_now),
        log=world.log,
    )
    writer = CaptureWriter(lambda: nowhere, log=world.log)
    return Ports(
        gate=StageGate(RULES, now=wiring.utc_now),
        versions=versions,
        registry=lambda: world.registry,
        captures=writer if captures else Uncaptured(lambda: nowhere, log=world.log),
        pages=world.answer_pages,
        log=world.log,
        now=wiring.utc_now,
        now_ms=wiring.utc_milliseconds,
        monotonic=time.monotonic,
        new_id=wiring.new_id,
    )


class Uncaptured(CaptureWriter):
    """Writes nothing, to see what writing costs."""

    def write(self, answered: AnsweredRows) -> None:
        """Write nothing."""

    def write_row(self, row: AnsweredRow) -> None:
        """Write nothing."""
