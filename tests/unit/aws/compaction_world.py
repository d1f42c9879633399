"""Captures that arrive anyhow, and stores that stop or let others go first."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np

from functions.aws.capture_compaction import compact_captures
from functions.aws.hourly_records import read_all_indexes, read_parts, read_records
from functions.contracts.artifact import ArtifactSpec, StoredObject
from functions.contracts.capture import FailureLine
from functions.contracts.hourly import CompactCapturesOutput, HourRecord, PartKind
from functions.contracts.keys import CAPTURES_PREFIX, hour_prefix
from functions.core.conditional_writes import TaggedObject
from functions.core.hourly_merge import KnownVersion
from functions.core.ports import ObjectInfo
from tests.fakes.object_store import InMemoryObjectStore
from tests.unit.core.drift_world import rows, spec
from tests.unit.monitoring.window_world import capture_lines

HOUR = timedelta(hours=1)
START = datetime(2026, 3, 1, 10, tzinfo=UTC)
NOW = START + timedelta(hours=30)
SPEC = spec()


def find(model: str, number: int) -> KnownVersion | None:
    """Versions 1 and 2 of every model are registered."""
    described: ArtifactSpec = SPEC.model_copy(update={"model": model})
    return KnownVersion(described) if number in {1, 2} else None


def compact(
    store: InMemoryObjectStore, *, now: datetime = NOW, since: datetime | None = None
) -> CompactCapturesOutput:
    return compact_captures(store, find, now=lambda: now, until=now + HOUR, since=since)


def request(name: str, count: int = 2, *, hour: int = 0, minute: int = 0, version: int = 1) -> str:
    """The line of a request of whole numbers, whose totals are exact in any order."""
    seed = sum(name.encode()) + count
    matrix = np.ceil(rows(count, seed=seed))
    at = START + hour * HOUR + timedelta(minutes=minute)
    (line,) = capture_lines(matrix, id_=name, at=at, version=version, outputs=answers(count))
    return line


def answers(count: int) -> np.ndarray:
    return np.tile(np.float32([0.25, 0.75]), (count, 1))


def failure(name: str, *, hour: int = 0) -> str:
    at = START + hour * HOUR
    return FailureLine(
        id=name, model="car", version=1, at=at, status=500, error="E"
    ).model_dump_json()


def deliver(
    store: InMemoryObjectStore, lines: list[str], *, hour: int = 0, name: str = "x"
) -> None:
    key = f"{hour_prefix(CAPTURES_PREFIX, START + hour * HOUR)}{name}"
    store.write(key, "\n".join(lines).encode(), content_type="application/octet-stream")


def records(store: InMemoryObjectStore, hours: int = 30) -> tuple[HourRecord, ...]:
    return read_records(store, "car", START, START + hours * HOUR)


def ids(store: InMemoryObjectStore, kind: PartKind = PartKind.ROWS) -> list[tuple[int, str]]:
    """The hour and the inference id of each row in the files that records name."""
    return sorted(
        ((index.hour - START) // HOUR, name)
        for index in read_all_indexes(store, "car")
        for _, held in read_parts(store, index.parts, kind)
        for name in held.ids.tolist()
    )


class StoppedError(Exception):
    """The run was stopped."""


@dataclass
class StoppingStore(InMemoryObjectStore):
    """Stops at the write of a number, before or after it was done."""

    stop_at: int | None = None
    is_done: bool = False
    writes: int = 0

    def write(self, key: str, body: bytes, *, content_type: str) -> StoredObject:
        stops = self.stop_at == self.writes
        self.writes += 1
        if stops and not self.is_done:
            raise StoppedError
        stored = super().write(key, body, content_type=content_type)
        if stops:
            raise StoppedError
        return stored


@dataclass
class Turns:
    """Lets runs write one after another, in an order that is given."""

    order: list[int]
    running: set[int] = field(default_factory=set)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def take(self, run: int) -> None:
        """Wait until it is this run's turn, or no other runs any more."""
        with self.changed:
            self.changed.wait_for(lambda: self._is_turn(run))
            if self.order:
                self.order.pop(0)
            self.changed.notify_all()

    def end(self, run: int) -> None:
        with self.changed:
            self.running.discard(run)
            self.changed.notify_all()

    def _is_turn(self, run: int) -> bool:
        while self.order and self.order[0] not in self.running:
            self.order.pop(0)
        return not self.order or self.order[0] == run


@dataclass
class TurnStore(InMemoryObjectStore):
    """One run's view of a bucket that others write to in turns."""

    run: int = 0
    turns: Turns = field(default_factory=lambda: Turns([]))
    lock: threading.RLock = field(default_factory=threading.RLock)

    def replace(self, key: str, body: bytes, *, expected: str | None, content_type: str) -> None:
        self.turns.take(self.run)
        with self.lock:
            super().replace(key, body, expected=expected, content_type=content_type)

    def write(self, key: str, body: bytes, *, content_type: str) -> StoredObject:
        with self.lock:
            return super().write(key, body, content_type=content_type)

    def write_once(self, key: str, body: bytes, *, content_type: str) -> StoredObject:
        with self.lock:
            return super().write_once(key, body, content_type=content_type)

    def find(self, key: str) -> TaggedObject | None:
        with self.lock:
            return super().find(key)

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        with self.lock:
            return iter(list(super().list(prefix)))


def run_at_once(store: InMemoryObjectStore, order: list[int]) -> None:
    """Compact twice at once, writing records and ledgers in the order of the runs' numbers."""
    turns, lock = Turns(list(order), {0, 1}), threading.RLock()
    failures: list[Exception] = []

    def run(number: int) -> None:
        view = TurnStore(versions=store.versions, run=number, turns=turns, lock=lock)
        try:
            compact(view)
        except Exception as error:  # noqa: BLE001 - told below, in the thread of the test
            failures.append(error)
        finally:
            turns.end(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures
