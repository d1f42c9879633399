import json
from datetime import timedelta

import pytest

from functions.contracts.messages import RegisterOutput, TrainOutput
from functions.contracts.model_spec import Retraining
from functions.contracts.naming import Alias
from functions.contracts.release import AliasPointer, ExecutionRecord, Outcome
from functions.contracts.retraining import RetrainingBook
from functions.contracts.rollout import RolloutRecord, RolloutStatus
from functions.contracts.rollout_messages import (
    ConcludeInput,
    ConcludeOutput,
    JudgeReplayOutput,
    RollOutOutput,
    StateError,
)
from functions.core.lease import StaleLeaseError
from functions.core.promotion import Cause
from functions.core.retraining_ledger import LedgerMovedError
from functions.core.rollouts import Bake, RolloutPlan
from functions.release import conclude as step
from functions.release import wiring
from functions.release.conclude import ATTEMPTS, conclude, describe_error
from functions.release.ports import ConcludePorts
from functions.release.split_starts import start_rollout
from tests.fakes.documents import NOW
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.registry import InMemoryRegistry
from tests.fakes.senders import RecordingNotifier
from tests.unit.release.world import (
    EXECUTION,
    MODEL,
    PREPARED,
    TOKEN,
    TRIGGER,
    World,
    evaluated,
    spec,
)

REFUSED_DATA = PREPARED.model_copy(update={"passed": False, "reason": "3 rules broken"})
NOT_NEW = PREPARED.model_copy(
    update={"passed": False, "no_new_data": True, "reason": "data and model are those of tiny/1"}
)
POLICY = Retraining(rejected_in_a_row=2)
ROLLED_OUT = RollOutOutput(
    status=RolloutStatus.PROMOTED,
    champion=1,
    previous=None,
    revision=1,
    reason="tiny/1 is the first champion",
)
TIMED_OUT = StateError(Error="States.Timeout")
REFUSED_REPLAY = JudgeReplayOutput(passed=False, reason="they agree on 71 % of the rows")
TAKEN_BACK = ROLLED_OUT.model_copy(
    update={
        "status": RolloutStatus.ABORTED,
        "reason": "tiny/2 did not become champion: too slow",
    }
)


def message(**reached: object) -> ConcludeInput:
    return ConcludeInput(  # type: ignore[call-arg] # `register` is its alias
        **{
            "model": MODEL,
            "execution": EXECUTION,
            "trigger": TRIGGER,
            "lease_token": TOKEN,
            **reached,
        }
    )


def replayed(**reached: object) -> ConcludeInput:
    """What Conclude reads of an execution that got as far as its replay, of version 2."""
    passed = JudgeReplayOutput(passed=True, reason="they agree on all rows")
    document = {"register": RegisterOutput(number=2), "judge_replay": passed, **reached}
    return message(prepare=PREPARED, evaluate=evaluated(), **document)


PROMOTED = message(
    prepare=PREPARED, evaluate=evaluated(), register=RegisterOutput(number=1), roll_out=ROLLED_OUT
)


def ports(world: World, notifier: RecordingNotifier | None = None) -> ConcludePorts:
    return ConcludePorts(world.registry, world.registry.ledger, notifier or RecordingNotifier())


def concluded(asked: ConcludeInput) -> tuple[ConcludeOutput, ExecutionRecord, tuple[str, str]]:
    world, notifier = World(), RecordingNotifier()
    world.add_champion()
    output = conclude(asked, policy=POLICY, ports=ports(world, notifier), now=NOW)
    (record,) = world.registry.list_executions(MODEL)
    ((subject, text, attributes),) = notifier.messages
    assert attributes == {"model": MODEL, "outcome": str(output.outcome)}
    return output, record, (subject, text)


@pytest.mark.parametrize(
    ("asked", "outcome", "reason"),
    [
        (PROMOTED, Outcome.PROMOTED, "tiny/1 is the first champion; all 3 gates passed"),
        (
            message(prepare=PREPARED, evaluate=evaluated(passed=False)),
            Outcome.REJECTED_BY_GATES,
            "1 of 3 gates failed: too slow",
        ),
        (message(prepare=REFUSED_DATA), Outcome.REJECTED_DATA, "3 rules broken"),
        (message(prepare=NOT_NEW), Outcome.NO_NEW_DATA, "data and model are those of tiny/1"),
        (
            replayed(judge_replay=REFUSED_REPLAY),
            Outcome.REJECTED_BY_REPLAY,
            "they agree on 71 % of the rows",
        ),
        (
            replayed(roll_out=TAKEN_BACK),
            Outcome.ROLLED_BACK,
            "tiny/2 did not become champion: too slow",
        ),
        (
            replayed(roll_out=TAKEN_BACK.model_copy(update={"champion": 2, "reason": "by hand"})),
            Outcome.PROMOTED,
            "by hand; all 3 gates passed",
        ),
        (message(prepare=PREPARED, error=TIMED_OUT), Outcome.FAILED, "States.Timeout"),
        (message(error=TIMED_OUT), Outcome.FAILED, "States.Timeout"),
        (
            PROMOTED.model_copy(update={"error": TIMED_OUT, "roll_out": None}),
            Outcome.FAILED,
            "States.Timeout",
        ),
        (message(), Outcome.FAILED, "the execution ended before its data were prepared"),
    ],
)
def test_knows_how_an_execution_ended_and_why(
    asked: ConcludeInput, outcome: Outcome, reason: str
) -> None:
    output, record, (_, text) = concluded(asked)

    assert (output.outcome, output.reason) == (outcome, reason)
    assert (record.outcome, record.reason) == (outcome, reason)
    assert f"Why: {reason}." in text


def test_remembers_what_was_reached() -> None:
    _, record, _ = concluded(PROMOTED)

    assert record == ExecutionRecord(
        model=MODEL,
        execution=EXECUTION,
        trigger="person",
        outcome=Outcome.PROMOTED,
        reason="tiny/1 is the first champion; all 3 gates passed",
        dataset_version="ds-1",
        number=1,
        gate_report_key=evaluated().gate_report_key,
        quality_report_key="quality/tiny/ds-1.json",
        ended_at=NOW,
    )


@pytest.mark.parametrize(
    ("asked", "subject", "advice"),
    [
        (PROMOTED, "tiny/1 is champion", "windvane rollback tiny --reason"),
        (
            message(prepare=PREPARED, evaluate=evaluated(passed=False)),
            "tiny: new candidate refused by its gates",
            f"windvane runs show {EXECUTION}",
        ),
        (message(prepare=REFUSED_DATA), "tiny: new data refused", "quality/tiny/ds-1.json"),
        (message(prepare=NOT_NEW), "tiny: nothing new to train on", "windvane label tiny"),
        (
            replayed(judge_replay=REFUSED_REPLAY),
            "tiny: new version refused by its replay",
            "windvane rollout replay tiny",
        ),
        (
            replayed(roll_out=TAKEN_BACK),
            "tiny: rollout of a new version ended, the champion stays",
            "windvane promote tiny/2",
        ),
        (message(error=TIMED_OUT), "tiny: retraining failed", "windvane train tiny"),
    ],
)
def test_tells_people_what_to_do(asked: ConcludeInput, subject: str, advice: str) -> None:
    _, _, (found, text) = concluded(asked)

    assert found == subject
    assert advice in text
    assert "Champion: tiny/1" in text
    assert "Asked for by ann (person): new data." in text


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (StateError(Error="Broken", Cause="no captures"), "Broken: no captures"),
        (None, "the execution ended"),
    ],
)
def test_takes_back_a_share_that_the_execution_leaves_behind(
    error: StateError | None, reason: str
) -> None:
    world = world_with_share(EXECUTION)

    conclude(replayed(error=error), policy=POLICY, ports=ports(world), now=NOW)

    record, pointer = rollout_of(world)
    assert (record.status, record.reason) == (RolloutStatus.ABORTED, reason)
    assert pointer.shares == ()
    assert world.registry.list_audit(MODEL)[0].reason == reason


def test_leaves_the_share_of_another_execution() -> None:
    world = world_with_share("another")

    conclude(replayed(error=TIMED_OUT), policy=POLICY, ports=ports(world), now=NOW)

    record, pointer = rollout_of(world)
    assert record.status is RolloutStatus.BAKING
    assert pointer.shares


def world_with_share(execution: str) -> World:
    world = World()
    world.add_champion()
    world.add_version(world.add_artifact((1.0, -2.0, 0.6)), number=2)
    plan = RolloutPlan(MODEL, execution, challenger=2, champion=1, shares=(10.0,))
    bake = Bake(ends_at=NOW + timedelta(minutes=30))
    start_rollout(plan, bake, Cause("ann", "new data", NOW), registry=world.registry)
    return world


def rollout_of(world: World) -> tuple[RolloutRecord, AliasPointer]:
    record = world.registry.find_rollout(MODEL)
    pointer = world.registry.find_alias(MODEL, Alias.CHAMPION)
    assert record is not None
    assert pointer is not None
    return record, pointer


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


def test_says_that_there_is_no_champion() -> None:
    notifier = RecordingNotifier()

    conclude(message(error=TIMED_OUT), policy=POLICY, ports=ports(World(), notifier), now=NOW)

    assert "Champion: none (not changed by this run)." in notifier.messages[0][1]


@pytest.mark.parametrize(
    ("cause", "sentence"),
    [
        ("", "Broken"),
        ("plain words", "Broken: plain words"),
        (json.dumps({"errorMessage": "no rows\nmore", "stackTrace": ["a"]}), "Broken: no rows"),
        (json.dumps({"other": 1}), "Broken"),
        (json.dumps(["a"]), "Broken: ['a']"),
    ],
)
def test_describes_an_error_in_one_line(cause: str, sentence: str) -> None:
    assert describe_error(StateError(Error="Broken", Cause=cause)) == sentence


def test_answers_the_workflow_with_plain_json(monkeypatch: pytest.MonkeyPatch) -> None:
    world, notifier = World(), RecordingNotifier()
    monkeypatch.setattr(wiring, "conclude_ports", lambda: ports(world, notifier))
    monkeypatch.setattr(wiring, "model_spec", lambda _name: spec())
    event = PROMOTED.model_dump(mode="json", by_alias=True, exclude={"error"})

    answer = step.handler({**event, "plan_candidates": {"ignored": True}}, None)

    assert ConcludeOutput.model_validate(answer).outcome is Outcome.PROMOTED
    assert len(notifier.messages) == 1
