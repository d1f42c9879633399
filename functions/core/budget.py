"""What retraining may use: runs, training time and an estimated cost, in windows that slide.

A day is 24 hours and a month 30 days of UTC, so that neither calendars nor clock changes matter.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.contracts.messages import TriggerKind
from functions.contracts.model_spec import Retraining
from functions.contracts.release import Outcome
from functions.contracts.retraining import RetrainingBook, RetrainingRun
from functions.core.breaker import WITH_CANDIDATE

DAY = timedelta(hours=24)
MONTH = timedelta(days=30)

CLOCK_ALLOWANCE = timedelta(minutes=20)
"""By how much two clocks may differ, each being at most 10 minutes wrong: windows are longer by it,
so that no true day or month holds more than the budget."""

YEAR = timedelta(days=366)

KEPT_CHANGES = 50
"""Of the runs about changes that are older than a month so many are remembered, for a year: they
tell how long the world stays as it is, and which rows belong together."""

KEPT_RUNS = 500
"""At most some 450 bytes each; DynamoDB takes 400 KB an item."""

_SECONDS_PER_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Usage:
    """What the last 24 hours (`runs_per_day`) and the last 30 days used.

    `expected_seconds` is what the next run is reckoned with: the most that one of them took.
    """

    runs_per_day: int
    runs_per_month: int
    training_seconds: float
    expected_seconds: float


def measure_usage(book: RetrainingBook, *, now: datetime) -> Usage:
    """Return what counts against the budget at a moment.

    Runs that found nothing new trained nothing and do not count, nor do fire drills. A run dated
    after `now` counts: another function's clock is ahead.
    """
    month = [run for run in book.runs if _counts(run) and run.started_at > _since(MONTH, now)]
    seconds = [run.training_seconds for run in month]
    return Usage(
        runs_per_day=sum(run.started_at > _since(DAY, now) for run in month),
        runs_per_month=len(month),
        training_seconds=sum(seconds),
        expected_seconds=max(seconds, default=0.0),
    )


def refuse_for_budget(usage: Usage, policy: Retraining) -> str | None:
    """Return which part of the budget the next run would exceed, or None."""
    minutes = usage.training_seconds / _SECONDS_PER_MINUTE
    expected = usage.expected_seconds / _SECONDS_PER_MINUTE
    price = policy.cost_per_training_second * _SECONDS_PER_MINUTE
    parts = (
        ("maximum_runs_per_day", usage.runs_per_day, 1, policy.maximum_runs_per_day, "runs"),
        ("maximum_runs_per_month", usage.runs_per_month, 1, policy.maximum_runs_per_month, "runs"),
        (
            "maximum_training_minutes_per_month",
            minutes,
            expected,
            policy.maximum_training_minutes_per_month,
            "minutes of training",
        ),
        (
            "maximum_cost_per_month",
            minutes * price,
            expected * price,
            policy.maximum_cost_per_month,
            "estimated",
        ),
    )
    for name, used, following, limit, what in parts:
        if used + following > limit:
            return (
                f"{used:,.4g} {what} used and {following:,.4g} expected of the next, more than "
                f"retraining.{name} = {limit:,.6g}"
            )
    return None


def free_budget_at(book: RetrainingBook, policy: Retraining, *, now: datetime) -> datetime | None:
    """Return the moment from which the budget allows a run, None if it does now."""
    if refuse_for_budget(measure_usage(book, now=now), policy) is None:
        return None
    leaves = sorted(
        run.started_at + window + CLOCK_ALLOWANCE for run in book.runs for window in (DAY, MONTH)
    )
    later = (moment for moment in leaves if moment > now)
    return next(
        (at for at in later if refuse_for_budget(measure_usage(book, now=at), policy) is None),
        None,
    )


def keep_recent(runs: tuple[RetrainingRun, ...], *, now: datetime) -> tuple[RetrainingRun, ...]:
    """Return the runs that may still count, the newest in any case, and those about changes.

    Fire drills and runs that tried nothing are about none.
    """
    recent = [run for run in runs[1:] if run.started_at > _since(MONTH, now)]
    older = [
        run
        for run in runs[1:]
        if _since(YEAR, now) < run.started_at <= _since(MONTH, now)
        and run.since is not None
        and run.outcome in WITH_CANDIDATE
    ]
    return (*runs[:1], *recent, *older[:KEPT_CHANGES])[:KEPT_RUNS]


def _since(window: timedelta, now: datetime) -> datetime:
    return now - window - CLOCK_ALLOWANCE


def _counts(run: RetrainingRun) -> bool:
    return run.outcome is not Outcome.NO_NEW_DATA and run.kind is not TriggerKind.DRILL
