"""What a log group's subscription delivers, and our lines in it."""

import base64
import binascii
from dataclasses import dataclass, field
from typing import Annotated, TypeAlias

from pydantic import Field, TypeAdapter, ValidationError

from functions.contracts.base import StepInput
from functions.contracts.capture import CaptureLine, FailureLine, GroundTruthLine
from functions.contracts.errors import WindvaneError
from functions.core.capture_expansion import expand_capture, is_compact
from functions.core.capture_lines import CorruptObjectError, cut_records, unpack

_DATA = "DATA_MESSAGE"
"""The other kind, CONTROL_MESSAGE, only checks that the destination can be reached."""

Line: TypeAlias = CaptureLine | FailureLine | GroundTruthLine

_LINES: TypeAdapter[Line] = TypeAdapter(Annotated[Line, Field(discriminator="windvane")])


class MalformedLogBatchError(WindvaneError):
    """An event is not what CloudWatch Logs delivers to a subscription."""


class LogPayload(StepInput):
    """The base64 of the gzip of a batch."""

    data: str


class LogsEvent(StepInput):
    """What CloudWatch Logs invokes a function with."""

    awslogs: LogPayload


class LogMessage(StepInput):
    """One log event."""

    message: str


class LogBatch(StepInput):
    """Log events of one stream."""

    kind: str = Field(alias="messageType")
    events: tuple[LogMessage, ...] = Field(default=(), alias="logEvents")


def read_line(record: bytes) -> tuple[Line, bytes]:
    """Return a line, short or in full, and its text in full; ValueError if it is none of ours."""
    if is_compact(record):
        capture = expand_capture(record)
        return capture, capture.model_dump_json(exclude_none=True).encode()
    return _LINES.validate_json(record), record


@dataclass(frozen=True, slots=True)
class CollectedLines:
    """Our lines of a batch in full, each once, and how many others there were.

    `captures` holds answers and failures alike: they are read together.
    """

    captures: tuple[bytes, ...]
    ground_truth: tuple[bytes, ...]
    rows: int
    failures: int
    duplicates: int
    invalid: int
    foreign: int


@dataclass(slots=True)
class _Found:
    """What has been found so far."""

    lines: dict[tuple[object, ...], tuple[Line, bytes]] = field(default_factory=dict)
    duplicates: int = 0
    invalid: int = 0
    foreign: int = 0

    def add(self, record: bytes) -> None:
        """Take a record that may be a line of ours."""
        try:
            line, text = read_line(record)
        except ValueError:
            self.invalid += 1
            return
        key = _identity(line)
        if key in self.lines:
            self.duplicates += 1
        else:
            self.lines[key] = line, text


def read_log_batch(event: dict[str, object]) -> tuple[str, ...]:
    """Return the messages of a subscription's event; raise MalformedLogBatchError."""
    try:
        payload = LogsEvent.model_validate(event).awslogs.data
        batch = LogBatch.model_validate_json(unpack(base64.b64decode(payload, validate=True)))
    except (ValidationError, binascii.Error, CorruptObjectError) as error:
        msg = f"the event is no batch of CloudWatch Logs: {type(error).__name__}"
        raise MalformedLogBatchError(msg) from error
    return tuple(event.message for event in batch.events) if batch.kind == _DATA else ()


def collect_lines(messages: tuple[str, ...]) -> CollectedLines:
    """Return our valid lines among log messages, in order and in full.

    A capture is the same as another if model, inference id and first row are, a failure if model
    and inference id are; a ground truth if inference id, value and moment of observation are, so
    that a correction is kept.
    """
    found = _Found()
    for message in messages:
        # A message can hold half of a surrogate pair; no line of ours does.
        records, others = cut_records(message.encode(errors="replace"))
        found.foreign += others
        for record in records:
            found.add(record)
    lines = found.lines.values()
    return CollectedLines(
        captures=tuple(text for line, text in lines if not isinstance(line, GroundTruthLine)),
        ground_truth=tuple(text for line, text in lines if isinstance(line, GroundTruthLine)),
        rows=sum(line.n for line, _ in lines if isinstance(line, CaptureLine)),
        failures=sum(isinstance(line, FailureLine) for line, _ in lines),
        duplicates=found.duplicates,
        invalid=found.invalid,
        foreign=found.foreign,
    )


def _identity(line: Line) -> tuple[object, ...]:
    """Return what tells a line from all others."""
    if isinstance(line, GroundTruthLine):
        return (line.windvane, line.model, line.inference_id, line.value, line.observed_at)
    if isinstance(line, FailureLine):
        return (line.windvane, line.model, line.id)
    return (line.windvane, line.model, line.id, line.first)
