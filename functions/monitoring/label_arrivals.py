"""Ground truth as it arrives: what is new, what waits, and where it is written what came of it."""

import gzip
import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.aws.hourly_objects import hours_between
from functions.aws.parallel_reads import READERS, read_objects
from functions.contracts import keys
from functions.contracts.artifact import StoredObject
from functions.contracts.capture import GroundTruthLine
from functions.contracts.labels import (
    EXAMPLES,
    WAIT,
    LabelArrivals,
    LabelCursor,
    LabelExample,
    LabelOutcome,
)
from functions.core.capture_lines import CorruptObjectError, cut_records, unpack
from functions.core.conditional_writes import ConditionalStore, ObjectChangedError
from functions.core.hourly_lines import source_id
from functions.core.label_ledger import ReportedLabel, label_token
from functions.core.label_ledger_index import id_keys
from functions.core.ports import ObjectInfo
from functions.core.stored_objects import read_stored

LINES = "application/gzip"
BATCH_BYTES = 4 << 20
"""Of packed objects joined together: some 200,000 labels, a kilobyte each in memory."""

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Pending:
    """A ground-truth object that is not joined yet, and the hour of its arrival."""

    hour: datetime
    found: ObjectInfo

    @property
    def source(self) -> str:
        """What names this version of the object."""
        return source_id(self.found.key, self.found.s3_version_id)


@dataclass(frozen=True, slots=True)
class HourOfArrival:
    """What is known of an hour, as it was read (`tag`)."""

    arrivals: LabelArrivals
    tag: str | None


@dataclass(frozen=True, slots=True)
class Arrived:
    """A label, and the hour whose document tells what came of it."""

    hour: datetime
    label: ReportedLabel


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a label; no outcome: it waits on."""

    outcome: LabelOutcome | None
    example: LabelExample | None = None


def first_hour(store: ConditionalStore, now: datetime, since: datetime | None) -> datetime | None:
    """Return the hour of arrival from which something may be left; None if nothing ever came."""
    if since is not None:
        return since
    held = store.find(keys.LABEL_CURSOR)
    if held is not None:
        return LabelCursor.model_validate_json(held.body).settled_until
    oldest = next(iter(store.list(keys.GROUND_TRUTH_PREFIX)), None)
    return None if oldest is None else keys.hour_of_key(oldest.key) or now


def read_hours(
    store: ConditionalStore, start: datetime, end: datetime
) -> tuple[dict[datetime, HourOfArrival], list[Pending]]:
    """Return what is known of hours, and the objects in them that are not joined, oldest first."""
    hours = tuple(hours_between(start, end))
    with ThreadPoolExecutor(READERS) as readers:
        held = dict(
            zip(hours, readers.map(lambda hour: _read_hour(store, hour), hours), strict=True)
        )
        listed = list(readers.map(lambda hour: _list_hour(store, hour), hours))
    pending = [
        item
        for hour, found in zip(hours, listed, strict=True)
        for item in (Pending(hour, each) for each in found)
        if item.source not in held[hour].arrivals.sources
    ]
    return held, pending


def cut_batch(left: Sequence[Pending]) -> tuple[list[Pending], list[Pending]]:
    """Return the objects of the next batch, at least one if there are any, and those after it."""
    size = count = 0
    for item in left:
        size += item.found.size_bytes
        if count and size > BATCH_BYTES:
            break
        count += 1
    return list(left[:count]), list(left[count:])


def read_waiting(store: ConditionalStore, hours: Iterable[HourOfArrival]) -> list[Arrived]:
    """Return the labels of hours that wait for their predictions."""
    found = []
    for each in hours:
        if each.arrivals.waiting is None:
            continue
        lines = gzip.decompress(read_stored(each.arrivals.waiting, store)).splitlines()
        pairs = [json.loads(line) for line in lines]
        tokens = [int(token) for token, _ in pairs]
        labels = _labels(tokens, [GroundTruthLine.model_validate(line) for _, line in pairs])
        found += [Arrived(each.arrivals.hour, label) for label in labels]
    return found


def read_pending(
    store: ConditionalStore, pending: Sequence[Pending]
) -> tuple[list[Arrived], dict[datetime, int]]:
    """Return the labels of objects, and how many lines nobody can read by hour of arrival."""
    found: list[Arrived] = []
    corrupt: dict[datetime, int] = {}
    contents = read_objects(store, (item.found for item in pending))
    for item, (_, content) in zip(pending, contents, strict=True):
        tokens, lines, unreadable = _read_lines(item.source, content)
        corrupt[item.hour] = corrupt.get(item.hour, 0) + unreadable
        found += [Arrived(item.hour, label) for label in _labels(tokens, lines)]
    return found, corrupt


def note_hour(
    store: ConditionalStore,
    held: HourOfArrival,
    *,
    sources: Sequence[str],
    corrupt_lines: int,
    results: Sequence[tuple[ReportedLabel, Result]],
) -> HourOfArrival:
    """Write down what came of an hour's labels: of all that waited, and of new objects.

    Where another run wrote in between, what it wrote is returned and nothing is written: the next
    run does the same with these labels, and the ledgers of days know them already.
    """
    old = held.arrivals
    waiting = [label for label, result in results if result.outcome is None]
    noted = old.model_copy(
        update={
            "sources": tuple(sorted({*old.sources, *sources})),
            "outcomes": _count(old.outcomes, results),
            "corrupt_lines": old.corrupt_lines + corrupt_lines,
            "examples": _pick_examples(old.examples, results),
            "waiting": _write_waiting(store, old.hour, waiting),
            "waiting_lines": len(waiting),
        }
    )
    if noted == old:
        return held
    key, body = keys.label_arrivals(old.hour), noted.model_dump_json().encode()
    with suppress(ObjectChangedError):
        store.replace(key, body, expected=held.tag, content_type=keys.JSON_TYPE)
    return _read_hour(store, old.hour)


def settle(
    store: ConditionalStore,
    start: datetime,
    now: datetime,
    unfinished: Collection[datetime],
) -> None:
    """Remember the first hour of arrival in which anything can still come or wait."""
    hour = start.replace(minute=0, second=0, microsecond=0)
    while hour not in unfinished and hour + _HOUR + WAIT <= now:
        hour += _HOUR
    body = LabelCursor(settled_until=hour).model_dump_json().encode()
    store.write(keys.LABEL_CURSOR, body, content_type=keys.JSON_TYPE)


def _read_hour(store: ConditionalStore, hour: datetime) -> HourOfArrival:
    held = store.find(keys.label_arrivals(hour))
    if held is None:
        return HourOfArrival(LabelArrivals(hour=hour), None)
    return HourOfArrival(LabelArrivals.model_validate_json(held.body), held.tag)


def _list_hour(store: ConditionalStore, hour: datetime) -> list[ObjectInfo]:
    return list(store.list(keys.hour_prefix(keys.GROUND_TRUTH_PREFIX, hour)))


def _read_lines(source: str, content: bytes) -> tuple[list[int], list[GroundTruthLine], int]:
    """Return the lines of an object with their tokens, and how many are none."""
    try:
        records, corrupt = cut_records(unpack(content))
    except CorruptObjectError:
        return [], [], 1
    tokens, lines = [], []
    for number, record in enumerate(records):
        try:
            lines.append(GroundTruthLine.model_validate_json(record))
        except ValueError:
            corrupt += 1
        else:
            tokens.append(label_token(source, number))
    return tokens, lines, corrupt


def _labels(tokens: Sequence[int], lines: Sequence[GroundTruthLine]) -> list[ReportedLabel]:
    found = id_keys(line.inference_id for line in lines).tolist()
    return [ReportedLabel(*each) for each in zip(tokens, found, lines, strict=True)]


def _count(
    held: Mapping[str, Mapping[LabelOutcome, int]],
    results: Sequence[tuple[ReportedLabel, Result]],
) -> dict[str, dict[LabelOutcome, int]]:
    counts = {model: dict(outcomes) for model, outcomes in held.items()}
    for label, result in results:
        if result.outcome is not None:
            of_model = counts.setdefault(label.line.model, {})
            of_model[result.outcome] = of_model.get(result.outcome, 0) + 1
    return counts


def _pick_examples(
    held: Mapping[str, tuple[LabelExample, ...]],
    results: Sequence[tuple[ReportedLabel, Result]],
) -> dict[str, tuple[LabelExample, ...]]:
    examples = dict(held)
    for label, result in results:
        if result.example is not None:
            model = label.line.model
            examples[model] = (*examples.get(model, ()), result.example)[:EXAMPLES]
    return examples


def _write_waiting(
    store: ConditionalStore, hour: datetime, labels: Sequence[ReportedLabel]
) -> StoredObject | None:
    if not labels:
        return None
    lines = [
        json.dumps([label.token, label.line.model_dump(mode="json")], separators=(",", ":"))
        for label in sorted(labels, key=lambda item: item.token)
    ]
    body = gzip.compress("\n".join(lines).encode(), mtime=0)
    key = keys.label_waiting(hour, hashlib.sha256(body).hexdigest())
    return store.write_once(key, body, content_type=LINES)
