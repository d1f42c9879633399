"""How a file's column becomes what a model wants of it, in SQL."""

from collections.abc import Callable
from enum import StrEnum

from functions.contracts.feature_schema import FeatureType
from functions.preparation.file_readers import Family, FileColumn

SHOWN_CHARACTERS = 60


class Kind(StrEnum):
    """What a model wants of a column."""

    NUMBER = "number"
    BOOLEAN = "boolean"
    TEXT = "text"
    MOMENT = "moment"
    CLASS_NUMBER = "class number"


TYPES = {
    Kind.NUMBER: "DOUBLE",
    Kind.BOOLEAN: "DOUBLE",
    Kind.TEXT: "VARCHAR",
    Kind.MOMENT: "BIGINT",  # microseconds since 1970, UTC
    Kind.CLASS_NUMBER: "DOUBLE",
}
FEATURE_KINDS = {
    FeatureType.NUMBER: Kind.NUMBER,
    FeatureType.INTEGER: Kind.NUMBER,
    FeatureType.BOOLEAN: Kind.BOOLEAN,
    FeatureType.STRING: Kind.TEXT,
}
"""What a feature wants of a column."""

_READABLE = {
    Kind.NUMBER: {Family.TEXT, Family.NUMBER},
    Kind.BOOLEAN: {Family.TEXT, Family.NUMBER, Family.BOOLEAN},
    Kind.TEXT: {Family.TEXT, Family.NUMBER, Family.BOOLEAN, Family.MOMENT},
    Kind.MOMENT: {Family.TEXT, Family.MOMENT},
    Kind.CLASS_NUMBER: {Family.TEXT, Family.NUMBER, Family.BOOLEAN},
}


def can_read(kind: Kind, family: Family) -> bool:
    """Return whether values of a family can be what a model wants."""
    return family in _READABLE[kind]


def value_sql(kind: Kind, column: FileColumn) -> str:
    """Return the expression of a value as the kind wants it, NULL where it cannot be had."""
    return _VALUES[kind](column)


def unreadable_sql(column: FileColumn, value: str) -> str:
    """Return the expression of a text that is there and could not be read."""
    text = f"{column.sql}::VARCHAR"
    return (
        f"CASE WHEN trim({text}) <> '' AND lower(trim({text})) <> 'nan' AND ({value}) IS NULL "
        f"THEN left({text}, {SHOWN_CHARACTERS}) END"
    )


def shown_sql(kind: Kind, value: str) -> str:
    """Return the expression of a value as people read it."""
    if kind is Kind.MOMENT:
        return f"strftime(make_timestamp({value}), '%Y-%m-%dT%H:%M:%SZ')"
    if kind is Kind.TEXT:
        return f"left({value}, {SHOWN_CHARACTERS})"
    whole = f"{value} = round({value}) AND abs({value}) < 1e15"
    return f"CASE WHEN {whole} THEN {value}::BIGINT::VARCHAR ELSE {value}::VARCHAR END"


def _text(column: FileColumn) -> str:
    return f"nullif({column.sql}::VARCHAR, '')"


def _moment(column: FileColumn) -> str:
    moment = f"TRY_CAST({column.sql} AS TIMESTAMPTZ)"
    return f"CASE WHEN isfinite({moment}) THEN epoch_us({moment}) END"


def _number(column: FileColumn) -> str:
    if column.family is not Family.TEXT:
        return f"TRY_CAST({column.sql} AS DOUBLE)"
    # DuckDB takes 1_000 for 1000; nobody else does. Most texts need no trimming, which costs more.
    plain, text = f"TRY_CAST({column.sql} AS DOUBLE)", f"trim({column.sql})"
    read = f"coalesce({plain}, TRY_CAST({text} AS DOUBLE))"
    return f"CASE WHEN NOT contains({column.sql}, '_') THEN {read} END"


def _truth(column: FileColumn) -> str:
    if column.family is Family.BOOLEAN:
        return f"{column.sql}::INTEGER::DOUBLE"
    if column.family is Family.NUMBER:
        return f"{column.sql}::DOUBLE"
    word = f"CASE lower(trim({column.sql})) WHEN 'true' THEN 1 WHEN 'false' THEN 0 END"
    return f"coalesce({_number(column)}, {word})"


def _boolean(column: FileColumn) -> str:
    truth = _truth(column)
    return f"CASE WHEN {truth} IN (0, 1) THEN {truth} END"


_VALUES: dict[Kind, Callable[[FileColumn], str]] = {
    Kind.NUMBER: _number,
    Kind.BOOLEAN: _boolean,
    Kind.TEXT: _text,
    Kind.MOMENT: _moment,
    Kind.CLASS_NUMBER: _truth,
}
