"""The ledgers of days: labels are entered where their predictions are, each once."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from functions.contracts import keys
from functions.contracts.artifact import ArtifactSpec
from functions.contracts.labels import DayIndex, LabelDay, LabelOutcome, LabelStanding
from functions.core.conditional_writes import ConditionalStore, change_document
from functions.core.hourly_merge import FindVersion
from functions.core.label_ledger import (
    OUTCOMES,
    Entries,
    FindSpec,
    Judged,
    ReportedLabel,
    add_entries,
    add_to_hours,
    judge_labels,
    pack_entries,
    unpack_entries,
)
from functions.core.label_ledger_index import DayRows
from functions.core.ports import ObjectNotFoundError
from functions.core.stored_objects import read_stored
from functions.monitoring.label_index import ARRAYS, read_rows
from functions.monitoring.ports import LabelPorts


def add_to_day(
    ports: LabelPorts, model: str, day: DayIndex, found: Sequence[tuple[ReportedLabel, int]]
) -> dict[int, LabelOutcome]:
    """Enter labels, each with its row among the day's; return by token what became of them.

    Raises ObjectChangedError if others wrote the day's ledger all the time.
    """
    store, key = ports.captures, keys.label_day(model, day.day)
    rows, find = read_rows(store, model, day), _spec_finder(ports.find, model)
    former: LabelDay | None = None
    entries = Entries.none()

    def enter(held: LabelDay | None) -> LabelDay | None:
        nonlocal former, entries
        former = held
        entries = unpack_entries(read_stored(held.entries, store)) if held else Entries.none()
        judged = judge_labels(found, rows, entries, find)
        if not judged:
            return None
        entries = add_entries(entries, judged)
        return _grow(store, model, day, held, (entries, judged, rows, find))

    grown = change_document(store, key, LabelDay, enter)
    if grown and former and former.entries.key != grown.entries.key:
        with suppress(ObjectNotFoundError):  # its age has ended it
            store.retire(former.entries.key)
    known = dict(zip(entries.token.tolist(), entries.outcome.tolist(), strict=True))
    return {label.token: OUTCOMES[known[label.token]] for label, _ in found}


def note_newest(store: ConditionalStore, model: str, newest: datetime | None) -> datetime | None:
    """Remember when a model's newest label came, and return it; None if it never had one."""
    known: datetime | None = None

    def note(standing: LabelStanding | None) -> LabelStanding | None:
        nonlocal known
        known = standing.newest_label_at if standing else None
        if newest is None or (known is not None and known >= newest):
            return None
        known = newest
        return LabelStanding(model=model, newest_label_at=newest)

    change_document(store, keys.label_standing(model), LabelStanding, note)
    return known


def _grow(
    store: ConditionalStore,
    model: str,
    day: DayIndex,
    ledger: LabelDay | None,
    added: tuple[Entries, Sequence[Judged], DayRows, FindSpec],
) -> LabelDay:
    entries, judged, rows, find = added
    body = pack_entries(entries)
    key = keys.label_entries(model, day.day, hashlib.sha256(body).hexdigest())
    hours = ledger.hours if ledger else ()
    return LabelDay(
        model=model,
        day=day.day,
        # Another run may have written the same; the version that its ledger names must stay newest.
        entries=store.write_once(key, body, content_type=ARRAYS),
        hours=add_to_hours(day.day, hours, judged, rows, find),
    )


def _spec_finder(find: FindVersion, model: str) -> FindSpec:
    def spec_of(version: int) -> ArtifactSpec | None:
        known = find(model, version)
        return known.spec if known else None

    return spec_of
