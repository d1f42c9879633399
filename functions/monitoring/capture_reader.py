"""A window's captured rows, merged from the records of its hours."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from functions.aws.compaction_state import corrupt_lines
from functions.aws.hourly_objects import hours_between
from functions.aws.hourly_records import read_parts, read_records
from functions.contracts.artifact import ArtifactSpec
from functions.contracts.drift import WindowCounts
from functions.contracts.hourly import HourGroup, HourRecord, RowPart
from functions.core.capture_encoding import mask_pii
from functions.core.conditional_writes import ConditionalStore
from functions.core.hourly_rows import HourRows
from functions.core.ports import ObjectStore
from functions.core.profile import (
    Profile,
    profile_matrix,
    profile_predictions,
    sum_profiles,
)

ARRIVAL_DELAY = timedelta(hours=1)
"""How much later than its answer a capture may arrive: Firehose buffers for minutes."""

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Window:
    """The rows that are looked for, answered from `start` up to `end`."""

    spec: ArtifactSpec
    version: int
    start: datetime
    end: datetime

    @property
    def outputs(self) -> int:
        """How many numbers the model answers a row."""
        return max(1, len(self.spec.classes))

    @property
    def schema_id(self) -> str:
        """The encoding of the rows that are judged."""
        return self.spec.feature_schema.schema_id

    def has_all_of(self, record: HourRecord) -> bool:
        """Return whether the window holds a record's hour from its start to its end."""
        return self.start <= record.hour and record.hour + _HOUR <= self.end


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a window's rows, and how many rows of it are not judged, or not as answers."""

    profile: Profile | None
    other_schema_rows: int = 0
    other_version_rows: int = 0


def read_window(store: ConditionalStore, window: Window) -> tuple[Profile, WindowCounts]:
    """Return the profile of a window's rows, and what was left out of it.

    Rows that other versions answered count if their schema is the same; the prediction's profile is
    of the rows that `window.version` answered. Whole hours come from their records; of an hour
    that the window cuts, the rows are read.
    """
    records = read_records(store, window.spec.model, window.start, window.end)
    pieces = [piece for record in records for piece in _pieces(store, window, record)]
    nothing = _profile(window, _no_rows(window), _no_answers(window))
    found = [piece.profile for piece in pieces if piece.profile is not None]
    arrived = hours_between(window.start, window.end + ARRIVAL_DELAY)
    return sum_profiles([nothing, *found]), WindowCounts(
        objects=len({source for record in records for source in record.sources}),
        lines=sum(record.lines for record in records),
        corrupt_lines=corrupt_lines(store, arrived)
        + sum(record.corrupt_lines for record in records),
        duplicate_rows=sum(record.duplicate_rows for record in records),
        other_schema_rows=sum(piece.other_schema_rows for piece in pieces),
        other_version_rows=sum(piece.other_version_rows for piece in pieces),
    )


def arrival_hours(start: datetime, end: datetime) -> Iterator[datetime]:
    """Return the hours in whose folders a window's captures lie, in UTC."""
    return hours_between(start, end + ARRIVAL_DELAY)


def _pieces(store: ObjectStore, window: Window, record: HourRecord) -> Iterable[_Piece]:
    if window.has_all_of(record):
        return [_counted(window, group) for group in record.groups]
    return [
        _read(window, part, rows.between(window.start, window.end))
        for part, rows in read_parts(store, record.parts)
    ]


def _counted(window: Window, group: HourGroup) -> _Piece:
    """Return what a record says of a group."""
    if group.schema_id != window.schema_id:
        return _Piece(None, other_schema_rows=group.rows)
    if group.version == window.version or group.profile is None:
        return _Piece(group.profile)
    unanswered = profile_predictions(window.spec.task, _no_answers(window))
    profile = group.profile.model_copy(update={"prediction": unanswered})
    return _Piece(profile, other_version_rows=group.rows)


def _read(window: Window, part: RowPart, rows: HourRows) -> _Piece:
    """Return what a file's rows say."""
    if part.schema_id != window.schema_id:
        return _Piece(None, other_schema_rows=len(rows))
    mine = rows.version == window.version
    answers = rows.outputs[mine] if mine.any() else _no_answers(window)
    profile = _profile(window, rows.matrix, answers)
    return _Piece(profile, other_version_rows=int((~mine).sum()))


def _profile(window: Window, rows: NDArray[np.float32], answers: NDArray[np.float32]) -> Profile:
    schema = window.spec.feature_schema
    # A hash is no value: what is personal has no profile, whichever way it was captured.
    return profile_matrix(schema, mask_pii(schema, rows)).model_copy(
        update={"prediction": profile_predictions(window.spec.task, answers)}
    )


def _no_rows(window: Window) -> NDArray[np.float32]:
    return np.empty((0, len(window.spec.feature_schema.features)), dtype=np.float32)


def _no_answers(window: Window) -> NDArray[np.float32]:
    return np.empty((0, window.outputs), dtype=np.float32)
