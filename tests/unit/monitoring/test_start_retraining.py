"""StartRetraining: one execution for each trigger that deserves one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from functions.contracts.messages import (
    Decision,
    RetrainingAnswer,
    TriggerKind,
    WorkflowInput,
)
from functions.contracts.model_spec import Retraining
from functions.core.ports import StartedExecution
from functions.core.retraining import START_DELAY
from functions.monitoring.start_retraining import (
    ATTEMPTS,
    ClaimLostError,
)
from tests.fakes.documents import NOW
from tests.fakes.registry import InMemoryRegistry
from tests.fakes.senders import RecordingWorkflow
from tests.unit.monitoring.retraining_world import HOUR, MODEL, TICK, World


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
