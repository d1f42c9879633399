import json
from datetime import timedelta

import pytest

from functions.contracts.messages import CandidateFindings, TriggerKind, WentBack
from functions.contracts.naming import Alias
from functions.contracts.release import AliasPointer, ExecutionRecord, Outcome
from functions.contracts.rollout import RolloutRecord, RolloutStatus
from functions.contracts.rollout_messages import (
    ConcludeInput,
    ConcludeOutput,
    StateError,
)
from functions.core.promotion import Cause
from functions.core.rollouts import Bake, RolloutPlan
from functions.release import conclude as step
from functions.release import wiring
from functions.release.conclude import DRILL_NOTE, conclude, describe_error
from functions.release.split_starts import start_rollout
from tests.fakes.documents import NOW
from tests.fakes.senders import RecordingNotifier
from tests.unit.release.conclude_world import (
    NOT_NEW,
    POLICY,
    PROMOTED,
    REFUSED_DATA,
    REFUSED_REPLAY,
    TAKEN_BACK,
    TIMED_OUT,
    message,
    ports,
    replayed,
)
from tests.unit.release.world import (
    EXECUTION,
    MODEL,
    PREPARED,
    World,
    evaluated,
    spec,
)


def concluded(asked: ConcludeInput) -> tuple[ConcludeOutput, ExecutionRecord, tuple[str, str]]:
    world, notifier = World(), RecordingNotifier()
    world.add_champion()
    output = conclude(asked, policy=POLICY, ports=ports(world, notifier), now=NOW)
    (record,) = world.registry.list_executions(MODEL)
    ((subject, text, attributes),) = notifier.messages
    assert attributes == {"model": MODEL, "outcome": str(output.outcome)}
    return output, record, (subject, text)


def test_tells_people_that_it_was_a_fire_drill() -> None:
    asked = message(prepare=PREPARED, evaluate=evaluated(passed=False))
    drill = asked.trigger.model_copy(update={"kind": TriggerKind.DRILL})

    _, record, (subject, text) = concluded(asked.model_copy(update={"trigger": drill}))

    assert record.trigger == "drill"
    assert subject == "Fire drill: tiny: new candidate refused by its gates"
    assert text.startswith(DRILL_NOTE)


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
        (
            message(
                prepare=PREPARED,
                evaluate=evaluated(passed=False).model_copy(
                    update={
                        "found": CandidateFindings(
                            went_back=WentBack(to=NOW, held_until=NOW + timedelta(days=9))
                        )
                    }
                ),
            ),
            "tiny: new candidate held, what it learned may be over soon",
            "from 2026-03-10 12:00 UTC on, if labels still show the change then. To have one now "
            "all the same: windvane train tiny --again",
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
