"""A batch job's source: every row numbered, encoded, or refused with its reasons."""

# ruff: noqa: S608 - names are quoted, literals escaped, the rest is ours

import heapq
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from functions.contracts.artifact import ArtifactSpec
from functions.contracts.feature_schema import FeatureType
from functions.preparation import batch_lines, batch_plain_csv
from functions.preparation.batch_csv import copy_first_lines, find_misread_columns, is_plain_csv
from functions.preparation.batch_plain_csv import read_plain_csv
from functions.preparation.batch_plain_lines import read_plain_lines
from functions.preparation.batch_values import NO_MISFITS, judged_sql, misfits_sql
from functions.preparation.column_sql import FEATURE_KINDS, can_read
from functions.preparation.engine import literal
from functions.preparation.file_readers import (
    FileTable,
    UnreadableFileError,
    describe_failure,
    open_csv,
    open_file,
)
from functions.preparation.rejected_lines import RejectedLine, read_rejected_lines

_SHOWN_NAMES = 10
_ROWS_AT_ONCE = 50_000
_NUMERIC = (FeatureType.NUMBER, FeatureType.INTEGER)


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that cannot be predicted, and why; `row` is 1 for a file's first data row."""

    row: int
    reason: str


class SourceTable:
    """One source's rows in the order of the file: encoded, or with why they are refused."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        spec: ArtifactSpec,
        keep: Sequence[str],
    ) -> None:
        self._connection = connection
        self._schema = spec.feature_schema
        self._refuses_extra_features = spec.extra_features != "ignore"
        self._keep = tuple(keep)
        self._width = len(self._schema.features)
        self._plain: NDArray[np.float32] | None = None
        self._spec = spec
        self._rejected: tuple[RejectedLine, ...] = ()
        self._numbers = np.empty(0, dtype=np.int64)  # of the rows that were read, in the file
        self._bad = np.empty(0, dtype=np.int64)  # those of them that are refused, from 0 on

    def load(self, path: Path, number: int) -> None:
        """Read a file; raise UnreadableFileError for one that does not fit as a whole."""
        self._plain = None if self._keep else _read_plain(path, self._spec)
        if self._plain is not None:
            self._numbers = np.arange(1, len(self._plain) + 1, dtype=np.int64)
            return
        try:
            table = self._open(path, number)
            self._check(table)
            quick = self._judge_numbers(path, number, table)
            if quick is None:
                self._judge(table)
            self._number(quick or table)
        except duckdb.Error as error:
            raise UnreadableFileError(describe_failure(error)) from error

    @property
    def good(self) -> int:
        """How many rows can be predicted."""
        return len(self._numbers) - len(self._bad)

    def matrix(self, first: int, rows: int) -> NDArray[np.float32]:
        """Return good rows, encoded as serving encodes them: shape (rows, n_features).

        Several threads may ask at once.
        """
        if self._plain is not None:
            return self._plain[first : first + rows]
        matrix = np.empty((rows, self._width), dtype=np.float32)
        start, end = self._position(first), self._position(first + rows - 1) + 1
        filled = 0
        with self._connection.cursor() as connection:
            for begin in range(start, end, _ROWS_AT_ONCE):
                part = self._good_values(connection, begin, min(begin + _ROWS_AT_ONCE, end))
                for index, column in enumerate(part):
                    matrix[filled : filled + len(column), index] = column
                filled += len(part[0])
        return matrix

    def write_rows(self, path: Path) -> None:
        """Write the good rows' numbers and kept columns, in order, as Parquet."""
        is_good = np.ones(len(self._numbers), dtype=np.bool_)
        is_good[self._bad] = False
        self._connection.register("numbers", {"row": self._numbers, "is_good": is_good})
        kept = "".join(f", k{index}" for index in range(len(self._keep)))
        source = "numbers POSITIONAL JOIN judged" if kept else "numbers"
        self._connection.execute(
            f"COPY (SELECT row{kept} FROM {source} WHERE is_good) "
            f"TO {literal(str(path))} (FORMAT parquet)"
        )
        self._connection.unregister("numbers")

    def refused(self) -> Iterator[RefusedRow]:
        """Yield the refused rows in order."""
        lines = (RefusedRow(line.row_number, line.reason) for line in self._rejected)
        return heapq.merge(self._misfits(), lines, key=lambda refused: refused.row)

    def _misfits(self) -> Iterator[RefusedRow]:
        if self._plain is not None:
            return
        found = self._connection.execute(
            "SELECT nth, reason FROM misfits WHERE reason <> '' ORDER BY nth"
        )
        while batch := found.fetchmany(10_000):
            yield from (RefusedRow(int(self._numbers[nth]), reason) for nth, reason in batch)

    def _position(self, good: int) -> int:
        """Return which of the rows that were read is the nth good one."""
        good_before = self._bad - np.arange(len(self._bad))
        return good + int(np.searchsorted(good_before, good, side="right"))

    def _good_values(
        self, connection: duckdb.DuckDBPyConnection, start: int, end: int
    ) -> list[NDArray[np.float32]]:
        """Return the columns of the good ones among some rows that were read."""
        fields = ", ".join(f"v{index}" for index in range(self._width))
        found = connection.execute(
            f"SELECT {fields} FROM judged WHERE rowid >= {start} AND rowid < {end}"
        ).fetchnumpy()
        columns = [np.ma.filled(found[f"v{index}"], np.nan) for index in range(self._width)]
        first, last = np.searchsorted(self._bad, (start, end))
        if first == last:
            return columns
        bad = self._bad[first:last] - start
        return [np.delete(column, bad) for column in columns]

    def _open(self, path: Path, number: int) -> FileTable:
        if not path.name.lower().endswith(batch_lines.SUFFIXES):
            return open_file(self._connection, path, number)
        known = (*self._schema.names, *self._keep) if self._refuses_extra_features else None
        return batch_lines.open_json_lines(self._connection, path, known)

    def _check(self, table: FileTable) -> None:
        for feature in self._schema.features:
            column = table.columns.get(feature.name)
            if column is None and not feature.allows_missing:
                msg = f"it has no column {feature.name}; it has {_shown(table.columns)}"
                raise UnreadableFileError(msg)
            if column is not None and not can_read(FEATURE_KINDS[feature.type], column.family):
                msg = f"its column {feature.name} holds {column.family}, not {feature.type}"
                raise UnreadableFileError(msg)
        for name in self._keep:
            if name not in table.columns:
                msg = f"it has no column {name} to keep; it has {_shown(table.columns)}"
                raise UnreadableFileError(msg)
        used = {*self._schema.names, *self._keep} & set(table.repeated_columns)
        if used:
            msg = f"it has more than one column {min(used)}"
            raise UnreadableFileError(msg)

    def _judge_numbers(self, path: Path, number: int, table: FileTable) -> FileTable | None:
        """Read a CSV with its plain numbers as such; return what was read, or None.

        A column that has another value too is text in the next attempt; the first is of a few
        lines, so that one with many such values costs no reading of the whole file.
        """
        columns = frozenset(
            feature.name
            for feature in self._schema.features
            if feature.type in _NUMERIC
            and feature.name in table.columns
            and feature.name not in self._keep
        )
        if not columns or not is_plain_csv(path):
            return None
        start = copy_first_lines(path)
        for attempt, file in enumerate((start, path, path)):
            quick = open_csv(file, f"rejects_{number}_{attempt}", columns)
            self._judge(quick, columns)
            odd = self._find_odd_columns(quick, columns)
            if not odd and file is path:
                return quick
            columns -= odd
        return None

    def _find_odd_columns(self, table: FileTable, columns: frozenset[str]) -> frozenset[str]:
        found = self._connection.execute(
            "SELECT DISTINCT unnest(string_split(odd, ',')) FROM misfits WHERE odd <> ''"
        ).fetchall()
        odd = frozenset(self._schema.names[int(index)] for (index,) in found)
        return odd | find_misread_columns(self._connection, table, columns)

    def _judge(self, table: FileTable, numbers: Collection[str] = ()) -> None:
        judged = judged_sql(table, self._schema.features, self._keep, numbers)
        self._connection.execute(f"CREATE OR REPLACE TABLE judged AS {judged}")
        ((suspects,),) = self._connection.execute("SELECT count(suspect) FROM judged").fetchall()
        # A question of some columns takes longer to prepare than to answer for no row.
        misfits = misfits_sql(table, self._schema.features, numbers) if suspects else NO_MISFITS
        self._connection.execute(f"CREATE OR REPLACE TABLE misfits AS {misfits}")

    def _number(self, table: FileTable) -> None:
        """Give each row that was read its number in the file, past the lines left out."""
        self._rejected = self._rejected_lines(table)
        ((count,),) = self._connection.execute("SELECT count(*) FROM judged").fetchall()
        rejected = np.array([line.row_number for line in self._rejected], dtype=np.int64)
        everything = np.arange(1, count + len(rejected) + 1, dtype=np.int64)
        self._numbers = np.setdiff1d(everything, rejected)[:count] if len(rejected) else everything
        bad = self._connection.execute(
            "SELECT nth FROM misfits WHERE reason <> '' ORDER BY nth"
        ).fetchnumpy()
        self._bad = np.asarray(bad["nth"], dtype=np.int64)

    def _rejected_lines(self, table: FileTable) -> tuple[RejectedLine, ...]:
        """Return what the reader left out; rows that went with a line cannot be told."""
        lines = read_rejected_lines(self._connection, table.rejects)
        for line in lines:
            if line.swallows is not None:
                msg = f"its line {line.line_number} {line.swallows}"
                raise UnreadableFileError(msg)
        return lines


def _read_plain(path: Path, spec: ArtifactSpec) -> NDArray[np.float32] | None:
    """Return the rows of a file that is read without DuckDB, or None."""
    name = path.name.lower()
    if name.endswith(batch_lines.SUFFIXES):
        return read_plain_lines(path, spec)
    return read_plain_csv(path, spec) if name.endswith(batch_plain_csv.SUFFIXES) else None


def _shown(names: Iterable[str]) -> str:
    """Return some names for people: the first ten, and how many more there are."""
    listed = list(names)
    more = len(listed) - _SHOWN_NAMES
    return ", ".join(listed[:_SHOWN_NAMES]) + (f" and {more} more" if more > 0 else "")
