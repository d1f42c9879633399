"""A window's captured rows, read from the objects of their hours and profiled as they come."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from functions.aws.hourly_objects import hours_between, list_hours
from functions.contracts.artifact import ArtifactSpec
from functions.contracts.capture import CaptureLine, row_inference_ids
from functions.contracts.drift import WindowCounts
from functions.contracts.keys import CAPTURES_PREFIX
from functions.core.capture_encoding import decode_floats, mask_pii
from functions.core.capture_lines import (
    CorruptObjectError,
    cut_records,
    is_failure,
    unpack,
)
from functions.core.ports import ObjectStore
from functions.core.profile import (
    Profile,
    merge_profiles,
    profile_matrix,
    profile_predictions,
)

ARRIVAL_DELAY = timedelta(hours=1)
"""How much later than its answer a capture may arrive: Firehose buffers for minutes."""

ROWS_AT_ONCE = 50_000
"""Rows held before they are profiled; more take memory and make nothing faster."""


@dataclass(frozen=True, slots=True)
class Window:
    """The captures that are looked for, answered from `start` up to `end`."""

    spec: ArtifactSpec
    version: int
    start: datetime
    end: datetime

    @property
    def outputs(self) -> int:
        """How many numbers the model answers a row."""
        return max(1, len(self.spec.classes))


@dataclass(slots=True)
class _Tally:
    """What has been read so far."""

    window: Window
    profile: Profile
    seen: set[str] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=dict)
    rows: list[NDArray[np.float32]] = field(default_factory=list)
    outputs: list[NDArray[np.float32]] = field(default_factory=list)
    held: int = 0

    def count(self, name: str, number: int = 1) -> None:
        self.counts[name] = self.counts.get(name, 0) + number

    def hold(self, rows: NDArray[np.float32], outputs: NDArray[np.float32] | None) -> None:
        self.rows.append(rows)
        if outputs is not None:
            self.outputs.append(outputs)
        self.held += len(rows)
        if self.held >= ROWS_AT_ONCE:
            self.add_held()

    def add_held(self) -> None:
        if not self.held:
            return
        added = _profile(self.window, np.concatenate(self.rows), self.outputs)
        self.profile = merge_profiles(self.profile, added)
        self.rows, self.outputs, self.held = [], [], 0


def read_window(store: ObjectStore, window: Window) -> tuple[Profile, WindowCounts]:
    """Return the profile of a window's rows, and what was left out of it.

    Rows that other versions answered count if their schema is the same; the prediction's profile is
    of the rows that `window.version` answered. Each inference id counts once.
    """
    nothing = np.empty((0, len(window.spec.feature_schema.features)), dtype=np.float32)
    tally = _Tally(window, _profile(window, nothing, []))
    for line in _lines(store, tally):
        _take(tally, line)
    tally.add_held()
    return tally.profile, WindowCounts(**tally.counts)


def arrival_hours(start: datetime, end: datetime) -> Iterator[datetime]:
    """Return the hours in whose folders a window's captures lie, in UTC."""
    return hours_between(start, end + ARRIVAL_DELAY)


def _lines(store: ObjectStore, tally: _Tally) -> Iterator[CaptureLine]:
    window = tally.window
    for found in list_hours(store, CAPTURES_PREFIX, window.start, window.end + ARRIVAL_DELAY):
        tally.count("objects")
        yield from _object_lines(store.read(found.key), tally)


def _object_lines(content: bytes, tally: _Tally) -> Iterator[CaptureLine]:
    try:
        text = unpack(content)
    except CorruptObjectError:
        tally.count("corrupt_lines")
        return
    records, others = cut_records(text)
    tally.count("corrupt_lines", others)
    for record in records:
        tally.count("lines")
        if is_failure(record):
            continue
        try:
            yield CaptureLine.model_validate_json(record)
        except ValidationError:
            tally.count("corrupt_lines")


def _take(tally: _Tally, line: CaptureLine) -> None:
    """Add a line's new rows, if they are of the window."""
    window = tally.window
    if line.model != window.spec.model or not window.start <= line.at < window.end:
        return
    if line.schema_id != window.spec.feature_schema.schema_id:
        tally.count("other_schema_rows", line.n)
        return
    try:
        schema = window.spec.feature_schema
        # A hash is no value: what is personal has no profile, whichever way it was captured.
        rows = mask_pii(schema, _decoded(line.rows, line.n, len(schema.features)))
        outputs = _decoded(line.outputs, line.n, window.outputs)
    except ValueError:
        tally.count("corrupt_lines")
        return
    names = row_inference_ids(line)
    new = [index for index, name in enumerate(names) if name not in tally.seen]
    tally.seen.update(names)
    tally.count("duplicate_rows", len(names) - len(new))
    if line.version != window.version:
        tally.count("other_version_rows", len(new))
        tally.hold(rows[new], None)
    else:
        tally.hold(rows[new], outputs[new])


def _decoded(text: str, rows: int, columns: int) -> NDArray[np.float32]:
    values = decode_floats(text, rows)
    if values.shape[1] != columns:
        msg = f"{values.shape[1]} columns instead of {columns}"
        raise ValueError(msg)
    return values


def _profile(
    window: Window, rows: NDArray[np.float32], outputs: list[NDArray[np.float32]]
) -> Profile:
    answered = (
        np.concatenate(outputs) if outputs else np.empty((0, window.outputs), dtype=np.float32)
    )
    prediction = profile_predictions(window.spec.task, answered)
    return profile_matrix(window.spec.feature_schema, rows).model_copy(
        update={"prediction": prediction}
    )
