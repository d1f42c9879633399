"""Documents of a batch job: many rows answered by one version, and the steps' messages.

A job is the digest of what it is asked for, so the same question is the same job. All of its
objects lie under `batch/<model>/<job>/` in the data bucket (`contracts/keys.py`).
"""

import hashlib

from pydantic import Field

from functions.contracts.base import Document, ModelName, StepInput, Timestamp
from functions.contracts.batch_format import DEFAULT_CHUNK_ROWS, BatchFormat
from functions.contracts.rollout_messages import StateError

JOB_PATTERN = r"^[0-9a-f]{16}\z"


class BatchSource(Document):
    """One file of rows; `name` is its name in the folder it came from."""

    name: str = Field(min_length=1, max_length=512)
    key: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}\z")
    size_bytes: int = Field(ge=0)


class BatchJob(Document):
    """What is asked for: the rows, and the one version that answers all of them."""

    schema_version: int = 1
    model: ModelName
    job: str = Field(pattern=JOB_PATTERN)
    number: int = Field(ge=1)
    sources: tuple[BatchSource, ...] = Field(min_length=1)
    format: BatchFormat
    keep: tuple[str, ...] = Field(default=(), description="columns that results repeat")
    chunk_rows: int = Field(default=DEFAULT_CHUNK_ROWS, ge=1, le=1_000_000)
    requested_by: str
    requested_at: Timestamp


def job_id(
    model: str,
    number: int,
    sources: tuple[tuple[str, str], ...],
    format_: BatchFormat,
    keep: tuple[str, ...],
    chunk_rows: int,
) -> str:
    """Return the name of a job; `sources` are names with their sha256, in any order.

    Examples
    --------
    >>> first = job_id("m", 1, (("a.csv", "00"), ("b.csv", "11")), BatchFormat.CSV, (), 10)
    >>> first == job_id("m", 1, (("b.csv", "11"), ("a.csv", "00")), BatchFormat.CSV, (), 10)
    True
    """
    parts = [model, number, format_.value, keep, chunk_rows, sorted(sources)]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


class SourceRows(Document):
    """What was found in one source; `rows` counts every row, refused ones included."""

    name: str
    rows: int = Field(ge=0)
    refused: int = Field(ge=0)
    first_chunk: int = Field(ge=0)
    chunks: int = Field(ge=0)
    sha256: str = Field(description="of the rows' numbers and kept columns, as stored")


class BatchChunk(Document):
    """Rows of one source that one task answers; an item of the Map."""

    model: ModelName
    job: str = Field(pattern=JOB_PATTERN)
    index: int = Field(ge=0)
    rows: int = Field(ge=1)


class BatchPlan(Document):
    """How a job's rows were divided."""

    schema_version: int = 1
    model: ModelName
    job: str
    number: int
    sources: tuple[SourceRows, ...]
    chunks: int = Field(ge=0)
    rows: int = Field(ge=0)
    refused: int = Field(ge=0)


class BatchReport(Document):
    """How a job ended."""

    schema_version: int = 1
    model: ModelName
    job: str
    number: int
    rows: int
    predicted: int
    refused: int
    files: tuple[str, ...] = Field(description="names of the results, in the sources' order")
    refused_file: str | None = None
    requested_at: Timestamp
    ended_at: Timestamp


class BatchInput(StepInput):
    """What an execution starts with; each step reads it."""

    model: ModelName
    job: str = Field(pattern=JOB_PATTERN)


class PlanBatchOutput(Document):
    """Where the chunks' list lies, and how many rows there are."""

    chunk_list_key: str
    chunks: int
    rows: int
    refused: int


class PredictBatchOutput(Document):
    """One answered chunk; `computed` is False where its answers were there already."""

    index: int
    rows: int
    computed: bool


class FinishBatchInput(BatchInput):
    """Input of FinishBatch: after an error it tells people instead."""

    error: StateError | None = None


class FinishBatchOutput(Document):
    """Where the report lies."""

    report_key: str | None
    predicted: int
    refused: int
    reason: str
