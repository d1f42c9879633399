"""What is wrong with a data set, told with counts, examples and places."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from functions.contracts.dataset import Violation
from functions.contracts.model_spec import ModelSpec
from functions.core import quality
from functions.core.quality import Finding
from functions.preparation.column_sql import FEATURE_KINDS, Kind, can_read
from functions.preparation.file_readers import FileTable
from functions.preparation.rejected_lines import RejectedLine
from functions.preparation.row_table import HIDDEN, RowTable, Slot

EXAMPLES = 5

FILE_RULES = (
    "no_data",
    "unreadable_file",
    "malformed_row",
    "missing_column",
    "unexpected_column",
    "repeated_column",
    "wrong_type",
)
"""Every rule of files, in the order in which violations are told."""

RULES = (*FILE_RULES, *quality.ROW_RULES)


@dataclass(slots=True)
class FileFaults:
    """What is wrong with files, and the columns that cannot be judged for it."""

    violations: list[Violation] = field(default_factory=list)
    unjudged: set[str] = field(default_factory=set)


def slots_of(spec: ModelSpec) -> tuple[Slot, ...]:
    """Return the columns that a data set of the model has."""
    slots = [Slot(f.name, FEATURE_KINDS[f.type], secret=f.pii) for f in spec.features]
    slots.append(Slot(spec.target.name, _target_kind(spec)))
    if spec.data.timestamp is not None:
        slots.append(Slot(spec.data.timestamp, Kind.MOMENT))
    if spec.data.id is not None:
        slots.append(Slot(spec.data.id, Kind.TEXT))
    return tuple(slots)


def judge_columns(table: FileTable, file: str, spec: ModelSpec, faults: FileFaults) -> None:
    """Add what is wrong with a file's columns."""
    for slot in slots_of(spec):
        column = table.columns.get(slot.name)
        if column is None:
            message = f"{file} has no column {slot.name}; it has {', '.join(table.columns)}"
            faults.violations.append(_of_file("missing_column", slot.name, message, file))
        elif not can_read(slot.kind, column.family):
            message = f"{slot.name} holds {column.family} in {file}; the model wants {slot.kind}"
            faults.violations.append(_of_file("wrong_type", slot.name, message, file))
        else:
            continue
        faults.unjudged.add(slot.name)
    known = {slot.name for slot in slots_of(spec)} | set(spec.data.ignore)
    for name in table.columns:
        if name not in known:
            message = (
                f"{file} has a column {name} that the model does not know; "
                "describe it in model.toml or add it to data.ignore"
            )
            faults.violations.append(_of_file("unexpected_column", name, message, file))
    for name in table.repeated_columns:
        faults.unjudged.add(name)
        message = f"{file} has more than one column {name}"
        faults.violations.append(_of_file("repeated_column", name, message, file))


def judge_lines(
    rejected: Sequence[RejectedLine], file: str, spec: ModelSpec, faults: FileFaults
) -> None:
    """Add the lines of a file that were left out; not their text, if a feature is personal."""
    if rejected:
        first = rejected[:EXAMPLES]
        secret = any(feature.pii for feature in spec.features)
        words = f"{len(rejected):,} lines of {file} do not fit its header"
        faults.violations.append(
            Violation(
                rule="malformed_row",
                count=len(rejected),
                message=f"{words}: {first[0].reason}",
                examples=tuple(HIDDEN if secret else line.text for line in first),
                row_numbers=tuple(line.row_number for line in first),
                files=(file,) * len(first),
            )
        )


def unreadable_file(file: str, reason: str) -> Violation:
    """Return the violation of a file that cannot be read at all."""
    return _of_file("unreadable_file", None, f"{file} cannot be read: {reason}", file)


def no_data(prefix: str) -> Violation:
    """Return the violation of a data set without files."""
    message = f"there are no files under {prefix}; add some with windvane data add"
    return Violation(rule="no_data", count=0, message=message)


def judge_rows(
    spec: ModelSpec, rows: RowTable, unjudged: set[str]
) -> tuple[list[Violation], list[str]]:
    """Return what is wrong with the rows, and notes; the columns are fetched one at a time."""
    findings = list(quality.check_row_count(spec, rows.rows))
    notes: list[str] = []
    for feature in spec.features:
        if feature.name not in unjudged:
            column = rows.column(feature.name)
            findings += quality.check_feature(feature, column)
            notes += quality.note_rounding(feature, column)
    findings += _judge_other_columns(spec, rows, unjudged)
    if spec.data.id not in unjudged and (spec.data.id is not None or not unjudged):
        repeated = rows.repeated_rows(spec.data.id)
        findings += quality.check_duplicates(spec, repeated, rows.rows)
    return [tell(finding, rows) for finding in findings], notes


def tell(finding: Finding, rows: RowTable) -> Violation:
    """Return a finding as people read it: with examples and where they stand."""
    chosen = finding.rows[:EXAMPLES].astype(np.int64)
    place = rows.place(chosen)
    return Violation(
        rule=finding.rule,
        column=finding.column,
        count=finding.count,
        message=finding.message,
        examples=rows.examples(finding.column, chosen),
        row_numbers=place.row_numbers,
        files=place.files,
    )


def in_order(violations: Sequence[Violation]) -> tuple[Violation, ...]:
    """Return violations in the order of their rules; within a rule, as found."""
    position: Mapping[str, int] = {rule: index for index, rule in enumerate(RULES)}
    return tuple(sorted(violations, key=lambda violation: position[violation.rule]))


def _judge_other_columns(spec: ModelSpec, rows: RowTable, unjudged: set[str]) -> Iterator[Finding]:
    if spec.target.name not in unjudged:
        column = rows.column(spec.target.name)
        unknown = quality.find_unknown_labels(spec, column)
        yield from quality.check_target(spec, column, unknown)
    if spec.data.timestamp is not None and spec.data.timestamp not in unjudged:
        yield from quality.check_timestamps(rows.column(spec.data.timestamp))
    if spec.data.id is not None and spec.data.id not in unjudged:
        yield from quality.check_ids(rows.column(spec.data.id))


def _target_kind(spec: ModelSpec) -> Kind:
    if not spec.is_classification:
        return Kind.NUMBER
    numbers = all(isinstance(label, bool | int) for label in spec.target.classes)
    return Kind.CLASS_NUMBER if numbers else Kind.TEXT


def _of_file(rule: str, column: str | None, message: str, file: str) -> Violation:
    return Violation(rule=rule, column=column, count=1, message=message, files=(file,))
