"""A model's predictions by inference id, kept up to date with its hourly records.

Reading costs are bounded by the horizon, never by history. A run lists the hourly records of the
horizon's months, reads the rows of those hours that changed since the last run, and of every day of
the horizon at most eight bytes a prediction, until all its labels are found.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from functions.aws.hourly_records import read_parts
from functions.aws.parallel_reads import READERS
from functions.contracts import keys
from functions.contracts.hourly import HourIndex
from functions.contracts.labels import DayIndex, LabelIndex
from functions.core.conditional_writes import ConditionalStore, ObjectChangedError
from functions.core.hourly_rows import HourRows
from functions.core.label_ledger_index import (
    DayRows,
    count_predicted,
    index_rows,
    pack_answers,
    pack_keys,
    unpack_answers,
    unpack_keys,
)
from functions.core.ports import ObjectNotFoundError
from functions.core.stored_objects import read_stored

ARRAYS = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Predictions:
    """Where a model's predictions are; `is_complete`: no hour of the horizon is missing."""

    model: str
    days: tuple[DayIndex, ...]
    is_complete: bool


def refresh_index(
    store: ConditionalStore,
    model: str,
    *,
    horizon: tuple[date, date],
    is_over: Callable[[], bool],
) -> Predictions:
    """Return the index of a horizon, both days included, with what was compacted since.

    The newest days come first; none is begun once `is_over`. What is left is the next run's.
    """
    wanted = _list_records(store, model, horizon)
    key = keys.label_index(model)
    held = store.find(key)
    index = LabelIndex.model_validate_json(held.body) if held else LabelIndex(model=model)
    known = {day.day: day for day in index.days}
    days: dict[date, DayIndex] = {}
    is_complete = True
    for day, records in sorted(wanted.items(), reverse=True):
        old = known.get(day)
        if old is not None and old.records == records:
            days[day] = old
        elif is_over():
            is_complete = False
            if old is not None:
                days[day] = old
        else:
            days[day] = _rebuild(store, model, day, records, old)
    found = tuple(day for _, day in sorted(days.items()))
    if found != index.days:
        _save(store, LabelIndex(model=model, days=found), held.tag if held else None)
    return Predictions(model, found, is_complete)


def read_keys(
    store: ConditionalStore, predictions: Predictions
) -> Iterator[tuple[DayIndex, NDArray[np.uint64]]]:
    """Yield the keys of each day, the oldest first, some days read ahead."""
    days = predictions.days
    with ThreadPoolExecutor(READERS) as readers:
        for start in range(0, len(days), READERS):
            some = days[start : start + READERS]
            found = readers.map(lambda day: _read_keys(store, predictions.model, day), some)
            yield from zip(some, found, strict=True)


def read_rows(store: ConditionalStore, model: str, day: DayIndex) -> DayRows:
    """Return the predictions of a day."""
    try:
        key = unpack_keys(read_stored(day.ids, store))
        return unpack_answers(read_stored(day.answers, store), key)
    except ObjectNotFoundError:
        # Two runs at once wrote the day, and the version that is named has expired since.
        return index_rows(_read_tables(store, model, day.records), None, set())


def _read_keys(store: ConditionalStore, model: str, day: DayIndex) -> NDArray[np.uint64]:
    try:
        return unpack_keys(read_stored(day.ids, store))
    except ObjectNotFoundError:
        return read_rows(store, model, day).key


def _list_records(
    store: ConditionalStore, model: str, horizon: tuple[date, date]
) -> dict[date, dict[str, str]]:
    """Return the VersionIds of a horizon's hourly records by day and key."""
    first, last = horizon
    found: dict[date, dict[str, str]] = {}
    month = first.replace(day=1)
    while month <= last:
        for item in store.list(f"{keys.hourly_records_prefix(model)}{month:%Y/%m}/"):
            hour = keys.hour_of_key(item.key)
            if hour is not None and first <= hour.date() <= last:
                found.setdefault(hour.date(), {})[item.key] = item.s3_version_id
        month = (month + timedelta(days=31)).replace(day=1)
    return found


def _rebuild(
    store: ConditionalStore,
    model: str,
    day: date,
    records: Mapping[str, str],
    old: DayIndex | None,
) -> DayIndex:
    known = old.records if old is not None else {}
    changed = {key: version for key, version in records.items() if known.get(key) != version}
    tables = _read_tables(store, model, changed)
    held = read_rows(store, model, old) if old is not None else None
    hours = {hour.hour for key in changed if (hour := keys.hour_of_key(key)) is not None}
    rows = index_rows(tables, held, hours)
    ids_key, answers_key = (keys.label_index_file(model, day, name) for name in ("ids", "answers"))
    return DayIndex(
        day=day,
        records=dict(records),
        ids=store.write(ids_key, pack_keys(rows), content_type=ARRAYS),
        answers=store.write(answers_key, pack_answers(rows), content_type=ARRAYS),
        predicted=count_predicted(rows),
    )


def _read_tables(store: ConditionalStore, model: str, records: Mapping[str, str]) -> list[HourRows]:
    """Return the rows of hours by their records; a record that changed since is read as it is."""
    with ThreadPoolExecutor(READERS) as readers:
        bodies = list(readers.map(store.read, sorted(records)))
    indexes = [HourIndex.model_validate_json(body) for body in bodies]
    parts = [part for index in indexes if index.model == model for part in index.parts]
    return [rows for _, rows in read_parts(store, parts)]


def _save(store: ConditionalStore, index: LabelIndex, expected: str | None) -> None:
    body = index.model_dump_json().encode()
    try:
        store.replace(
            keys.label_index(index.model), body, expected=expected, content_type=keys.JSON_TYPE
        )
    except ObjectChangedError:
        return  # another run keeps what it found; this one goes on with what it holds


def horizon_of(now: datetime, days: int) -> tuple[date, date]:
    """Return the first and the last day whose predictions labels are joined with, in UTC."""
    return (now - timedelta(days=days)).date(), now.date()
