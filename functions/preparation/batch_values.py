"""A batch job's features in SQL, as each kind of file has them, and the query that judges rows."""

# ruff: noqa: S608 - names are quoted, literals escaped, the rest is ours

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from functions.contracts.feature_schema import Feature
from functions.preparation import batch_lines
from functions.preparation.batch_sql import (
    code_sql,
    fit_sql,
    misfit_sql,
    odd_sql,
    reason_sql,
    shown_sql,
)
from functions.preparation.column_sql import FEATURE_KINDS, value_sql
from functions.preparation.file_readers import FileTable


@dataclass(frozen=True, slots=True)
class _Value:
    """A feature's expressions: those of a file's rows, then those of what was read from them.

    `text` is needed only where a value does not fit; `nothing` says that there is none.
    """

    read: tuple[str, ...]
    name: str
    text: str
    nothing: str


def judged_sql(
    table: FileTable,
    features: Sequence[Feature],
    keep: Sequence[str],
    numbers: Collection[str] = (),
) -> str:
    """Return the query of a file's rows: `v0`… encoded, `k0`… kept, and `reason`, empty if none.

    Most rows are right, and the long way to a reason is gone with the others alone.

    Parameters
    ----------
    numbers : collection of str
        Features that the reader made numbers of; `odd` names the positions of those whose text a
        reason would show, with commas between, and is NULL for most rows.
    """
    is_lines = table.source == batch_lines.SOURCE
    values = [_value(i, f, table, numbers) for i, f in enumerate(features)]
    known = list(zip(features, values, strict=True))
    kept = [f"({table.columns[name].sql})::VARCHAR AS k{i}" for i, name in enumerate(keep)]
    read = [field for value in values for field in value.read]
    if is_lines:
        read += ["object", "types", "broken"]
    source = batch_lines.parsed_lines_sql(features) if is_lines else table.source
    fit = " AND ".join(fit_sql(f, value.name, value.nothing) for f, value in known)
    fields = [
        *(f"k{i}" for i in range(len(keep))),
        *(f"{code_sql(f, value.name)} AS v{i}" for i, (f, value) in enumerate(known)),
        f"{_reason_sql(known, is_lines=is_lines)} AS reason",
        f"{_odd_sql(known, numbers)} AS odd",
    ]
    return (
        f"SELECT {', '.join(fields)} FROM (SELECT *, {fit} AS fit FROM "
        f"(SELECT {', '.join([*read, *kept])} FROM {source}))"
    )


def _value(index: int, feature: Feature, table: FileTable, numbers: Collection[str]) -> _Value:
    name, text = f"r{index}", f"x{index}"
    column = table.columns.get(feature.name)
    if column is None:
        return _Value((f"NULL AS {name}",), name, "NULL", "true")
    if table.source == batch_lines.SOURCE:
        return _Value(
            (f"{batch_lines.line_value_sql(feature, index)} AS {name}",),
            name,
            batch_lines.line_text_sql(feature),
            f"coalesce(types[{index + 1}] = 'NULL', true)",
        )
    if feature.name in numbers:
        return _Value((f"{column.sql} AS {name}",), name, "NULL", f"{name} IS NULL")
    value = value_sql(FEATURE_KINDS[feature.type], column)
    read = (f"{value} AS {name}", f"{column.sql} AS {text}")
    return _Value(read, name, text, f"{text} IS NULL")


def _reason_sql(known: Sequence[tuple[Feature, _Value]], *, is_lines: bool) -> str:
    shown = [(f, value.name, shown_sql(value.text)) for f, value in known]
    reasons = ", ".join(reason_sql(*each) for each in shown)
    misfit = " OR ".join(misfit_sql(*each) for each in shown)
    broken = "WHEN broken IS NOT NULL THEN broken " if is_lines else ""
    return (
        f"CASE {broken}WHEN fit THEN '' WHEN {misfit} THEN concat_ws('; ', {reasons}) ELSE '' END"
    )


def _odd_sql(known: Sequence[tuple[Feature, _Value]], numbers: Collection[str]) -> str:
    odd = [
        f"CASE WHEN {odd_sql(feature, value.name)} THEN '{index}' END"
        for index, (feature, value) in enumerate(known)
        if feature.name in numbers
    ]
    return f"CASE WHEN NOT fit THEN concat_ws(',', {', '.join(odd)}) END" if odd else "NULL"
