"""Runs, training time and cost of the last 24 hours and 30 days."""

from datetime import datetime, timedelta

import pytest

from functions.contracts.functions import function_named
from functions.contracts.model_spec import Retraining
from functions.contracts.release import Outcome
from functions.contracts.retraining import RetrainingBook, RetrainingRun
from functions.core.budget import (
    CLOCK_ALLOWANCE,
    DAY,
    KEPT_CHANGES,
    KEPT_RUNS,
    MONTH,
    Usage,
    free_budget_at,
    keep_recent,
    measure_usage,
    refuse_for_budget,
)
from tests.fakes.documents import NOW
from tests.fakes.retraining import run_once, taken
from tests.unit.core.labels_world import run_about

TICK = timedelta(microseconds=1)
NOTHING = Usage(0, 0, 0.0, 0.0)


def book_of(*moments: datetime, outcome: Outcome = Outcome.PROMOTED) -> RetrainingBook:
    book = RetrainingBook(model="m")
    for at in moments:
        book = run_once(book, outcome, at=at)
    return book


@pytest.mark.parametrize(
    ("age", "day", "month"),
    [
        (DAY + CLOCK_ALLOWANCE - TICK, 1, 1),
        (DAY + CLOCK_ALLOWANCE, 0, 1),
        (MONTH + CLOCK_ALLOWANCE - TICK, 0, 1),
        (MONTH + CLOCK_ALLOWANCE, 0, 0),
        (-timedelta(minutes=10), 1, 1),
    ],
)
def test_counts_a_run_for_a_day_and_a_month(age: timedelta, day: int, month: int) -> None:
    usage = measure_usage(book_of(NOW - age), now=NOW)

    assert (usage.runs_per_day, usage.runs_per_month) == (day, month)


def test_counts_a_run_that_has_not_ended() -> None:
    book = taken(RetrainingBook(model="m"), "a")

    assert measure_usage(book, now=NOW).runs_per_day == 1


def test_does_not_count_a_run_without_anything_new() -> None:
    assert measure_usage(book_of(NOW, outcome=Outcome.NO_NEW_DATA), now=NOW) == NOTHING


def test_adds_up_training_and_expects_the_longest() -> None:
    book = RetrainingBook(model="m")
    for seconds in (30.0, 90.0, 60.0):
        book = run_once(book, seconds=seconds)

    usage = measure_usage(book, now=NOW)

    assert (usage.training_seconds, usage.expected_seconds) == (180.0, 90.0)


@pytest.mark.parametrize(
    ("usage", "policy", "reason"),
    [
        (
            Usage(4, 9, 0.0, 0.0),
            Retraining(),
            "4 runs used and 1 expected of the next, more than retraining.maximum_runs_per_day = 4",
        ),
        (
            Usage(1, 30, 0.0, 0.0),
            Retraining(),
            "30 runs used and 1 expected of the next, more than "
            "retraining.maximum_runs_per_month = 30",
        ),
        (
            Usage(1, 2, 540.0, 120.0),
            Retraining(maximum_training_minutes_per_month=10.0),
            "9 minutes of training used and 2 expected of the next, more than "
            "retraining.maximum_training_minutes_per_month = 10",
        ),
        (
            Usage(1, 2, 900.0, 150.0),
            Retraining(maximum_cost_per_month=10.0, cost_per_training_second=0.01),
            "9 estimated used and 1.5 expected of the next, more than "
            "retraining.maximum_cost_per_month = 10",
        ),
    ],
)
def test_names_the_part_of_the_budget_that_is_used_up(
    usage: Usage, policy: Retraining, reason: str
) -> None:
    assert refuse_for_budget(usage, policy) == reason


def test_allows_what_just_fits() -> None:
    policy = Retraining(maximum_training_minutes_per_month=10.0, maximum_runs_per_day=4)

    assert refuse_for_budget(Usage(3, 3, 480.0, 120.0), policy) is None


def test_tells_when_the_next_run_fits() -> None:
    policy = Retraining(maximum_runs_per_day=2)
    book = book_of(NOW, NOW + timedelta(hours=1))

    free_at = free_budget_at(book, policy, now=NOW + timedelta(hours=2))

    assert free_at == NOW + DAY + CLOCK_ALLOWANCE
    assert free_budget_at(book, policy, now=free_at) is None


def test_keeps_what_counts_and_the_newest() -> None:
    old = book_of(NOW - MONTH - CLOCK_ALLOWANCE, NOW - MONTH)

    book = run_once(old, at=NOW)
    alone = run_once(RetrainingBook(model="m"), at=NOW - 2 * MONTH)

    assert [run.started_at for run in book.runs] == [NOW, NOW - MONTH]
    assert len(alone.runs) == 1


def test_remembers_for_a_year_what_changes_were_learned() -> None:
    def run(days: float, outcome: Outcome, *, about: bool) -> RetrainingRun:
        at = NOW - timedelta(days=days)
        return run_about(at - DAY if about else None, at=at, outcome=outcome)

    runs = (
        run(0, Outcome.NO_NEW_DATA, about=False),
        run(29, Outcome.NO_NEW_DATA, about=False),
        run(40, Outcome.PROMOTED, about=False),
        run(41, Outcome.NO_NEW_DATA, about=True),
        *(run(42 + days, Outcome.PROMOTED, about=True) for days in range(KEPT_CHANGES + 10)),
        run(300, Outcome.REJECTED_BY_GATES, about=True),
        run(400, Outcome.PROMOTED, about=True),
    )

    kept = keep_recent(runs, now=NOW)
    few = keep_recent((*runs[:4], *runs[-2:]), now=NOW)

    assert kept == (*runs[:2], *runs[4 : 4 + KEPT_CHANGES])
    assert few == (*runs[:2], runs[-2])


def test_keeps_no_more_runs_than_an_item_holds() -> None:
    book = book_of(*[NOW + timedelta(minutes=minute) for minute in range(KEPT_RUNS + 5)])

    assert len(book.runs) == KEPT_RUNS
    assert len(book.model_dump_json()) < 400_000


def test_reckons_with_the_price_of_train_s_memory() -> None:
    # us-east-1, arm64, from the price list that docs/explanation/what-a-prediction-costs.md quotes
    memory_gb = function_named("train").memory_mb / 1024

    assert Retraining().cost_per_training_second == pytest.approx(
        memory_gb * 0.0000133334, rel=0.002
    )
