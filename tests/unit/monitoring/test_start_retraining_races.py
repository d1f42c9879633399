"""StartRetraining while other triggers and deliveries are on their way."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from functions.contracts.messages import Decision, RetrainingAnswer
from functions.contracts.model_spec import Retraining
from functions.contracts.release import ExecutionRecord
from functions.contracts.retraining import DecisionRecord, RetrainingBook
from functions.core.ports import StartedExecution
from functions.monitoring.start_retraining import ATTEMPTS, ClaimLostError
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.registry import InMemoryRegistry
from tests.fakes.senders import RecordingWorkflow
from tests.unit.monitoring.retraining_world import MODEL, World


@dataclass
class ContestedLedger(InMemoryLedger):
    """A ledger in which other triggers are faster `losses` times."""

    losses: int = 0

    def decide(
        self,
        decision: DecisionRecord,
        *,
        book: RetrainingBook | None = None,
        closed: ExecutionRecord | None = None,
    ) -> None:
        if self.losses:
            self.losses -= 1
            self.write(self.read(MODEL))
        super().decide(decision, book=book, closed=closed)


class HurriedWorkflow(RecordingWorkflow):
    """Lets another trigger be decided between a decision and its start."""

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


def test_starts_once_for_two_deliveries_at_the_same_moment() -> None:
    workflow = HurriedWorkflow()
    world = World(workflow=workflow)
    answers: list[RetrainingAnswer] = []
    workflow.meanwhile = lambda: answers.append(world.ask("a"))

    answers.append(world.ask("a"))

    assert len(workflow.started) == 1
    assert {answer.execution for answer in answers} == set(workflow.started)


def test_decides_again_when_others_were_faster() -> None:
    world = World(registry=InMemoryRegistry(ledger=ContestedLedger(losses=ATTEMPTS - 1)))

    answer = world.ask("a")

    assert answer.decision is Decision.STARTED
    assert list(world.workflow.started) == [answer.execution]


def test_gives_up_when_others_are_always_faster() -> None:
    world = World(registry=InMemoryRegistry(ledger=ContestedLedger(losses=ATTEMPTS)))

    with pytest.raises(ClaimLostError, match=rf"lost the claim of car {ATTEMPTS} times"):
        world.ask("a")

    assert world.workflow.started == {}
    assert world.ledger.list_decisions(MODEL, limit=9) == ()
