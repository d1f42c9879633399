from datetime import timedelta

import pytest

from functions.contracts.rollout import RolloutStatus
from functions.contracts.rollout_messages import (
    JudgeReplayOutput,
    RollOutOutput,
    WatchVerdict,
)
from functions.contracts.rollout_policy import Rollout
from functions.contracts.settings import ReleaseSettings
from functions.core.promotion import Cause, ChampionChangedError
from functions.core.rollouts import RolloutOverError
from functions.release import roll_out as step
from functions.release import wiring
from functions.release.promote import promote
from functions.release.rollout_moves import abort_rollout, pause_rollout
from tests.fakes.documents import NOW
from tests.unit.release.roll_out_world import (
    AT_ONCE,
    CANARY,
    looked,
    pointer_of,
    record_of,
    rolled_out,
    shares_of,
    world_in_canary,
    world_with_candidate,
)
from tests.unit.release.world import EXECUTION, MODEL, spec


def test_makes_the_registered_version_champion() -> None:
    world = world_with_candidate()

    output = rolled_out(world, world.roll_out_input(2, compared_with=1))

    assert (output.champion, output.previous, output.revision) == (2, 1, 2)
    assert output.status is RolloutStatus.PROMOTED
    assert output.reason == "tiny/2 is champion in place of tiny/1"
    assert world.registry.find_rollout(MODEL) is None


def test_writes_down_who_asked_and_what_the_gates_said() -> None:
    world = world_with_candidate()

    rolled_out(world, world.roll_out_input(2, compared_with=1))

    entry = world.registry.list_audit(MODEL)[0]
    assert entry.actor == "ann (person)"
    assert entry.reason == f"{EXECUTION}: all 3 gates passed"


@pytest.mark.parametrize("policy", [AT_ONCE, CANARY])
def test_makes_the_first_version_champion_at_once(policy: Rollout) -> None:
    world = world_with_candidate(champion=False)

    output = rolled_out(world, world.roll_out_input(2, compared_with=None), policy)

    assert (output.champion, output.previous) == (2, None)
    assert output.status is RolloutStatus.PROMOTED


@pytest.mark.parametrize("policy", [AT_ONCE, CANARY])
def test_changes_nothing_when_it_is_tried_again(policy: Rollout) -> None:
    world = world_with_candidate()
    message = world.roll_out_input(2, compared_with=1)
    first = rolled_out(world, message, policy)

    again = rolled_out(world, message, policy)

    assert again == first.model_copy(update={"reason": again.reason})
    assert len(world.registry.list_audit(MODEL)) == 2


@pytest.mark.parametrize("policy", [AT_ONCE, CANARY])
@pytest.mark.parametrize("compared_with", [None, 3])
def test_refuses_when_the_gates_compared_with_another_champion(
    compared_with: int | None, policy: Rollout
) -> None:
    world = world_with_candidate()

    with pytest.raises(
        ChampionChangedError, match="but tiny/1 is champion now; it stays registered"
    ):
        rolled_out(world, world.roll_out_input(2, compared_with=compared_with), policy)

    assert pointer_of(world).number == 1
    assert shares_of(world) == {}


def test_gives_a_canary_its_first_share_and_says_how_long_it_bakes() -> None:
    world = world_with_candidate()
    replayed = JudgeReplayOutput(passed=True, reason="alike", report_key="runs/replay.json")
    message = world.roll_out_input(2, compared_with=1)

    output = rolled_out(world, message.model_copy(update={"judge_replay": replayed}), CANARY)

    assert (output.status, output.champion, output.percent) == (RolloutStatus.BAKING, 1, 10.0)
    assert output.reason == "10 % of the callers get tiny/2, all others tiny/1"
    assert shares_of(world) == {2: 10.0}
    record = record_of(world)
    assert record.execution == EXECUTION
    assert record.replay_report_key == "runs/replay.json"
    assert record.ends_at == NOW + timedelta(minutes=30)
    assert pointer_of(world).split_until == NOW + timedelta(days=1, hours=1)


def test_bakes_faster_where_the_stage_lives_faster() -> None:
    world = world_with_candidate()

    rolled_out(world, world.roll_out_input(2, compared_with=1), CANARY, time_scale=1 / 360)

    assert record_of(world).ends_at == NOW + timedelta(seconds=5)


def test_gives_the_next_share_when_a_share_has_baked() -> None:
    world = world_in_canary()

    output = rolled_out(world, looked(world, WatchVerdict.ADVANCE), CANARY)

    assert (output.status, output.step, output.percent) == (RolloutStatus.BAKING, 1, 50.0)
    assert shares_of(world) == {2: 50.0}
    assert record_of(world).events[-1].reason == "what the guards said"


def test_gives_a_share_once_however_often_it_is_asked() -> None:
    world = world_in_canary()
    rolled_out(world, looked(world, WatchVerdict.ADVANCE), CANARY)

    output = rolled_out(world, looked(world, WatchVerdict.ADVANCE), CANARY)

    assert (output.step, shares_of(world)) == (1, {2: 50.0})


def test_makes_the_challenger_champion_after_the_last_share() -> None:
    world = world_in_canary()
    rolled_out(world, looked(world, WatchVerdict.ADVANCE), CANARY)
    message = looked(world, WatchVerdict.ADVANCE, share=1)

    output = rolled_out(world, message, CANARY)
    again = rolled_out(world, message, CANARY)

    assert (output.status, output.champion, output.previous) == (RolloutStatus.PROMOTED, 2, 1)
    assert output.reason == "tiny/2 is champion in place of tiny/1: what the guards said"
    assert again == output
    assert shares_of(world) == {}
    assert [entry.action for entry in world.registry.list_audit(MODEL)] == [
        "promote",
        "split",
        "split",
        "promote",
    ]


def test_takes_the_share_back_when_a_guard_breaches() -> None:
    world = world_in_canary()

    output = rolled_out(world, looked(world, WatchVerdict.ABORT), CANARY)

    assert (output.status, output.champion, output.percent) == (RolloutStatus.ABORTED, 1, 0.0)
    assert output.reason == "tiny/2 did not become champion: what the guards said"
    assert shares_of(world) == {}
    assert world.registry.list_audit(MODEL)[0].reason == "what the guards said"


def test_leaves_the_end_of_a_rollout_that_somebody_else_ended() -> None:
    world = world_in_canary()
    abort_rollout(record_of(world), Cause("ann", "complaints", NOW), registry=world.registry)

    output = rolled_out(world, looked(world, WatchVerdict.ADVANCE), CANARY)

    assert output.status is RolloutStatus.ABORTED
    assert output.reason == "tiny/2 did not become champion: complaints"


def test_leaves_a_share_that_somebody_paused_in_between() -> None:
    world = world_in_canary()
    pause_rollout(record_of(world), Cause("ann", "lunch", NOW), registry=world.registry)

    output = rolled_out(world, looked(world, WatchVerdict.ADVANCE), CANARY)

    assert (output.status, output.percent) == (RolloutStatus.BAKING, 10.0)
    assert record_of(world).status is RolloutStatus.PAUSED


@pytest.mark.parametrize("verdict", [WatchVerdict.ADVANCE, WatchVerdict.ABORT])
def test_leaves_the_champion_that_somebody_made_by_hand(verdict: WatchVerdict) -> None:
    world = world_in_canary()
    world.add_version(world.add_artifact((3.0, -2.0, 0.6)), number=3)
    promote(MODEL, 3, actor="ann", reason="mine", registry=world.registry, now=NOW)
    before = pointer_of(world)

    output = rolled_out(world, looked(world, verdict), CANARY)

    assert (output.status, output.champion) == (RolloutStatus.ABORTED, 3)
    assert pointer_of(world) == before


def test_says_that_the_version_is_champion_which_somebody_made_it_by_hand() -> None:
    world = world_in_canary()
    promote(MODEL, 2, actor="ann", reason="mine", registry=world.registry, now=NOW)

    output = rolled_out(world, looked(world, WatchVerdict.ADVANCE), CANARY)

    assert output.champion == 2
    assert output.reason.startswith("tiny/2 is champion in place of tiny/1: ")
    assert "promotion by hand" in output.reason


def test_starts_a_new_rollout_after_another_execution_has_ended_its_own() -> None:
    world = world_in_canary()
    abort_rollout(record_of(world), Cause("ann", "complaints", NOW), registry=world.registry)
    message = world.roll_out_input(2, compared_with=1)

    output = rolled_out(world, message.model_copy(update={"execution": "another"}), CANARY)

    assert (output.status, record_of(world).execution) == (RolloutStatus.BAKING, "another")


def test_starts_nothing_again_that_was_watched_already() -> None:
    world = world_in_canary()
    abort_rollout(record_of(world), Cause("ann", "complaints", NOW), registry=world.registry)
    another = world.roll_out_input(2, compared_with=1).model_copy(update={"execution": "another"})
    rolled_out(world, another, CANARY)
    other = record_of(world)

    output = rolled_out(world, looked(world, WatchVerdict.OVER), CANARY)

    assert (output.status, output.champion) == (RolloutStatus.ABORTED, 1)
    assert output.reason == "tiny/2 did not become champion: complaints"
    assert record_of(world) == other

    lost = looked(world, WatchVerdict.OVER).model_copy(update={"execution": "a third"})
    with pytest.raises(RolloutOverError, match="the rollout of a third is gone: what the guards"):
        rolled_out(world, lost, CANARY)


def test_answers_the_workflow_with_plain_json(monkeypatch: pytest.MonkeyPatch) -> None:
    world = world_with_candidate()
    settings = ReleaseSettings(
        stage="local",
        data_bucket="data",
        models_bucket="models",
        registry_table="registry",
        captures_bucket="captures",
        notification_topic_arn="topic",
    )
    monkeypatch.setattr(wiring, "settings", lambda: settings)
    monkeypatch.setattr(wiring, "registry", lambda: world.registry)
    monkeypatch.setattr(wiring, "models_store", lambda: world.models)
    monkeypatch.setattr(
        wiring, "model_spec", lambda _: spec().model_copy(update={"rollout": CANARY})
    )
    event = world.roll_out_input(2, compared_with=1).model_dump(mode="json", by_alias=True)

    answer = step.handler(event, None)

    assert RollOutOutput.model_validate(answer).percent == 10.0
