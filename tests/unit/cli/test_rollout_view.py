"""A rollout, changed by a person."""

import pytest

from functions.cli import rollout_view
from functions.cli.errors import RefusedError
from functions.contracts.naming import Alias
from functions.contracts.rollout import RolloutStatus
from functions.core.rollouts import RolloutOverError
from tests.unit.cli.rollout_stage import MODEL, RolloutStage, document, people, script


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> RolloutStage:
    made = RolloutStage()
    made.enter(monkeypatch)
    return made


def shares_of(stage: RolloutStage) -> dict[int, float]:
    pointer = stage.registry.find_alias(MODEL, Alias.CHAMPION)
    assert pointer is not None
    return {share.number: share.percent for share in pointer.shares}


def test_pauses_with_the_callers_as_they_are_and_goes_on(stage: RolloutStage) -> None:
    stage.start()
    out, written = people()

    rollout_view.pause(out, model=MODEL, reason="the weekend", stage=None)
    paused = stage.registry.find_rollout(MODEL)
    rollout_view.resume(out, model=MODEL, reason="monday", stage=None)

    resumed = stage.registry.find_rollout(MODEL)
    assert paused is not None
    assert resumed is not None
    assert (paused.status, resumed.status) == (RolloutStatus.PAUSED, RolloutStatus.BAKING)
    assert [event.reason for event in resumed.events] == ["new data", "the weekend", "monday"]
    assert shares_of(stage) == {2: 10.0}
    assert written.getvalue().splitlines() == [
        "loan_default/2 against loan_default/1 is paused: 10 % of the callers go on to "
        "loan_default/2 until it is resumed",
        "loan_default/2 against loan_default/1 is resumed at 10 %: 20 min 0 s of the bake are left",
    ]


def test_takes_all_callers_back_and_says_why(stage: RolloutStage) -> None:
    stage.start()
    out, written = script()

    rollout_view.abort(out, model=MODEL, reason="complaints", stage=None)

    assert shares_of(stage) == {}
    assert stage.registry.list_audit(MODEL)[0].reason == "complaints"
    found = document(written)
    assert (found["status"], found["percent"], found["reason"]) == ("aborted", 0.0, "complaints")


def test_changes_nothing_that_is_over(stage: RolloutStage) -> None:
    stage.start()
    out, _ = people()
    rollout_view.abort(out, model=MODEL, reason="complaints", stage=None)

    with pytest.raises(RolloutOverError, match="aborted"):
        rollout_view.pause(out, model=MODEL, reason="", stage=None)


def test_says_how_to_roll_out_in_shares_where_nothing_was(stage: RolloutStage) -> None:
    out, _ = people()

    with pytest.raises(RefusedError, match=r"rollout\.strategy"):
        rollout_view.abort(out, model=MODEL, reason="", stage=None)

    assert stage.registry.find_rollout(MODEL) is None
