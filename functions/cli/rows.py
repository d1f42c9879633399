"""Rows of a file or of standard input, as JSON records."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TypeAlias

from functions.cli.errors import UsageError
from functions.contracts.feature_schema import Feature, FeatureType

Cell: TypeAlias = bool | int | float | str | None
Row: TypeAlias = dict[str, Cell]

TABLE_READERS = {".parquet": "read_parquet", ".csv": "read_csv"}


def read_table(path: Path, *, first: int = 0, count: int | None = None) -> list[Row]:
    """Return rows of a CSV or Parquet file, in the file's order."""
    import duckdb

    reader = TABLE_READERS.get(path.suffix.lower())
    if reader is None or not path.is_file():
        known = " or ".join(TABLE_READERS)
        msg = f"{path} is no readable {known} file"
        raise UsageError(msg)
    limit = f" limit {int(count)}" if count is not None else ""
    query = f"select * from {reader}(?){limit} offset {int(first)}"  # noqa: S608 - numbers and a fixed name
    try:
        with duckdb.connect() as connection:
            found = connection.execute(query, [str(path)])
            names = [column[0] for column in found.description or ()]
            rows = found.fetchall()
    except duckdb.Error as error:
        msg = f"{path} cannot be read: {str(error).splitlines()[0]}"
        raise UsageError(msg) from error
    return [dict(zip(names, map(_json_cell, row), strict=True)) for row in rows]


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a CSV, Parquet, JSON or JSON Lines file."""
    if path.suffix.lower() in TABLE_READERS:
        return read_table(path)
    try:
        return parse_rows(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}"
        raise UsageError(msg) from error


def parse_rows(text: str, source: str) -> list[Row]:
    """Return the records of JSON text: an object, a list, `{"records": […]}`, or one a line."""
    try:
        content = json.loads(text)
    except json.JSONDecodeError:
        content = _parse_lines(text, source)
    if isinstance(content, dict) and isinstance(content.get("records"), list):
        content = content["records"]
    rows = [content] if isinstance(content, dict) else content
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        msg = f"{source} holds no records: write a JSON object, a list of them, or one a line"
        raise UsageError(msg)
    return rows


def records_of(rows: Iterable[Mapping[str, Cell]], features: Sequence[Feature]) -> list[Row]:
    """Return what a prediction takes of each row: the features, in their own types.

    Tables carry more columns than features (an id, a timestamp, the target) and know fewer types
    (a CSV's `0` is no boolean); a value that does not fit is left for the API to refuse.
    """
    return [
        {
            feature.name: _typed(row[feature.name], feature.type)
            for feature in features
            if feature.name in row
        }
        for row in rows
    ]


def _parse_lines(text: str, source: str) -> list[object]:
    try:
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    except json.JSONDecodeError as error:
        msg = f"{source} is neither JSON nor JSON Lines: {error}"
        raise UsageError(msg) from error


def _json_cell(value: object) -> Cell:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and value != value:  # noqa: PLR0124 - NaN is the one value that differs from itself
        return None
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)


def _typed(value: Cell, kind: FeatureType) -> Cell:
    if value is None:
        return None
    if kind is FeatureType.STRING:
        return str(value)
    if kind is FeatureType.BOOLEAN and value in (0, 1):
        return bool(value)
    return value
