"""A batch job's source: every row numbered, encoded, or refused with its reasons."""

# ruff: noqa: S608 - names are quoted, literals escaped, the rest is ours

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from functions.contracts.artifact import ArtifactSpec
from functions.contracts.feature_schema import Feature
from functions.preparation import batch_lines
from functions.preparation.batch_sql import (
    code_sql,
    misfit_sql,
    reason_sql,
    text_sql,
)
from functions.preparation.column_sql import FEATURE_KINDS, can_read, value_sql
from functions.preparation.engine import literal
from functions.preparation.file_readers import (
    FileTable,
    UnreadableFileError,
    describe_failure,
    open_file,
)
from functions.preparation.rejected_lines import RejectedLine, read_rejected_lines

_SHOWN_NAMES = 10


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that cannot be predicted, and why; `row` is 1 for a file's first data row."""

    row: int
    reason: str


class SourceTable:
    """One source's rows in two tables: the good ones, encoded, and the refused ones."""

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

    def load(self, path: Path, number: int) -> None:
        """Read a file; raise UnreadableFileError for one that does not fit as a whole."""
        try:
            table = self._open(path, number)
            self._check(table)
            self._fill(table)
        except duckdb.Error as error:
            raise UnreadableFileError(describe_failure(error)) from error

    @property
    def good(self) -> int:
        """How many rows can be predicted."""
        ((count,),) = self._connection.execute("SELECT count(*) FROM good").fetchall()
        return int(count)

    def matrix(self, first: int, rows: int) -> NDArray[np.float32]:
        """Return good rows, encoded as serving encodes them: shape (rows, n_features)."""
        fields = ", ".join(f"v{index}" for index in range(self._width))
        found = self._connection.execute(
            f"SELECT {fields} FROM good WHERE rowid >= {first} AND rowid < {first + rows} "
            "ORDER BY rowid"
        ).fetchnumpy()
        matrix = np.empty((rows, self._width), dtype=np.float32)
        for index in range(self._width):
            matrix[:, index] = np.ma.filled(found[f"v{index}"], np.nan)
        return matrix

    def write_rows(self, path: Path) -> None:
        """Write the good rows' numbers and kept columns, in order, as Parquet."""
        fields = ", ".join(["row", *(f"k{index}" for index in range(len(self._keep)))])
        self._connection.execute(
            f"COPY (SELECT {fields} FROM good ORDER BY rowid) TO {literal(str(path))} "
            "(FORMAT parquet)"
        )

    def refused(self) -> Iterator[RefusedRow]:
        """Yield the refused rows in order."""
        found = self._connection.execute("SELECT row, reason FROM refused ORDER BY row")
        while batch := found.fetchmany(10_000):
            yield from (RefusedRow(int(row), reason) for row, reason in batch)

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

    def _fill(self, table: FileTable) -> None:
        features = list(enumerate(self._schema.features))
        kept = [
            f"({table.columns[name].sql})::VARCHAR AS k{index}"
            for index, name in enumerate(self._keep)
        ]
        values = {i: _value(feature, table) for i, feature in features}
        read = [f"{sql} AS r{i}" for i, (sql, _) in values.items()]
        texts = [f"{text_sql(f, values[i][0], values[i][1])} AS t{i}" for i, f in features]
        fields = ", ".join([*read, *kept, *texts])
        broken = "broken" if table.source == batch_lines.SOURCE else "NULL::VARCHAR"
        self._connection.execute(
            "CREATE OR REPLACE TABLE data AS "
            f"SELECT {fields}, {broken} AS broken FROM {table.source}"
        )
        rejected = self._rejected_lines(table)
        self._number(rejected)
        codes = ", ".join(f"{code_sql(f, f'r{i}')} AS v{i}" for i, f in features)
        reasons = ", ".join(reason_sql(f, f"r{i}", f"t{i}") for i, f in features)
        misfit = " OR ".join(misfit_sql(f, f"r{i}", f"t{i}") for i, f in features)
        reason = (
            "CASE WHEN broken IS NOT NULL THEN broken "
            f"WHEN {misfit} THEN concat_ws('; ', {reasons}) ELSE '' END"
        )
        names = ", ".join(["row", *(f"k{index}" for index in range(len(self._keep)))])
        self._connection.execute(
            f"CREATE OR REPLACE TABLE judged AS SELECT {names}, {codes}, {reason} AS reason "
            "FROM data JOIN numbers ON data.rowid = numbers.nth ORDER BY row"
        )
        self._connection.execute(
            "CREATE OR REPLACE TABLE good AS SELECT * EXCLUDE reason FROM judged "
            "WHERE reason = '' ORDER BY row"
        )
        self._connection.execute(
            "CREATE OR REPLACE TABLE refused AS "
            "SELECT row, reason FROM judged WHERE reason <> '' ORDER BY row"
        )
        self._add_rejected_lines(rejected)
        self._connection.execute("DROP TABLE data; DROP TABLE judged; DROP TABLE numbers")

    def _number(self, lines: Sequence[RejectedLine]) -> None:
        """Give each row that was read its number in the file, past the lines left out."""
        ((count,),) = self._connection.execute("SELECT count(*) FROM data").fetchall()
        rejected = np.array([line.row_number for line in lines], dtype=np.int64)
        numbers = np.arange(1, count + len(rejected) + 1, dtype=np.int64)
        rows = np.setdiff1d(numbers, rejected)[:count]
        self._connection.register("row_numbers", {"nth": np.arange(count), "row": rows})
        self._connection.execute("CREATE OR REPLACE TABLE numbers AS SELECT * FROM row_numbers")
        self._connection.unregister("row_numbers")

    def _add_rejected_lines(self, lines: Sequence[RejectedLine]) -> None:
        if lines:
            rows = [(line.row_number, line.reason) for line in lines]
            self._connection.executemany("INSERT INTO refused VALUES (?, ?)", rows)

    def _rejected_lines(self, table: FileTable) -> tuple[RejectedLine, ...]:
        """Return what the reader left out; rows that went with a line cannot be told."""
        lines = read_rejected_lines(self._connection, table.rejects)
        for line in lines:
            if line.swallows is not None:
                msg = f"its line {line.line_number} {line.swallows}"
                raise UnreadableFileError(msg)
        return lines


def _value(feature: Feature, table: FileTable) -> tuple[str, str]:
    """Return the expressions of a feature's value and of the text that it was read from."""
    column = table.columns.get(feature.name)
    if column is None:
        return "NULL", "NULL"
    if table.source == batch_lines.SOURCE:
        return batch_lines.line_value_sql(feature)
    return value_sql(FEATURE_KINDS[feature.type], column), column.sql


def _shown(names: Iterable[str]) -> str:
    """Return some names for people: the first ten, and how many more there are."""
    listed = list(names)
    more = len(listed) - _SHOWN_NAMES
    return ", ".join(listed[:_SHOWN_NAMES]) + (f" and {more} more" if more > 0 else "")
