"""An hour's record with rows added to it: each row once, each capture object once.

The decisions of compaction; `functions.aws.capture_compaction` reads and writes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from functions.contracts.artifact import ArtifactSpec
from functions.contracts.estimates import Estimator
from functions.contracts.hourly import HourGroup, HourRecord, PartKind, RowPart
from functions.core.capture_encoding import mask_pii
from functions.core.estimates import merge_sums, summarize_answers
from functions.core.hourly_lines import GroupKey, HourKey, RowBlock, SourceRows
from functions.core.hourly_rows import HourRows, join_rows
from functions.core.profile import merge_profiles, profile_matrix, profile_predictions

MAXIMUM_PART_ROWS = 200_000
"""Parts are joined up to so many rows: 20 MB of 25 features, read in a fifth of a second."""


@dataclass(frozen=True, slots=True)
class KnownVersion:
    """What counting a version's rows needs to know of it."""

    spec: ArtifactSpec
    estimator: Estimator | None = None


FindVersion = Callable[[str, int], KnownVersion | None]
"""Of a model and a number; None: no such version is registered."""


class TableKey(NamedTuple):
    """What rows of one file have in common."""

    kind: PartKind
    schema_id: str
    features: int
    outputs: int


@dataclass(frozen=True, slots=True)
class Addition:
    """What new capture objects bring to an hour before rows that it has already are left out."""

    hour: HourKey
    sources: tuple[str, ...]
    lines: int
    corrupt_lines: int
    probe_lines: int
    blocks: tuple[tuple[GroupKey, HourRows], ...]

    @property
    def ids(self) -> dict[PartKind, set[str]]:
        """The inference ids of each kind."""
        found: dict[PartKind, set[str]] = {kind: set() for kind in PartKind}
        for key, rows in self.blocks:
            found[key.kind].update(rows.ids.tolist())
        return found


@dataclass(frozen=True, slots=True)
class GrownHour:
    """A record without its new parts, and the tables that are to become parts."""

    record: HourRecord
    tables: Mapping[TableKey, HourRows]


def gather_addition(
    hour: HourKey, record: HourRecord, sources: Sequence[SourceRows], find: FindVersion
) -> Addition | None:
    """Return what objects add to an hour, None if the record has them all already."""
    known = set(record.sources)
    fresh = [source for source in sources if source.source not in known]
    if not fresh:
        return None
    gathered: dict[GroupKey, list[RowBlock]] = {}
    for source in fresh:
        for key, block in source.hours.get(hour, {}).items():
            gathered.setdefault(key, []).append(block)
    fitting = {key: blocks for key, blocks in gathered.items() if _fits(key, hour.model, find)}
    lines = {key: sum(block.lines for block in blocks) for key, blocks in gathered.items()}
    unreadable = sum(source.unreadable.get(hour, 0) for source in fresh)
    probes = sum(source.probes.get(hour, 0) for source in fresh)
    return Addition(
        hour,
        tuple(source.source for source in fresh),
        lines=sum(lines.values()) + unreadable + probes,
        corrupt_lines=unreadable + sum(count for key, count in lines.items() if key not in fitting),
        probe_lines=probes,
        blocks=tuple(
            (key, join_rows([block.table() for block in blocks])) for key, blocks in fitting.items()
        ),
    )


def choose_absorbed(parts: Sequence[RowPart], addition: Addition) -> tuple[RowPart, ...]:
    """Return the parts to be written anew together with the new rows: those that are no larger.

    So each row is written at most as often as an hour's rows double.
    """
    coming: dict[TableKey, int] = {}
    for key, rows in addition.blocks:
        coming[_table_of(key)] = coming.get(_table_of(key), 0) + len(rows)
    absorbed = []
    for part in sorted(parts, key=lambda item: item.rows):
        size = coming.get(part_key(part), 0)
        if part.rows <= size and size + part.rows <= MAXIMUM_PART_ROWS:
            coming[part_key(part)] = size + part.rows
            absorbed.append(part)
    return tuple(absorbed)


def part_key(part: RowPart) -> TableKey:
    """Return what the rows of a part have in common."""
    return TableKey(part.kind, part.schema_id, part.features, part.outputs)


def grow_hour(
    record: HourRecord,
    addition: Addition,
    known: Mapping[PartKind, set[str]],
    find: FindVersion,
) -> GrownHour:
    """Return the hour with the rows added whose ids it does not have.

    Parameters
    ----------
    record : HourRecord
    addition : Addition
    known : mapping of PartKind to set of str
        Of the addition's inference ids, those that are in the record's parts.
    find : FindVersion
    """
    groups = {(group.version, group.schema_id, group.variant): group for group in record.groups}
    tables: dict[TableKey, list[HourRows]] = {}
    fresh = _first_of_each(addition.blocks, known)
    for (key, rows), first in zip(addition.blocks, fresh, strict=True):
        new = rows.select(first)
        if len(new):
            tables.setdefault(_table_of(key), []).append(new)
            facts = find(addition.hour.model, key.version)
            group = _group_of(groups, key, facts)
            groups[group.version, group.schema_id, group.variant] = _add_rows(
                group, key, new, facts
            )
    joined = {key: join_rows(rows) for key, rows in tables.items()}
    delivered = sum(len(rows) for _, rows in addition.blocks)
    duplicates = delivered - sum(len(rows) for rows in joined.values())
    grown = record.model_copy(
        update={
            "sources": tuple(sorted((*record.sources, *addition.sources))),
            "lines": record.lines + addition.lines,
            "corrupt_lines": record.corrupt_lines + addition.corrupt_lines,
            "probe_lines": record.probe_lines + addition.probe_lines,
            "duplicate_rows": record.duplicate_rows + duplicates,
            "groups": tuple(group for _, group in sorted(groups.items())),
        }
    )
    return GrownHour(grown, joined)


def _table_of(key: GroupKey) -> TableKey:
    return TableKey(key.kind, key.schema_id, key.features, key.outputs)


def _fits(key: GroupKey, model: str, find: FindVersion) -> bool:
    """Return whether rows have the shape of the schema that they name; an unknown one fits."""
    facts = find(model, key.version) if key.kind is PartKind.ROWS else None
    if facts is None or facts.spec.feature_schema.schema_id != key.schema_id:
        return True
    outputs = max(1, len(facts.spec.classes))
    return (key.features, key.outputs) == (len(facts.spec.feature_schema.features), outputs)


def _group_of(
    groups: Mapping[tuple[int, str, str], HourGroup], key: GroupKey, facts: KnownVersion | None
) -> HourGroup:
    """Return the group that rows belong to; a failure names no schema, its version's is meant."""
    schema_id = key.schema_id
    if key.kind is PartKind.FAILURES and facts is not None:
        schema_id = facts.spec.feature_schema.schema_id
    held = groups.get((key.version, schema_id, key.variant))
    return held or HourGroup(version=key.version, schema_id=schema_id, variant=key.variant)


def _first_of_each(
    blocks: Sequence[tuple[GroupKey, HourRows]], known: Mapping[PartKind, set[str]]
) -> list[NDArray[np.bool_]]:
    """Return which rows of each block come for the first time: the earliest of each new id."""
    first = [np.zeros(len(rows), dtype=np.bool_) for _, rows in blocks]
    seen = {kind: set(ids) for kind, ids in known.items()}
    if not blocks:
        return []
    at = np.concatenate([rows.at for _, rows in blocks])
    block = np.repeat(np.arange(len(blocks)), [len(rows) for _, rows in blocks])
    position = np.concatenate([np.arange(len(rows)) for _, rows in blocks])
    order = np.argsort(at, kind="stable")
    for number, place in zip(block[order].tolist(), position[order].tolist(), strict=True):
        key, rows = blocks[number]
        if rows.ids[place] not in seen[key.kind]:
            seen[key.kind].add(rows.ids[place])
            first[number][place] = True
    return first


def _add_rows(
    group: HourGroup, key: GroupKey, rows: HourRows, facts: KnownVersion | None
) -> HourGroup:
    if key.kind is PartKind.FAILURES:
        return group.model_copy(update={"failures": group.failures + len(rows)})
    counted = {
        "rows": group.rows + len(rows),
        "requests": group.requests + int((rows.index == 0).sum()),
    }
    if facts is None or facts.spec.feature_schema.schema_id != key.schema_id:
        return group.model_copy(update=counted)
    spec = facts.spec
    # A hash is no value: what is personal has no profile, whichever way it was captured.
    matrix = mask_pii(spec.feature_schema, rows.matrix)
    profile = profile_matrix(spec.feature_schema, matrix).model_copy(
        update={"prediction": profile_predictions(spec.task, rows.outputs)}
    )
    if group.profile is not None:
        profile = merge_profiles(group.profile, profile)
    sums = summarize_answers(facts.estimator, matrix, rows.outputs)
    estimates = merge_sums(group.estimates, sums)
    return group.model_copy(update={**counted, "profile": profile, "estimates": estimates})
