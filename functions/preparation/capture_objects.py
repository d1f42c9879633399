"""The captures bucket, read: rows of hours, and ground truth as Firehose leaves it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from pydantic import ValidationError

from functions.aws.capture_compaction import compact_captures
from functions.aws.compaction_state import corrupt_lines
from functions.aws.hourly_objects import hours_between
from functions.aws.hourly_records import read_all_indexes, read_parts, read_volumes
from functions.aws.parallel_reads import read_objects
from functions.contracts.capture import GroundTruthLine
from functions.contracts.fault_book import LeftOutRows
from functions.contracts.feature_schema import FeatureSchema
from functions.contracts.keys import GROUND_TRUTH_PREFIX
from functions.contracts.model_spec import ModelSpec
from functions.contracts.naming import Alias
from functions.core.capture_lines import (
    CorruptObjectError,
    cut_records,
    is_failure,
    unpack,
)
from functions.core.conditional_writes import ConditionalStore
from functions.core.fault_book import read_fault_book
from functions.core.fault_rows import leave_out_faulty, tell_left_out
from functions.core.hourly_merge import FindVersion
from functions.core.known_versions import VersionFinder
from functions.core.labelled_captures import (
    CapturedPart,
    LabelledCaptures,
    Truths,
    cut_requests,
    join_captures,
    set_aside_impossible,
    standing_truths,
    usable_parts,
)
from functions.core.ports import ObjectStore
from functions.core.registry import ModelRegistry, UnknownVersionError
from functions.core.stored_specs import read_spec

COMPACTION_SECONDS = 300
"""Of the function's 900; what is left then is noted, and is in the next dataset version."""

NOTED_FOR = timedelta(hours=24)
"""How long unreadable lines are told of."""


@dataclass(frozen=True, slots=True)
class CapturedData:
    """What the captures add to a data set, and what was left out of it and why."""

    captures: LabelledCaptures | None
    notes: tuple[str, ...] = ()
    left_out: tuple[LeftOutRows, ...] = ()


def read_labelled_captures(
    spec: ModelSpec,
    *,
    captures: ConditionalStore,
    models: ObjectStore,
    registry: ModelRegistry,
    now: Callable[[], datetime],
) -> CapturedData:
    """Return the predictions of a model that something came true of.

    Captures that have arrived and are not compacted yet are compacted first. Without a champion
    there are none: nothing has been served yet. Rows of hours in which the data were at fault are
    left out (`core.fault_book`).
    """
    if registry.find_alias(spec.name, Alias.CHAMPION) is None:
        return CapturedData(None)
    reader = _LineReader(captures, spec.name)
    lines = reader.lines(GROUND_TRUTH_PREFIX, GroundTruthLine)
    truths = standing_truths(lines, spec.target.classes)
    notes = _compact(spec.name, captures, VersionFinder(registry, models), now)
    parts = list(_labelled_parts(captures, reader, truths)) if truths else []
    schemas = _schemas({part.version for part in parts}, spec.name, models, registry)
    usable, refused = usable_parts(parts, schemas, spec)
    sound, left_out = leave_out_faulty(usable, read_fault_book(captures, spec.name))
    notes = (*tell_left_out(spec.name, left_out), *refused, *reader.notes(), *notes)
    joined = join_captures(sound, truths, schemas)
    if joined is None:
        return CapturedData(None, notes, left_out)
    kept, note = set_aside_impossible(joined, spec)
    return CapturedData(kept, (*([note] if note else ()), *notes), left_out)


def _compact(
    model: str, captures: ConditionalStore, find: FindVersion, now: Callable[[], datetime]
) -> tuple[str, ...]:
    """Compact what has arrived, and return notes on what is not to be had."""
    started = now()
    until = started + timedelta(seconds=COMPACTION_SECONDS)
    output = compact_captures(captures, find, now=now, until=until)
    noted = list(hours_between(started - NOTED_FOR, started))
    volumes = read_volumes(captures, model, noted)
    corrupt = corrupt_lines(captures, noted) + sum(hour.corrupt_lines for hour in volumes)
    notes = []
    if corrupt:
        hours = NOTED_FOR // timedelta(hours=1)
        notes.append(f"{corrupt:,} captured lines of the last {hours} hours could not be read")
    if output.pending_objects:
        notes.append(
            f"{output.pending_objects:,} objects of captures are not compacted yet and not in "
            "these data"
        )
    return tuple(notes)


class _LineReader:
    """Reads a model's lines and remembers what it could not read."""

    def __init__(self, store: ObjectStore, model: str) -> None:
        self._store = store
        self.model = model
        self._unreadable: list[str] = []

    def lines(self, prefix: str, kind: type[GroundTruthLine]) -> Iterator[GroundTruthLine]:
        """Yield the lines of a kind below a prefix, in the order of their objects."""
        for found, body in read_objects(self._store, self._store.list(prefix)):
            for document in self._documents(found.key, body):
                try:
                    yield kind.model_validate(document)
                except ValidationError:
                    self.refuse(found.key)

    def refuse(self, key: str) -> None:
        """Remember that something of an object could not be read."""
        self._unreadable.append(key)

    def notes(self) -> tuple[str, ...]:
        """Return a note on what could not be read."""
        if not self._unreadable:
            return ()
        count = len(self._unreadable)
        return (
            f"{count:,} captured records could not be read, the first in {self._unreadable[0]}",
        )

    def _documents(self, key: str, body: bytes) -> Iterator[dict[str, Any]]:
        try:
            records, foreign = cut_records(unpack(body))
        except CorruptObjectError:
            records, foreign = [], 1
        self._unreadable += [key] * foreign
        for record in records:
            if is_failure(record):
                continue
            try:
                document = json.loads(record)
            except ValueError:
                self.refuse(key)
                continue
            if document.get("model") == self.model:
                yield document


def _labelled_parts(
    captures: ConditionalStore, reader: _LineReader, truths: Truths
) -> Iterator[CapturedPart]:
    for index in read_all_indexes(captures, reader.model):
        for part, rows in read_parts(captures, index.parts):
            labelled = [name in truths for name in rows.ids.tolist()]
            kept = rows.select(np.array(labelled, dtype=np.bool_))
            for found in cut_requests(kept, part.schema_id):
                if np.isinf(found.matrix).any():
                    reader.refuse(f"capture {found.ids[0]}")
                else:
                    yield found


def _schemas(
    versions: set[int], model: str, models: ObjectStore, registry: ModelRegistry
) -> dict[int, FeatureSchema]:
    schemas = {}
    for number in sorted(versions):
        try:
            stored = registry.get(model, number).artifact.spec
        except UnknownVersionError:
            continue
        schemas[number] = read_spec(stored, models).feature_schema
    return schemas
