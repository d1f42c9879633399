"""What a window's data faults become: an entry in the model's record, and what of them is held."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from functions.contracts.fault_book import FaultBook
from functions.contracts.faults import DataFault
from functions.core.conditional_writes import ConditionalStore
from functions.core.fault_book import (
    JudgedWindow,
    accepted,
    change_fault_book,
    note_faults,
    unaccepted,
)
from functions.core.fault_hours import FoundFault, find_fault_hours
from functions.monitoring.capture_reader import Window
from functions.monitoring.window_findings import Compared, WindowFindings

_LATELY = timedelta(hours=1)
"""A window that ended longer ago says nothing of whether a fault goes on."""


@dataclass(frozen=True, slots=True)
class SettledFindings:
    """What was found in a window, its faults without those that a person has accepted.

    `book` is the model's record, this window's faults among them.
    """

    held: WindowFindings
    accepted: tuple[DataFault, ...]
    book: FaultBook


def record_faults(
    store: ConditionalStore,
    window: Window,
    findings: WindowFindings,
    *,
    compared: Compared,
    now: datetime,
) -> SettledFindings:
    """Write the data faults of a window down, and return what of them is held.

    Raises
    ------
    ObjectChangedError
        If others wrote the model's record all the time.
    """
    schema = window.spec.feature_schema
    found = tuple(
        FoundFault(each, find_fault_hours(schema, compared.reference, findings.hours, each))
        for each in findings.faults
    )
    judged = JudgedWindow(
        start=window.start,
        end=window.end,
        version=window.version,
        is_current=window.end + _LATELY >= now,
        has_verdict=compared.current.rows >= compared.rows_needed,
    )
    book = change_fault_book(
        store, window.spec.model, lambda book: note_faults(book, found, judged, now=now)
    )
    held = replace(findings, faults=unaccepted(book, found))
    return SettledFindings(held, accepted(book, found), book)
