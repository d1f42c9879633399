"""All rows of a data set in one table, each value beside the text that could not be read."""

# ruff: noqa: S608 - column names are numbered, rows are integers, nothing is a user's text

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
from numpy.typing import NDArray

from functions.core.quality import Column, Rows
from functions.preparation.column_sql import (
    TYPES,
    Kind,
    can_read,
    shown_sql,
    unreadable_sql,
    value_sql,
)
from functions.preparation.file_readers import FileTable
from functions.preparation.rejected_lines import RejectedLine, read_rejected_lines

MISSING = "(missing)"
HIDDEN = "(hidden)"


@dataclass(frozen=True, slots=True)
class Slot:
    """One column of the table; the values of a secret one are never shown."""

    name: str
    kind: Kind
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where rows came from: the number within the file (1 is its first data row) and the file."""

    row_numbers: tuple[int, ...]
    files: tuple[str, ...]


class RowTable:
    """Rows of several files, numbered from 0 in the order in which they were added."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, slots: Sequence[Slot]) -> None:
        self._connection = connection
        self._slots = tuple(slots)
        self._files: list[str] = []
        self._starts: list[int] = [0]
        self._row_numbers: list[NDArray[np.int64]] = []
        fields = ", ".join(
            f"v{index} {TYPES[slot.kind]}, b{index} VARCHAR" for index, slot in enumerate(slots)
        )
        connection.execute(f"CREATE TABLE data ({fields})")

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return self._starts[-1]

    def add(self, table: FileTable, file: str) -> int:
        """Add a file's rows and return how many; a column that it lacks stays empty."""
        fields = []
        for slot in self._slots:
            column = table.columns.get(slot.name)
            if column is None or not can_read(slot.kind, column.family):
                fields.append("NULL, NULL")
                continue
            value = value_sql(slot.kind, column)
            fields.append(f"{value}, {unreadable_sql(column, value)}")
        self._connection.execute(f"INSERT INTO data SELECT {', '.join(fields)} FROM {table.source}")
        ((total,),) = self._connection.execute("SELECT count(*) FROM data").fetchall()
        rows = int(total) - self.rows
        rejected = [line.row_number for line in self.rejected_lines(table)]
        numbers = np.arange(1, rows + len(rejected) + 1, dtype=np.int64)
        self._files.append(file)
        self._starts.append(self.rows + rows)
        self._row_numbers.append(np.setdiff1d(numbers, np.array(rejected, dtype=np.int64)))
        return rows

    def rejected_lines(self, table: FileTable) -> tuple[RejectedLine, ...]:
        """Return the lines of an added file that its reader left out."""
        return read_rejected_lines(self._connection, table.rejects)

    def column(self, name: str) -> Column:
        """Return all values of a column."""
        index = self._index(name)
        found = self._connection.execute(
            f"SELECT v{index} AS v, b{index} IS NOT NULL AS b FROM data"
        ).fetchnumpy()
        unreadable = np.asarray(np.ma.filled(found["b"], False), dtype=np.bool_)
        values, empty = _plain(found["v"], self._slots[index].kind)
        return Column(name, values, missing=empty & ~unreadable, unreadable=unreadable)

    def repeated_rows(self, key: str | None) -> Rows:
        """Return the rows that repeat an earlier one's key; without a key, all of its values."""
        if key is None:
            fields = ", ".join(f"v{i}, b{i}" for i in range(len(self._slots)))
            condition = "true"
        else:
            fields = f"v{self._index(key)}"
            condition = f"{fields} IS NOT NULL"
        found = self._connection.execute(
            "SELECT row FROM (SELECT rowid AS row, row_number() OVER "
            f"(PARTITION BY {fields} ORDER BY rowid) AS nth FROM data WHERE {condition}) "
            "WHERE nth > 1 ORDER BY row"
        ).fetchnumpy()
        return np.asarray(found["row"], dtype=np.int64)

    def examples(self, name: str | None, rows: Rows) -> tuple[str, ...]:
        """Return what stands in a column at some rows, shortened."""
        if name is None or not len(rows):
            return ()
        index = self._index(name)
        slot = self._slots[index]
        value = shown_sql(slot.kind, f"v{index}")
        chosen = ", ".join(str(int(row)) for row in rows)
        found = self._connection.execute(
            f"SELECT rowid, coalesce(b{index}, {value}) FROM data WHERE rowid IN ({chosen})"
        ).fetchall()
        texts = dict(found)
        return tuple(_shown(texts[int(row)], secret=slot.secret) for row in rows)

    def place(self, rows: Rows) -> Place:
        """Return where rows came from."""
        owners = np.searchsorted(np.array(self._starts[1:]), rows, side="right")
        return Place(
            row_numbers=tuple(
                int(self._row_numbers[owner][row - self._starts[owner]])
                for row, owner in zip(rows, owners, strict=True)
            ),
            files=tuple(self._files[owner] for owner in owners),
        )

    def _index(self, name: str) -> int:
        return next(index for index, slot in enumerate(self._slots) if slot.name == name)


def _shown(text: str | None, *, secret: bool) -> str:
    if text is None:
        return MISSING
    return HIDDEN if secret else text


def _plain(
    found: NDArray[np.generic], kind: Kind
) -> tuple[NDArray[np.float64] | NDArray[np.object_], NDArray[np.bool_]]:
    """Return values without a mask, and where there are none."""
    empty = np.ma.getmaskarray(found)
    if kind is Kind.TEXT:
        texts = np.array(np.ma.getdata(found), dtype=object)
        texts[empty] = None
        return texts, empty
    numbers = np.array(np.ma.getdata(found), dtype=np.float64)
    numbers[empty] = np.nan
    return numbers, np.isnan(numbers)
