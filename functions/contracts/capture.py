"""The lines that serving writes and monitoring reads (D10).

A line is one JSON object on standard output. `windvane` says what it holds, so that one
subscription filter finds both kinds among a function's other lines.
"""

from typing import Literal

from pydantic import Field

from functions.contracts.base import Document, ModelName, Timestamp
from functions.contracts.model_spec import Label

RECORD_KEY = "windvane"
"""The key whose presence makes a log line one of ours."""

MAX_LINE_BYTES = 200_000
"""CloudWatch Logs takes events of up to 262,144 bytes; longer captures are split by rows."""


class CaptureLine(Document):
    """Rows that one version answered.

    `rows` is base64 of little-endian float32, row-major, shape (n, n_features); `outputs` likewise,
    shape (n, n_classes) or (n, 1). Row i has the inference id `{id}` when n_request is 1, else
    `{id}/{first + i}`.
    """

    windvane: Literal["capture"] = "capture"
    schema_version: int = 1
    id: str = Field(max_length=128)
    model: ModelName
    version: int = Field(ge=1)
    schema_id: str
    at: Timestamp
    variant: str = Field(
        default="champion", max_length=64, description="champion, or the split that gave the row"
    )
    key: str | None = Field(
        default=None, max_length=128, description="routing key; None: the inference id"
    )
    caller: str | None = Field(default=None, max_length=128)
    latency_us: int | None = Field(
        default=None, ge=0, description="from the request's arrival to its answer, of the request"
    )
    n: int = Field(ge=1, description="rows in this line")
    first: int = Field(default=0, ge=0, description="index of this line's first row in its request")
    n_request: int = Field(ge=1, description="rows in the request")
    rows: str
    outputs: str


class FailureLine(Document):
    """A request that a version did not answer though the request was right."""

    windvane: Literal["failure"] = "failure"
    schema_version: int = 1
    id: str = Field(max_length=128)
    model: ModelName
    version: int = Field(ge=1)
    at: Timestamp
    variant: str = Field(default="champion", max_length=64)
    caller: str | None = Field(default=None, max_length=128)
    status: int
    error: str = Field(max_length=128, description="the error's class")


class GroundTruthLine(Document):
    """What came true of one inference."""

    windvane: Literal["ground_truth"] = "ground_truth"
    schema_version: int = 1
    model: ModelName
    inference_id: str = Field(max_length=140)
    value: Label | float
    observed_at: Timestamp
    received_at: Timestamp


def row_inference_ids(line: CaptureLine) -> list[str]:
    """Return the inference ids of a capture line's rows, in order."""
    if line.n_request == 1:
        return [line.id]
    return [f"{line.id}/{line.first + i}" for i in range(line.n)]
