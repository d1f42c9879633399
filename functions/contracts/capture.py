"""The lines of the captures bucket: what was answered, what failed, and what came true (D10).

A line is one JSON object; `windvane` says what it holds. Serving writes a capture shorter than
this to its log (`core.capture_encoding`), and `collect_captures` makes a `CaptureLine` of it.
"""

from typing import Literal

from pydantic import Field

from functions.contracts.base import Document, ModelName, Timestamp
from functions.contracts.log_lines import (
    MAXIMUM_ID_CHARACTERS,
    MAXIMUM_NAME_CHARACTERS,
    MAXIMUM_VARIANT_CHARACTERS,
)
from functions.contracts.model_spec import Label

PROBE_ID = "windvane-probe"
"""An inference id that begins so is of a probe: it is answered, and counts in nothing else."""


class CaptureLine(Document):
    """Rows that one version answered.

    `rows` is base64 of little-endian float32, row-major, shape (n, n_features); `outputs` likewise,
    shape (n, n_classes) or (n, 1). Row i has the inference id `{id}` when n_request is 1, else
    `{id}/{first + i}`.
    """

    windvane: Literal["capture"] = "capture"
    schema_version: int = 1
    id: str = Field(max_length=MAXIMUM_ID_CHARACTERS)
    model: ModelName
    version: int = Field(ge=1)
    schema_id: str
    at: Timestamp
    variant: str = Field(
        default="champion",
        max_length=MAXIMUM_VARIANT_CHARACTERS,
        description="champion, or the split that gave the row",
    )
    key: str | None = Field(
        default=None,
        max_length=MAXIMUM_NAME_CHARACTERS,
        description="routing key; None: the caller, and where there is none the inference id",
    )
    caller: str | None = Field(default=None, max_length=MAXIMUM_NAME_CHARACTERS)
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
    id: str = Field(max_length=MAXIMUM_ID_CHARACTERS)
    model: ModelName
    version: int = Field(ge=1)
    at: Timestamp
    variant: str = Field(default="champion", max_length=MAXIMUM_VARIANT_CHARACTERS)
    caller: str | None = Field(default=None, max_length=MAXIMUM_NAME_CHARACTERS)
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
