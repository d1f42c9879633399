"""Labelled rows of hours in which the data were at fault: left out of training data, and told."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from functions.contracts.fault_book import FaultBook, LeftOutRows, RecordedFault
from functions.core.fault_book import leaves_rows_out
from functions.core.labelled_captures import CapturedPart


def leave_out_faulty(
    parts: Iterable[CapturedPart], book: FaultBook
) -> tuple[list[CapturedPart], tuple[LeftOutRows, ...]]:
    """Return the parts of sound hours, and how many rows each fault has kept out of them.

    Parameters
    ----------
    parts : iterable of CapturedPart
    book : FaultBook
        Of the model. Faults that a person has accepted, and those of the traffic, leave no row out.

    Returns
    -------
    list of CapturedPart, tuple of LeftOutRows
        A row counts once, under the first fault of its hour; faults without rows are not told.
    """
    faults = [fault for fault in book.faults if leaves_rows_out(fault)]
    kept: list[CapturedPart] = []
    rows = dict.fromkeys((fault.name for fault in faults), 0)
    for part in parts:
        fault = next((each for each in faults if each.covers(part.at)), None)
        if fault is None:
            kept.append(part)
        else:
            rows[fault.name] += len(part.ids)
    return kept, tuple(_told(fault, rows[fault.name]) for fault in faults if rows[fault.name])


def tell_left_out(model: str, left_out: Sequence[LeftOutRows]) -> tuple[str, ...]:
    """Return a sentence on the rows of each fault, and how a person has them learned from.

    Examples
    --------
    >>> from functions.contracts.faults import FaultKind
    >>> begin = datetime(2026, 3, 1, 5, tzinfo=UTC)
    >>> rows = LeftOutRows(
    ...     fault="value_stuck-age-20260301T05",
    ...     kind=FaultKind.VALUE_STUCK,
    ...     columns=("age",),
    ...     start=begin,
    ...     end=None,
    ...     rows=1200,
    ... )
    >>> [told] = tell_left_out("car", [rows])
    >>> told.split("; ")[0]
    '1,200 labelled captures were left out: value_stuck in age, 2026-03-01 05:00 UTC until now'
    >>> told.split("; ")[1]
    'if it is no fault: windvane faults accept car value_stuck-age-20260301T05'
    """
    return tuple(
        f"{each.rows:,} labelled captures were left out: {describe_fault(each)}; if it is no "
        f"fault: windvane faults accept {model} {each.fault}"
        for each in left_out
    )


def describe_fault(fault: LeftOutRows | RecordedFault) -> str:
    """Return a fault's kind, its columns and its hours."""
    columns = f" in {', '.join(fault.columns)}" if fault.columns else ""
    is_open = isinstance(fault, RecordedFault) and not fault.is_over
    until = "until now" if is_open or fault.end is None else f"to {_hour(fault.end)}"
    return f"{fault.kind}{columns}, {_hour(fault.start)} {until}"


def _told(fault: RecordedFault, rows: int) -> LeftOutRows:
    return LeftOutRows(
        fault=fault.name,
        kind=fault.kind,
        columns=fault.columns,
        start=fault.start,
        end=fault.end if fault.is_over else None,
        rows=rows,
    )


def _hour(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
