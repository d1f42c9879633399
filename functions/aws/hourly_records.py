"""Hourly records and their rows, as CompactCaptures leaves them."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from functions.aws.hourly_objects import hours_between
from functions.aws.parallel_reads import READERS, read_objects
from functions.contracts import keys
from functions.contracts.hourly import HourIndex, HourRecord, HourVolume, PartKind, RowPart
from functions.core.conditional_writes import ConditionalStore
from functions.core.hourly_rows import HourRows, unpack_rows
from functions.core.ports import ObjectStore
from functions.core.stored_objects import read_stored

_TICK = timedelta(microseconds=1)


def read_records(
    store: ConditionalStore, model: str, start: datetime, end: datetime
) -> tuple[HourRecord, ...]:
    """Return the records of the hours from that of `start` to the last before `end`, in order.

    One read an hour, whether there is a record or not, and no listing.
    """
    hours = hours_between(start, end - _TICK)
    with ThreadPoolExecutor(READERS) as readers:
        found = list(readers.map(lambda hour: store.find(keys.hourly_record(model, hour)), hours))
    return tuple(HourRecord.model_validate_json(held.body) for held in found if held is not None)


def read_volumes(
    store: ConditionalStore, model: str, hours: Iterable[datetime]
) -> tuple[HourVolume, ...]:
    """Return how many rows some hours have, of those that have a record; one read an hour."""
    with ThreadPoolExecutor(READERS) as readers:
        found = list(readers.map(lambda hour: store.find(keys.hourly_record(model, hour)), hours))
    return tuple(HourVolume.model_validate_json(held.body) for held in found if held is not None)


def find_first_hour(store: ObjectStore, model: str) -> datetime | None:
    """Return the oldest hour of a model that has a record, of any version; one request.

    None if there is none. Records go with the captures that they are of, after `capture_days`.
    """
    key = store.first_key(keys.hourly_records_prefix(model))
    return None if key is None else keys.hour_of_key(key)


def read_all_indexes(store: ObjectStore, model: str) -> Iterator[HourIndex]:
    """Yield of all hours of a model, in order, where their rows lie."""
    listing = store.list(keys.hourly_records_prefix(model))
    for _, content in read_objects(store, listing):
        yield HourIndex.model_validate_json(content)


def read_parts(
    store: ObjectStore, parts: Iterable[RowPart], kind: PartKind = PartKind.ROWS
) -> Iterator[tuple[RowPart, HourRows]]:
    """Yield the files of a kind among parts, with their rows, some read ahead.

    Raises AlteredObjectError if a file is not what its record says.
    """
    wanted = [part for part in parts if part.kind is kind]
    with ThreadPoolExecutor(READERS) as readers:
        for start in range(0, len(wanted), READERS):
            some = wanted[start : start + READERS]
            contents = readers.map(lambda part: read_stored(part.stored, store), some)
            for part, content in zip(some, contents, strict=True):
                yield part, unpack_rows(content)
