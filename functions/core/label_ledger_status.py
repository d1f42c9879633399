"""What the ledger says of windows of predictions: scores, with coverage and delay."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import numpy as np

from functions.contracts.labels import DayIndex, LabelDay, LabelExample, LabelGroup, LabelHour
from functions.contracts.model_spec import Task
from functions.contracts.profile import NumericProfile
from functions.core.float_codes import value_at
from functions.core.labelled_sums import merge_counts, merge_sums, score_sums
from functions.core.profile import counted_codes

MEDIAN, MOST = 0.5, 0.9


@dataclass(frozen=True, slots=True)
class LabelScores:
    """Labelled rows among predicted ones, and their scores.

    Delays are in seconds from the prediction to its label's arrival, of the labels that have come;
    None without labels. Scores that the labelled rows do not determine are left out.
    """

    predicted: int
    labelled: int
    median_delay_seconds: float | None
    most_delay_seconds: float | None
    scores: dict[str, float]

    @property
    def coverage(self) -> float:
        """The share of predicted rows that have a label."""
        return self.labelled / self.predicted if self.predicted else 0.0


@dataclass(frozen=True, slots=True)
class LabelWindow:
    """A window of predictions, start inclusive, end exclusive; `groups` by version and variant."""

    start: datetime
    end: datetime
    total: LabelScores
    groups: dict[tuple[int, str], LabelScores]
    duplicates: int
    contradictions: int
    unfit: int
    examples: tuple[LabelExample, ...]


def summarize_windows(
    task: Task,
    index: Iterable[DayIndex],
    ledger: Iterable[LabelDay],
    *,
    window: tuple[datetime, datetime],
    step: timedelta,
) -> tuple[LabelWindow, ...]:
    """Return the windows of a time that have predictions, the oldest first.

    Parameters
    ----------
    task : Task
    index : iterable of DayIndex
    ledger : iterable of LabelDay
    window : (datetime, datetime)
        Whole hours are counted: those that begin from the first moment on and before the second.
    step : timedelta
        How long each window is; the first begins with the time.

    Examples
    --------
    >>> summarize_windows(
    ...     Task.REGRESSION, [], [],
    ...     window=(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)),
    ...     step=timedelta(hours=1),
    ... )
    ()
    """  # fmt: skip
    start, end = window
    predicted: dict[int, dict[tuple[int, str], int]] = {}
    for day in index:
        for rows in day.predicted:
            hour = datetime.combine(day.day, time(rows.hour), UTC)
            if start <= hour < end:
                groups = predicted.setdefault((hour - start) // step, {})
                name = (rows.version, rows.variant)
                groups[name] = groups.get(name, 0) + rows.rows
    labelled: dict[int, list[LabelHour]] = {}
    for entered in (hour for day in ledger for hour in day.hours):
        if start <= entered.hour < end:
            labelled.setdefault((entered.hour - start) // step, []).append(entered)
    return tuple(
        _window(
            task, (start + number * step, min(start + (number + 1) * step, end)),
            predicted.get(number, {}), labelled.get(number, []),
        )
        for number in sorted({*predicted, *labelled})
    )  # fmt: skip


def quantile(counted: NumericProfile, share: float) -> float | None:
    """Return the least number that at least `share` of the numbers do not exceed, by its cell.

    None without numbers. A cell is a single number or at most 0.8% of it wide.
    """
    codes = counted_codes(counted, counted.bits)
    if not len(codes.codes):
        return None
    below = np.cumsum(codes.counts)
    place = int(np.searchsorted(below, share * below[-1]))
    return value_at(int(codes.codes[place]), codes.bits)


def _window(
    task: Task,
    span: tuple[datetime, datetime],
    predicted: dict[tuple[int, str], int],
    hours: Sequence[LabelHour],
) -> LabelWindow:
    groups = [group for hour in hours for group in hour.groups]
    names = sorted({*predicted, *((group.version, group.variant) for group in groups)})
    examples = [example for hour in hours for example in hour.examples]
    return LabelWindow(
        start=span[0],
        end=span[1],
        total=_scores(task, sum(predicted.values()), groups),
        groups={
            name: _scores(
                task,
                predicted.get(name, 0),
                [group for group in groups if (group.version, group.variant) == name],
            )
            for name in names
        },
        duplicates=sum(hour.duplicates for hour in hours),
        contradictions=sum(hour.contradictions for hour in hours),
        unfit=sum(hour.unfit for hour in hours),
        examples=tuple(examples),
    )


def _scores(task: Task, predicted: int, groups: Sequence[LabelGroup]) -> LabelScores:
    if not groups:
        return LabelScores(predicted, 0, None, None, {})
    delay = merge_counts([group.delay for group in groups])
    return LabelScores(
        predicted=predicted,
        labelled=sum(group.labelled for group in groups),
        median_delay_seconds=quantile(delay, MEDIAN),
        most_delay_seconds=quantile(delay, MOST),
        scores=score_sums(task, merge_sums([group.sums for group in groups])),
    )
