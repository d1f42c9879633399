"""CSV of a batch job: columns in which every value is plainly a number are read as numbers.

The reader of CSV makes numbers of texts in half the time that SQL needs, by the rules of SQL's own
cast. What it cannot tell is what stood there, so a column with any other value is read as text.
"""

# ruff: noqa: S608 - the table's name is ours

from collections.abc import Collection
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from functions.preparation.file_readers import FileTable

_BLOCK_BYTES = 4 * 1024 * 1024
_TRIED_BYTES = 64 * 1024
_UNDERSCORE = ord("_")
_PLAIN_DIGITS = b"0123456789."


def is_plain_csv(path: Path) -> bool:
    """Return whether numbers of a file may be read at once.

    The reader takes 1_000 for 1000, as nobody else does, so no digit may have an underscore behind
    it, in whatever column. A compressed file would be unpacked twice to find out.
    """
    return path.suffix.lower() == ".csv" and not _has_grouped_digits(path)


def copy_first_lines(path: Path) -> Path:
    """Return a copy of a file's first lines beside it; of a short file, all but the last one."""
    start = path.with_name(f"{path.name}.first_lines.csv")
    with path.open("rb") as file:
        header = file.readline()
        lines, end, _ = file.read(_TRIED_BYTES).rpartition(b"\n")
    start.write_bytes(header + lines + end)
    return start


def find_misread_columns(
    connection: duckdb.DuckDBPyConnection, table: FileTable, columns: Collection[str]
) -> frozenset[str]:
    """Return those of some columns in which the reader found texts that are no numbers."""
    if table.rejects is None:
        return frozenset()
    found = connection.execute(
        f"SELECT DISTINCT column_name FROM {table.rejects.table} WHERE error_type = 'CAST'"
    ).fetchall()
    misread = {name for (name,) in found}
    return frozenset(name for name in columns if table.columns[name].sql in misread)


def _has_grouped_digits(path: Path) -> bool:
    last = b""
    with path.open("rb") as file:
        file.readline()  # names of columns may be q1_sales
        while block := file.read(_BLOCK_BYTES):
            if b"_" in block and _has_digit_before_underscore(np.frombuffer(last + block, "u1")):
                return True
            last = block[-1:]
    return False


def _has_digit_before_underscore(characters: NDArray[np.uint8]) -> bool:
    before = characters[np.flatnonzero(characters[1:] == _UNDERSCORE)]
    return bool(np.isin(before, np.frombuffer(_PLAIN_DIGITS, "u1")).any())
