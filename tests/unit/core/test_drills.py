"""What a fire drill does to retraining: nothing that lasts."""

from datetime import timedelta

import pytest

from functions.contracts.messages import Decision, RetrainingRequest, TriggerKind
from functions.contracts.model_spec import Retraining
from functions.contracts.release import Outcome
from functions.contracts.retraining import RetrainingBook, WaitingTrigger
from functions.core.breaker import count_rejections
from functions.core.budget import CLOCK_ALLOWANCE, measure_usage
from functions.core.drills import ECHO, announce, end_drill, is_echo
from functions.core.retraining import (
    RetrainingDecision,
    RetrainingState,
    decide_retraining,
    refuse_to_hurry,
    serves,
)
from functions.core.retraining_order import RetrainingOrder, order_of
from tests.fakes.documents import NOW
from tests.fakes.retraining import run_once, taken, trigger

MINUTE = timedelta(minutes=1)
POLICY = Retraining(cool_down_minutes=60, maximum_runs_per_day=1)
EMPTY = RetrainingBook(model="car")
DRILL = "drift-20260301t120000-0a1b2c"
DRILLED = announce(EMPTY, DRILL, by="ann", lasts=10 * MINUTE, now=NOW)


def decided(
    book: RetrainingBook,
    *,
    after: timedelta = timedelta(0),
    kind: TriggerKind = TriggerKind.DRIFT_ALARM,
) -> RetrainingDecision:
    order = RetrainingOrder("car", trigger(kind=kind, requested_at=NOW + after))
    return decide_retraining(order, POLICY, RetrainingState("run-1", book), now=NOW + after)


def test_answers_an_alarm_with_what_would_have_been_decided() -> None:
    answer = decided(DRILLED, after=MINUTE)

    assert answer.decision is Decision.DRILLED
    assert answer.reason == (
        f"{DRILL} is a fire drill of ann: nothing was started; without it: started, started "
        "run-1: psi 0.4"
    )


def test_tells_what_else_speaks_against_a_run() -> None:
    ran = announce(run_once(EMPTY), DRILL, by="ann", lasts=10 * MINUTE, now=NOW)

    answer = decided(ran, after=MINUTE)

    assert answer.decision is Decision.DRILLED
    assert "without it: cooling_down, run-1 was started at" in answer.reason


@pytest.mark.parametrize("kind", [TriggerKind.PERSON, TriggerKind.SCHEDULE, TriggerKind.DRILL])
def test_keeps_nobody_else_from_training(kind: TriggerKind) -> None:
    assert decided(DRILLED, after=MINUTE, kind=kind).decision is Decision.STARTED


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (-CLOCK_ALLOWANCE - MINUTE, Decision.STARTED),
        (-CLOCK_ALLOWANCE, Decision.DRILLED),
        (10 * MINUTE + ECHO - MINUTE, Decision.DRILLED),
        (10 * MINUTE + ECHO, Decision.STARTED),
    ],
)
def test_lasts_no_longer_than_was_announced(after: timedelta, expected: Decision) -> None:
    assert decided(DRILLED, after=after).decision is expected


def test_is_over_an_echo_after_its_end() -> None:
    over = end_drill(DRILLED, DRILL, now=NOW + MINUTE)

    assert decided(over, after=MINUTE + ECHO).decision is Decision.STARTED
    assert decided(over, after=ECHO).decision is Decision.DRILLED
    assert end_drill(DRILLED, "another", now=NOW) == DRILLED
    assert end_drill(EMPTY, DRILL, now=NOW) == EMPTY


@pytest.mark.parametrize(
    ("raised", "looked", "is_ringing", "expected"),
    [
        (MINUTE, 2 * MINUTE, True, True),
        (MINUTE, 2 * MINUTE, False, True),
        (MINUTE, 60 * MINUTE, False, True),
        (MINUTE, 60 * MINUTE, True, False),
        (60 * MINUTE, 61 * MINUTE, True, False),
    ],
)
def test_knows_its_own_alarms_by_their_time(
    raised: timedelta, looked: timedelta, is_ringing: bool, expected: bool
) -> None:
    found = is_echo(DRILLED.drill, NOW + raised, is_ringing=is_ringing, now=NOW + looked)

    assert found is expected
    assert not is_echo(None, NOW + raised, is_ringing=is_ringing, now=NOW + looked)


def test_costs_no_budget_no_cool_down_and_no_breaker() -> None:
    once = run_once(EMPTY, Outcome.REJECTED_BY_GATES)

    drilled = run_once(once, Outcome.REJECTED_BY_GATES, kind=TriggerKind.DRILL)

    assert measure_usage(drilled, now=NOW) == measure_usage(once, now=NOW)
    assert refuse_to_hurry(drilled, POLICY, NOW) == refuse_to_hurry(once, POLICY, NOW)
    assert count_rejections(drilled, 1) == count_rejections(once, 1) == 1
    assert drilled.lease is None
    assert drilled.runs[0].outcome is Outcome.REJECTED_BY_GATES


def test_answers_no_alarm_and_leaves_what_waits() -> None:
    waiting = WaitingTrigger(trigger=trigger(), decision=Decision.COOLING_DOWN, since=NOW)
    book = EMPTY.model_copy(update={"waiting": waiting})

    running = taken(book, "drill", kind=TriggerKind.DRILL)

    assert running.waiting == waiting
    assert not serves(running.runs[0], NOW)
    assert taken(book, "real").waiting is None


def test_trains_whatever_the_limits_and_though_nothing_is_new() -> None:
    order = order_of(RetrainingRequest(model="car", kind=TriggerKind.DRILL), NOW)

    assert (order.ignore_limits, order.again) == (True, True)
