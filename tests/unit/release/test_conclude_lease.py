"""Conclude gives the lease back, and does nothing for an execution that lost it."""

from datetime import timedelta

import pytest

from functions.contracts.messages import CandidateFindings, TrainOutput, WentBack
from functions.contracts.release import ExecutionRecord
from functions.contracts.retraining import RetrainingBook
from functions.contracts.rollout_messages import ConcludeInput
from functions.core.lease import StaleLeaseError
from functions.core.retraining_ledger import LedgerMovedError
from functions.release.conclude import ATTEMPTS, conclude
from tests.fakes.documents import NOW
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.registry import InMemoryRegistry
from tests.fakes.senders import RecordingNotifier
from tests.unit.release.conclude_world import (
    NOT_NEW,
    POLICY,
    PROMOTED,
    REFUSED_REPLAY,
    TIMED_OUT,
    message,
    ports,
    replayed,
)
from tests.unit.release.world import MODEL, PREPARED, TOKEN, World, evaluated


def test_frees_the_lease_and_charges_what_the_candidates_took() -> None:
    world = World()
    train = tuple(
        TrainOutput(
            run_id=f"r{index}", run_record_key="k", metric="m", value=1, parameters={}, seconds=4.5
        )
        for index in range(2)
    )

    conclude(
        replayed(judge_replay=REFUSED_REPLAY, train=train),
        policy=POLICY,
        ports=ports(world),
        now=NOW,
    )

    book = world.registry.ledger.read(MODEL)
    (record,) = world.registry.list_executions(MODEL)
    assert book.lease is None
    assert (book.runs[0].outcome, book.runs[0].training_seconds) == (record.outcome, 9.0)
    assert record.training_seconds == 9.0
    assert book.rejected_in_a_row == 1


@pytest.mark.parametrize(
    "went_back", [None, WentBack(to=NOW, learned=True), WentBack(to=NOW, held_until=NOW)]
)
def test_remembers_what_the_candidate_showed(went_back: WentBack | None) -> None:
    world = World()
    found = CandidateFindings(went_back=went_back, falls_short=went_back is None)
    evaluated_so = evaluated().model_copy(update={"found": found})

    conclude(
        message(prepare=PREPARED, evaluate=evaluated_so),
        policy=POLICY,
        ports=ports(world),
        now=NOW,
    )

    run = world.registry.ledger.read(MODEL).runs[0]
    assert (run.went_back, run.falls_short) == (went_back, went_back is None)
    assert run.returned is (went_back is not None and went_back.learned)
    assert run.is_held is (went_back is not None and went_back.held_until is not None)


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        (message(prepare=PREPARED, error=TIMED_OUT), 120.0),
        (message(error=TIMED_OUT), 0.0),
        (message(prepare=NOT_NEW), 0.0),
    ],
)
def test_charges_an_estimate_where_training_failed(asked: ConcludeInput, seconds: float) -> None:
    world = World()

    conclude(asked, policy=POLICY, ports=ports(world), now=NOW + timedelta(minutes=2))

    assert world.registry.ledger.read(MODEL).runs[0].training_seconds == seconds


def test_records_nothing_by_a_stale_token() -> None:
    world, notifier = World(), RecordingNotifier()
    asked = PROMOTED.model_copy(update={"lease_token": TOKEN - 1})

    with pytest.raises(StaleLeaseError, match=f"lost its lease on tiny .token {TOKEN - 1}."):
        conclude(asked, policy=POLICY, ports=ports(world, notifier), now=NOW)

    assert world.registry.list_executions(MODEL) == ()
    assert world.registry.ledger.read(MODEL).lease is not None
    assert notifier.messages == []


def test_says_the_same_when_it_is_tried_again() -> None:
    world, notifier = World(), RecordingNotifier()
    first = conclude(PROMOTED, policy=POLICY, ports=ports(world, notifier), now=NOW)
    before = world.registry.ledger.read(MODEL)

    again = conclude(PROMOTED, policy=POLICY, ports=ports(world, notifier), now=NOW)

    assert again == first
    assert world.registry.ledger.read(MODEL) == before


def test_tells_people_that_the_breaker_opened() -> None:
    world, notifier = World(), RecordingNotifier()
    held = world.registry.ledger.read(MODEL)
    world.registry.ledger.books[MODEL] = held.model_copy(update={"rejected_in_a_row": 1})
    asked = message(prepare=PREPARED, evaluate=evaluated(passed=False))

    conclude(asked, policy=POLICY, ports=ports(world, notifier), now=NOW)

    assert "Nothing is retrained by itself any more: 2 candidates" in notifier.messages[0][1]
    assert "windvane retraining reset tiny" in notifier.messages[0][1]


class BusyLedger(InMemoryLedger):
    """A ledger that triggers write to whenever it is about to be written."""

    losses: int = 0

    def write(self, book: RetrainingBook, *, closed: ExecutionRecord | None = None) -> None:
        if self.losses:
            self.losses -= 1
            held = self.books[MODEL]
            self.books[MODEL] = held.model_copy(update={"revision": held.revision + 1})
        super().write(book, closed=closed)


@pytest.mark.parametrize("losses", [ATTEMPTS - 1, ATTEMPTS])
def test_concludes_while_triggers_write_to_the_ledger(losses: int) -> None:
    ledger = BusyLedger()
    ledger.losses = losses
    world = World(registry=InMemoryRegistry(ledger=ledger))

    if losses == ATTEMPTS:
        with pytest.raises(LedgerMovedError, match=f"changed {ATTEMPTS} times while"):
            conclude(PROMOTED, policy=POLICY, ports=ports(world), now=NOW)
    else:
        conclude(PROMOTED, policy=POLICY, ports=ports(world), now=NOW)
        assert len(world.registry.list_executions(MODEL)) == 1
