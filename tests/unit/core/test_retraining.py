"""Whether a trigger starts the workflow."""

from dataclasses import replace
from datetime import timedelta

import pytest

from functions.contracts.messages import (
    Decision,
    TriggerKind,
    WorkflowInput,
)
from functions.contracts.model_spec import Retraining
from functions.contracts.release import Outcome
from functions.contracts.retraining import RetrainingBook
from functions.core.retraining import (
    LONGEST_TRAINING_SECONDS,
    SAME_WINDOW,
    RetrainingDecision,
    RetrainingState,
    bury,
    decide_retraining,
    enter,
    estimate_seconds,
)
from functions.core.retraining_order import RetrainingOrder, payload_of
from tests.fakes.documents import NOW
from tests.fakes.retraining import decision, ended, run_once, taken, trigger

POLICY = Retraining(cool_down_minutes=60)
NAME = "car-drift_alarm-0123456789abcdef"
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
EMPTY = RetrainingBook(model="car")
RUNNING = taken(EMPTY, "before")
ENDED = ended(RUNNING)
REFUSED = run_once(
    run_once(run_once(EMPTY, Outcome.REJECTED_BY_GATES), Outcome.REJECTED_BY_GATES),
    Outcome.REJECTED_BY_GATES,
)


def order(
    kind: TriggerKind = TriggerKind.DRIFT_ALARM,
    *,
    ignore_limits: bool = False,
    requested_at: timedelta = timedelta(0),
) -> RetrainingOrder:
    asked = trigger("a@1", kind=kind, requested_at=NOW + requested_at)
    return RetrainingOrder("car", asked, ignore_limits=ignore_limits)


def state(book: RetrainingBook = EMPTY, status: str | None = None) -> RetrainingState:
    return RetrainingState(NAME, book, newest_status=status, champion=1)


def test_starts_the_first_execution() -> None:
    decided = decide_retraining(order(), POLICY, state(), now=NOW)

    assert decided.decision is Decision.STARTED
    assert decided.reason == f"started {NAME}: psi 0.4"


@pytest.mark.parametrize(
    ("waited", "expected"),
    [
        (timedelta(0), Decision.COOLING_DOWN),
        (HOUR - timedelta(microseconds=1), Decision.COOLING_DOWN),
        (HOUR, Decision.STARTED),
        (HOUR + SECOND, Decision.STARTED),
    ],
)
def test_cools_down_until_the_minute_is_reached(waited: timedelta, expected: Decision) -> None:
    decided = decide_retraining(order(), POLICY, state(ENDED, "SUCCEEDED"), now=NOW + waited)

    assert decided.decision is expected


def test_names_the_moment_from_which_the_next_may_start() -> None:
    decided = decide_retraining(order(), POLICY, state(ENDED, "SUCCEEDED"), now=NOW + SECOND)

    assert "2026-03-01 12:00:00 UTC" in decided.reason
    assert "from 2026-03-01 13:00:00 on (retraining.cool_down_minutes = 60)" in decided.reason


def test_does_not_pause_without_a_cool_down() -> None:
    policy = Retraining(cool_down_minutes=0)

    for now in (NOW, NOW - timedelta(minutes=10)):
        decided = decide_retraining(order(), policy, state(ENDED, "SUCCEEDED"), now=now)

        assert decided.decision is Decision.STARTED


def test_does_not_cool_down_after_a_start_by_a_person() -> None:
    book = run_once(EMPTY, kind=TriggerKind.PERSON)

    decided = decide_retraining(order(), POLICY, state(book, "SUCCEEDED"), now=NOW + SECOND)

    assert decided.decision is Decision.STARTED


def test_goes_on_cooling_down_although_a_person_started_meanwhile() -> None:
    book = run_once(ENDED, kind=TriggerKind.PERSON, at=NOW + SECOND)

    decided = decide_retraining(order(), POLICY, state(book, "SUCCEEDED"), now=NOW + 2 * SECOND)

    assert decided.decision is Decision.COOLING_DOWN


@pytest.mark.parametrize("ignore", [False, True])
@pytest.mark.parametrize(
    ("book", "status", "reason"),
    [
        (RUNNING, "RUNNING", "before is still running"),
        (RUNNING, None, "before is being started"),
        (ENDED, "RUNNING", "before is still running"),
    ],
)
def test_never_starts_beside_another_execution(
    book: RetrainingBook, status: str | None, reason: str, ignore: bool
) -> None:
    decided = decide_retraining(
        order(TriggerKind.PERSON, ignore_limits=ignore),
        Retraining(cool_down_minutes=0),
        state(book, status),
        now=NOW + 9 * HOUR,
    )

    assert (decided.decision, decided.reason) == (Decision.ALREADY_RUNNING, reason)


def test_declines_what_the_budget_does_not_hold() -> None:
    policy = Retraining(cool_down_minutes=0, maximum_runs_per_day=1)

    decided = decide_retraining(order(), policy, state(ENDED, "SUCCEEDED"), now=NOW + HOUR)

    assert decided.decision is Decision.OVER_BUDGET
    assert "retraining.maximum_runs_per_day = 1" in decided.reason


def test_declines_while_the_breaker_is_open() -> None:
    decided = decide_retraining(order(), POLICY, state(REFUSED, "SUCCEEDED"), now=NOW + 9 * HOUR)

    assert decided.decision is Decision.BREAKER_OPEN
    assert "windvane retraining reset car" in decided.reason


@pytest.mark.parametrize("book", [ENDED, REFUSED])
def test_lets_a_person_ignore_the_limits(book: RetrainingBook) -> None:
    asked = order(TriggerKind.PERSON, ignore_limits=True)
    policy = Retraining(maximum_runs_per_day=1)

    decided = decide_retraining(asked, policy, state(book, "SUCCEEDED"), now=NOW)

    assert decided.decision is Decision.STARTED


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (TriggerKind.DRIFT_ALARM, Decision.TURNED_OFF),
        (TriggerKind.LABEL_ALARM, Decision.TURNED_OFF),
        (TriggerKind.ESTIMATE_ALARM, Decision.TURNED_OFF),
        (TriggerKind.SCHEDULE, Decision.STARTED),
        (TriggerKind.PERSON, Decision.STARTED),
    ],
)
def test_turns_off_alarms_alone(kind: TriggerKind, expected: Decision) -> None:
    decided = decide_retraining(order(kind), Retraining(on_alarm=False), state(), now=NOW)

    assert decided.decision is expected


@pytest.mark.parametrize("status", ["RUNNING", "SUCCEEDED"])
def test_answers_a_decided_trigger_with_what_was_decided(status: str) -> None:
    known = replace(state(RUNNING, status), decided=decision("a@1"))

    decided = decide_retraining(order(), POLICY, known, now=NOW + HOUR)

    assert decided.decision is Decision.DUPLICATE
    assert decided.reason == "this trigger came before: psi 0.4"


def test_starts_what_it_decided_before_and_does_not_exist() -> None:
    own = enter(order(), RetrainingDecision(Decision.STARTED, "go"), state(), now=NOW)
    assert own is not None
    known = replace(state(own), decided=decision("a@1"))

    decided = decide_retraining(order(), POLICY, known, now=NOW + HOUR)

    assert decided.decision is Decision.STARTED


def test_a_start_takes_the_lease_and_ends_the_wait() -> None:
    waiting = enter(order(), RetrainingDecision(Decision.OVER_BUDGET, "no"), state(), now=NOW)
    assert waiting is not None

    book = enter(
        order(), RetrainingDecision(Decision.STARTED, "go"), state(waiting), now=NOW + HOUR
    )

    assert book is not None
    assert book.lease is not None
    assert (book.lease.execution, book.lease.token, book.waiting) == (NAME, 1, None)
    assert WorkflowInput.model_validate_json(payload_of(book.lease)) == WorkflowInput(
        model="car", execution=NAME, trigger=order().trigger, lease_token=1
    )


@pytest.mark.parametrize(
    ("declined", "waits"),
    [
        (Decision.COOLING_DOWN, True),
        (Decision.OVER_BUDGET, True),
        (Decision.BREAKER_OPEN, True),
        (Decision.ALREADY_RUNNING, False),
        (Decision.TURNED_OFF, False),
    ],
)
def test_lets_a_trigger_wait_whose_reason_passes(declined: Decision, waits: bool) -> None:
    book = enter(order(), RetrainingDecision(declined, "no"), state(), now=NOW)

    found = book.waiting if book else None
    assert (found is not None) is waits
    if found is not None:
        assert (found.trigger, found.decision) == (order().trigger, declined)


def test_lets_one_trigger_wait() -> None:
    refusal = RetrainingDecision(Decision.OVER_BUDGET, "no")
    waiting = enter(order(), refusal, state(), now=NOW)
    assert waiting is not None

    assert enter(order(), refusal, state(waiting), now=NOW + HOUR) is None


@pytest.mark.parametrize(
    ("kind", "late", "waits"),
    [
        (TriggerKind.DRIFT_ALARM, SAME_WINDOW, False),
        (TriggerKind.DRIFT_ALARM, SAME_WINDOW + SECOND, True),
        (TriggerKind.PERSON, timedelta(0), False),
        (TriggerKind.PERSON, SECOND, True),
    ],
)
def test_lets_nothing_wait_that_a_run_served(
    kind: TriggerKind, late: timedelta, waits: bool
) -> None:
    asked = order(requested_at=late)
    refusal = RetrainingDecision(Decision.COOLING_DOWN, "no")
    ran = run_once(EMPTY, kind=kind)

    book = enter(asked, refusal, state(ran, "SUCCEEDED"), now=NOW + HOUR)

    assert (book is not None) is waits


@pytest.mark.parametrize("status", ["FAILED", "TIMED_OUT", "ABORTED", "SUCCEEDED"])
def test_buries_an_execution_that_ended_without_concluding(status: str) -> None:
    settled, record = bury(state(RUNNING, status), now=NOW + HOUR)

    assert record is not None
    assert (record.execution, record.outcome) == ("before", Outcome.FAILED)
    assert status.lower().replace("_", " ") in record.reason
    assert record.training_seconds == LONGEST_TRAINING_SECONDS
    assert settled.book.lease is None
    assert settled.book.runs[0].outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("book", "status"),
    [(RUNNING, "RUNNING"), (RUNNING, None), (ENDED, "SUCCEEDED"), (EMPTY, None)],
)
def test_buries_nobody_else(book: RetrainingBook, status: str | None) -> None:
    known = state(book, status)

    assert bury(known, now=NOW) == (known, None)


def test_charges_a_run_that_could_not_tell_what_the_longest_took() -> None:
    book = run_once(run_once(EMPTY, seconds=70.0), seconds=20.0)

    assert estimate_seconds(book, NOW, now=NOW + HOUR) == 70.0
    assert estimate_seconds(EMPTY, NOW, now=NOW + 30 * SECOND) == 30.0
    assert estimate_seconds(EMPTY, NOW + SECOND, now=NOW) == 0.0
