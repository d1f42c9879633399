"""Which capture objects are compacted, and where to look for those that are not.

A ledger for each hour of arrival names the objects that are. Late ones come into old folders, so
once an hour all folders are looked into from which something may be missing; in between only
those of the last hours. However much history there is, that is the same number of listings.
"""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.aws.hourly_objects import hours_between
from functions.aws.parallel_reads import READERS
from functions.contracts import keys
from functions.contracts.hourly import CompactionCursor, SourceLedger
from functions.core.conditional_writes import ConditionalStore, change_document
from functions.core.hourly_lines import hour_of, source_id
from functions.core.ports import ObjectInfo

SETTLED_AFTER = timedelta(hours=26)
"""Firehose tries for 24 hours to deliver what it took in an hour, and names the object by it."""

SWEPT_FOR = timedelta(hours=1)
"""How long a look into all open folders is good for."""

RECENT = timedelta(hours=3)
"""Folders that each run looks into: buffers are minutes long."""

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Pending:
    """An object that is not known to be compacted, and the hour of its arrival."""

    hour: datetime
    found: ObjectInfo

    @property
    def source(self) -> str:
        """What names this version of the object."""
        return source_id(self.found.key, self.found.s3_version_id)


@dataclass(frozen=True, slots=True)
class Sweep:
    """The hours of arrival that were looked into, and what lies there, the newest hour first.

    `cursor` is None where nothing is to be remembered of it.
    """

    hours: tuple[datetime, ...] = ()
    pending: tuple[Pending, ...] = ()
    cursor: CompactionCursor | None = None


def find_pending(store: ConditionalStore, now: datetime, since: datetime | None) -> Sweep:
    """Return what is to be compacted; `since` looks into more hours than need be."""
    cursor = _read_cursor(store)
    if cursor is None and since is None:
        return Sweep()
    first, is_full = since or now, False
    if cursor is not None and since is None:
        swept = cursor.swept_at
        is_full = swept is None or not timedelta(0) <= now - swept < SWEPT_FOR
        first = cursor.settled_until if is_full else max(cursor.settled_until, now - RECENT)
    hours = tuple(hours_between(first, now))
    with ThreadPoolExecutor(READERS) as readers:
        listed = list(readers.map(lambda hour: _list_pending(store, hour), hours))
    pending = tuple(item for found in reversed(listed) for item in found)
    return Sweep(hours, pending, cursor if is_full else None)


def remember_sweep(
    store: ConditionalStore, sweep: Sweep, left: Sequence[Pending], now: datetime
) -> None:
    """Note after a full sweep from where the next one is to look; what is `left` is not lost."""
    if sweep.cursor is None:
        return
    unfinished = {item.hour for item in left}
    settled = hour_of(sweep.cursor.settled_until)
    while settled not in unfinished and settled + _HOUR + SETTLED_AFTER <= now:
        settled += _HOUR
    noted = CompactionCursor(settled_until=settled, swept_at=None if left else now)
    body = noted.model_dump_json().encode()
    store.write(keys.COMPACTION_CURSOR, body, content_type=keys.JSON_TYPE)


@dataclass(frozen=True, slots=True)
class ArrivedLines:
    """How many lines there are, and how many of them nobody can read nor tell whose they are."""

    lines: int = 0
    corrupt: int = 0


def note_compacted(
    store: ConditionalStore, hour: datetime, arrived: Mapping[str, ArrivedLines]
) -> None:
    """Remember objects of an hour of arrival, with what is in them, as compacted."""

    def note(held: SourceLedger | None) -> SourceLedger | None:
        ledger = held or SourceLedger(hour=hour)
        new = {name: found for name, found in arrived.items() if name not in ledger.sources}
        if not new:
            return None
        return ledger.model_copy(
            update={
                "sources": tuple(sorted((*ledger.sources, *new))),
                "lines": ledger.lines + sum(found.lines for found in new.values()),
                "corrupt_lines": ledger.corrupt_lines + sum(f.corrupt for f in new.values()),
            }
        )

    change_document(store, keys.source_ledger(hour), SourceLedger, note)


def corrupt_lines(store: ConditionalStore, hours: Iterable[datetime]) -> int:
    """Return how many lines that arrived in some hours nobody can read nor tell whose they are."""
    return sum(found.corrupt for found in read_arrived(store, hours).values())


def read_arrived(
    store: ConditionalStore, hours: Iterable[datetime]
) -> dict[datetime, ArrivedLines]:
    """Return what arrived in each of some hours, of all models, as far as it is compacted."""
    with ThreadPoolExecutor(READERS) as readers:
        ledgers = list(readers.map(lambda hour: _read_ledger(store, hour), hours))
    return {one.hour: ArrivedLines(one.lines, one.corrupt_lines) for one in ledgers}


def _read_cursor(store: ConditionalStore) -> CompactionCursor | None:
    """Return where to begin: at the oldest capture the first time, None if nothing arrived."""
    held = store.find(keys.COMPACTION_CURSOR)
    if held is not None:
        return CompactionCursor.model_validate_json(held.body)
    for found in store.list(keys.CAPTURES_PREFIX):
        hour = keys.hour_of_key(found.key)
        if hour is not None:
            return CompactionCursor(settled_until=hour)
    return None


def _list_pending(store: ConditionalStore, hour: datetime) -> list[Pending]:
    listing = store.list(keys.hour_prefix(keys.CAPTURES_PREFIX, hour))
    found = [Pending(hour, item) for item in listing]
    if not found:
        return []
    compacted = set(_read_ledger(store, hour).sources)
    return [item for item in found if item.source not in compacted]


def _read_ledger(store: ConditionalStore, hour: datetime) -> SourceLedger:
    held = store.find(keys.source_ledger(hour))
    if held is None:
        return SourceLedger(hour=hour)
    return SourceLedger.model_validate_json(held.body)
