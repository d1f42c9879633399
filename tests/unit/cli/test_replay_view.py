"""A replay's report, shown."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from functions.cli import replay_view, wiring
from functions.cli.errors import RefusedError
from functions.contracts import keys
from functions.contracts.model_spec import Task
from functions.contracts.release import ExecutionRecord, GateResult, Outcome
from functions.contracts.replay import ReplayReport, ReplayRow
from tests.fakes.documents import NOW
from tests.unit.cli.rollout_stage import EXECUTION, MODEL, RolloutStage, document, people, script

REPORT = ReplayReport(
    model=MODEL,
    task=Task.BINARY_CLASSIFICATION,
    execution=EXECUTION,
    champion=1,
    challenger=2,
    created_at=datetime(2026, 3, 1, tzinfo=UTC),
    passed=False,
    reason="1 of 2 gates failed: the versions agree on 71.00% of 200 rows, needs at least 90.00%",
    gates=(
        GateResult(gate="replay.answers", passed=True, reason="answered all 200 rows"),
        GateResult(gate="replay.agreement", passed=False, reason="agree on 71.00% of 200 rows"),
    ),
    rows=200,
    compared_rows=200,
    agreement=0.71,
    tolerance=0.0,
    mean_absolute_difference=0.3,
    champion_unanswered=0,
    challenger_unanswered=0,
    unanswered=(),
    predictions=None,
    labelled_rows=0,
    scored_rows=0,
    champion_scores={},
    challenger_scores={},
    score=None,
    differing=(
        ReplayRow(
            inference_id="a/3",
            difference=0.9,
            features={"age": 40},
            champion={"label": 0, "probability": 0.05},
            challenger={"label": 1, "probability": 0.95},
        ),
    ),
)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> RolloutStage:
    made = RolloutStage()
    made.enter(monkeypatch)
    monkeypatch.setattr(wiring, "home", lambda: tmp_path)
    return made


def lay(stage: RolloutStage, execution: str = EXECUTION) -> None:
    body = REPORT.model_copy(update={"execution": execution}).model_dump_json().encode()
    stage.models.write(keys.replay_report(MODEL, execution, "json"), body, content_type="")
    stage.models.write(keys.replay_report(MODEL, execution, "html"), b"<html>", content_type="")


def ended(stage: RolloutStage, execution: str) -> None:
    stage.registry.add_execution(
        ExecutionRecord(
            model=MODEL,
            execution=execution,
            trigger="person",
            outcome=Outcome.REJECTED_BY_REPLAY,
            reason="too different",
            ended_at=NOW,
        )
    )


def test_shows_the_gates_and_the_rows_that_differ_most(stage: RolloutStage, tmp_path: Path) -> None:
    lay(stage)
    ended(stage, EXECUTION)
    out, written = people()

    replay_view.show(out, model=MODEL, execution=None, folder=None, stage=None)

    text = " ".join(written.getvalue().split())
    assert "replay loan_default/2 against loan_default/1 passed no" in text
    assert "agreement 0.7100" in text
    assert "replay.agreement no agree on 71.00% of 200 rows" in text
    assert "a/3 0.9000 label 0, probability 0.05 label 1, probability 0.95" in text
    page = tmp_path / "reports" / "replay-loan_default-2.html"
    assert str(page) in text
    assert page.read_bytes() == b"<html>"


def test_finds_the_replay_of_a_rollout_that_goes_on(stage: RolloutStage, tmp_path: Path) -> None:
    stage.start()
    lay(stage)
    out, written = script()

    replay_view.show(out, model=MODEL, execution=None, folder=tmp_path, stage=None)

    found = document(written)
    assert found["execution"] == EXECUTION
    assert found["html"] == str(tmp_path / "replay-loan_default-2.html")


def test_shows_the_execution_that_was_named(stage: RolloutStage, tmp_path: Path) -> None:
    for execution in ("older", "newer"):
        lay(stage, execution)
        ended(stage, execution)
    out, written = script()

    replay_view.show(out, model=MODEL, execution="older", folder=tmp_path, stage=None)

    assert document(written)["execution"] == "older"


def test_says_why_there_is_none(stage: RolloutStage) -> None:
    ended(stage, EXECUTION)
    out, _ = people()

    with pytest.raises(RefusedError, match="nobody to be compared with"):
        replay_view.show(out, model=MODEL, execution=None, folder=None, stage=None)
