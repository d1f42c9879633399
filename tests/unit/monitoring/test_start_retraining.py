"""StartRetraining: one execution for each trigger that deserves one."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from functions.contracts.messages import (
    Decision,
    RetrainingAnswer,
    RetrainingRequest,
    TriggerKind,
    WorkflowInput,
)
from functions.contracts.model_spec import Retraining
from functions.contracts.settings import RetrainingSettings
from functions.core.alarm_message import ForeignAlarmError
from functions.core.ports import StartedExecution
from functions.core.retraining import START_DELAY, order_of
from functions.monitoring import wiring
from functions.monitoring.ports import RetrainingPorts
from functions.monitoring.start_retraining import (
    ATTEMPTS,
    ClaimLostError,
    handler,
    start_retraining,
)
from tests.fakes.documents import NOW, alias_pointer, audit_entry, model_version
from tests.fakes.registry import InMemoryRegistry
from tests.fakes.senders import RecordingWorkflow

MODEL = "car"
HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)


def alarm(
    state: str = "ALARM", *, namespace: str = "Windvane/prod/car", at: datetime = NOW
) -> dict[str, object]:
    """One SNS event of an alarm."""
    message = {
        "AlarmName": "drift",
        "NewStateValue": state,
        "NewStateReason": "Threshold Crossed",
        "StateChangeTime": at.strftime("%Y-%m-%dT%H:%M:%S.%f+0000"),
        "Trigger": {"Namespace": namespace, "MetricName": "DataDriftBreach"},
    }
    return {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": json.dumps(message)}}]}


@dataclass
class World:
    """Registry, ledger and workflow; `ask` hands over one request."""

    registry: InMemoryRegistry = field(default_factory=InMemoryRegistry)
    workflow: RecordingWorkflow = field(default_factory=RecordingWorkflow)
    policy: Retraining = field(default_factory=Retraining)
    now: datetime = NOW

    @property
    def ports(self) -> RetrainingPorts:
        return RetrainingPorts(self.registry, self.registry, self.workflow)

    def ask(
        self,
        identity: str,
        *,
        after: timedelta = timedelta(0),
        kind: TriggerKind = TriggerKind.DRIFT_ALARM,
        ignore_cool_down: bool = False,
    ) -> RetrainingAnswer:
        request = RetrainingRequest(
            model=MODEL, kind=kind, id=identity, ignore_cool_down=ignore_cool_down
        )
        now = NOW + after
        return start_retraining(
            order_of(request, now), policy=self.policy, ports=self.ports, now=now
        )

    def add_champion(self, number: int, dataset: str) -> None:
        version = model_version(number, model=MODEL)
        self.registry.add(version.model_copy(update={"dataset_version": dataset}))
        self.registry.move_alias(
            alias_pointer(number, revision=number, model=MODEL),
            audit_entry(number, to_number=number, model=MODEL),
            expected_revision=number - 1,
        )


@dataclass
class ContestedRegistry(InMemoryRegistry):
    """A ledger in which other triggers win the first `losses` claims."""

    losses: int = 0
    claims: int = 0

    def claim(
        self, model: str, execution: str, *, at: datetime, expected: tuple[str, datetime] | None
    ) -> bool:
        self.claims += 1
        if self.claims <= self.losses:
            self.starts[model] = (f"other-{self.claims}", at - 2 * HOUR)
        return super().claim(model, execution, at=at, expected=expected)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """A world that the handler is wired to."""
    world = World()
    settings = RetrainingSettings(stage="prod", registry_table="t", state_machine_arn="arn")
    spec = type("Spec", (), {"retraining": world.policy})
    monkeypatch.setattr(wiring, "now", lambda: world.now)
    monkeypatch.setattr(wiring, "retraining_settings", lambda: settings)
    monkeypatch.setattr(wiring, "retraining_ports", lambda: world.ports)
    monkeypatch.setattr(wiring, "model_spec", {MODEL: spec}.__getitem__)
    return world


def decision_of(answer: dict[str, object]) -> str:
    found = answer["answers"]
    assert isinstance(found, list)
    assert len(found) == 1
    return str(found[0]["decision"])


def test_starts_the_workflow_with_the_trigger() -> None:
    world = World()

    answer = world.ask("a")

    ((name, payload),) = world.workflow.started.items()
    message = WorkflowInput.model_validate_json(payload)
    assert answer.decision is Decision.STARTED
    assert (answer.execution, answer.execution_arn) == (name, f"arn:execution:{name}")
    assert (message.model, message.execution, message.trigger.id) == (MODEL, name, "a")
    assert world.registry.starts == {MODEL: (name, NOW)}
    assert world.registry.requests == {(MODEL, "a"): answer.reason}


@pytest.mark.parametrize("ended", [False, True])
@pytest.mark.parametrize("after", [timedelta(0), 5 * HOUR])
def test_starts_once_however_often_it_is_delivered(ended: bool, after: timedelta) -> None:
    world = World()
    world.ask("a")
    if ended:
        world.workflow.running.clear()

    again = world.ask("a", after=after)

    assert again.decision is Decision.DUPLICATE
    assert again.execution is None
    assert len(world.workflow.started) == 1


def test_starts_once_although_the_champion_moves_between_deliveries() -> None:
    world = World()
    world.add_champion(1, "ds-1")
    world.ask("a")
    world.workflow.running.clear()
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
    world.workflow.running.clear()

    answer = world.ask("b", after=after)

    assert answer.decision is expected
    assert len(world.workflow.started) == (2 if expected is Decision.STARTED else 1)


def test_does_not_decide_a_refused_trigger_again() -> None:
    world = World()
    world.ask("a")
    world.workflow.running.clear()
    refusal = world.ask("b", after=HOUR - TICK)

    again = world.ask("b", after=2 * HOUR)

    assert again.decision is Decision.DUPLICATE
    assert again.reason == f"this trigger came before: {refusal.reason}"
    assert len(world.workflow.started) == 1


def test_starts_at_once_for_a_person_who_ignores_the_cool_down() -> None:
    world = World()
    world.ask("a")
    world.workflow.running.clear()

    answer = world.ask("b", kind=TriggerKind.PERSON, ignore_cool_down=True)

    assert answer.decision is Decision.STARTED


def test_starts_nothing_beside_a_running_execution() -> None:
    world = World(policy=Retraining(cool_down_minutes=0))
    first = world.ask("a")

    answer = world.ask("b", after=5 * HOUR)

    assert answer.decision is Decision.ALREADY_RUNNING
    assert answer.reason == f"{first.execution} is still running"
    assert world.registry.starts[MODEL] == (first.execution, NOW)


def test_starts_nothing_on_drift_if_it_is_turned_off() -> None:
    world = World(policy=Retraining(on_drift=False))

    answer = world.ask("a")

    assert answer.decision is Decision.TURNED_OFF
    assert world.workflow.started == {}
    assert world.registry.starts == {}


def test_starts_what_an_earlier_delivery_claimed_and_could_not_start() -> None:
    world = World()
    world.workflow.reachable = False
    with pytest.raises(ConnectionError):
        world.ask("a")
    world.workflow.reachable = True

    answer = world.ask("a", after=TICK)

    assert answer.decision is Decision.STARTED
    assert list(world.workflow.started) == [answer.execution]


def test_holds_other_triggers_back_after_a_start_that_failed() -> None:
    world = World()
    world.workflow.reachable = False
    with pytest.raises(ConnectionError):
        world.ask("a")
    world.workflow.reachable = True

    assert world.ask("b", after=TICK).decision is Decision.ALREADY_RUNNING
    assert world.ask("a", after=2 * TICK).decision is Decision.STARTED


def test_holds_nobody_back_for_a_claim_that_came_to_nothing() -> None:
    world = World(policy=Retraining(cool_down_minutes=60))
    world.workflow.reachable = False
    with pytest.raises(ConnectionError):
        world.ask("a")
    world.workflow.reachable = True

    assert world.ask("b", after=START_DELAY).decision is Decision.STARTED


class HurriedWorkflow(RecordingWorkflow):
    """Lets another trigger be decided between a claim and its start."""

    meanwhile: Callable[[], None] | None = None

    def start(self, name: str, payload: str) -> StartedExecution:
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            meanwhile()
        return super().start(name, payload)


def test_starts_one_execution_for_two_alarms_of_one_window() -> None:
    workflow = HurriedWorkflow()
    world = World(workflow=workflow, policy=Retraining(cool_down_minutes=0))
    answers: list[RetrainingAnswer] = []
    workflow.meanwhile = lambda: answers.append(world.ask("prediction"))

    answers.append(world.ask("data"))

    assert [answer.decision for answer in answers] == [Decision.ALREADY_RUNNING, Decision.STARTED]
    assert len(workflow.started) == 1


def test_calls_an_execution_that_ended_before_it_was_recorded_a_duplicate() -> None:
    world = World()
    first = world.ask("a")
    world.workflow.running.clear()
    world.registry.requests.clear()

    again = world.ask("a", after=TICK)

    assert again.decision is Decision.DUPLICATE
    assert again.execution == first.execution
    assert len(world.workflow.started) == 1


def test_decides_again_after_a_lost_claim() -> None:
    world = World(registry=ContestedRegistry(losses=ATTEMPTS - 1))

    answer = world.ask("a")

    assert answer.decision is Decision.STARTED
    assert world.registry.starts[MODEL] == (answer.execution, NOW)


def test_gives_up_after_losing_every_claim() -> None:
    world = World(registry=ContestedRegistry(losses=ATTEMPTS))

    with pytest.raises(ClaimLostError, match=rf"lost the claim of car {ATTEMPTS} times"):
        world.ask("a")

    assert world.workflow.started == {}
    assert world.registry.requests == {}


def test_finds_the_alarm_s_model_by_its_namespace(world: World) -> None:
    answer = handler(alarm(), None)

    ((_, payload),) = world.workflow.started.items()
    assert decision_of(answer) == "started"
    assert WorkflowInput.model_validate_json(payload).model == MODEL
    assert WorkflowInput.model_validate_json(payload).trigger.kind is TriggerKind.DRIFT_ALARM


def test_starts_once_for_an_alarm_that_is_delivered_twice(world: World) -> None:
    handler(alarm(), None)
    world.now = NOW + 3 * HOUR
    world.workflow.running.clear()

    answer = handler(alarm(), None)

    assert decision_of(answer) == "duplicate"
    assert len(world.workflow.started) == 1


def test_starts_again_when_the_alarm_goes_off_again(world: World) -> None:
    handler(alarm(), None)
    world.now = NOW + HOUR
    world.workflow.running.clear()

    answer = handler(alarm(at=world.now), None)

    assert decision_of(answer) == "started"
    assert len(world.workflow.started) == 2


@pytest.mark.parametrize("state", ["OK", "INSUFFICIENT_DATA"])
def test_ignores_an_alarm_in_another_state(
    world: World, state: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = handler(alarm(state), None)

    assert decision_of(answer) == "ignored"
    assert world.workflow.started == {}
    assert world.registry.requests == {}
    assert json.loads(capsys.readouterr().err) == {
        "event": "retraining.ignored",
        "reason": f"drift is {state}, which asks for nothing",
    }


@pytest.mark.parametrize("namespace", ["AWS/Lambda", "Windvane/dev/car"])
def test_refuses_an_alarm_of_a_foreign_namespace(world: World, namespace: str) -> None:
    with pytest.raises(ForeignAlarmError):
        handler(alarm(namespace=namespace), None)

    assert world.workflow.started == {}


def test_answers_a_person_and_logs_the_decision(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = handler({"model": MODEL, "kind": "person", "requested_by": "ann"}, None)

    assert answer["decision"] == "started"
    assert list(world.workflow.started) == [answer["execution"]]
    assert json.loads(capsys.readouterr().err) == {
        "event": "retraining.decided",
        "model": MODEL,
        "trigger": "person@2026-03-01T12:00:00+00:00",
        **answer,
    }
