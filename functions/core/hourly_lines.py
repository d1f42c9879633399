"""A capture object, read once: its rows by model, hour of the prediction and who answered."""

import hashlib
from binascii import a2b_base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from functions.contracts.capture import PROBE_ID, CaptureLine, FailureLine, row_inference_ids
from functions.contracts.hourly import PartKind
from functions.core.capture_lines import (
    CorruptObjectError,
    cut_records,
    is_failure,
    named_model,
    named_moment,
    unpack,
)
from functions.core.hourly_rows import HourRows, microseconds, object_array

_FLOAT_BYTES = 4
_SOURCE_DIGITS = 32
"""Half a SHA-256: no two of a bucket's objects are alike by chance."""

BROKEN_LINE_BYTES = 250
"""Of an object that cannot be decompressed, so many count as a line; 124 were measured."""

REDRIVEN_FOR = timedelta(days=15)
"""A capture may wait 14 days in a queue; a moment before that, or after its arrival, is broken."""

_HOUR = timedelta(hours=1)


class GroupKey(NamedTuple):
    """What rows must have in common to be counted together."""

    kind: PartKind
    version: int
    variant: str
    schema_id: str
    features: int
    outputs: int


class HourKey(NamedTuple):
    """An hour of a model; `hour` is its start in UTC."""

    model: str
    hour: datetime


@dataclass(slots=True)
class RowBlock:
    """Rows of one group as they come, and how many lines they came in."""

    key: GroupKey
    lines: int = 0
    ids: list[str] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    index: list[int] = field(default_factory=list)
    matrix: list[bytes] = field(default_factory=list)
    outputs: list[bytes] = field(default_factory=list)

    def table(self) -> HourRows:
        """Return the rows as arrays."""
        rows = len(self.ids)
        return HourRows(
            ids=object_array(self.ids),
            at=np.array(self.at, dtype=np.int64),
            index=np.array(self.index, dtype=np.int32),
            version=np.full(rows, self.key.version, dtype=np.int32),
            variant=object_array([self.key.variant] * rows),
            matrix=_matrix(self.matrix, rows, self.key.features),
            outputs=_matrix(self.outputs, rows, self.key.outputs),
        )


@dataclass(slots=True)
class SourceRows:
    """All rows of one capture object, and how many of its lines nobody can read.

    `corrupt_lines` are those that name no model, `unreadable` are the others. `probes` are lines
    that their sender has marked as none of its traffic.
    """

    source: str
    corrupt_lines: int = 0
    unreadable: dict[HourKey, int] = field(default_factory=dict)
    probes: dict[HourKey, int] = field(default_factory=dict)
    hours: dict[HourKey, dict[GroupKey, RowBlock]] = field(default_factory=dict)

    @property
    def lines(self) -> int:
        """How many lines there are, readable or not."""
        blocks = (block for groups in self.hours.values() for block in groups.values())
        others = (*self.unreadable.values(), *self.probes.values())
        return self.corrupt_lines + sum(others) + sum(block.lines for block in blocks)

    def block(self, hour: HourKey, group: GroupKey) -> RowBlock:
        """Return where a group's rows of an hour are gathered."""
        return self.hours.setdefault(hour, {}).setdefault(group, RowBlock(group))


def source_id(key: str, s3_version_id: str) -> str:
    """Return what names one version of one object, 32 hexadecimal digits."""
    return hashlib.sha256(f"{key} {s3_version_id}".encode()).hexdigest()[:_SOURCE_DIGITS]


def hour_of(moment: datetime) -> datetime:
    """Return the start of a moment's hour, in UTC.

    Examples
    --------
    >>> hour_of(datetime(2026, 3, 1, 12, 59, 59, tzinfo=UTC)).isoformat()
    '2026-03-01T12:00:00+00:00'
    """
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def read_source(source: str, content: bytes, arrived: datetime) -> SourceRows:
    """Return the rows of a capture object; what is no line of ours is counted.

    Parameters
    ----------
    source : str
        By `source_id`.
    content : bytes
        An object that cannot be decompressed counts as a line for each `BROKEN_LINE_BYTES`.
    arrived : datetime
        The hour in which it arrived. A line that cannot be read counts in the hour that it names,
        if it names one, else in this one.
    """
    found = SourceRows(source)
    try:
        records, found.corrupt_lines = cut_records(unpack(content))
    except CorruptObjectError:
        found.corrupt_lines = -(-len(content) // BROKEN_LINE_BYTES)
        return found
    for record in records:
        try:
            if is_failure(record):
                _add_failure(found, FailureLine.model_validate_json(record))
            else:
                _add_capture(found, CaptureLine.model_validate_json(record))
        except (OverflowError, ValueError):  # pydantic's errors are ValueErrors
            _add_unreadable(found, record, arrived)
    return found


def gather_hours(sources: Iterable[SourceRows]) -> dict[HourKey, list[SourceRows]]:
    """Return by hour the objects that have rows of it, in order."""
    hours: dict[HourKey, list[SourceRows]] = {}
    for source in sources:
        for hour in dict.fromkeys((*source.hours, *source.unreadable, *source.probes)):
            hours.setdefault(hour, []).append(source)
    return hours


def _add_capture(found: SourceRows, line: CaptureLine) -> None:
    matrix, features = _numbers(line.rows, line.n)
    answers, outputs = _numbers(line.outputs, line.n)
    group = GroupKey(PartKind.ROWS, line.version, line.variant, line.schema_id, features, outputs)
    hour = HourKey(line.model, hour_of(line.at))
    if line.id.startswith(PROBE_ID):
        found.probes[hour] = found.probes.get(hour, 0) + 1
        return
    block = found.block(hour, group)
    block.lines += 1
    block.ids += row_inference_ids(line)
    block.at += [microseconds(line.at)] * line.n
    block.index += range(line.first, line.first + line.n)
    block.matrix.append(matrix)
    block.outputs.append(answers)


def _add_failure(found: SourceRows, line: FailureLine) -> None:
    group = GroupKey(PartKind.FAILURES, line.version, line.variant, "", 0, 0)
    block = found.block(HourKey(line.model, hour_of(line.at)), group)
    block.lines += 1
    block.ids.append(line.id)
    block.at.append(microseconds(line.at))
    block.index.append(0)


def _add_unreadable(found: SourceRows, record: bytes, arrived: datetime) -> None:
    model, at = named_model(record), named_moment(record)
    if model is None:
        found.corrupt_lines += 1
        return
    if at is None or not arrived - REDRIVEN_FOR <= at < arrived + _HOUR:
        at = arrived
    hour = HourKey(model, hour_of(at))
    found.unreadable[hour] = found.unreadable.get(hour, 0) + 1


def _numbers(text: str, rows: int) -> tuple[bytes, int]:
    """Return the bytes of `rows` rows of float32 and how many numbers each has."""
    content = a2b_base64(text, strict_mode=True)
    columns, rest = divmod(len(content), _FLOAT_BYTES * rows)
    if rest or not columns:
        msg = f"{len(content)} bytes are not {rows} rows of float32"
        raise ValueError(msg)
    return content, columns


def _matrix(chunks: list[bytes], rows: int, columns: int) -> NDArray[np.float32]:
    flat = np.frombuffer(b"".join(chunks), dtype="<f4").astype(np.float32)
    return flat.reshape(rows, columns)
