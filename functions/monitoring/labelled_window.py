"""What the labels that have come say of a champion, read from the label ledger.

What is read is bounded, however much history there is: the newest `MOST_DAYS` ledgers without their
scores' counts, which are most of them, and with these the days of one window. Where labels come
after months, the newest ledgers are months old.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from functions.aws.parallel_reads import read_objects
from functions.contracts import keys
from functions.contracts.artifact import Artifact
from functions.contracts.drift import LabelledScores
from functions.contracts.fault_book import FaultBook
from functions.contracts.labels import (
    DayIndex,
    LabelChange,
    LabelDay,
    LabelGroup,
    LabelIndex,
    WatchedDay,
)
from functions.contracts.model_spec import ModelSpec
from functions.contracts.retraining import RetrainingBook
from functions.core.conditional_writes import ConditionalStore
from functions.core.fault_book import is_left_out
from functions.core.hourly_lines import hour_of
from functions.core.label_findings import (
    MINIMUM_SCORED_ROWS,
    LabelledHours,
    WatchedModel,
    find_broken_limits,
    find_in_labels,
)
from functions.core.labelled_sums import merge_sums, score_sums
from functions.core.policy_evidence import Evidence
from functions.core.ports import ObjectInfo, ObjectReader
from functions.core.retraining_order import describe_change
from functions.core.retraining_policy import PolicyDecision
from functions.core.stored_specs import read_held_out
from functions.monitoring.label_ledger_days import days_between, list_newest_label_days

MOST_DAYS = 62
"""Days with labels: two months of windows, however late their labels come."""


@dataclass(frozen=True, slots=True)
class LabelledWindow:
    """What labels say by now: evidence for the policy, and the newest window that they score.

    `scored` is of all rows of that window, `judged` without those of hours at fault.
    """

    evidence: Evidence
    scored: LabelledScores | None = None
    judged: LabelledScores | None = None

    @property
    def judged_scores(self) -> dict[str, float]:
        """The scores that are held against limits: none of too few rows."""
        enough = self.judged is not None and self.judged.rows >= MINIMUM_SCORED_ROWS
        return self.judged.scores if enough and self.judged else {}


@dataclass(frozen=True, slots=True)
class Champion:
    """Whose labels are read; `book` is its model's ledger of runs, `faults` its data faults."""

    spec: ModelSpec
    number: int
    artifact: Artifact
    book: RetrainingBook
    faults: FaultBook | None = None


def watch_labels(
    store: ConditionalStore, models: ObjectReader, champion: Champion, *, until: datetime
) -> LabelledWindow:
    """Return what the labels that have come say of a champion's answers before a moment.

    Whether they have changed is asked of the rows that a run learns from: not of hours in which the
    data were at fault. Their scores are held against limits, and those of all rows are told.

    Raises
    ------
    ObjectNotFoundError, AlteredObjectError
        If what its held-out rows showed is not what was registered.
    """
    spec = champion.spec
    model = WatchedModel(
        version=champion.number,
        held_out=read_held_out(champion.artifact, models),
        runs=champion.book.runs,
        maintenance=spec.maintenance,
        window=timedelta(hours=spec.drift.window_hours),
    )
    predicted = _read_index(store, spec.name)
    last = until.astimezone(UTC).date()
    answered = [day.day for day in predicted if day.day <= last]
    listed = list_newest_label_days(store, spec.name, answered, most=MOST_DAYS)
    days = [WatchedDay.model_validate_json(body) for body in _read(store, listed.values())]
    faults = champion.faults or FaultBook(model=spec.name)
    sound = [hour for day in days for hour in day.hours if not is_left_out(faults, hour.hour)]
    hours = LabelledHours.of(sound, until=until)
    found = find_in_labels(hours, model, until=until)
    if found.delay is None:
        return LabelledWindow(found.evidence)
    end = until - found.delay
    window = (hour_of(end - model.window), end)
    answered_rows = _count_answered(predicted, champion.number, window)
    groups = _groups_within(store, champion, window, listed)
    scored = _score(spec, groups, window, answered_rows=answered_rows).model_copy(
        update={"delay_seconds": found.delay.total_seconds()}
    )
    left = [(hour, group) for hour, group in groups if not is_left_out(faults, hour)]
    judged = scored if len(left) == len(groups) else _score(spec, left, window)
    evidence = find_broken_limits(
        found.evidence, judged, spec.alerts, start=hours.count_before(window[0])
    )
    return LabelledWindow(evidence, scored, judged)


def note_change(
    store: ConditionalStore, model: str, version: int, decision: PolicyDecision, *, until: datetime
) -> None:
    """Write down since when labels have changed, for the run that is asked for about it.

    What was found of a later window stays.
    """
    key = keys.label_change(model)
    held = store.find(key)
    if held and LabelChange.model_validate_json(held.body).window_end > until:
        return
    noted = describe_change(decision, model=model, version=version, until=until)
    # A release that is rolled back to reads it, too: a field that it does not know is not there
    # until it says something.
    body = noted.model_dump_json(exclude_defaults=True).encode()
    store.write(key, body, content_type=keys.JSON_TYPE)


def _read(store: ConditionalStore, items: Iterable[ObjectInfo]) -> Iterator[bytes]:
    return (body for _, body in read_objects(store, items))


def _groups_within(
    store: ConditionalStore,
    champion: Champion,
    window: tuple[datetime, datetime],
    listed: dict[date, ObjectInfo],
) -> list[tuple[datetime, LabelGroup]]:
    """Return what is labelled of a champion in the hours that begin within a window."""
    start, end = window
    covered = set(days_between(start.astimezone(UTC).date(), end.astimezone(UTC).date()))
    bodies = _read(store, [item for day, item in listed.items() if day in covered])
    return [
        (hour.hour, group)
        for body in bodies
        for hour in LabelDay.model_validate_json(body).hours
        if start <= hour.hour < end
        for group in hour.groups
        if group.version == champion.number
    ]


def _score(
    spec: ModelSpec,
    groups: Sequence[tuple[datetime, LabelGroup]],
    window: tuple[datetime, datetime],
    *,
    answered_rows: int = 0,
) -> LabelledScores:
    """Return the scores of labelled rows of a window."""
    sums = merge_sums([group.sums for _, group in groups])
    rows = sum(group.labelled for _, group in groups)
    return LabelledScores(
        rows=rows,
        answered_rows=max(rows, answered_rows),
        scores=score_sums(spec.task, sums),
        window_start=window[0],
        window_end=window[1],
    )


def _read_index(store: ConditionalStore, model: str) -> tuple[DayIndex, ...]:
    """Return a model's days of predictions; none where no label ever came for one."""
    held = None
    if store.find(keys.label_standing(model)) is not None:
        held = store.find(keys.label_index(model))
    return LabelIndex.model_validate_json(held.body).days if held else ()


def _count_answered(
    days: Sequence[DayIndex], version: int, window: tuple[datetime, datetime]
) -> int:
    """Return how many rows a version answered in the hours that begin within a window."""
    hours = [
        (datetime.combine(day.day, time(rows.hour), UTC), rows.rows)
        for day in days
        for rows in day.predicted
        if rows.version == version
    ]
    return sum(rows for hour, rows in hours if window[0] <= hour < window[1])
