"""The ledger of a day of predictions: each label that concerns it once, and what became of it.

The first label of a prediction stands. A later one of the same value is a duplicate, one of another
value is contradictory: both are written down and change nothing. First is what is joined first; of
labels that are joined together, what was received first (`labelled_captures.precedence`).

Every label has a token, made of the object and the line that it came in. One that the ledger has
already is passed over, so an object may be joined again, by a run that follows a stopped one or at
the same time as another, and counts once.
"""

import io
import math
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from functions.contracts.artifact import ArtifactSpec
from functions.contracts.capture import GroundTruthLine
from functions.contracts.labels import (
    EXAMPLES,
    LabelExample,
    LabelGroup,
    LabelHour,
    LabelOutcome,
)
from functions.contracts.model_spec import Task
from functions.core.arrays import ArrayFormatError
from functions.core.encoding import canonical_label
from functions.core.hourly_rows import microseconds
from functions.core.label_ledger_index import KEY_BYTES, DayRows, hours_of
from functions.core.labelled_captures import precedence
from functions.core.labelled_sums import merge_counts, merge_sums, numeric_counts, sum_scores

OUTCOMES = tuple(LabelOutcome)
"""In the order of the codes in which entries hold them; new ones come last."""

FindSpec = Callable[[int], ArtifactSpec | None]
"""Of a version of the ledger's model; None: it is not registered."""


@dataclass(frozen=True, slots=True)
class ReportedLabel:
    """A label as it arrived, with its token and the key of its inference id."""

    token: int
    key: int
    line: GroundTruthLine


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """All labels that concern a day; arrays of shape (n,), `outcome` indexes OUTCOMES."""

    token: NDArray[np.uint64]
    key: NDArray[np.uint64]
    value: NDArray[np.float64]
    received: NDArray[np.int64]
    outcome: NDArray[np.int8]

    @classmethod
    def none(cls) -> "Entries":
        """Return no entries."""
        return cls(
            np.empty(0, np.uint64), np.empty(0, np.uint64), np.empty(0, np.float64),
            np.empty(0, np.int64), np.empty(0, np.int8),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judged:
    """A label, the row that it concerns, and what became of it; `truth` is NaN if it is unfit."""

    label: ReportedLabel
    row: int
    truth: float
    outcome: LabelOutcome
    reason: str = ""


def label_token(source: str, line: int) -> int:
    """Return the token of a line of an object, 64 bits."""
    digest = blake2b(f"{source}:{line}".encode(), digest_size=KEY_BYTES).digest()
    return int.from_bytes(digest, "little")


def truth_of(spec: ArtifactSpec, value: object) -> float | None:
    """Return a label's code, or its number for a regression; None if the version has no such."""
    if spec.task is Task.REGRESSION:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return float(value) if math.isfinite(value) else None
    names = [canonical_label(label) for label in spec.classes]
    text = canonical_label(value)
    return float(names.index(text)) if text in names else None


def judge_labels(
    labels: Sequence[tuple[ReportedLabel, int]],
    rows: DayRows,
    entries: Entries,
    find: FindSpec,
) -> list[Judged]:
    """Return what becomes of labels that the ledger does not have yet, the first received first.

    Parameters
    ----------
    labels : sequence of (ReportedLabel, int)
        Each with its row among `rows`.
    rows : DayRows
    entries : Entries
    find : FindSpec
    """
    known = set(entries.token.tolist())
    taken = entries.outcome == OUTCOMES.index(LabelOutcome.TAKEN)
    values = dict(zip(entries.key[taken].tolist(), entries.value[taken].tolist(), strict=True))
    judged = []
    for label, row in sorted(labels, key=lambda item: (precedence(item[0].line), item[0].token)):
        if label.token in known:
            continue
        known.add(label.token)
        found = _judge(label, row, values, int(rows.version[row]), find)
        if found.outcome is LabelOutcome.TAKEN:
            values[label.key] = found.truth
        judged.append(found)
    return judged


def add_entries(entries: Entries, judged: Sequence[Judged]) -> Entries:
    """Return the entries with those of judged labels."""
    labels = [each.label for each in judged]
    received = [microseconds(label.line.received_at) for label in labels]
    outcomes = [OUTCOMES.index(each.outcome) for each in judged]
    return Entries(
        np.concatenate([entries.token, np.array([e.token for e in labels], np.uint64)]),
        np.concatenate([entries.key, np.array([e.key for e in labels], np.uint64)]),
        np.concatenate([entries.value, np.array([e.truth for e in judged], np.float64)]),
        np.concatenate([entries.received, np.array(received, np.int64)]),
        np.concatenate([entries.outcome, np.array(outcomes, np.int8)]),
    )


def add_to_hours(
    day: date,
    hours: Iterable[LabelHour],
    judged: Sequence[Judged],
    rows: DayRows,
    find: FindSpec,
) -> tuple[LabelHour, ...]:
    """Return the hours of a day with judged labels added to their sums and counts."""
    held = {hour.hour: hour for hour in hours}
    by_hour: dict[int, list[Judged]] = {}
    of_row = hours_of(rows.at)
    for each in judged:
        by_hour.setdefault(int(of_row[each.row]), []).append(each)
    for number, some in by_hour.items():
        moment = datetime.combine(day, time(), UTC) + timedelta(hours=number)
        hour = held.get(moment, LabelHour(hour=moment))
        held[moment] = _grow_hour(hour, some, rows, find)
    return tuple(hour for _, hour in sorted(held.items()))


def example_of(label: ReportedLabel, outcome: LabelOutcome, reason: str) -> LabelExample:
    """Return a label that was not taken as documents show it."""
    line = label.line
    return LabelExample(
        outcome=outcome,
        inference_id=line.inference_id,
        value=line.value,
        received_at=line.received_at,
        reason=reason,
    )


def pack_entries(entries: Entries) -> bytes:
    """Return entries as the bytes of a file; the same entries give the same bytes."""
    buffer = io.BytesIO()
    np.savez(
        buffer,
        allow_pickle=False,
        token=entries.token.astype("<u8"),
        key=entries.key.astype("<u8"),
        value=entries.value.astype("<f8"),
        received=entries.received.astype("<i8"),
        outcome=entries.outcome,
    )
    return buffer.getvalue()


def unpack_entries(content: bytes) -> Entries:
    """Return the entries of a file; raise ArrayFormatError if it is none."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            return Entries(
                file["token"], file["key"], file["value"], file["received"], file["outcome"]
            )
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        msg = f"{len(content)} bytes are no entries of a ledger: {error}"
        raise ArrayFormatError(msg) from error


def _judge(
    label: ReportedLabel, row: int, taken: dict[int, float], version: int, find: FindSpec
) -> Judged:
    spec = find(version)
    truth = truth_of(spec, label.line.value) if spec is not None else None
    if spec is None or truth is None:
        known = "is not registered" if spec is None else f"does not know {label.line.value!r}"
        reason = f"version {version} answered, which {known}"
        return Judged(label, row, np.nan, LabelOutcome.UNFIT, reason)
    held = taken.get(label.key, truth)
    if held != truth:
        first = canonical_label(spec.classes[int(held)]) if spec.classes else f"{held:g}"
        reason = f"{first} was reported first and stands"
        return Judged(label, row, truth, LabelOutcome.CONTRADICTORY, reason)
    outcome = LabelOutcome.DUPLICATE if label.key in taken else LabelOutcome.TAKEN
    return Judged(label, row, truth, outcome)


def _grow_hour(
    hour: LabelHour, judged: Sequence[Judged], rows: DayRows, find: FindSpec
) -> LabelHour:
    counts = {outcome: sum(j.outcome is outcome for j in judged) for outcome in LabelOutcome}
    refused = [j for j in judged if j.reason]
    examples = [example_of(j.label, j.outcome, j.reason) for j in refused]
    taken = [j for j in judged if j.outcome is LabelOutcome.TAKEN]
    return hour.model_copy(
        update={
            "groups": _grow_groups(hour.groups, taken, rows, find),
            "duplicates": hour.duplicates + counts[LabelOutcome.DUPLICATE],
            "contradictions": hour.contradictions + counts[LabelOutcome.CONTRADICTORY],
            "unfit": hour.unfit + counts[LabelOutcome.UNFIT],
            "examples": (*hour.examples, *examples)[:EXAMPLES],
        }
    )


def _grow_groups(
    groups: Iterable[LabelGroup], taken: Sequence[Judged], rows: DayRows, find: FindSpec
) -> tuple[LabelGroup, ...]:
    held = {(group.version, group.variant): group for group in groups}
    by_group: dict[tuple[int, str], list[Judged]] = {}
    for each in taken:
        of_row = (int(rows.version[each.row]), str(rows.variant[each.row]))
        by_group.setdefault(of_row, []).append(each)
    for name, some in by_group.items():
        spec = find(name[0])
        if spec is None:
            continue
        fresh = _sum_group(name, some, rows, spec)
        held[name] = _merge_groups(held[name], fresh) if name in held else fresh
    return tuple(group for _, group in sorted(held.items()))


def _sum_group(
    name: tuple[int, str], taken: Sequence[Judged], rows: DayRows, spec: ArtifactSpec
) -> LabelGroup:
    chosen = np.array([each.row for each in taken], dtype=np.intp)
    received = np.array([microseconds(each.label.line.received_at) for each in taken])
    truth = np.array([each.truth for each in taken])
    outputs = rows.outputs[chosen, : max(1, len(spec.classes))]
    # An answer that is no number cannot be scored; its label is taken all the same.
    finite = np.isfinite(outputs).all(axis=1)
    return LabelGroup(
        version=name[0],
        variant=name[1],
        labelled=len(taken),
        delay=numeric_counts(((received - rows.at[chosen]) / 1e6).astype(np.float32)),
        sums=sum_scores(spec.task, truth[finite], outputs[finite]),
    )


def _merge_groups(first: LabelGroup, second: LabelGroup) -> LabelGroup:
    return first.model_copy(
        update={
            "labelled": first.labelled + second.labelled,
            "delay": merge_counts([first.delay, second.delay]),
            "sums": merge_sums([first.sums, second.sums]),
        }
    )
