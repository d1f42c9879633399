from datetime import timedelta

import pytest

from functions.contracts.rollout_messages import WatchRollOutOutput, WatchVerdict
from functions.contracts.settings import WatchSettings
from functions.core.baking import bake_of_step, bake_times
from functions.core.promotion import Cause
from functions.monitoring import watch_roll_out as step
from functions.monitoring import wiring
from functions.release.promote import promote
from functions.release.rollout_moves import abort_rollout, pause_rollout, raise_share
from tests.fakes.documents import NOW, model_version
from tests.unit.monitoring.watch_world import EXECUTION, MODEL, POLICY, SPEC, WatchWorld


def test_waits_while_the_share_bakes_and_says_what_it_saw() -> None:
    world = WatchWorld()
    world.serve(900, version=1)
    world.serve(100)

    output = world.look(minutes=10)

    assert (output.verdict, output.step, output.checks) == (WatchVerdict.WAIT, 0, 1)
    assert output.wait_seconds == 60
    check = world.check(output)
    assert (check.champion.requests, check.challenger.requests) == (900, 100)
    assert (check.step_rows, check.verdict, check.reason) == (100, output.verdict, output.reason)
    assert [guard.name for guard in check.guards] == [
        "error_rate",
        "latency",
        "predictions",
        "score",
    ]


def test_lets_the_share_rise_when_it_has_baked() -> None:
    world = WatchWorld()
    world.serve(900, version=1)
    world.serve(100)

    output = world.look(minutes=30)

    assert output.verdict is WatchVerdict.ADVANCE
    assert output.reason == "baked without a breach: the challenger has answered 100 rows"


def test_counts_the_rows_of_this_share_alone() -> None:
    """The guards judge all since the rollout began; a share rises on what it was asked itself."""
    world = WatchWorld()
    world.serve(300)
    bake = bake_of_step(bake_times(POLICY, 1.0), NOW + timedelta(minutes=30))
    cause = Cause("the workflow", "baked", NOW + timedelta(minutes=30))
    raise_share(world.record, 1, bake, cause, registry=world.registry)
    world.serve(40, minutes=40.0)

    output = world.look(minutes=61)

    check = world.check(output)
    assert output.verdict is WatchVerdict.WAIT
    assert "40 rows of 100" in output.reason
    assert (check.step, check.step_rows, check.challenger.rows) == (1, 40, 340)


def test_promotes_nothing_that_answered_nobody_while_the_champion_did() -> None:
    world = WatchWorld()
    world.serve(900, version=1)
    policy = POLICY.model_copy(update={"without_traffic": "promote", "minimum_rows": 0})

    output = world.look(minutes=121, policy=policy)

    assert output.verdict is WatchVerdict.ABORT
    assert "0 rows of 0" in output.reason


def test_judges_a_sample_of_a_crowd_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step, "MAXIMUM_ROWS", 400)
    world = WatchWorld()
    world.serve(1500, version=1, labels=True)
    world.serve(300)

    output = world.look(minutes=30)

    check = world.check(output)
    assert output.verdict is WatchVerdict.ADVANCE
    assert check.champion.sampled_percent == 25.0
    assert 200 < check.champion.rows == check.champion.labelled_rows <= 400
    assert (check.challenger.rows, check.challenger.sampled_percent) == (300, 100.0)
    assert check.step_rows == 300


def test_ends_a_share_whose_predictions_shift() -> None:
    world = WatchWorld()
    world.serve(900, version=1)
    world.serve(600, shift=0.4)

    output = world.look(minutes=5)

    assert output.verdict is WatchVerdict.ABORT
    assert "proven to be more than 0.25" in output.reason
    assert [guard.name for guard in world.check(output).guards if not guard.passed] == [
        "predictions"
    ]


def test_ends_a_paused_share_too() -> None:
    world = WatchWorld()
    pause_rollout(world.record, Cause("ann", "lunch", NOW), registry=world.registry)
    world.serve(900, version=1)
    world.serve(600, shift=0.4)

    assert world.look(minutes=5).verdict is WatchVerdict.ABORT


def test_joins_what_came_true() -> None:
    world = WatchWorld()
    world.serve(900, version=1, labels=True)
    world.serve(300, labels=True)

    check = world.check(world.look(minutes=10))

    assert (check.champion.labelled_rows, check.challenger.labelled_rows) == (900, 300)
    (score,) = [guard for guard in check.guards if guard.name == "score"]
    assert score.value is not None


def test_compares_no_answers_of_versions_that_predict_different_things() -> None:
    world = WatchWorld(targets=("repaid", "defaulted"))
    world.serve(900, version=1)
    world.serve(600, shift=0.4)

    output = world.look(minutes=5)

    assert output.verdict is WatchVerdict.WAIT
    (predictions,) = [g for g in world.check(output).guards if g.name == "predictions"]
    assert predictions.value is None


def test_counts_its_looks() -> None:
    world = WatchWorld()

    first = world.look(minutes=1)

    assert (first.checks, world.look(minutes=2, last=first).checks) == (1, 2)


def test_is_not_confused_by_objects_that_nobody_can_read() -> None:
    world = WatchWorld()
    world.serve(100)
    world.captures.write("captures/2026/03/01/12/broken", b"\x1f\x8bnot gzip", content_type="")

    output = world.look(minutes=10)

    assert world.check(output).unreadable == 1
    assert world.check(output).challenger.rows == 100


def test_says_that_somebody_ended_the_rollout() -> None:
    world = WatchWorld()
    abort_rollout(world.record, Cause("ann", "complaints", NOW), registry=world.registry)

    output = world.look(minutes=10)

    assert (output.verdict, output.reason) == (WatchVerdict.OVER, "complaints")
    assert output.report_key is None


def test_ends_a_rollout_whose_champion_was_moved_by_hand() -> None:
    world = WatchWorld()
    world.registry.add(model_version(3, model=MODEL))
    promote(MODEL, 3, actor="ann", reason="mine", registry=world.registry, now=NOW)

    output = world.look(minutes=10)

    assert output.verdict is WatchVerdict.ABORT
    assert "tiny/3 became champion in place of tiny/1" in output.reason


def test_has_nothing_to_do_with_another_executions_rollout() -> None:
    world = WatchWorld()
    message = world.message().model_copy(update={"execution": "another"})

    output = step.watch_roll_out(message, spec=SPEC, time_scale=1.0, ports=world.ports, now=NOW)

    assert output.verdict is WatchVerdict.OVER


def test_answers_the_workflow_with_plain_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world = WatchWorld()
    settings = WatchSettings(
        stage="local", captures_bucket="c", models_bucket="m", registry_table="r"
    )
    monkeypatch.setattr(wiring, "watch_settings", lambda: settings)
    monkeypatch.setattr(wiring, "watch_ports", lambda: world.ports)
    monkeypatch.setattr(wiring, "model_spec", lambda _: SPEC)
    monkeypatch.setattr(wiring, "now", lambda: NOW)

    answer = step.handler(world.message().model_dump(mode="json"), None)

    assert WatchRollOutOutput.model_validate(answer).verdict is WatchVerdict.WAIT
    assert "rollout.watched" in capsys.readouterr().err
    assert EXECUTION in str(answer["report_key"])
