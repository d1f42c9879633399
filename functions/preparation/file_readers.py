"""How each kind of file becomes something that DuckDB can select from."""

# ruff: noqa: S608 - paths are ours and quoted, names of columns are quoted

import csv
import gzip
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import duckdb

from functions.contracts.errors import WindvaneError
from functions.preparation.engine import literal, quoted
from functions.preparation.rejected_lines import Rejects

DELIMITERS = ",;\t|"


class UnreadableFileError(WindvaneError):
    """A file is not what its suffix says."""


class Family(StrEnum):
    """What a file's column holds, before it is read as what the model says."""

    TEXT = "text"
    NUMBER = "numbers"
    BOOLEAN = "booleans"
    MOMENT = "moments"
    OTHER = "nested or binary values"


@dataclass(frozen=True, slots=True)
class FileColumn:
    """A column and the SQL expression of its values."""

    sql: str
    family: Family


@dataclass(frozen=True, slots=True)
class FileTable:
    """A file that can be selected from.

    `rejects` says where the lines are that were left out, where the reader leaves any out.
    """

    source: str
    columns: Mapping[str, FileColumn]
    repeated_columns: tuple[str, ...] = ()
    rejects: Rejects | None = None


def open_file(connection: duckdb.DuckDBPyConnection, path: Path, number: int) -> FileTable:
    """Return how to select from a file.

    `number` is unique among a connection's files. Raises UnreadableFileError.
    """
    reader = next((read for end, read in _READERS.items() if path.name.lower().endswith(end)), None)
    if reader is None:
        msg = f"its name ends in none of {', '.join(_READERS)}"
        raise UnreadableFileError(msg)
    try:
        return reader(connection, path, number)
    except (duckdb.Error, OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFileError(describe_failure(error)) from error


def describe_failure(error: Exception) -> str:
    """Return what a reader complained about, with the remedy of what is known.

    Else it is the complaint's first line, without the working directory.
    """
    text = str(error).strip()
    remedy = next((remedy for words, remedy in _REMEDIES.items() if words in text), None)
    if remedy is not None:
        line = _ERROR_LINE.search(text)
        return f"{f'its line {line[1]}' if line else 'a line'} {remedy}"
    lines = text.splitlines()
    return lines[0] if lines else type(error).__name__


def open_csv(path: Path, rejects: str, numbers: Collection[str] = ()) -> FileTable:
    """Return how to select from a CSV file: every value is text, and nothing is guessed.

    Parameters
    ----------
    rejects : str
        The table that tells what was left out; another for each time that a file is read.
    numbers : collection of str
        Columns to read as numbers at once, in half the time. A line with another text in one of
        them is left out as `CAST`, and 1_000 is taken for 1000: see `batch_csv`.
    """
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        first = file.readline()
        delimiter = max(DELIMITERS, key=first.count)
        file.seek(0)
        names = [name.strip() for name in next(csv.reader(file, delimiter=delimiter), [])]
    if not any(names):
        msg = "it has no header line"
        raise UnreadableFileError(msg)
    types = ["DOUBLE" if name in numbers else "VARCHAR" for name in names]
    fields = ", ".join(f"'c{index}': '{type_}'" for index, type_ in enumerate(types))
    source = (
        f"read_csv({literal(str(path))}, auto_detect=false, header=true, "
        f"""delim={literal(delimiter)}, quote='"', escape='"', columns={{{fields}}}, """
        f"store_rejects=true, rejects_table='{rejects}', rejects_scan='scan_{rejects}')"
    )
    columns = {
        name: FileColumn(f"c{index}", Family.NUMBER if name in numbers else Family.TEXT)
        for index, name in enumerate(names)
    }
    repeated = tuple(name for name, count in Counter(names).items() if count > 1)
    return FileTable(source, columns, repeated, Rejects(rejects, path, delimiter, len(names)))


def _open_csv(_connection: duckdb.DuckDBPyConnection, path: Path, number: int) -> FileTable:
    return open_csv(path, f"rejects_{number}")


def _open_parquet(connection: duckdb.DuckDBPyConnection, path: Path, _number: int) -> FileTable:
    source = f"read_parquet({literal(str(path))})"
    described = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    return FileTable(
        source,
        {name: FileColumn(quoted(name), _family(type_)) for name, type_, *_ in described},
    )


def _open_json_lines(connection: duckdb.DuckDBPyConnection, path: Path, number: int) -> FileTable:
    """Take a value as its text: JSON's `1`, `"1"` and `1.0` are one number."""
    table = f"json_{number}"
    connection.execute(
        f"CREATE TEMP TABLE {table} AS SELECT json FROM "
        f"read_json_objects({literal(str(path))}, format='newline_delimited')"
    )
    ((wrong,),) = connection.execute(
        f"SELECT min(rowid) FROM {table} WHERE json_type(json) <> 'OBJECT'"
    ).fetchall()
    if wrong is not None:
        msg = f"data row {wrong + 1} is no JSON object"
        raise UnreadableFileError(msg)
    names = connection.execute(
        f"SELECT DISTINCT unnest(json_keys(json)) AS name FROM {table} ORDER BY name"
    ).fetchall()
    return FileTable(
        table,
        {
            name: FileColumn(f"(json ->> {literal(json_path(name))})", Family.TEXT)
            for (name,) in names
        },
    )


def json_path(name: str) -> str:
    """Return the path of an object's key.

    Examples
    --------
    >>> json_path("a.b")
    '$."a.b"'
    """
    return '$."' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _family(type_: str) -> Family:
    plain = type_.upper()
    if plain.endswith("]"):
        return Family.OTHER
    return next(
        (family for start, family in _TYPES.items() if plain.startswith(start)), Family.OTHER
    )


_ERROR_LINE = re.compile(r"Error on Line: (\d+)")
_NOT_UTF8 = "is not UTF-8; convert the file, for example: iconv -f latin1 -t utf-8"
_REMEDIES = {
    "not utf-8": _NOT_UTF8,
    "codec can't decode": _NOT_UTF8,
    "Maximum line size": "is longer than a row may be; shorten it, or look for a missing line end",
    "reached an invalid state": (
        "ends otherwise than the others (LF and CRLF are mixed); write all alike, for example: "
        "dos2unix"
    ),
}

_TYPES = {
    **dict.fromkeys(("VARCHAR", "ENUM", "UUID"), Family.TEXT),
    "BOOLEAN": Family.BOOLEAN,
    **dict.fromkeys(("DATE", "TIMESTAMP"), Family.MOMENT),
    **dict.fromkeys(
        ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT"),
        Family.NUMBER,
    ),
    **dict.fromkeys(
        ("UINTEGER", "UBIGINT", "UHUGEINT", "FLOAT", "DOUBLE", "DECIMAL"), Family.NUMBER
    ),
}

_READERS: dict[str, Callable[[duckdb.DuckDBPyConnection, Path, int], FileTable]] = {
    ".csv": _open_csv,
    ".csv.gz": _open_csv,
    ".parquet": _open_parquet,
    ".jsonl": _open_json_lines,
    ".jsonl.gz": _open_json_lines,
    ".ndjson": _open_json_lines,
    ".ndjson.gz": _open_json_lines,
}
