"""Reconcile mends what lost events leave behind."""

from datetime import timedelta

import pytest

from functions.contracts.messages import TriggerKind, WorkflowInput
from functions.contracts.model_spec import Retraining
from functions.contracts.release import Outcome
from functions.core.drills import announce
from functions.core.reconciling import LOOK_BACK, RERUN_AFTER, RETRY_AFTER
from functions.monitoring import reconcile as step
from functions.monitoring import wiring
from functions.monitoring.ports import ReconcilePorts
from tests.fakes.documents import NOW
from tests.unit.monitoring.reconcile_world import ALARM, ReconcileWorld
from tests.unit.monitoring.retraining_world import HOUR, MODEL, TICK

MINUTE = timedelta(minutes=1)


def test_does_nothing_where_all_is_well() -> None:
    world = ReconcileWorld()

    assert world.look().actions == ()
    assert world.ledger.read(MODEL).revision == 0
    assert world.notifier.messages == []


def test_starts_for_an_alarm_that_rings_and_nothing_ran() -> None:
    world = ReconcileWorld()
    world.ring()

    output = world.look(10 * MINUTE)

    ((_, payload),) = world.workflow.started.items()
    trigger = WorkflowInput.model_validate_json(payload).trigger
    assert trigger.kind is TriggerKind.DRIFT_ALARM
    assert trigger.reason == "drift is in ALARM and nothing ran: psi 0.4"
    assert output.actions[0].startswith("started: started car-drift_alarm-")


@pytest.mark.parametrize(("ago", "starts"), [(LOOK_BACK, 1), (LOOK_BACK + TICK, 0)])
def test_starts_for_an_alarm_that_rang_between_two_looks(ago: timedelta, starts: int) -> None:
    world = ReconcileWorld()
    world.ring(is_ringing=False)

    world.look(ago)

    assert len(world.workflow.started) == starts


def test_starts_nothing_for_the_echo_of_a_fire_drill() -> None:
    world = ReconcileWorld()
    book = world.ledger.read(MODEL)
    world.ledger.write(announce(book, "drift-drill", by="ann", lasts=10 * MINUTE, now=NOW))
    world.ring(MINUTE)

    drilled = world.look(15 * MINUTE)
    rings_on = world.look(60 * MINUTE)

    assert drilled.actions == ()
    assert rings_on.actions[0].startswith("started: ")


def test_starts_nothing_more_while_it_runs_nor_after_it_ended() -> None:
    world = ReconcileWorld(policy=Retraining(cool_down_minutes=0))
    world.ring()
    world.look()
    world.look(15 * MINUTE)
    world.end(after=20 * MINUTE)

    for quarter in range(2, 48 * 4):
        world.look(quarter * 15 * MINUTE)

    assert len(world.workflow.started) == 1
    assert world.decisions() == ["started"]


@pytest.mark.parametrize("outcome", [Outcome.PROMOTED, Outcome.REJECTED_BY_GATES])
def test_tries_another_candidate_while_the_alarm_rings_for_days(outcome: Outcome) -> None:
    world = ReconcileWorld()
    world.ring()
    world.look()
    world.end(outcome)

    world.look(RERUN_AFTER - TICK)
    before = len(world.workflow.started)
    world.look(RERUN_AFTER)

    assert (before, len(world.workflow.started)) == (1, 2)


def test_starts_nothing_for_an_alarm_whose_message_came() -> None:
    world = ReconcileWorld(policy=Retraining(cool_down_minutes=0))
    world.ring(2 * MINUTE)
    world.ask("drift@", after=2 * MINUTE)
    world.end(after=5 * MINUTE)

    assert world.look(15 * MINUTE).actions == ()


@pytest.mark.parametrize("outcome", [Outcome.NO_NEW_DATA, Outcome.FAILED])
def test_tries_a_run_without_a_candidate_again_while_the_alarm_rings(outcome: Outcome) -> None:
    world = ReconcileWorld()
    world.ring()
    world.look()
    world.end(outcome)

    world.look(RETRY_AFTER - TICK)
    before = len(world.workflow.started)
    world.look(RETRY_AFTER)

    assert (before, len(world.workflow.started)) == (1, 2)


def test_does_not_try_again_once_the_alarm_is_silent() -> None:
    world = ReconcileWorld()
    world.ring()
    world.look()
    world.end(Outcome.NO_NEW_DATA)
    world.levels.alarms.clear()

    assert world.look(RETRY_AFTER).actions == ()


def test_takes_up_what_was_declined_while_it_cooled_down() -> None:
    world = ReconcileWorld()
    world.ask("a")
    world.end(after=MINUTE)
    world.ask("b", after=30 * MINUTE)

    early = world.look(HOUR - TICK)
    late = world.look(HOUR)

    assert early.actions == ()
    assert len(late.actions) == 1
    assert len(world.workflow.started) == 2
    last = WorkflowInput.model_validate_json(list(world.workflow.started.values())[-1])
    assert last.trigger.id.startswith("b#again@")
    assert world.ledger.read(MODEL).waiting is None


def test_takes_up_what_the_budget_did_not_hold() -> None:
    policy = Retraining(cool_down_minutes=0, maximum_runs_per_day=1)
    world = ReconcileWorld(policy=policy)
    world.ask("a")
    world.end()
    world.ask("b", after=HOUR, kind=TriggerKind.SCHEDULE)

    looks = [len(world.look(after).actions) for after in (24 * HOUR, 24 * HOUR + 20 * MINUTE)]

    assert looks == [0, 1]
    assert world.decisions() == ["started", "over_budget", "started"]


def test_takes_up_what_the_breaker_held_back_when_a_person_closed_it() -> None:
    world = ReconcileWorld(policy=Retraining(cool_down_minutes=0, rejected_in_a_row=1))
    world.ask("a")
    world.end(Outcome.REJECTED_BY_GATES)
    world.ask("b", after=HOUR)
    held = world.look(2 * HOUR)
    book = world.ledger.read(MODEL)
    world.ledger.write(book.model_copy(update={"rejected_in_a_row": 0}))

    assert held.actions == ()
    assert len(world.look(3 * HOUR).actions) == 1


def test_records_once_what_it_declines_itself() -> None:
    world = ReconcileWorld(policy=Retraining(cool_down_minutes=600))
    world.ask("a")
    world.end()
    world.ring(HOUR)

    for quarter in range(4, 12):
        world.look(quarter * 15 * MINUTE)

    assert world.decisions() == ["started", "cooling_down"]


def test_waits_no_more_once_drift_is_turned_off() -> None:
    world = ReconcileWorld()
    world.ask("a")
    world.end()
    world.ask("b", after=30 * MINUTE)
    world.policy = Retraining(on_alarm=False)

    output = world.look(HOUR)

    assert "waits no more" in output.actions[0]
    assert world.ledger.read(MODEL).waiting is None
    assert len(world.workflow.started) == 1


def test_asks_no_alarm_where_drift_starts_nothing() -> None:
    world = ReconcileWorld(policy=Retraining(on_alarm=False))
    world.ring()

    assert world.look().actions == ()
    assert world.levels.asked == []


@pytest.mark.parametrize("status", ["FAILED", "TIMED_OUT", "ABORTED"])
def test_closes_a_dead_run_frees_its_lease_and_tells_people(status: str) -> None:
    world = ReconcileWorld()
    name = str(world.ask("a").execution)
    world.workflow.running.clear()
    world.workflow.ends[name] = status

    output = world.look(10 * MINUTE)

    (record,) = world.registry.list_executions(MODEL)
    ((subject, text, attributes),) = world.notifier.messages
    assert (record.execution, record.outcome) == (name, Outcome.FAILED)
    assert world.ledger.read(MODEL).lease is None
    assert status.lower().replace("_", " ") in record.reason
    assert output.actions == (f"{name}: {record.reason}",)
    assert subject == "car: a retraining died"
    assert f"windvane runs show {name}" in text
    assert attributes == {"model": MODEL, "outcome": "failed"}


def test_starts_what_was_decided_upon_and_never_started() -> None:
    world = ReconcileWorld()
    world.workflow.reachable = False
    with pytest.raises(ConnectionError):
        world.ask("a")
    world.workflow.reachable = True

    output = world.look(MINUTE)

    (name,) = world.workflow.started
    assert output.actions == (f"{name} was decided upon and not started: started it",)
    assert world.workflow.status(name) == "RUNNING"


def test_leaves_the_rest_to_the_next_look_when_a_trigger_is_faster() -> None:
    world = ReconcileWorld()
    name = str(world.ask("a").execution)
    world.workflow.running.clear()
    world.workflow.ends[name] = "FAILED"
    write = world.ledger.write

    def hurried(book: object, **more: object) -> None:
        world.ledger.write = write  # type: ignore[method-assign] # once
        world.ledger.write(world.ledger.read(MODEL))
        write(book, **more)  # type: ignore[arg-type] # handed on as it came

    world.ledger.write = hurried  # type: ignore[method-assign,assignment] # a trigger in between

    assert world.look(MINUTE).actions == ()
    assert world.notifier.messages == []
    assert len(world.look(2 * MINUTE).actions) == 1


def test_answers_its_schedule_with_plain_json(monkeypatch: pytest.MonkeyPatch) -> None:
    world = ReconcileWorld()
    world.ring()
    ports = ReconcilePorts(world.ports, world.registry, world.levels, world.notifier)
    monkeypatch.setattr(wiring, "reconcile_ports", lambda: ports)
    spec = type("Spec", (), {"retraining": world.policy})
    monkeypatch.setattr(wiring, "model_spec", lambda _name: spec)
    monkeypatch.setattr(wiring, "now", lambda: NOW)

    answer = step.handler({"model": MODEL, "alarms": {"drift_alarm": [ALARM]}}, None)

    assert answer["model"] == MODEL
    assert len(world.workflow.started) == 1
