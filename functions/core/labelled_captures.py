"""Captured predictions joined with what came true of them."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from functions.contracts.capture import GroundTruthLine
from functions.contracts.feature_schema import UNSEEN_CATEGORY, FeatureSchema
from functions.contracts.model_spec import Label, ModelSpec
from functions.core.encoding import canonical_label, decode_columns, encode_columns
from functions.core.hourly_rows import HourRows, moment_of
from functions.core.quality import outside_range

UNSEEN_TEXT = "(unseen)"
"""What stands for a category that the capturing version did not know: no text was kept of it."""

MAX_SET_ASIDE_RATE = 0.01
"""Up to this share of captured rows may be impossible and is set aside; a larger share is kept,
so that the rules break and somebody looks."""

Truths = Mapping[str, GroundTruthLine]


@dataclass(frozen=True, slots=True)
class CapturedPart:
    """The labelled rows of one request."""

    version: int
    schema_id: str
    at: datetime
    ids: tuple[str, ...]
    matrix: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LabelledCaptures:
    """Rows in the order in which they were predicted; `sha256` is of their content."""

    ids: tuple[str, ...]
    at: tuple[datetime, ...]
    columns: dict[str, list[object | None]]
    truths: tuple[Label | float, ...]
    until: datetime
    sha256: str


def standing_truths(
    lines: Iterable[GroundTruthLine], classes: Iterable[Label] = ()
) -> dict[str, GroundTruthLine]:
    """Return the label of each inference that stands: the one that was received first.

    With classes, one that names none of them does not stand in the way of the next.
    """
    known = {canonical_label(label) for label in classes}

    def order(line: GroundTruthLine) -> tuple[bool, tuple[datetime, datetime, str]]:
        return bool(known) and canonical_label(line.value) not in known, precedence(line)

    truths: dict[str, GroundTruthLine] = {}
    for line in lines:
        held = truths.get(line.inference_id)
        if held is None or order(line) < order(held):
            truths[line.inference_id] = line
    return truths


def precedence(line: GroundTruthLine) -> tuple[datetime, datetime, str]:
    """Return by what labels of one inference are ordered: the least stands."""
    return line.received_at, line.observed_at, canonical_label(line.value)


def cut_requests(rows: HourRows, schema_id: str) -> Iterator[CapturedPart]:
    """Yield the rows of each request of one version, in the order of the request."""
    numbered = zip(rows.ids.tolist(), rows.index.tolist(), strict=True)
    requests = [name.removesuffix(f"/{index}") for name, index in numbered]
    keys = list(zip(rows.at.tolist(), requests, rows.version.tolist(), strict=True))
    order = sorted(range(len(keys)), key=lambda row: (keys[row], rows.index[row]))
    for (at, _, version), found in groupby(order, key=keys.__getitem__):
        chosen = np.array(list(found), dtype=np.intp)
        names = tuple(rows.ids[chosen].tolist())
        yield CapturedPart(version, schema_id, moment_of(at), names, rows.matrix[chosen])


def usable_parts(
    parts: Iterable[CapturedPart], schemas: Mapping[int, FeatureSchema], spec: ModelSpec
) -> tuple[list[CapturedPart], tuple[str, ...]]:
    """Return the parts that can become training rows, and a note on each version's that cannot.

    `schemas` holds those of the registered versions.
    """
    usable: list[CapturedPart] = []
    refused: dict[tuple[int, str], int] = {}
    for part in parts:
        reason = _refusal(part, schemas.get(part.version), spec)
        if reason is None:
            usable.append(part)
        else:
            held = refused.get((part.version, reason), 0)
            refused[part.version, reason] = held + len(part.ids)
    notes = tuple(
        f"{count:,} labelled captures of version {version} were set aside: {reason}"
        for (version, reason), count in sorted(refused.items())
    )
    return usable, notes


def join_captures(
    parts: Iterable[CapturedPart], truths: Truths, schemas: Mapping[int, FeatureSchema]
) -> LabelledCaptures | None:
    """Return the rows of usable parts, each inference once (the first prediction of that id)."""
    ids: list[str] = []
    at: list[datetime] = []
    columns: dict[str, list[object | None]] = {}
    seen: set[str] = set()
    for part in sorted(parts, key=lambda item: (item.at, item.ids)):
        fresh = [index for index, name in enumerate(part.ids) if name not in seen]
        seen.update(part.ids)
        ids.extend(part.ids[index] for index in fresh)
        at.extend([part.at.astimezone(UTC)] * len(fresh))
        decoded = _decode_keeping_unseen(schemas[part.version], part.matrix[fresh])
        for name, values in decoded.items():
            columns.setdefault(name, [None] * (len(ids) - len(fresh))).extend(values)
        for values in columns.values():
            values.extend([None] * (len(ids) - len(values)))
    if not ids:
        return None
    lines = [truths[name] for name in ids]
    return LabelledCaptures(
        ids=tuple(ids),
        at=tuple(at),
        columns=columns,
        truths=tuple(line.value for line in lines),
        until=max(line.received_at for line in lines).astimezone(UTC),
        sha256=_content_hash(ids, at, columns, lines),
    )


def set_aside_impossible(
    captures: LabelledCaptures, spec: ModelSpec
) -> tuple[LabelledCaptures | None, str | None]:
    """Return the captures without rows that break the rules of a row, and a note on those.

    Serving answers what lies outside a range; no one can correct it later. A few such rows must
    not stop all retraining, many must (`MAX_SET_ASIDE_RATE`).
    """
    columns = {name: captures.columns[name] for name in spec.schema_.names}
    matrix = encode_columns(spec.schema_, columns)
    impossible = _impossible_rows(matrix, spec) | _impossible_truths(captures.truths, spec)
    count, rows = int(impossible.sum()), len(captures.ids)
    if not 0 < count <= MAX_SET_ASIDE_RATE * rows:
        return captures, None
    note = (
        f"{count:,} of {rows:,} labelled captures were set aside: "
        "a value lies outside its feature's range or categories, or is missing"
    )
    return _select(captures, np.flatnonzero(~impossible)), note


def _refusal(part: CapturedPart, schema: FeatureSchema | None, spec: ModelSpec) -> str | None:
    if schema is None:
        return "the version is not registered"
    if part.schema_id != schema.schema_id or part.matrix.shape[1] != len(schema.features):
        return f"their schema {part.schema_id} is not the version's, {schema.schema_id}"
    captured = {feature.name for feature in schema.features if not feature.pii}
    absent = [name for name in spec.schema_.names if name not in captured]
    return f"no {', '.join(absent)} was captured" if absent else None


def _decode_keeping_unseen(
    schema: FeatureSchema, matrix: NDArray[np.float32]
) -> dict[str, list[object | None]]:
    columns = decode_columns(schema, matrix)
    for index in schema.categorical:
        values = columns[schema.names[index]]
        for row in np.flatnonzero(matrix[:, index] == UNSEEN_CATEGORY):
            values[row] = UNSEEN_TEXT
    return columns


def _content_hash(
    ids: list[str],
    at: list[datetime],
    columns: Mapping[str, list[object | None]],
    truths: list[GroundTruthLine],
) -> str:
    digest = hashlib.sha256()
    for part in (
        ids,
        [moment.isoformat() for moment in at],
        [canonical_label(line.value) for line in truths],
        *([name, values] for name, values in sorted(columns.items())),
    ):
        digest.update(json.dumps(part, separators=(",", ":")).encode())
    return digest.hexdigest()


def _impossible_rows(matrix: NDArray[np.float32], spec: ModelSpec) -> NDArray[np.bool_]:
    impossible = np.zeros(len(matrix), dtype=np.bool_)
    for index, feature in enumerate(spec.features):
        column = matrix[:, index]
        if not feature.allows_missing:
            impossible |= np.isnan(column)
        if feature.is_categorical:
            if feature.max_unseen_rate <= 0:
                impossible |= column == UNSEEN_CATEGORY
            continue
        impossible |= outside_range(column, feature.minimum, feature.maximum)
    return impossible


def _impossible_truths(truths: tuple[Label | float, ...], spec: ModelSpec) -> NDArray[np.bool_]:
    if spec.is_classification:
        known = {canonical_label(label) for label in spec.target.classes}
        return np.array([canonical_label(value) not in known for value in truths], dtype=np.bool_)
    values = np.array([float(value) for value in truths], dtype=np.float64)
    beyond = outside_range(values, spec.target.minimum, spec.target.maximum)
    return ~np.isfinite(values) | beyond


def _select(captures: LabelledCaptures, rows: NDArray[np.int64]) -> LabelledCaptures | None:
    if not len(rows):
        return None
    kept = rows.tolist()
    digest = hashlib.sha256(f"{captures.sha256} {kept}".encode()).hexdigest()
    return LabelledCaptures(
        ids=tuple(captures.ids[row] for row in kept),
        at=tuple(captures.at[row] for row in kept),
        columns={name: [values[row] for row in kept] for name, values in captures.columns.items()},
        truths=tuple(captures.truths[row] for row in kept),
        until=captures.until,
        sha256=digest,
    )
