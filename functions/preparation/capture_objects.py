"""The captures bucket, read: captures and ground truth as Firehose leaves them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from functions.aws.parallel_reads import read_objects
from functions.contracts.capture import CaptureLine, GroundTruthLine
from functions.contracts.feature_schema import FeatureSchema
from functions.contracts.keys import CAPTURES_PREFIX, GROUND_TRUTH_PREFIX
from functions.contracts.model_spec import ModelSpec
from functions.contracts.naming import Alias
from functions.core.capture_lines import (
    CorruptObjectError,
    cut_records,
    is_failure,
    unpack,
)
from functions.core.labelled_captures import (
    CapturedPart,
    LabelledCaptures,
    Truths,
    join_captures,
    labelled_part,
    latest_truths,
    set_aside_impossible,
    usable_parts,
)
from functions.core.ports import ObjectStore
from functions.core.registry import ModelRegistry, UnknownVersionError
from functions.core.stored_specs import read_spec

Line = TypeVar("Line", CaptureLine, GroundTruthLine)


@dataclass(frozen=True, slots=True)
class CapturedData:
    """What the captures add to a data set, and what was left out of it and why."""

    captures: LabelledCaptures | None
    notes: tuple[str, ...] = ()


def read_labelled_captures(
    spec: ModelSpec, *, captures: ObjectStore, models: ObjectStore, registry: ModelRegistry
) -> CapturedData:
    """Return the predictions of a model that something came true of.

    Without a champion there are none: nothing has been served yet.
    """
    if registry.find_alias(spec.name, Alias.CHAMPION) is None:
        return CapturedData(None)
    reader = _LineReader(captures, spec.name)
    truths = latest_truths(reader.lines(GROUND_TRUTH_PREFIX, GroundTruthLine))
    parts = list(_labelled_parts(reader, truths)) if truths else []
    schemas = _schemas({part.version for part in parts}, spec.name, models, registry)
    usable, notes = usable_parts(parts, schemas, spec)
    joined = join_captures(usable, truths, schemas)
    if joined is None:
        return CapturedData(None, (*notes, *reader.notes()))
    kept, note = set_aside_impossible(joined, spec)
    return CapturedData(kept, (*notes, *([note] if note else ()), *reader.notes()))


class _LineReader:
    """Reads a model's lines and remembers what it could not read."""

    def __init__(self, store: ObjectStore, model: str) -> None:
        self._store = store
        self._model = model
        self._unreadable: list[str] = []

    def lines(self, prefix: str, kind: type[Line]) -> Iterator[Line]:
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
            if document.get("model") == self._model:
                yield document


def _labelled_parts(reader: _LineReader, truths: Truths) -> Iterator[CapturedPart]:
    for line in reader.lines(CAPTURES_PREFIX, CaptureLine):
        try:
            part = labelled_part(line, truths)
        except ValueError:
            reader.refuse(f"capture {line.id}")
            continue
        if part is not None:
            yield part


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
