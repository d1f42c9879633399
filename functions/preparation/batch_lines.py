"""JSON lines of a batch job, as strict as the API: every line and every value for itself.

Training reads JSON lines leniently (`file_readers`): data that people gather writes numbers as
texts. Who asks for predictions gets the same answer from a file as from the API.
"""

# ruff: noqa: S608 - paths are ours and quoted, names are quoted

from collections.abc import Sequence
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


def parsed_lines_sql(features: Sequence[Feature]) -> str:
    """Return a query of the lines with what `line_value_sql` reads; each is parsed once for all."""
    paths = ", ".join(literal(json_path(feature.name)) for feature in features)
    return (
        f"(SELECT object, broken, json_type(object, [{paths}]) AS types, "
        f"json_extract_string(object, [{paths}]) AS texts FROM {SOURCE})"
    )


def line_value_sql(feature: Feature, index: int) -> str:
    """Return the expression of a feature's value in a parsed line."""
    type_, text = f"types[{index + 1}]", f"texts[{index + 1}]"
    return {
        FeatureType.NUMBER: f"CASE WHEN {type_} IN {_NUMBERS} THEN TRY_CAST({text} AS DOUBLE) END",
        FeatureType.INTEGER: f"CASE WHEN {type_} IN {_NUMBERS} THEN TRY_CAST({text} AS DOUBLE) END",
        FeatureType.BOOLEAN: f"CASE WHEN {type_} = 'BOOLEAN' THEN ({text} = 'true')::DOUBLE END",
        FeatureType.STRING: f"CASE WHEN {type_} = 'VARCHAR' THEN {text} END",
    }[feature.type]


def line_text_sql(feature: Feature) -> str:
    """Return the expression of the JSON that a feature's value was read from."""
    path = literal(json_path(feature.name))
    type_, plain = f"json_type(object, {path})", f"(object ->> {path})"
    return (
        f"CASE WHEN {type_} = 'NULL' THEN NULL WHEN {type_} = 'DOUBLE' AND lower({plain}) LIKE "
        f"'%nan' THEN 'NaN, which JSON has not' ELSE (object -> {path})::VARCHAR END"
    )


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
