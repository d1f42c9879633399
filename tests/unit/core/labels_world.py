"""A label ledger made of a world that changes, and a champion that does not."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from functions.contracts.labels import HeldOutLosses, LabelGroup, LabelHour, WatchedHour
from functions.contracts.maintenance import Maintenance
from functions.contracts.messages import TriggerKind
from functions.contracts.model_spec import Task
from functions.contracts.release import Outcome
from functions.contracts.retraining import RetrainingRun
from functions.core.label_findings import WatchedModel
from functions.core.labelled_sums import numeric_counts, sum_scores, written_sums
from functions.core.watched_losses import watch_losses

BINARY = Task.BINARY_CLASSIFICATION
DAY = timedelta(days=1)
FIRST = datetime(2026, 3, 1, tzinfo=UTC)
KNOWN_SLOPE = 2.0


def answered(slope: float, rows: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Outcomes of a world of a slope, and what a champion of `KNOWN_SLOPE` says of them."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=rows)
    truth = (rng.random(rows) < 1 / (1 + np.exp(-slope * x))).astype(np.int64)
    p = 1 / (1 + np.exp(-KNOWN_SLOPE * x))
    return truth, np.column_stack([1 - p, p]).astype(np.float32)


def group(
    slope: float, rows: int, seed: int, *, version: int = 1, delay: timedelta = timedelta(0)
) -> LabelGroup:
    truth, outputs = answered(slope, rows, seed)
    return LabelGroup(
        version=version,
        variant="champion",
        labelled=rows,
        delay=numeric_counts(np.full(rows, delay.total_seconds(), dtype=np.float32)),
        sums=sum_scores(BINARY, truth, outputs),
    )


def ledger(
    slopes: Sequence[float],
    *,
    version: int = 1,
    rows: int = 400,
    delay: timedelta = timedelta(0),
    first: datetime = FIRST,
) -> list[LabelHour]:
    """Days of one hour each, of worlds of these slopes."""
    return [
        LabelHour(
            hour=first + number * DAY + timedelta(hours=9),
            groups=(group(slope, rows, 100 + number, version=version, delay=delay),),
        )
        for number, slope in enumerate(slopes)
    ]


def watched(hours: Iterable[LabelHour]) -> list[WatchedHour]:
    """As they are read again."""
    return [WatchedHour.model_validate_json(hour.model_dump_json()) for hour in hours]


def held_out(rows: int = 2000) -> HeldOutLosses:
    truth, outputs = answered(KNOWN_SLOPE, rows, seed=7)
    return HeldOutLosses(rows=rows, losses=written_sums(watch_losses(BINARY, truth, outputs)))


def champion(
    *runs: RetrainingRun,
    version: int = 1,
    reference: HeldOutLosses | None = None,
    policy: Maintenance | None = None,
) -> WatchedModel:
    """A model watched by the day; `runs` newest first."""
    return WatchedModel(version, reference, runs, policy or Maintenance(), DAY)


def run_about(
    since: datetime | None,
    *,
    at: datetime,
    outcome: Outcome = Outcome.REJECTED_BY_GATES,
    champion: int | None = 1,
    rows: int = 400,
) -> RetrainingRun:
    return RetrainingRun(
        execution=f"run-{at:%d}",
        token=1,
        kind=TriggerKind.LABEL_ALARM,
        requested_at=at,
        started_at=at,
        ended_at=at,
        outcome=outcome,
        champion=champion,
        since=since,
        labelled_rows=rows,
    )
