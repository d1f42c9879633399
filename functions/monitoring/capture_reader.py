"""A window's captured rows, merged from the records of its hours."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from functions.aws.compaction_state import corrupt_lines
from functions.aws.hourly_objects import hours_between
from functions.aws.hourly_records import read_parts, read_records
from functions.contracts.artifact import ArtifactSpec
from functions.contracts.drift import WindowCounts
from functions.contracts.estimates import EstimateSums, Estimator
from functions.contracts.hourly import HourGroup, HourRecord, PartKind
from functions.core.capture_encoding import mask_pii
from functions.core.conditional_writes import ConditionalStore
from functions.core.estimates import merge_sums, summarize_answers
from functions.core.hourly_rows import HourRows, join_rows
from functions.core.ports import ObjectStore
from functions.core.profile import (
    Profile,
    profile_matrix,
    profile_predictions,
    sum_profiles,
)

ARRIVAL_DELAY = timedelta(hours=1)
"""How much later than its answer a capture may arrive: Firehose buffers for minutes."""

MOST_ELSEWHERE = 0.1
"""Of a window's rows may be of hours in which its version answered none; its answers count."""

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


def read_hours(
    store: ConditionalStore, window: Window, estimator: Estimator | None = None
) -> tuple[HourRecord, ...]:
    """Return the records of a window's hours, in order, each of what lies in the window.

    Whole hours come as they are stored; of an hour that the window cuts, the rows are read and
    counted anew, those of the window's version by its estimator too.
    """
    records = read_records(store, window.spec.model, window.start, window.end)
    return tuple(
        record if window.has_all_of(record) else _cut(store, window, record, estimator)
        for record in records
    )


def count_window(
    store: ConditionalStore, window: Window, records: Sequence[HourRecord]
) -> tuple[Profile, WindowCounts]:
    """Return the profile of a window's rows, and what was left out of it.

    Rows that other versions answered count if their schema is the same; the prediction's profile is
    of the rows that `window.version` answered.
    """
    pieces = [_counted(window, group) for record in records for group in record.groups]
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


def read_window(store: ConditionalStore, window: Window) -> tuple[Profile, WindowCounts]:
    """Return the profile of a window's rows, and what was left out of it; see `count_window`."""
    return count_window(store, window, read_hours(store, window))


def leave_partial_answers(
    window: Window, records: Sequence[HourRecord], current: Profile
) -> Profile:
    """Return a window's profile, without answers if its version answered in some hours only.

    A version that was promoted in the morning has answered no night yet. Its answers, compared with
    those to whole days, would drift with the hour, and a version that was retrained for it too.
    """
    rows = elsewhere = 0
    for record in records:
        groups = [group for group in record.groups if group.schema_id == window.schema_id]
        of_hour = sum(group.rows for group in groups)
        rows += of_hour
        if not any(group.rows for group in groups if group.version == window.version):
            elsewhere += of_hour
    if elsewhere <= MOST_ELSEWHERE * rows:
        return current
    nothing = profile_predictions(window.spec.task, _no_answers(window))
    return current.model_copy(update={"prediction": nothing})


def tell_unsettled(window: Window, records: Sequence[HourRecord]) -> str | None:
    """Return why a window's drift is no reason to retrain yet; None if it may be one.

    Rows from before the version came were asked about before it came, and it was made of them.
    They stay in the window for as long as it is, and a mixture of before and after is like neither.
    """
    groups = [
        (record.hour, group)
        for record in records
        for group in record.groups
        if group.schema_id == window.schema_id and group.rows
    ]
    mine = [hour for hour, group in groups if group.version == window.version]
    first = min(mine, default=window.end)
    rows = sum(group.rows for _, group in groups)
    before = sum(
        group.rows for hour, group in groups if hour <= first and group.version != window.version
    )
    if before <= MOST_ELSEWHERE * rows:
        return None
    return (
        f"{before:,} of the window's {rows:,} rows are from before version {window.version} "
        "answered; its drift asks for retraining once they are left behind"
    )


def sum_estimates(window: Window, records: Sequence[HourRecord]) -> EstimateSums | None:
    """Return what estimating the quality of the window's version needs of its answers."""
    sums: EstimateSums | None = None
    for record in records:
        for group in record.groups:
            if (group.version, group.schema_id) == (window.version, window.schema_id):
                sums = merge_sums(sums, group.estimates)
    return sums


def arrival_hours(start: datetime, end: datetime) -> Iterator[datetime]:
    """Return the hours in whose folders a window's captures lie, in UTC."""
    return hours_between(start, end + ARRIVAL_DELAY)


def _counted(window: Window, group: HourGroup) -> _Piece:
    """Return what a record says of a group."""
    if group.schema_id != window.schema_id:
        return _Piece(None, other_schema_rows=group.rows)
    if group.version == window.version or group.profile is None:
        return _Piece(group.profile)
    unanswered = profile_predictions(window.spec.task, _no_answers(window))
    profile = group.profile.model_copy(update={"prediction": unanswered})
    return _Piece(profile, other_version_rows=group.rows)


_Cell = tuple[int, str, str]


def _cut(
    store: ObjectStore, window: Window, record: HourRecord, estimator: Estimator | None
) -> HourRecord:
    """Return a record of those rows of an hour that lie in the window."""
    tables: dict[_Cell, list[HourRows]] = {}
    for part, rows in read_parts(store, record.parts):
        inside = rows.between(window.start, window.end)
        for cell, some in _by_group(inside, part.schema_id):
            tables.setdefault(cell, []).append(some)
    failures: dict[_Cell, int] = {}
    for _, rows in read_parts(store, record.parts, PartKind.FAILURES):
        inside = rows.between(window.start, window.end)
        for cell, some in _by_group(inside, ""):
            failures[cell] = failures.get(cell, 0) + len(some)
    groups = []
    for group in record.groups:
        found = tables.get((group.version, group.schema_id, group.variant), [])
        failed = failures.get((group.version, "", group.variant), 0) if group.failures else 0
        cut = group.model_copy(update={"failures": failed, **_facts(window, group, found)})
        summed = _summed(window, cut, found, estimator)
        groups.append(cut.model_copy(update={"estimates": summed}))
    return record.model_copy(update={"groups": tuple(groups)})


def _by_group(rows: HourRows, schema_id: str) -> Iterator[tuple[_Cell, HourRows]]:
    for version, variant in sorted(set(zip(rows.version.tolist(), rows.variant, strict=True))):
        mine = (rows.version == version) & (rows.variant == variant)
        yield (version, schema_id, variant), rows.select(mine)


def _facts(window: Window, group: HourGroup, found: Sequence[HourRows]) -> dict[str, object]:
    """Return a group's counts of some of its rows; a profile of another schema stays as it is."""
    facts: dict[str, object] = {
        "rows": sum(len(rows) for rows in found),
        "requests": sum(int((rows.index == 0).sum()) for rows in found),
    }
    if group.profile is None or group.schema_id != window.schema_id:
        return facts
    matrix, answers = _no_rows(window), _no_answers(window)
    if found:
        joined = join_rows(found)
        matrix = joined.matrix
        answers = joined.outputs if group.version == window.version else answers
    return {**facts, "profile": _profile(window, matrix, answers)}


def _summed(
    window: Window, group: HourGroup, found: Sequence[HourRows], estimator: Estimator | None
) -> EstimateSums | None:
    """Return what estimating needs of rows that the window's version answered."""
    if not found or (group.version, group.schema_id) != (window.version, window.schema_id):
        return None
    joined = join_rows(found)
    masked = mask_pii(window.spec.feature_schema, joined.matrix)
    return summarize_answers(estimator, masked, joined.outputs)


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
