"""What decisions need of the world, in the domain's words; adapters live in `functions.aws`.

The path to the first answer imports this module, so documents stand here as names of types alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from functions.contracts.errors import WindvaneError

if TYPE_CHECKING:
    from datetime import datetime

    from functions.contracts.artifact import StoredObject


class ObjectNotFoundError(WindvaneError):
    """An object, or the version of it that was asked for, is not there."""


class ObjectExistsError(WindvaneError):
    """A write-once key already holds other bytes."""


class ObjectInfo(NamedTuple):
    """One object of a listing: its current version."""

    key: str
    s3_version_id: str
    size_bytes: int
    modified_at: datetime


class ObjectReader(Protocol):
    """One versioned bucket, to be read."""

    def read(self, key: str, *, version_id: str | None = None) -> bytes:
        """Return an object's bytes; raise ObjectNotFoundError."""
        ...


class ObjectStore(ObjectReader, Protocol):
    """One versioned bucket."""

    def download(self, key: str, path: str, *, version_id: str | None = None) -> str:
        """Write an object to a file and return its sha256; raise ObjectNotFoundError."""
        ...

    def write(self, key: str, body: bytes, *, content_type: str) -> StoredObject:
        """Store bytes as the key's newest version."""
        ...

    def write_once(self, key: str, body: bytes, *, content_type: str) -> StoredObject:
        """Store bytes under a key that never changes.

        Writing the same bytes again returns the first object. Raises ObjectExistsError if the key
        holds other bytes.
        """
        ...

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """Yield the current objects under a prefix, in key order."""
        ...

    def first_key(self, prefix: str) -> str | None:
        """Return the first key under a prefix, None if there is none; one request."""
        ...


class MetricValue(NamedTuple):
    """One number for CloudWatch; `feature` is FEATURE_PSI's dimension.

    `metric` is a Metric, or what a condition is called (`Condition.metric_name`).
    """

    metric: str
    value: float
    feature: str | None = None


class MetricSink(Protocol):
    """Where metrics go."""

    def put(self, model: str, values: Sequence[MetricValue], *, at: datetime) -> None:
        """Emit finite values under the model's namespace; a value that is not finite is refused."""
        ...


class Notifier(Protocol):
    """Who is told."""

    def tell(self, subject: str, text: str, *, attributes: Mapping[str, str]) -> None:
        """Send a message to people."""
        ...


class StartedExecution(NamedTuple):
    """An execution that runs, whoever started it."""

    arn: str
    started_now: bool


class WorkflowStarter(Protocol):
    """The retraining workflow."""

    def start(self, name: str, payload: str) -> StartedExecution:
        """Start an execution by name; one of that name that exists already is returned instead."""
        ...

    def status(self, name: str) -> str | None:
        """Return Step Functions' status of an execution, such as RUNNING; None if there is none."""
        ...

    def exists(self, name: str) -> bool:
        """Return whether an execution of that name was started, ended or not."""
        ...


class RecordStream(Protocol):
    """A Firehose delivery stream."""

    def put(self, records: Sequence[bytes]) -> Sequence[bytes]:
        """Send records and return those that were not taken."""
        ...
