"""JSON lines of a batch job, as strict as the API: every line and every value for itself.

Training reads JSON lines leniently (`file_readers`): data that people gather writes numbers as
texts. Who asks for predictions gets the same answer from a file as from the API.
"""

# ruff: noqa: S608 - paths are ours and quoted, names are quoted

from pathlib import Path

import duckdb

from functions.contracts.feature_schema import Feature, FeatureType
from functions.preparation.engine import literal
from functions.preparation.file_readers import (
    Family,
    FileColumn,
    FileTable,
    UnreadableFileError,
    json_path,
)

SUFFIXES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
SOURCE = "lines"
LONGEST_LINE = 16 * 1024 * 1024

_NOT_AN_OBJECT = "is no JSON object"
_REPEATED_KEY = "has a key twice"
_NUMBERS = "('UBIGINT', 'BIGINT', 'HUGEINT', 'DOUBLE')"


def open_json_lines(
    connection: duckdb.DuckDBPyConnection, path: Path, known: tuple[str, ...] | None
) -> FileTable:
    """Return how to select from a file's lines; raise UnreadableFileError if there is none.

    A line that cannot be taken has its reason as `broken` and refuses itself alone.

    Parameters
    ----------
    known : tuple of str or None
        The keys that a line may have; None if it may have any.
    """
    connection.execute(
        f"CREATE OR REPLACE TABLE {SOURCE} AS SELECT CASE WHEN is_object THEN line END AS object, "
        f"{_broken_sql(known)} AS broken FROM (SELECT line, {_is_object_sql()} AS is_object FROM "
        f"read_csv({literal(str(path))}, auto_detect=false, header=false, delim='\x1f', quote='', "
        "escape='', columns={'line': 'VARCHAR'}, strict_mode=false, "
        f"max_line_size={LONGEST_LINE}) WHERE line IS NOT NULL AND trim(line) <> '')"
    )
    names = connection.execute(
        f"SELECT DISTINCT unnest(json_keys(object)) AS name FROM {SOURCE} ORDER BY name"
    ).fetchall()
    if not names:
        msg = "it holds no row; write a JSON object in each line"
        raise UnreadableFileError(msg)
    columns = {
        name: FileColumn(f"(object ->> {literal(json_path(name))})", Family.TEXT)
        for (name,) in names
    }
    return FileTable(SOURCE, columns)


def line_value_sql(feature: Feature) -> tuple[str, str]:
    """Return the expressions of a feature's value and of the JSON that it was read from."""
    path = literal(json_path(feature.name))
    type_ = f"json_type(object, {path})"
    plain = f"(object ->> {path})"
    value = {
        FeatureType.NUMBER: f"CASE WHEN {type_} IN {_NUMBERS} THEN TRY_CAST({plain} AS DOUBLE) END",
        FeatureType.BOOLEAN: f"CASE WHEN {type_} = 'BOOLEAN' THEN ({plain} = 'true')::DOUBLE END",
        FeatureType.STRING: f"CASE WHEN {type_} = 'VARCHAR' THEN {plain} END",
    }
    value[FeatureType.INTEGER] = value[FeatureType.NUMBER]
    text = (
        f"CASE WHEN {type_} = 'NULL' THEN NULL WHEN {type_} = 'DOUBLE' AND lower({plain}) LIKE "
        f"'%nan' THEN 'NaN, which JSON has not' ELSE (object -> {path})::VARCHAR END"
    )
    return value[feature.type], text


def _is_object_sql() -> str:
    return (
        "coalesce(json_valid(line) AND "
        "json_type(CASE WHEN json_valid(line) THEN line END) = 'OBJECT', false)"
    )


def _broken_sql(known: tuple[str, ...] | None) -> str:
    keys = "json_keys(CASE WHEN is_object THEN line END)"
    unknown = ""
    if known is not None:
        names = ", ".join(map(literal, known))
        odd = f"list_filter({keys}, lambda k: NOT list_contains([{names}], k))"
        unknown = (
            f"WHEN len({odd}) > 0 THEN {odd}[1] || "
            "': the model has no such feature; leave it out, or repeat it with --keep' "
        )
    return (
        f"CASE WHEN NOT is_object THEN {literal(_NOT_AN_OBJECT)} "
        f"WHEN len({keys}) > len(list_distinct({keys})) THEN {literal(_REPEATED_KEY)} "
        f"{unknown}END"
    )
