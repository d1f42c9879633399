"""Lines of a CSV file that its reader left out, with the numbers that people count by."""

# ruff: noqa: S608 - the table's name is ours

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

_CLOSED = re.compile(r'[^"]*(?:""[^"]*)*"(?!")')
_SWALLOWING = {
    "UNQUOTED VALUE": (
        "has a quote that is not closed, or text beside a quoted value; close it, or write a quote "
        'within a value twice ("")'
    ),
    "LINE SIZE OVER MAXIMUM": (
        "is longer than 2 MB; look for a quote that is not closed, or shorten it"
    ),
}
"""Faults that may take the rows behind them along, with what to do."""


@dataclass(frozen=True, slots=True)
class Rejects:
    """Where the reader of a CSV file told what it left out, and how the file is written."""

    table: str
    path: Path
    delimiter: str
    columns: int


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """A line that does not have the columns that its file's header names.

    `row_number` is 1 for the first data row, `line_number` 1 for the file's first line.
    """

    row_number: int
    text: str
    reason: str
    line_number: int = 0
    swallows: str | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    row_number: int
    line_number: int


def read_rejected_lines(
    connection: duckdb.DuckDBPyConnection, rejects: Rejects | None
) -> tuple[RejectedLine, ...]:
    """Return the lines that were left out of what was read, in the file's order.

    `swallows` of a line is what to do about it where rows behind it may be lost with it.
    """
    if rejects is None:
        return ()
    found = connection.execute(
        "SELECT line, any_value(csv_line), any_value(error_message), any_value(error_type)::VARCHAR"
        f" FROM {rejects.table} GROUP BY line ORDER BY line"
    ).fetchall()
    if not found:
        return ()
    places = _find_places(rejects, {record for record, *_ in found})
    return tuple(
        RejectedLine(
            row_number=places[record].row_number,
            text=(text or "").strip("\r\n"),
            reason=why or "does not fit the header",
            line_number=places[record].line_number,
            swallows=_SWALLOWING.get(kind),
        )
        for record, text, why, kind in found
    )


def _find_places(rejects: Rejects, wanted: set[int]) -> Mapping[int, _Place]:
    """Return where some records stand.

    DuckDB counts records, of which a quoted value may take several lines. It counts empty lines
    too, which are rows only where there is one column.
    """
    opened = gzip.open if rejects.path.suffix == ".gz" else open
    places: dict[int, _Place] = {}
    record = row = 0
    is_open = False
    # Every byte is a character here, so that broken ones are lines too.
    with opened(rejects.path, "rt", encoding="latin-1") as file:
        for number, line in enumerate(file, 1):
            if not is_open:
                record += 1
                row += line != "\n" or rejects.columns == 1
                if record in wanted:
                    places[record] = _Place(row - 1, number)
            if is_open or '"' in line:
                is_open = _is_open_after(line, rejects.delimiter, is_open=is_open)
            if len(places) == len(wanted):
                break
    return places


def _is_open_after(line: str, delimiter: str, *, is_open: bool) -> bool:
    """Return whether a quoted value goes on in the next line."""
    position = 0
    while True:
        if is_open or line.startswith('"', position):
            closed = _CLOSED.match(line, position if is_open else position + 1)
            if closed is None:
                return True
            position = closed.end()
        position = line.find(delimiter, position) + 1
        if not position:
            return False
        is_open = False
