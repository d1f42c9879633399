"""The latest captured answers of a model, newest first, and what came true of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from functions.aws.hourly_objects import list_hours_back
from functions.aws.parallel_reads import read_objects
from functions.contracts.capture import CaptureLine, row_inference_ids
from functions.contracts.keys import CAPTURES_PREFIX, GROUND_TRUTH_PREFIX
from functions.contracts.model_spec import Label
from functions.contracts.replay_plan import ReplayFile
from functions.core.captured_lines import read_lines
from functions.core.labelled_captures import standing_truths
from functions.core.ports import ObjectInfo, ObjectStore

LOOK_BACK = timedelta(days=14)
"""Traffic that is older says little of today's callers; each hour is a folder to list."""

MAXIMUM_OBJECTS = 4000
"""The most objects that are read: a minute or two; beyond them a model is hardly ever asked."""

ROWS_PER_PART = 5000
"""Rows that one Replay task compares."""


@dataclass(slots=True)
class Traffic:
    """What was found: the objects in the order in which they were read, the newest first."""

    files: list[tuple[ReplayFile, int]] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    rows: int = 0
    unreadable: int = 0
    since: datetime | None = None
    until: datetime | None = None

    def cover(self, at: datetime) -> None:
        """Widen the time that the rows were answered in."""
        self.since = min(self.since or at, at)
        self.until = max(self.until or at, at)


def find_traffic(
    store: ObjectStore,
    model: str,
    *,
    maximum_rows: int,
    is_usable: Callable[[int], bool],
    now: datetime,
) -> Traffic:
    """Return where a model's latest answers lie, each once, up to about `maximum_rows` rows.

    Lines are taken whole. Answers of a version that is not usable are passed over.
    """
    traffic = Traffic()
    seen: set[tuple[str, int]] = set()
    newest = _newest_objects(store, CAPTURES_PREFIX, now)
    for found, content in read_objects(store, newest):
        lines = read_lines(content, model)
        traffic.unreadable += lines.unreadable
        take: list[int] = []
        before = traffic.rows
        for place, line in enumerate(lines.captures):
            identity = (line.id, line.first)
            if traffic.rows < maximum_rows and identity not in seen and is_usable(line.version):
                seen.add(identity)
                take.append(place)
                _add(traffic, line)
        if take:
            file = ReplayFile(key=found.key, s3_version_id=found.s3_version_id, take=tuple(take))
            traffic.files.append((file, traffic.rows - before))
        if traffic.rows >= maximum_rows:
            break
    return traffic


def find_truths(
    store: ObjectStore, model: str, traffic: Traffic, *, now: datetime
) -> dict[str, Label | float]:
    """Return what came true of the found rows, by inference id."""
    if traffic.since is None:
        return {}
    objects = _newest_objects(store, GROUND_TRUTH_PREFIX, now, since=traffic.since)
    lines = (
        line
        for _, content in read_objects(store, objects)
        for line in read_lines(content, model).truths
        if line.inference_id in traffic.ids
    )
    return {name: line.value for name, line in standing_truths(lines).items()}


def _add(traffic: Traffic, line: CaptureLine) -> None:
    traffic.rows += line.n
    traffic.ids.update(row_inference_ids(line))
    traffic.cover(line.at)


def _newest_objects(
    store: ObjectStore, prefix: str, now: datetime, *, since: datetime | None = None
) -> Iterator[ObjectInfo]:
    """Return the objects to read, from the newest back."""
    found = list_hours_back(store, prefix, since or now - LOOK_BACK, now)
    return islice(found, MAXIMUM_OBJECTS)
