"""The record of a model's data faults: grown by each window, decided upon by people.

Found in window after window, a fault is one entry as long as its hours touch. An entry only grows:
what one window saw of it no later one takes back. It is over when later hours are seen to be sound,
or when a window that can be judged shows it no more.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from functions.contracts import keys
from functions.contracts.errors import WindvaneError
from functions.contracts.fault_book import FaultBook, FaultDecision, RecordedFault
from functions.contracts.faults import DataFault, FaultKind
from functions.core.conditional_writes import ConditionalStore, change_document
from functions.core.fault_hours import FoundFault
from functions.core.ports import ObjectNotFoundError, ObjectReader

WRONG_ROWS = frozenset(FaultKind) - {
    FaultKind.SCHEMA_BREAK,
    FaultKind.VOLUME_GONE,
    FaultKind.VOLUME_TRIPLED,
}
"""Faults whose rows are no training data: values that are wrong, and rows that count twice.

More or fewer rows are right one by one. What a schema break spoils cannot be read, or was never
answered; what can be read is of a known schema.
"""

ATTEMPTS = 10
"""How often others may write the record in between."""


class UnknownFaultError(WindvaneError):
    """A model's record has no data fault of that name."""


@dataclass(frozen=True, slots=True)
class JudgedWindow:
    """The window that was looked at.

    `is_current`: it reaches to the present; of an older one it is not known what came after.
    `has_verdict`: it has enough rows to say that there is no fault.
    """

    start: datetime
    end: datetime
    version: int
    is_current: bool
    has_verdict: bool


def read_fault_book(store: ObjectReader, model: str) -> FaultBook:
    """Return a model's record of data faults; an empty one if none was ever found."""
    try:
        return FaultBook.model_validate_json(store.read(keys.fault_book(model)))
    except ObjectNotFoundError:
        return FaultBook(model=model)


def change_fault_book(
    store: ConditionalStore, model: str, change: Callable[[FaultBook], FaultBook]
) -> FaultBook:
    """Return a model's record after a change; what changes nothing is not written.

    Raises
    ------
    ObjectChangedError
        If others wrote it each time.
    """
    book = FaultBook(model=model)

    def changed(held: FaultBook | None) -> FaultBook | None:
        nonlocal book
        book = held or FaultBook(model=model)
        after = change(book)
        return None if after == book else after

    written = change_document(
        store,
        keys.fault_book(model),
        FaultBook,
        changed,
        attempts=ATTEMPTS,
        advice="try again",
    )
    return written or book


def note_faults(
    book: FaultBook, found: Sequence[FoundFault], window: JudgedWindow, *, now: datetime
) -> FaultBook:
    """Return the record with what a window shows; the same window again changes nothing.

    Parameters
    ----------
    book : FaultBook
    found : sequence of FoundFault
        All that the window shows.
    window : JudgedWindow
    now : datetime
        When a fault that is new is said to be found.
    """
    faults = list(book.faults)
    seen = set()
    for each in found:
        index = _index_of(faults, each)
        if index is None:
            faults.append(_recorded(each, window, now))
            index = len(faults) - 1
        else:
            faults[index] = _grown(faults[index], each, window)
        seen.add(faults[index].name)
    if window.is_current and window.has_verdict:
        faults = [fault if fault.name in seen else _ended(fault, window) for fault in faults]
    return book.model_copy(update={"faults": tuple(faults)})


def unaccepted(book: FaultBook, found: Sequence[FoundFault]) -> tuple[DataFault, ...]:
    """Return the faults of a window that nobody has accepted, with their names on record."""
    return tuple(fault for fault, is_accepted in _named(book, found) if not is_accepted)


def accepted(book: FaultBook, found: Sequence[FoundFault]) -> tuple[DataFault, ...]:
    """Return the faults of a window that a person calls the new world, with their names."""
    return tuple(fault for fault, is_accepted in _named(book, found) if is_accepted)


def leaves_rows_out(fault: RecordedFault) -> bool:
    """Return whether the rows of a fault's hours are no training data."""
    return fault.kind in WRONG_ROWS and not fault.is_accepted


def is_left_out(book: FaultBook, moment: datetime) -> bool:
    """Return whether rows of a moment are no training data, for any fault."""
    return any(leaves_rows_out(fault) and fault.covers(moment) for fault in book.faults)


def find_fault(book: FaultBook, name: str) -> RecordedFault:
    """Return the data fault of a name; raise UnknownFaultError."""
    known = {fault.name: fault for fault in book.faults}
    if name not in known:
        told = ", ".join(list(known)[-5:]) or "none at all"
        msg = (
            f"{book.model} has no data fault {name} on record, the last are: {told}; see "
            f"windvane faults list {book.model}"
        )
        raise UnknownFaultError(msg)
    return known[name]


def decide_fault(book: FaultBook, name: str, decision: FaultDecision) -> FaultBook:
    """Return the record with a person's decision about a fault; raise UnknownFaultError.

    A decision that stands already is not entered again.
    """
    fault = find_fault(book, name)
    if fault.is_accepted is decision.accepted:
        return book
    decided = fault.model_copy(update={"decisions": (*fault.decisions, decision)})
    faults = tuple(decided if each.name == name else each for each in book.faults)
    return book.model_copy(update={"faults": faults})


def _named(book: FaultBook, found: Sequence[FoundFault]) -> Iterator[tuple[DataFault, bool]]:
    """Yield each fault as it is on record, and whether a person has accepted it."""
    for each in found:
        index = _index_of(book.faults, each)
        if index is None:
            yield each.fault, False
        else:
            recorded = book.faults[index]
            named = each.fault.model_copy(update={"recorded_as": recorded.name})
            yield named, recorded.is_accepted


def _index_of(faults: Sequence[RecordedFault], found: FoundFault) -> int | None:
    """Return where the same fault is: of one kind and columns, and with hours that touch."""
    same = [
        index
        for index, fault in enumerate(faults)
        if fault.kind is found.fault.kind
        and set(fault.columns) == set(found.fault.columns)
        and found.hours.end >= fault.start
        and (not fault.is_over or found.hours.start <= fault.end)
    ]
    return max(same, key=lambda index: faults[index].start, default=None)


def _recorded(found: FoundFault, window: JudgedWindow, now: datetime) -> RecordedFault:
    fault, hours = found.fault, found.hours
    start = hours.start.astimezone(UTC)
    return RecordedFault(
        name="-".join((fault.kind.value, *fault.columns, f"{start:%Y%m%dT%H}")),
        kind=fault.kind,
        columns=fault.columns,
        start=start,
        end=hours.end,
        is_over=hours.is_over or not window.is_current,
        evidence=fault.evidence,
        action=fault.action,
        model_version=window.version,
        found_at=now,
    )


def _grown(fault: RecordedFault, found: FoundFault, window: JudgedWindow) -> RecordedFault:
    """Return an entry with the hours of one more window.

    As a fault's rows leave the window its end becomes uncertain again: one that is over goes on
    only if later hours are likeliest to show it.
    """
    hours, end, is_over = found.hours, fault.end, fault.is_over
    if not is_over or hours.likely_end > end:
        end = max(end, hours.end)
        is_over = hours.is_over if window.is_current else is_over
    return fault.model_copy(
        update={
            "start": min(fault.start, hours.start),
            "end": end,
            "is_over": is_over,
            "evidence": found.fault.evidence,
        }
    )


def _ended(fault: RecordedFault, window: JudgedWindow) -> RecordedFault:
    """Return an entry that a window shows no more; of hours that nobody judged, it has all."""
    if fault.is_over or window.end <= fault.end:
        return fault
    return fault.model_copy(update={"is_over": True, "end": max(fault.end, window.start)})
