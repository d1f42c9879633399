"""A batch job's features in SQL, as each kind of file has them, and the query that judges rows."""

# ruff: noqa: S608 - names are quoted, literals escaped, the rest is ours

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from functions.contracts.feature_schema import Feature
from functions.preparation import batch_lines
from functions.preparation.batch_sql import (
    all_fit_sql,
    code_sql,
    misfit_sql,
    odd_sql,
    reason_sql,
    shown_sql,
)
from functions.preparation.column_sql import FEATURE_KINDS, value_sql
from functions.preparation.file_readers import FileTable

NO_MISFITS = "SELECT 0::BIGINT AS nth, '' AS reason, NULL::VARCHAR AS odd WHERE false"
"""The query of the misfits of a file that has none."""


@dataclass(frozen=True, slots=True)
class _Value:
    """A feature's expressions: those of a file's rows, then those of what was read from them.

    `text` is needed only where a value does not fit; `nothing` says that there is none.
    """

    read: Mapping[str, str]
    name: str
    text: str
    nothing: str


def judged_sql(
    table: FileTable,
    features: Sequence[Feature],
    keep: Sequence[str],
    numbers: Collection[str] = (),
) -> str:
    """Return the query of a file's rows: `v0`… encoded, `k0`… kept, and `suspect`.

    Most rows are right, and the long way to a reason is gone with the others alone: of a row that
    is not quickly seen to fit, `suspect` holds all that was read; of any other it is NULL.

    Parameters
    ----------
    numbers : collection of str
        Features that the reader made numbers of.
    """
    known = _values(table, features, numbers)
    read = _read(table, known)
    kept = {f"k{i}": f"({table.columns[name].sql})::VARCHAR" for i, name in enumerate(keep)}
    is_lines = table.source == batch_lines.SOURCE
    source = batch_lines.parsed_lines_sql(features) if is_lines else table.source
    fit = all_fit_sql([(f, value.name, value.nothing) for f, value in known])
    if is_lines:
        fit += " AND broken IS NULL"
    held = ", ".join(f"{name} := {name}" for name in read)
    fields = [
        *kept,
        *(f"{code_sql(f, value.name)} AS v{i}" for i, (f, value) in enumerate(known)),
        # A list, so that rows without one hold no place for each of its fields.
        f"CASE WHEN NOT fit THEN [struct_pack({held})] END AS suspect",
    ]
    inner = ", ".join(f"{sql} AS {name}" for name, sql in (read | kept).items())
    return (
        f"SELECT {', '.join(fields)} FROM (SELECT *, {fit} AS fit FROM "
        f"(SELECT {inner} FROM {source}))"
    )


def misfits_sql(
    table: FileTable, features: Sequence[Feature], numbers: Collection[str] = ()
) -> str:
    """Return the query of the suspects among the rows of `judged_sql`, stored as `judged`.

    `nth` is the row's place, from 0 on; `reason` is empty of one that is right after all. `odd`
    names, with commas between, the positions of those of `numbers` whose text a reason would
    show; it is NULL where there is none.
    """
    known = _values(table, features, numbers)
    held = ", ".join(f"suspect[1].{name} AS {name}" for name in _read(table, known))
    reason = _reason_sql(known, is_lines=table.source == batch_lines.SOURCE)
    return (
        f"SELECT nth, {reason} AS reason, {_odd_sql(known, numbers)} AS odd FROM "
        f"(SELECT rowid AS nth, {held} FROM judged WHERE suspect IS NOT NULL)"
    )


def _values(
    table: FileTable, features: Sequence[Feature], numbers: Collection[str]
) -> list[tuple[Feature, _Value]]:
    return [(f, _value(i, f, table, numbers)) for i, f in enumerate(features)]


def _read(table: FileTable, known: Sequence[tuple[Feature, _Value]]) -> dict[str, str]:
    """Return what is read of a row: expressions by their names."""
    read = {name: sql for _, value in known for name, sql in value.read.items()}
    if table.source == batch_lines.SOURCE:
        read |= {name: name for name in ("object", "types", "broken")}
    return read


def _value(index: int, feature: Feature, table: FileTable, numbers: Collection[str]) -> _Value:
    name, text = f"r{index}", f"x{index}"
    column = table.columns.get(feature.name)
    if column is None:
        return _Value({name: "NULL"}, name, "NULL", "true")
    if table.source == batch_lines.SOURCE:
        return _Value(
            {name: batch_lines.line_value_sql(feature, index)},
            name,
            batch_lines.line_text_sql(feature),
            f"coalesce(types[{index + 1}] = 'NULL', true)",
        )
    if feature.name in numbers:
        return _Value({name: column.sql}, name, "NULL", f"{name} IS NULL")
    value = value_sql(FEATURE_KINDS[feature.type], column)
    read = {name: value, text: column.sql}
    return _Value(read, name, text, f"{text} IS NULL")


def _reason_sql(known: Sequence[tuple[Feature, _Value]], *, is_lines: bool) -> str:
    shown = [(f, value.name, shown_sql(value.text)) for f, value in known]
    reasons = ", ".join(reason_sql(*each) for each in shown)
    misfit = " OR ".join(misfit_sql(*each) for each in shown)
    broken = "WHEN broken IS NOT NULL THEN broken " if is_lines else ""
    return f"CASE {broken}WHEN {misfit} THEN concat_ws('; ', {reasons}) ELSE '' END"


def _odd_sql(known: Sequence[tuple[Feature, _Value]], numbers: Collection[str]) -> str:
    odd = [
        f"CASE WHEN {odd_sql(feature, value.name)} THEN '{index}' END"
        for index, (feature, value) in enumerate(known)
        if feature.name in numbers
    ]
    return f"nullif(concat_ws(',', {', '.join(odd)}), '')" if odd else "NULL"
