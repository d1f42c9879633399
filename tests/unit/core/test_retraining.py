"""Whether a trigger starts the workflow, and under what name."""

import re
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.contracts.messages import Decision, RetrainingRequest, Trigger, TriggerKind
from functions.contracts.model_spec import Retraining
from functions.contracts.naming import MODEL_NAME_PATTERN
from functions.core.retraining import (
    START_DELAY,
    RetrainingOrder,
    RetrainingState,
    decide_retraining,
    execution_name,
    order_of,
)
from tests.fakes.documents import NOW

POLICY = Retraining(cool_down_minutes=60)
NAME = "car-drift_alarm-0123456789abcdef"
BEFORE = ("car-schedule-ffffffffffffffff", NOW)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


def trigger(kind: TriggerKind = TriggerKind.DRIFT_ALARM, identity: str = "a@1") -> Trigger:
    return Trigger(kind=kind, id=identity, reason="psi 0.4", requested_by="alarm", requested_at=NOW)


def order(
    kind: TriggerKind = TriggerKind.DRIFT_ALARM, *, ignore_cool_down: bool = False
) -> RetrainingOrder:
    return RetrainingOrder("car", trigger(kind), ignore_cool_down)


def state(
    *,
    decided: str | None = None,
    last_start: tuple[str, datetime] | None = None,
    is_running: bool = False,
    is_started: bool = True,
) -> RetrainingState:
    return RetrainingState(NAME, decided, last_start, is_running, is_started)


def test_starts_the_first_execution() -> None:
    decision = decide_retraining(order(), POLICY, state(), now=NOW)

    assert decision.decision is Decision.STARTED
    assert decision.reason == f"started {NAME}: psi 0.4"


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
    decision = decide_retraining(order(), POLICY, state(last_start=BEFORE), now=NOW + waited)

    assert decision.decision is expected


def test_names_the_moment_from_which_the_next_may_start() -> None:
    decision = decide_retraining(order(), POLICY, state(last_start=BEFORE), now=NOW + SECOND)

    assert "2026-03-01 12:00:00 UTC" in decision.reason
    assert "from 2026-03-01 13:00:00 on (retraining.cool_down_minutes = 60)" in decision.reason


def test_does_not_pause_without_a_cool_down() -> None:
    policy = Retraining(cool_down_minutes=0)

    decision = decide_retraining(order(), policy, state(last_start=BEFORE), now=NOW)

    assert decision.decision is Decision.STARTED


@pytest.mark.parametrize("minutes", [0, 60])
@pytest.mark.parametrize("ignore", [False, True])
def test_never_starts_beside_another_execution(minutes: int, ignore: bool) -> None:
    decision = decide_retraining(
        order(TriggerKind.PERSON, ignore_cool_down=ignore),
        Retraining(cool_down_minutes=minutes),
        state(last_start=BEFORE, is_running=True),
        now=NOW + HOUR,
    )

    assert decision.decision is Decision.ALREADY_RUNNING
    assert decision.reason == f"{BEFORE[0]} is still running"


def test_lets_a_person_ignore_the_cool_down() -> None:
    asked = order(TriggerKind.PERSON, ignore_cool_down=True)

    decision = decide_retraining(asked, POLICY, state(last_start=BEFORE), now=NOW)

    assert decision.decision is Decision.STARTED


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (TriggerKind.DRIFT_ALARM, Decision.TURNED_OFF),
        (TriggerKind.SCHEDULE, Decision.STARTED),
        (TriggerKind.PERSON, Decision.STARTED),
    ],
)
def test_turns_off_drift_alarms_alone(kind: TriggerKind, expected: Decision) -> None:
    decision = decide_retraining(order(kind), Retraining(on_drift=False), state(), now=NOW)

    assert decision.decision is expected


def test_answers_a_decided_trigger_with_what_was_decided() -> None:
    decision = decide_retraining(order(), POLICY, state(decided="it cools down"), now=NOW + HOUR)

    assert decision.decision is Decision.DUPLICATE
    assert decision.reason == "this trigger came before: it cools down"


def test_calls_a_claimed_and_running_start_a_duplicate() -> None:
    known = state(last_start=(NAME, NOW), is_running=True)

    decision = decide_retraining(order(), POLICY, known, now=NOW)

    assert decision.decision is Decision.DUPLICATE


def test_starts_what_was_claimed_and_does_not_run_within_the_cool_down() -> None:
    decision = decide_retraining(order(), POLICY, state(last_start=(NAME, NOW)), now=NOW + SECOND)

    assert decision.decision is Decision.STARTED


def test_takes_the_moment_for_the_id_of_a_request_without_one() -> None:
    request = RetrainingRequest(model="car", kind=TriggerKind.SCHEDULE)

    first, later = order_of(request, NOW), order_of(request, NOW + SECOND)

    assert first.trigger.id == "schedule@2026-03-01T12:00:00+00:00"
    assert first.trigger.id != later.trigger.id


@pytest.mark.parametrize(
    ("kind", "expected"), [(TriggerKind.PERSON, True), (TriggerKind.SCHEDULE, False)]
)
def test_lets_only_a_person_ask_to_ignore_the_cool_down(kind: TriggerKind, expected: bool) -> None:
    request = RetrainingRequest(model="car", kind=kind, id="7", ignore_cool_down=True)

    asked = order_of(request, NOW)

    assert asked.ignore_cool_down is expected
    assert asked.trigger.id == "7"


@given(
    model=st.from_regex(MODEL_NAME_PATTERN, fullmatch=True) | st.just("m" * 63),
    kind=st.sampled_from(TriggerKind),
    identity=st.text(min_size=1, max_size=256),
    dataset=st.none() | st.text(),
)
def test_names_executions_as_step_functions_allows(
    model: str, kind: TriggerKind, identity: str, dataset: str | None
) -> None:
    name = execution_name(model, trigger(kind, identity), dataset)

    assert re.fullmatch(r"[A-Za-z0-9_-]{1,80}", name)
    assert name == execution_name(model, trigger(kind, identity), dataset)


def test_names_differ_by_model_trigger_and_dataset() -> None:
    long = "m" * 79
    names = {
        execution_name("car", trigger(), None),
        execution_name("bus", trigger(), None),
        execution_name("car", trigger(identity="a@2"), None),
        execution_name("car", trigger(), "ds-1"),
        execution_name("car", trigger(), "ds-2"),
        execution_name(f"{long}a", trigger(), None),
        execution_name(f"{long}b", trigger(), None),
    }

    assert len(names) == 7


@pytest.mark.parametrize("minutes", [0, 60])
@pytest.mark.parametrize("ignore", [False, True])
def test_does_not_overtake_a_start_that_is_claimed(minutes: int, ignore: bool) -> None:
    claimed = state(last_start=("other", NOW), is_started=False)
    policy = Retraining(cool_down_minutes=minutes)
    asked = order(TriggerKind.PERSON, ignore_cool_down=ignore)

    at_once, in_time, late = (
        decide_retraining(asked, policy, claimed, now=NOW + delay).decision
        for delay in (timedelta(0), START_DELAY - timedelta(microseconds=1), START_DELAY)
    )

    assert (at_once, in_time) == (Decision.ALREADY_RUNNING, Decision.ALREADY_RUNNING)
    assert late is Decision.STARTED  # the claim came to nothing, and starts no cool-down
