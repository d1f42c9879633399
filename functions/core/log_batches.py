"""What a log group's subscription delivers, and our lines in it."""

import base64
import binascii
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from functions.contracts.base import StepInput
from functions.contracts.capture import CaptureLine, GroundTruthLine
from functions.contracts.errors import WindvaneError
from functions.core.capture_lines import CorruptObjectError, cut_records, unpack

_DATA = "DATA_MESSAGE"
"""The other kind, CONTROL_MESSAGE, only checks that the destination can be reached."""

_LINES: TypeAdapter[CaptureLine | GroundTruthLine] = TypeAdapter(
    Annotated[CaptureLine | GroundTruthLine, Field(discriminator="windvane")]
)


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


@dataclass(frozen=True, slots=True)
class CollectedLines:
    """Our lines of a batch, each once and as it was written, and how many others there were."""

    captures: tuple[bytes, ...]
    ground_truth: tuple[bytes, ...]
    duplicates: int
    invalid: int
    foreign: int


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
    """Return our valid lines among log messages, in order.

    A capture is the same as another if model, inference id and first row are; a ground truth if
    inference id, value and moment of observation are, so that a correction is kept.
    """
    found: dict[tuple[object, ...], tuple[bool, bytes]] = {}
    valid = invalid = foreign = 0
    for message in messages:
        # A message can hold half of a surrogate pair; no line of ours does.
        records, others = cut_records(message.encode(errors="replace"))
        foreign += others
        for record in records:
            key = _identify(record)
            if key is None:
                invalid += 1
                continue
            valid += 1
            found.setdefault(key, (key[0] == "capture", record))
    return CollectedLines(
        captures=tuple(record for is_capture, record in found.values() if is_capture),
        ground_truth=tuple(record for is_capture, record in found.values() if not is_capture),
        duplicates=valid - len(found),
        invalid=invalid,
        foreign=foreign,
    )


def _identify(record: bytes) -> tuple[object, ...] | None:
    """Return what tells a line from all others, None if it is not valid."""
    try:
        line = _LINES.validate_json(record)
    except ValidationError:
        return None
    if isinstance(line, GroundTruthLine):
        return (line.windvane, line.model, line.inference_id, line.value, line.observed_at)
    return (line.windvane, line.model, line.id, line.first)
