"""Capture objects made into hourly records, each read once; `monitoring.compact_captures` says how.

Everything here may be stopped at any point and run any number of times, also at once.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from functions.aws.compaction_state import (
    ArrivedLines,
    Pending,
    find_pending,
    note_compacted,
    remember_sweep,
)
from functions.aws.parallel_reads import read_objects
from functions.contracts import keys
from functions.contracts.hourly import CompactCapturesOutput, HourRecord, PartKind, RowPart
from functions.core.conditional_writes import ConditionalStore, change_document
from functions.core.hourly_lines import HourKey, SourceRows, gather_hours, read_source, source_id
from functions.core.hourly_merge import (
    Addition,
    FindVersion,
    TableKey,
    choose_absorbed,
    gather_addition,
    grow_hour,
    part_key,
)
from functions.core.hourly_rows import HourRows, join_rows, pack_rows, unpack_ids, unpack_rows
from functions.core.stored_objects import read_stored

BATCH_BYTES = 48 << 20
"""Of packed objects that are read, counted and stored together: some 400,000 rows."""

BATCH_OBJECTS = 500

_ARRAYS = "application/octet-stream"


@dataclass(slots=True)
class _Done:
    """What a run has done so far."""

    objects: int = 0
    rows: int = 0
    duplicate_rows: int = 0
    corrupt_lines: int = 0
    hours: set[HourKey] = field(default_factory=set)


def compact_captures(
    store: ConditionalStore,
    find: FindVersion,
    *,
    now: Callable[[], datetime],
    until: datetime,
    since: datetime | None = None,
) -> CompactCapturesOutput:
    """Add what has arrived to the records of its hours, the newest first.

    Parameters
    ----------
    store : ConditionalStore
        The captures bucket.
    find : FindVersion
    now : callable
        The clock.
    until : datetime
        No batch is begun after this moment; what is left is the next run's.
    since : datetime, optional
        Look into the hours of arrival from this one on; None: into those that can have anything
        left.
    """
    started = now()
    sweep = find_pending(store, started, since)
    left, done = list(sweep.pending), _Done()
    while left and (not done.objects or now() < until):
        batch, left = _cut_batch(left)
        _compact_batch(store, batch, find, done)
    remember_sweep(store, sweep, left, started)
    return _output(done, pending=len(left))


def _output(done: _Done, *, pending: int) -> CompactCapturesOutput:
    return CompactCapturesOutput(
        objects=done.objects,
        rows=done.rows,
        duplicate_rows=done.duplicate_rows,
        corrupt_lines=done.corrupt_lines,
        hours=len(done.hours),
        pending_objects=pending,
    )


def _cut_batch(left: Sequence[Pending]) -> tuple[list[Pending], list[Pending]]:
    """Return the objects of the next batch, at least one, and those after it."""
    size = count = 0
    for item in left[:BATCH_OBJECTS]:
        size += item.found.size_bytes
        if count and size > BATCH_BYTES:
            break
        count += 1
    return list(left[:count]), list(left[count:])


def _compact_batch(
    store: ConditionalStore, batch: Sequence[Pending], find: FindVersion, done: _Done
) -> None:
    """Add a batch to its hours' records first, and only then call its objects compacted."""
    sources = [
        read_source(source_id(found.key, found.s3_version_id), content, item.hour)
        for item, (found, content) in zip(
            batch, read_objects(store, (item.found for item in batch)), strict=True
        )
    ]
    for hour, having in gather_hours(sources).items():
        _add_to_hour(store, hour, having, find, done)
    lines = {one.source: ArrivedLines(one.lines, one.corrupt_lines) for one in sources}
    for arrival in sorted({item.hour for item in batch}):
        arrived = {item.source: lines[item.source] for item in batch if item.hour == arrival}
        note_compacted(store, arrival, arrived)
    done.objects += len(sources)
    done.corrupt_lines += sum(source.corrupt_lines for source in sources)


def _add_to_hour(
    store: ConditionalStore,
    hour: HourKey,
    sources: Sequence[SourceRows],
    find: FindVersion,
    done: _Done,
) -> None:
    record = HourRecord(model=hour.model, hour=hour.hour)

    def add(held: HourRecord | None) -> HourRecord | None:
        nonlocal record
        record = held or HourRecord(model=hour.model, hour=hour.hour)
        addition = gather_addition(hour, record, sources, find)
        return None if addition is None else _grow(store, record, addition, find)

    grown = change_document(store, keys.hourly_record(hour.model, hour.hour), HourRecord, add)
    if grown is None:
        return
    done.rows += grown.rows - record.rows
    done.duplicate_rows += grown.duplicate_rows - record.duplicate_rows
    done.corrupt_lines += grown.corrupt_lines - record.corrupt_lines
    done.hours.add(hour)


def _grow(
    store: ConditionalStore, record: HourRecord, addition: Addition, find: FindVersion
) -> HourRecord:
    """Return the record with new rows, whose files are written."""
    absorbed = choose_absorbed(record.parts, addition)
    coming, known = addition.ids, {kind: set[str]() for kind in PartKind}
    kept: dict[TableKey, list[HourRows]] = {}
    for part in record.parts:
        content = read_stored(part.stored, store)
        if part in absorbed:
            rows = unpack_rows(content)
            kept.setdefault(part_key(part), []).append(rows)
            ids = rows.ids.tolist()
        else:
            ids = unpack_ids(content)
        known[part.kind] |= coming[part.kind].intersection(ids)
    grown = grow_hour(record, addition, known, find)
    replaced = [part for part in absorbed if part_key(part) in grown.tables]
    written = [
        _write_part(store, addition.hour, table, join_rows([*kept.get(table, ()), rows]))
        for table, rows in grown.tables.items()
    ]
    parts = (*(part for part in record.parts if part not in replaced), *written)
    return grown.record.model_copy(update={"parts": parts})


def _write_part(store: ConditionalStore, hour: HourKey, table: TableKey, rows: HourRows) -> RowPart:
    body = pack_rows(rows)
    key = keys.hourly_rows(hour.model, hour.hour, hashlib.sha256(body).hexdigest())
    return RowPart(
        kind=table.kind,
        # Another run may have written the same; the version that its record names must stay newest.
        stored=store.write_once(key, body, content_type=_ARRAYS),
        rows=len(rows),
        schema_id=table.schema_id,
        features=table.features,
        outputs=table.outputs,
        versions=tuple(sorted({int(version) for version in rows.version})),
    )
