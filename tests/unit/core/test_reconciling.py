"""What a look at the levels finds."""

from datetime import timedelta

import pytest

from functions.contracts.messages import TriggerKind
from functions.contracts.release import Outcome
from functions.contracts.retraining import RetrainingBook
from functions.contracts.rollout import RolloutRecord, RolloutStatus
from functions.core.reconciling import (
    NOTICE_PERIOD,
    ROLLOUT_PATIENCE,
    WORK_PATIENCE,
    RaisedAlarm,
    find_stuck,
    find_unserved,
    note_told,
    order_of_level,
    order_of_waiting,
)
from functions.core.retraining import SAME_WINDOW
from tests.fakes.documents import NOW
from tests.fakes.retraining import run_once, taken
from tests.fakes.splits import rollout

HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)
EMPTY = RetrainingBook(model="loan_default")
RAN = run_once(EMPTY)


def raised(after: timedelta = timedelta(0), *, name: str = "drift") -> RaisedAlarm:
    return RaisedAlarm(name, TriggerKind.DRIFT_ALARM, NOW + after, "psi 0.4")


@pytest.mark.parametrize(
    ("after", "is_served"),
    [(-HOUR, True), (timedelta(0), True), (SAME_WINDOW, True), (SAME_WINDOW + TICK, False)],
)
def test_takes_a_run_for_an_answer_to_what_was_raised_before_it(
    after: timedelta, is_served: bool
) -> None:
    found = find_unserved(RAN, (raised(after),), now=NOW + HOUR)

    assert (found is None) is is_served


def test_takes_a_run_that_was_asked_for_long_before_it_began() -> None:
    book = run_once(EMPTY, at=NOW + HOUR)
    late = book.runs[0].model_copy(update={"requested_at": NOW - HOUR})

    found = find_unserved(
        book.model_copy(update={"runs": (late,)}), (raised(HOUR),), now=NOW + 2 * HOUR
    )

    assert found is None


def test_takes_the_alarm_that_was_raised_first() -> None:
    alarms = (raised(2 * HOUR, name="b"), raised(HOUR, name="c"), raised(HOUR, name="a"))

    found = find_unserved(EMPTY, alarms, now=NOW + 3 * HOUR)

    assert found is not None
    assert found.name == "a"


def test_a_level_is_one_trigger_until_a_run_came_of_it() -> None:
    first = order_of_level(EMPTY, raised(), now=NOW + HOUR)
    again = order_of_level(EMPTY, raised(), now=NOW + 2 * HOUR)
    after_a_run = order_of_level(run_once(EMPTY, Outcome.FAILED), raised(), now=NOW + 9 * HOUR)

    assert first.trigger.id == again.trigger.id == "drift@2026-03-01T12:00:00+00:00#level0"
    assert after_a_run.trigger.id.endswith("#level1")


@pytest.mark.parametrize("ahead", [-HOUR, HOUR])
def test_dates_a_level_by_the_later_clock(ahead: timedelta) -> None:
    order = order_of_level(EMPTY, raised(ahead), now=NOW)

    assert order.trigger.requested_at == max(NOW, NOW + ahead)


def test_orders_nothing_where_nothing_waits() -> None:
    assert order_of_waiting(EMPTY, now=NOW) is None


@pytest.mark.parametrize(("waited", "count"), [(WORK_PATIENCE - TICK, 0), (WORK_PATIENCE, 1)])
def test_tells_of_a_run_that_hangs(waited: timedelta, count: int) -> None:
    book = taken(EMPTY, "e1")

    stuck = find_stuck(book, None, now=NOW + waited)

    assert len(stuck) == count
    if stuck:
        assert "windvane runs show e1" in stuck[0].text


def baking(status: RolloutStatus = RolloutStatus.BAKING) -> RolloutRecord:
    return rollout(execution="e1").model_copy(update={"status": status})


def test_a_run_in_its_rollout_does_not_hang() -> None:
    book = taken(EMPTY, "e1")

    assert find_stuck(book, baking(), now=NOW + WORK_PATIENCE) == ()


@pytest.mark.parametrize(
    ("status", "due", "words"),
    [
        (RolloutStatus.BAKING, timedelta(minutes=30), "should have gone on from 10 %"),
        (RolloutStatus.PAUSED, timedelta(0), "is paused at 10 %"),
    ],
)
def test_tells_of_a_rollout_that_does_not_get_on(
    status: RolloutStatus, due: timedelta, words: str
) -> None:
    record = baking(status)
    late = NOW + due + ROLLOUT_PATIENCE

    assert find_stuck(EMPTY, record, now=late - TICK) == ()
    (stuck,) = find_stuck(EMPTY, record, now=late)
    assert words in stuck.text
    assert "windvane rollout abort loan_default" in stuck.text


@pytest.mark.parametrize("status", [RolloutStatus.PROMOTED, RolloutStatus.ABORTED])
def test_tells_nothing_of_a_rollout_that_is_over(status: RolloutStatus) -> None:
    assert find_stuck(EMPTY, baking(status), now=NOW + 9 * ROLLOUT_PATIENCE) == ()


def test_tells_the_same_once_a_day() -> None:
    book, late = taken(EMPTY, "e1"), NOW + WORK_PATIENCE
    stuck = find_stuck(book, None, now=late)

    told = note_told(book, stuck, now=late)

    assert find_stuck(told, None, now=late + NOTICE_PERIOD - TICK) == ()
    assert find_stuck(told, None, now=late + NOTICE_PERIOD) == stuck
    again = note_told(told, stuck, now=late + NOTICE_PERIOD)
    assert len(again.notices) == 1
