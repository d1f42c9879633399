"""A rollout, looked at."""

import io
from datetime import timedelta

import pytest

from functions.cli import rollout_watching
from functions.cli.errors import RefusedError
from functions.cli.output import Output
from functions.core.promotion import Cause
from functions.release.rollout_moves import abort_rollout, promote_challenger
from tests.fakes.documents import NOW
from tests.unit.cli.rollout_stage import MODEL, RolloutStage, document, people, script


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> RolloutStage:
    made = RolloutStage()
    made.enter(monkeypatch)
    return made


def test_shows_the_share_the_guards_and_the_history(stage: RolloutStage) -> None:
    stage.start()
    stage.look(breach=True)
    out, written = people()

    rollout_watching.show_once(out, model=MODEL, stage=None)

    text = " ".join(written.getvalue().split())
    assert "rollout loan_default/2 against loan_default/1 status baking" in text
    assert "share 10 % (step 1 of 2: 10, 50 %, then all)" in text
    assert "time left 20 min 0 s" in text
    assert "error_rate 1 of 900 9 of 100 0.0890 0.0100 breach" in text
    assert "score 0 rows 0 rows 0.0100 no evidence yet" in text
    assert "started 10 % ann: new data" in text


def test_shows_a_rollout_that_nobody_has_looked_at_yet(stage: RolloutStage) -> None:
    stage.start()
    out, written = script()

    rollout_watching.show_once(out, model=MODEL, stage=None)

    found = document(written)
    assert (found["status"], found["percent"], found["check"]) == ("baking", 10.0, None)


def test_follows_it_to_its_good_end(stage: RolloutStage, monkeypatch: pytest.MonkeyPatch) -> None:
    record = stage.start(shares=(10.0,))
    stage.look()
    out, written = people()

    def meanwhile(_seconds: float) -> None:
        cause = Cause("the workflow", "baked", NOW + timedelta(minutes=31))
        promote_challenger(record, cause, registry=stage.registry)

    monkeypatch.setattr("functions.cli.rollout_watching.time.sleep", meanwhile)
    rollout_watching.watch(out, model=MODEL, stage=None)

    assert [line.split("  ")[-1] for line in written.getvalue().splitlines()] == [
        "ann: new data",
        "error_rate: 9 failed",
        "score: no row has come true",
        "the workflow: baked",
    ]


def test_fails_where_it_was_aborted(stage: RolloutStage) -> None:
    record = stage.start()
    abort_rollout(record, Cause("ann", "complaints", NOW), registry=stage.registry)
    out, written = script()

    with pytest.raises(RefusedError, match="was aborted: complaints"):
        rollout_watching.watch(out, model=MODEL, stage=None)

    assert document(written)["status"] == "aborted"


def test_draws_it_in_place_on_a_terminal(stage: RolloutStage) -> None:
    record = stage.start()
    stage.look(breach=True)
    abort_rollout(record, Cause("ann", "complaints", NOW), registry=stage.registry)
    drawn = Terminal()

    with pytest.raises(RefusedError):
        rollout_watching.watch(Output(as_json=False, stdout=drawn), model=MODEL, stage=None)

    assert "9 of 100" in drawn.getvalue()
    assert "complaints" in drawn.getvalue()
