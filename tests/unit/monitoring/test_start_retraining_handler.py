"""StartRetraining's entry point: alarms from SNS, requests from people and schedules."""

import json
from datetime import datetime

import pytest

from functions.contracts.alerts import Alerts
from functions.contracts.messages import (
    TriggerKind,
    WorkflowInput,
)
from functions.contracts.settings import RetrainingSettings
from functions.core.alarm_message import ForeignAlarmError
from functions.monitoring import wiring
from functions.monitoring.start_retraining import (
    handler,
)
from tests.fakes.documents import NOW
from tests.unit.monitoring.retraining_world import HOUR, MODEL, World


def alarm(
    state: str = "ALARM",
    *,
    namespace: str = "Windvane/prod/car",
    metric: str = "RetrainInputDrift",
    at: datetime = NOW,
) -> dict[str, object]:
    """One SNS event of an alarm."""
    message = {
        "AlarmName": "drift",
        "NewStateValue": state,
        "NewStateReason": "Threshold Crossed",
        "StateChangeTime": at.strftime("%Y-%m-%dT%H:%M:%S.%f+0000"),
        "Trigger": {"Namespace": namespace, "MetricName": metric},
    }
    return {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": json.dumps(message)}}]}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """A world that the handler is wired to."""
    world = World()
    settings = RetrainingSettings(
        stage="prod", captures_bucket="c", registry_table="t", state_machine_arn="arn"
    )
    spec = type("Spec", (), {"retraining": world.policy, "alerts": Alerts(retrain=("drift",))})
    monkeypatch.setattr(wiring, "now", lambda: world.now)
    monkeypatch.setattr(wiring, "retraining_settings", lambda: settings)
    monkeypatch.setattr(wiring, "retraining_ports", lambda: world.ports)
    monkeypatch.setattr(wiring, "model_spec", {MODEL: spec}.__getitem__)
    return world


def decision_of(answer: dict[str, object]) -> str:
    found = answer["answers"]
    assert isinstance(found, list)
    assert len(found) == 1
    return str(found[0]["decision"])


def test_finds_the_alarm_s_model_by_its_namespace(world: World) -> None:
    answer = handler(alarm(), None)

    ((_, payload),) = world.workflow.started.items()
    assert decision_of(answer) == "started"
    assert WorkflowInput.model_validate_json(payload).model == MODEL
    assert WorkflowInput.model_validate_json(payload).trigger.kind is TriggerKind.DRIFT_ALARM


def test_starts_once_for_an_alarm_that_is_delivered_twice(world: World) -> None:
    handler(alarm(), None)
    world.now = NOW + 3 * HOUR
    world.end()

    answer = handler(alarm(), None)

    assert decision_of(answer) == "duplicate"
    assert len(world.workflow.started) == 1


def test_starts_again_when_the_alarm_goes_off_again(world: World) -> None:
    handler(alarm(), None)
    world.now = NOW + HOUR
    world.end()

    answer = handler(alarm(at=world.now), None)

    assert decision_of(answer) == "started"
    assert len(world.workflow.started) == 2


@pytest.mark.parametrize("state", ["OK", "INSUFFICIENT_DATA"])
def test_ignores_an_alarm_in_another_state(
    world: World, state: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = handler(alarm(state), None)

    assert decision_of(answer) == "ignored"
    assert world.workflow.started == {}
    assert world.ledger.list_decisions(MODEL, limit=9) == ()
    assert json.loads(capsys.readouterr().err) == {
        "event": "retraining.ignored",
        "reason": f"drift is {state}, which asks for nothing",
    }


def test_ignores_an_alarm_of_what_must_not_retrain(world: World) -> None:
    answer = handler(alarm(metric="NoteInputDrift"), None)

    assert decision_of(answer) == "ignored"
    assert world.workflow.started == {}


@pytest.mark.parametrize("namespace", ["AWS/Lambda", "Windvane/dev/car"])
def test_refuses_an_alarm_of_a_foreign_namespace(world: World, namespace: str) -> None:
    with pytest.raises(ForeignAlarmError):
        handler(alarm(namespace=namespace), None)

    assert world.workflow.started == {}


def test_answers_a_person_and_logs_the_decision(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = handler({"model": MODEL, "kind": "person", "requested_by": "ann"}, None)

    assert answer["decision"] == "started"
    assert list(world.workflow.started) == [answer["execution"]]
    assert json.loads(capsys.readouterr().err) == {
        "event": "retraining.decided",
        "model": MODEL,
        "trigger": "person@2026-03-01T12:00:00+00:00",
        **answer,
    }
