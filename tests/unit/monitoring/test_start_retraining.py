"""StartRetraining: one execution for each trigger that deserves one."""

from datetime import timedelta

import pytest

from functions.contracts.keys import label_change
from functions.contracts.labels import LabelChange
from functions.contracts.messages import (
    Decision,
    TriggerKind,
    WorkflowInput,
)
from functions.contracts.model_spec import Retraining
from functions.contracts.release import Outcome
from functions.contracts.retraining import RetrainingBook
from tests.fakes.documents import NOW
from tests.unit.core.labels_world import run_about
from tests.unit.monitoring.retraining_world import HOUR, MODEL, TICK, World


def test_starts_the_workflow_with_the_trigger() -> None:
    world = World()

    answer = world.ask("a")

    ((name, payload),) = world.workflow.started.items()
    message = WorkflowInput.model_validate_json(payload)
    assert answer.decision is Decision.STARTED
    assert (answer.execution, answer.execution_arn) == (name, f"arn:execution:{name}")
    assert (message.model, message.execution, message.trigger.id) == (MODEL, name, "a")
    lease = world.ledger.read(MODEL).lease
    assert lease is not None
    assert (lease.execution, lease.token, lease.taken_at) == (name, message.lease_token, NOW)
    (decision,) = world.ledger.list_decisions(MODEL, limit=9)
    assert (decision.trigger.id, decision.execution) == ("a", name)
    assert decision.reason == answer.reason


@pytest.mark.parametrize("ended", [False, True])
@pytest.mark.parametrize("after", [timedelta(0), 5 * HOUR])
def test_starts_once_however_often_it_is_delivered(ended: bool, after: timedelta) -> None:
    world = World()
    world.ask("a")
    if ended:
        world.end()

    again = world.ask("a", after=after)

    assert again.decision is Decision.DUPLICATE
    assert again.execution is None
    assert len(world.workflow.started) == 1


def test_starts_once_although_the_champion_moves_between_deliveries() -> None:
    world = World()
    world.add_champion(1, "ds-1")
    world.ask("a")
    world.end()
    world.add_champion(2, "ds-2")

    again = world.ask("a", after=5 * HOUR)

    assert again.decision is Decision.DUPLICATE
    assert len(world.workflow.started) == 1


def test_names_the_execution_after_the_champion_s_dataset() -> None:
    names = set()
    for dataset in ("ds-1", "ds-2"):
        world = World()
        world.add_champion(1, dataset)
        names.add(world.ask("a").execution)

    assert len(names | {World().ask("a").execution}) == 3


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (HOUR - TICK, Decision.COOLING_DOWN),
        (HOUR, Decision.STARTED),
    ],
)
def test_cools_down_after_an_execution(after: timedelta, expected: Decision) -> None:
    world = World()
    world.ask("a")
    world.end()

    answer = world.ask("b", after=after)

    assert answer.decision is expected
    assert len(world.workflow.started) == (2 if expected is Decision.STARTED else 1)


def test_does_not_decide_a_refused_trigger_again() -> None:
    world = World()
    world.ask("a")
    world.end()
    refusal = world.ask("b", after=HOUR - TICK)

    again = world.ask("b", after=2 * HOUR)

    assert again.decision is Decision.DUPLICATE
    assert again.reason == f"this trigger came before: {refusal.reason}"
    assert len(world.workflow.started) == 1


def test_starts_at_once_for_a_person_who_ignores_the_limits() -> None:
    world = World()
    world.ask("a")
    world.end()

    answer = world.ask("b", kind=TriggerKind.PERSON, ignore_limits=True)

    assert answer.decision is Decision.STARTED


def test_starts_nothing_beside_a_running_execution() -> None:
    world = World(policy=Retraining(cool_down_minutes=0))
    first = world.ask("a")

    answer = world.ask("b", after=5 * HOUR)

    assert answer.decision is Decision.ALREADY_RUNNING
    assert answer.reason == f"{first.execution} is still running"
    assert list(world.workflow.started) == [first.execution]


def test_starts_nothing_while_an_execution_that_gave_its_lease_back_still_runs() -> None:
    world = World(policy=Retraining(cool_down_minutes=0))
    first = world.ask("a")
    world.end()
    world.workflow.running.add(str(first.execution))

    assert world.ask("b", after=5 * HOUR).decision is Decision.ALREADY_RUNNING


@pytest.mark.parametrize("status", ["FAILED", "TIMED_OUT", "ABORTED", "SUCCEEDED"])
def test_takes_the_lease_of_a_dead_execution_and_records_its_end(status: str) -> None:
    world = World(policy=Retraining(cool_down_minutes=0))
    first = str(world.ask("a").execution)
    world.workflow.running.clear()
    world.workflow.ends[first] = status

    answer = world.ask("b", after=HOUR)

    (record,) = world.registry.list_executions(MODEL)
    lease = world.ledger.read(MODEL).lease
    assert answer.decision is Decision.STARTED
    assert lease is not None
    assert (lease.execution, lease.token) == (answer.execution, 2)
    assert (record.execution, record.outcome) == (first, Outcome.FAILED)


def test_records_the_end_of_a_dead_execution_with_a_refusal() -> None:
    world = World(policy=Retraining(cool_down_minutes=60))
    world.ask("a")
    world.workflow.running.clear()

    answer = world.ask("b", after=TICK)

    assert answer.decision is Decision.COOLING_DOWN
    assert len(world.registry.list_executions(MODEL)) == 1
    assert world.ledger.read(MODEL).lease is None


def test_starts_nothing_on_drift_if_it_is_turned_off() -> None:
    world = World(policy=Retraining(on_alarm=False))

    answer = world.ask("a")

    assert answer.decision is Decision.TURNED_OFF
    assert world.workflow.started == {}
    assert world.ledger.read(MODEL).revision == 0


@pytest.mark.parametrize(
    "policy",
    [Retraining(), Retraining(on_alarm=False), Retraining(maximum_runs_per_day=1)],
)
def test_records_everything_that_it_declines_with_its_reason(policy: Retraining) -> None:
    world = World(policy=policy)
    world.ask("a")
    world.end()

    answer = world.ask("b", after=HOUR - TICK)

    recorded = world.ledger.find_decision(MODEL, "b")
    assert recorded is not None
    assert (recorded.decision, recorded.reason) == (answer.decision, answer.reason)
    assert recorded.execution is None


def test_starts_what_an_earlier_delivery_decided_and_could_not_start() -> None:
    world = World()
    world.workflow.reachable = False
    with pytest.raises(ConnectionError):
        world.ask("a")
    world.workflow.reachable = True

    answer = world.ask("a", after=TICK)

    assert answer.decision is Decision.STARTED
    assert list(world.workflow.started) == [answer.execution]


def test_starts_for_another_trigger_what_could_not_be_started() -> None:
    world = World()
    world.workflow.reachable = False
    with pytest.raises(ConnectionError):
        world.ask("a")
    world.workflow.reachable = True

    other = world.ask("b", after=TICK)
    again = world.ask("a", after=2 * TICK)

    assert other.decision is Decision.ALREADY_RUNNING
    assert again.decision is Decision.DUPLICATE
    ((_, payload),) = world.workflow.started.items()
    assert WorkflowInput.model_validate_json(payload).trigger.id == "a"


def test_starts_a_run_that_knows_since_when_labels_have_changed() -> None:
    world = World()
    world.add_champion(1, "ds-1")
    since = NOW - 3 * HOUR
    change = LabelChange(model=MODEL, version=1, window_end=NOW, since=since, labelled_rows=700)
    world.captures.write(label_change(MODEL), change.model_dump_json().encode(), content_type="x")

    world.ask("a", kind=TriggerKind.LABEL_ALARM)

    ((_, payload),) = world.workflow.started.items()
    (run,) = world.ledger.read(MODEL).runs
    told = WorkflowInput.model_validate_json(payload).trigger
    assert (told.since, told.labelled_rows) == (since, 700)
    assert (run.since, run.labelled_rows, run.champion) == (since, 700, 1)


def test_starts_a_run_that_knows_which_earlier_time_was_too_short_by_the_book() -> None:
    world = World()
    world.add_champion(1, "ds-1")
    first, second, since = NOW - 30 * HOUR, NOW - 20 * HOUR, NOW - 10 * HOUR
    runs = tuple(
        run_about(began, at=began + 7 * HOUR, outcome=Outcome.PROMOTED) for began in (second, first)
    )
    world.ledger.books[MODEL] = RetrainingBook(model=MODEL, revision=1, runs=runs)
    change = LabelChange(
        model=MODEL,
        version=1,
        window_end=NOW,
        since=since,
        labelled_rows=700,
        earlier=(2100, 1400),
        earlier_since=(first, second),
    )
    world.captures.write(label_change(MODEL), change.model_dump_json().encode(), content_type="x")

    world.ask("a", kind=TriggerKind.LABEL_ALARM)

    ((_, payload),) = world.workflow.started.items()
    told = WorkflowInput.model_validate_json(payload).trigger
    assert (told.earlier, told.earlier_since) == (change.earlier, change.earlier_since)
    assert told.releases == (None, since + (1.5 * 10 + 7) * HOUR)
