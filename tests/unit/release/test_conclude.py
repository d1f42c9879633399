import json

import pytest

from functions.contracts.messages import RegisterOutput
from functions.contracts.release import ExecutionRecord, Outcome
from functions.contracts.rollout import RolloutStatus
from functions.contracts.rollout_messages import (
    ConcludeInput,
    ConcludeOutput,
    RollOutOutput,
    StateError,
)
from functions.release import conclude as step
from functions.release import wiring
from functions.release.conclude import conclude, describe_error
from tests.fakes.documents import NOW
from tests.fakes.senders import RecordingNotifier
from tests.unit.release.world import EXECUTION, MODEL, PREPARED, TRIGGER, World, evaluated

REFUSED_DATA = PREPARED.model_copy(update={"passed": False, "reason": "3 rules broken"})
ROLLED_OUT = RollOutOutput(
    status=RolloutStatus.PROMOTED,
    champion=1,
    previous=None,
    revision=1,
    reason="tiny/1 is the first champion",
)
TIMED_OUT = StateError(Error="States.Timeout")


def message(**reached: object) -> ConcludeInput:
    return ConcludeInput(model=MODEL, execution=EXECUTION, trigger=TRIGGER, **reached)  # type: ignore[arg-type]


PROMOTED = message(
    prepare=PREPARED, evaluate=evaluated(), register=RegisterOutput(number=1), roll_out=ROLLED_OUT
)


def concluded(asked: ConcludeInput) -> tuple[ConcludeOutput, ExecutionRecord, tuple[str, str]]:
    world, notifier = World(), RecordingNotifier()
    world.add_champion()
    output = conclude(asked, registry=world.registry, notifier=notifier, now=NOW)
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
        (message(error=TIMED_OUT), "tiny: retraining failed", "windvane train tiny"),
    ],
)
def test_tells_people_what_to_do(asked: ConcludeInput, subject: str, advice: str) -> None:
    _, _, (found, text) = concluded(asked)

    assert found == subject
    assert advice in text
    assert "Champion: tiny/1" in text
    assert "Asked for by ann (person): new data." in text


def test_says_that_there_is_no_champion() -> None:
    notifier = RecordingNotifier()

    conclude(message(error=TIMED_OUT), registry=World().registry, notifier=notifier, now=NOW)

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
    monkeypatch.setattr(wiring, "registry", lambda: world.registry)
    monkeypatch.setattr(wiring, "notifier", lambda: notifier)
    event = PROMOTED.model_dump(mode="json", by_alias=True, exclude={"error"})

    answer = step.handler({**event, "plan_candidates": {"ignored": True}}, None)

    assert ConcludeOutput.model_validate(answer).outcome is Outcome.PROMOTED
    assert len(notifier.messages) == 1
