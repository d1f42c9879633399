"""What a trigger asks for, and the name of its execution."""

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.contracts.labels import LabelChange
from functions.contracts.messages import RetrainingRequest, TriggerKind
from functions.contracts.naming import MODEL_NAME_PATTERN
from functions.contracts.release import Outcome
from functions.core.retraining_order import (
    RetrainingOrder,
    about_change,
    execution_name,
    order_of,
)
from tests.fakes.documents import NOW
from tests.fakes.retraining import trigger
from tests.unit.core.labels_world import run_about

SECOND = timedelta(seconds=1)


def test_takes_the_moment_for_the_id_of_a_request_without_one() -> None:
    request = RetrainingRequest(model="car", kind=TriggerKind.SCHEDULE)

    first, later = order_of(request, NOW), order_of(request, NOW + SECOND)

    assert first.trigger.id == "schedule@2026-03-01T12:00:00+00:00"
    assert first.trigger.id != later.trigger.id


@pytest.mark.parametrize(
    ("kind", "expected"), [(TriggerKind.PERSON, True), (TriggerKind.SCHEDULE, False)]
)
def test_lets_only_a_person_ask_to_ignore_the_limits(kind: TriggerKind, expected: bool) -> None:
    request = RetrainingRequest(model="car", kind=kind, id="7", ignore_limits=True)

    asked = order_of(request, NOW)

    assert asked.ignore_limits is expected
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
    name = execution_name(model, trigger(identity, kind=kind), dataset)

    assert re.fullmatch(r"[A-Za-z0-9_-]{1,80}", name)
    assert name == execution_name(model, trigger(identity, kind=kind), dataset)


def test_names_differ_by_model_trigger_and_dataset() -> None:
    long = "m" * 79
    names = {
        execution_name("car", trigger(), None),
        execution_name("bus", trigger(), None),
        execution_name("car", trigger("a@2"), None),
        execution_name("car", trigger(), "ds-1"),
        execution_name("car", trigger(), "ds-2"),
        execution_name(f"{long}a", trigger(), None),
        execution_name(f"{long}b", trigger(), None),
    }

    assert len(names) == 7


CHANGED = LabelChange(
    model="car",
    version=3,
    window_end=NOW,
    since=NOW - 40 * SECOND,
    labelled_rows=900,
    earlier=(5000, 2000),
    earlier_since=(NOW - 400 * SECOND, NOW - 200 * SECOND),
)


@pytest.mark.parametrize("kind", [kind for kind in TriggerKind if kind is not TriggerKind.DRILL])
def test_says_since_when_labels_have_changed_whoever_asks(kind: TriggerKind) -> None:
    asked = about_change(RetrainingOrder("car", trigger(kind=kind)), CHANGED, 3)

    assert (asked.trigger.since, asked.trigger.labelled_rows) == (CHANGED.since, 900)
    assert asked.trigger.earlier == (5000, 2000)
    assert asked.trigger.id == trigger(kind=kind).id


def test_says_from_when_on_a_time_that_was_too_short_is_learned_again() -> None:
    """The time before the second change: learned after 110 seconds, and over 90 later."""
    runs = [
        run_about(NOW + began * SECOND, at=NOW + at * SECOND, outcome=Outcome.PROMOTED)
        for began, at in ((-400, -290), (-200, -60))
    ]

    asked = about_change(RetrainingOrder("car", trigger()), CHANGED, 3, runs)

    assert asked.trigger.earlier_since == CHANGED.earlier_since
    assert asked.trigger.releases == (None, NOW + (-40 + 1.5 * 200 + 110) * SECOND)


@pytest.mark.parametrize(
    ("kind", "change", "champion"),
    [
        (TriggerKind.LABEL_ALARM, None, 3),
        (TriggerKind.LABEL_ALARM, CHANGED, 4),
        (TriggerKind.LABEL_ALARM, CHANGED, None),
        (TriggerKind.LABEL_ALARM, CHANGED.model_copy(update={"since": None}), 3),
        (TriggerKind.DRILL, CHANGED, 3),
    ],
)
def test_says_nothing_of_labels_of_another_champion_or_of_a_fire_drill(
    kind: TriggerKind, change: LabelChange | None, champion: int | None
) -> None:
    order = RetrainingOrder("car", trigger(kind=kind))

    assert about_change(order, change, champion) == order
