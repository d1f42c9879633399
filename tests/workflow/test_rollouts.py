"""A new version reaches callers share by share, under traffic, and is taken back when it must."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from functions.aws import clients
from functions.cli import wiring
from functions.cli.stage import DeployedStage
from functions.contracts import keys
from functions.contracts.release import Outcome
from functions.contracts.replay import ReplayReport
from functions.contracts.rollout import RolloutRecord, RolloutStatus
from tests.workflow.callers import Crowd
from tests.workflow.checkout import TestCheckout
from tests.workflow.mailbox import Mailbox
from tests.workflow.rollout_stories import (
    add_rows,
    champion_of,
    require_all_get,
    rollout_of,
    shares_of,
    start_training,
    train_first,
    wait_for_end,
    wait_for_rollout,
    wait_for_traffic,
)

STOPPED = "kiln_stopped"


@pytest.fixture(scope="module", autouse=True)
def alarm(stage: DeployedStage) -> str:
    """The alarm on failed predictions, unheard except where a test listens to it.

    MiniStack looks at no dimensions: a step that fails in one test would end another's rollout.
    """
    alarms = clients.make_client("cloudwatch")
    found = serving_alarm(alarms, stage.settings.rollout_abort_topic_arn)
    alarms.disable_alarm_actions(AlarmNames=[found])
    return found


@pytest.fixture
def ring(alarm: str) -> Iterator[Callable[[str], None]]:
    """Let the alarm go off, for a reason."""
    alarms = clients.make_client("cloudwatch")
    # It may be in ALARM already, and speaks of changes alone.
    alarms.set_alarm_state(AlarmName=alarm, StateValue="OK", StateReason="before")
    alarms.enable_alarm_actions(AlarmNames=[alarm])
    yield lambda reason: alarms.set_alarm_state(
        AlarmName=alarm, StateValue="ALARM", StateReason=reason
    )
    alarms.disable_alarm_actions(AlarmNames=[alarm])
    alarms.set_alarm_state(AlarmName=alarm, StateValue="OK", StateReason="over")


@pytest.fixture(scope="module")
def stopped(checkout: TestCheckout, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The first champion of the model whose rollouts bake for long: they end by being ended."""
    train_first(checkout, STOPPED, tmp_path_factory.mktemp("stopped"))


def is_asked(record: RolloutRecord) -> bool:
    return record.status is RolloutStatus.BAKING


def is_over(record: RolloutRecord) -> bool:
    return record.is_over


def test_a_canary_that_does_no_harm_becomes_champion_under_traffic(
    checkout: TestCheckout, stage: DeployedStage, tmp_path: Path
) -> None:
    model = "kiln_canary"
    train_first(checkout, model, tmp_path)

    with Crowd(wiring.api(stage), model) as crowd:
        wait_for_traffic(crowd, wiring.now())
        execution = start_training(checkout, model)
        ended = wait_for_end(stage, execution, model)
        record = wait_for_rollout(stage, execution, model, is_over)
        require_all_get(crowd, 2)

    assert ended.outcome is Outcome.PROMOTED
    assert [(event.what, event.percent) for event in record.events] == [
        ("started", 20.0),
        ("step", 50.0),
        ("promoted", 100.0),
    ]
    assert "the challenger has answered" in record.reason
    assert min(crowd.versions().values()) > 0
    for versions in crowd.by_caller().values():
        assert versions == sorted(versions), "a caller who got the new version lost it again"
    trail = wiring.registry(stage).list_audit(model)
    assert [entry.action for entry in reversed(trail)] == ["promote", "split", "split", "promote"]
    report = read_replay(stage, model, execution)
    assert (report.passed, report.agreement, report.challenger) == (True, 1.0, 2)
    assert report.rows >= 400


def test_a_canary_whose_predictions_shift_is_taken_back(
    checkout: TestCheckout, stage: DeployedStage, tmp_path: Path, mailbox: Mailbox
) -> None:
    model = "kiln_guarded"
    train_first(checkout, model, tmp_path)
    add_rows(checkout, model, tmp_path, seed=31, rows=3000, brittle=3.0)

    with Crowd(wiring.api(stage), model) as crowd:
        execution = start_training(checkout, model)
        record = wait_for_rollout(stage, execution, model, is_over)
        require_all_get(crowd, 1)
        ended = wait_for_end(stage, execution, model)

    assert ended.outcome is Outcome.ROLLED_BACK
    assert record.status is RolloutStatus.ABORTED
    assert "proven to be more than 0.25" in record.reason
    assert record.reason in ended.reason
    assert set(crowd.versions()) == {1, 2}
    assert shares_of(champion_of(stage, model)) == {}
    assert wiring.registry(stage).list_audit(model)[0].reason == record.reason
    shown = checkout.windvane("rollout", "status", model, "--json").document
    breaches = [guard["name"] for guard in shown["check"]["guards"] if not guard["passed"]]
    assert breaches == ["predictions"]
    assert f"windvane rollout status {model}" in mailbox.read()


def test_a_version_that_answers_otherwise_reaches_nobody(
    checkout: TestCheckout, stage: DeployedStage, tmp_path: Path
) -> None:
    model = "kiln_replayed"
    train_first(checkout, model, tmp_path)
    add_rows(checkout, model, tmp_path, seed=41, rows=3000, brittle=3.0)
    with Crowd(wiring.api(stage), model) as crowd:
        wait_for_traffic(crowd, wiring.now(), requests=20)

    refused = checkout.windvane("train", model, "--json", code=1).document

    assert refused["outcome"] == "rejected_by_replay"
    assert "needs at least 90.00%" in refused["reason"]
    assert champion_of(stage, model).number == 1
    assert rollout_of(stage, model) is None
    shown = checkout.windvane(
        "rollout", "replay", model, "--save", str(tmp_path), "--json"
    ).document
    assert shown["rows"] >= 200
    assert Path(shown["html"]).read_text().startswith("<!doctype html>")


@pytest.mark.usefixtures("stopped")
def test_a_person_pauses_resumes_and_ends_a_rollout(
    checkout: TestCheckout, stage: DeployedStage
) -> None:
    with Crowd(wiring.api(stage), STOPPED) as crowd:
        execution = start_training(checkout, STOPPED)
        wait_for_rollout(stage, execution, STOPPED, is_asked)
        checkout.windvane("rollout", "pause", STOPPED, "--reason", "lunch")
        paused = checkout.windvane("rollout", "status", STOPPED, "--json").document
        checkout.windvane("rollout", "resume", STOPPED)
        shares = shares_of(champion_of(stage, STOPPED))
        checkout.windvane("rollout", "abort", STOPPED, "--reason", "complaints")
        record = wait_for_rollout(stage, execution, STOPPED, is_over)
        require_all_get(crowd, champion_of(stage, STOPPED).number)
    ended = wait_for_end(stage, execution, STOPPED)

    assert (paused["status"], paused["percent"]) == ("paused", 20.0)
    assert shares == {record.challenger: 20.0}
    assert [event.what for event in record.events] == ["started", "paused", "resumed", "aborted"]
    assert ended.outcome is Outcome.ROLLED_BACK
    assert ended.reason.endswith("did not become champion: complaints")


@pytest.mark.usefixtures("stopped")
def test_an_alarm_ends_a_rollout(
    checkout: TestCheckout, stage: DeployedStage, alarm: str, ring: Callable[[str], None]
) -> None:
    with Crowd(wiring.api(stage), STOPPED) as crowd:
        execution = start_training(checkout, STOPPED)
        wait_for_rollout(stage, execution, STOPPED, is_asked)
        ring("three 5xx")
        record = wait_for_rollout(stage, execution, STOPPED, is_over)
        require_all_get(crowd, champion_of(stage, STOPPED).number)
    ended = wait_for_end(stage, execution, STOPPED)

    assert record.status is RolloutStatus.ABORTED
    assert record.reason == f"alarm {alarm}: three 5xx"
    assert record.events[-1].actor == f"alarm {alarm}"
    assert ended.outcome is Outcome.ROLLED_BACK


def test_a_failure_in_the_middle_takes_the_share_back(
    checkout: TestCheckout, stage: DeployedStage, tmp_path: Path
) -> None:
    model = "kiln_broken"
    train_first(checkout, model, tmp_path)
    add_rows(checkout, model, tmp_path, seed=51, rows=50)
    execution = start_training(checkout, model)
    record = wait_for_rollout(stage, execution, model, is_asked)

    lose_spec(stage, record)
    ended = wait_for_end(stage, execution, model)

    found = rollout_of(stage, model)
    assert found is not None
    assert (ended.outcome, found.status) == (Outcome.FAILED, RolloutStatus.ABORTED)
    assert "spec.json" in ended.reason
    assert found.reason == ended.reason
    assert shares_of(champion_of(stage, model)) == {}


def read_replay(stage: DeployedStage, model: str, execution: str) -> ReplayReport:
    store = wiring.bucket(stage.settings.models_bucket)
    return ReplayReport.model_validate_json(
        store.read(keys.replay_report(model, execution, "json"))
    )


def serving_alarm(alarms: Any, topic_arn: str) -> str:
    """The alarm on failed predictions."""
    pages = alarms.get_paginator("describe_alarms").paginate()
    (found,) = [
        alarm["AlarmName"]
        for page in pages
        for alarm in page["MetricAlarms"]
        if alarm["MetricName"] == "Errors" and topic_arn in alarm["AlarmActions"]
    ]
    return str(found)


def lose_spec(stage: DeployedStage, record: RolloutRecord) -> None:
    """Delete what the looks at a rollout need: the challenger's description."""
    spec = wiring.registry(stage).get(record.model, record.challenger).artifact.spec
    clients.make_client("s3").delete_object(
        Bucket=stage.settings.models_bucket, Key=spec.key, VersionId=spec.s3_version_id
    )
