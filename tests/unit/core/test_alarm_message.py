"""A CloudWatch alarm's message."""

import json
from datetime import UTC, datetime

import pytest
from pydantic import JsonValue

from functions.contracts.alerts import Alerts
from functions.contracts.messages import TriggerKind
from functions.core.alarm_message import (
    AlarmMessage,
    ForeignAlarmError,
    Ignored,
    MalformedAlarmError,
    order_of_alarm,
    read_alarm,
)
from functions.core.retraining_order import RetrainingOrder

ALERTS = Alerts(
    retrain=("drift", "label_change", "estimated_loss", "accuracy_score < 0.9"),
    page=("data_fault",),
)


def alarm(**changes: JsonValue) -> str:
    """The JSON that CloudWatch sends to SNS."""
    trigger: dict[str, JsonValue] = {
        "MetricName": "RetrainInputDrift",
        "Namespace": "Windvane/prod/car",
        "Dimensions": [],
        "Period": 3600,
    }
    fields: dict[str, JsonValue] = {
        "AlarmName": "windvane-prod-car-data-drift",
        "AlarmDescription": None,
        "AWSAccountId": "000000000000",
        "NewStateValue": "ALARM",
        "NewStateReason": "Threshold Crossed",
        "StateChangeTime": "2026-03-01T12:00:00.123+0000",
        "Region": "EU (Ireland)",
        "AlarmArn": "arn:aws:cloudwatch:eu-west-1:000000000000:alarm:drift",
        "OldStateValue": "OK",
        "Trigger": trigger,
    }
    return json.dumps({**fields, **changes})


def order_of(message: AlarmMessage, stage: str) -> RetrainingOrder | Ignored:
    return order_of_alarm(message, stage, lambda model: {"car": ALERTS}[model])


def trigger_id(text: str) -> str:
    order = order_of(read_alarm(text), "prod")
    assert isinstance(order, RetrainingOrder)
    return order.trigger.id


def test_orders_the_model_of_the_namespace() -> None:
    order = order_of(read_alarm(alarm()), "prod")

    assert isinstance(order, RetrainingOrder)
    assert order.model == "car"
    assert order.ignore_limits is False
    assert order.trigger.kind is TriggerKind.DRIFT_ALARM
    assert order.trigger.reason == "windvane-prod-car-data-drift: Threshold Crossed"
    assert order.trigger.requested_by.endswith("alarm:drift")
    assert order.trigger.requested_at == datetime(2026, 3, 1, 12, 0, 0, 123_000, tzinfo=UTC)


def test_gives_each_delivery_of_a_change_one_id() -> None:
    assert trigger_id(alarm()) == trigger_id(alarm(NewStateReason="said otherwise"))


@pytest.mark.parametrize(
    "changes",
    [
        {"StateChangeTime": "2026-03-01T12:00:00.124+0000"},
        {"AlarmName": "windvane-prod-car-prediction-drift"},
        {"AlarmArn": "arn:aws:cloudwatch:eu-west-1:111111111111:alarm:drift"},
    ],
)
def test_gives_another_change_another_id(changes: dict[str, JsonValue]) -> None:
    assert trigger_id(alarm()) != trigger_id(alarm(**changes))


def test_tells_long_names_apart_within_the_id_s_limit() -> None:
    first, second = (trigger_id(alarm(AlarmName="n" * 254 + end)) for end in "ab")

    assert first != second
    assert len(first) <= 256


def test_shortens_a_long_reason() -> None:
    order = order_of(read_alarm(alarm(NewStateReason="r" * 5000)), "prod")

    assert isinstance(order, RetrainingOrder)
    assert len(order.trigger.reason) == 500


@pytest.mark.parametrize("state", ["OK", "INSUFFICIENT_DATA"])
def test_orders_nothing_in_another_state(state: str) -> None:
    ignored = order_of(read_alarm(alarm(NewStateValue=state)), "prod")

    assert isinstance(ignored, Ignored)
    assert ignored.reason.endswith(f"is {state}, which asks for nothing")


@pytest.mark.parametrize("metric", ["DataDriftBreach", "PageDataFault", "RetrainLabelChange2", ""])
def test_orders_nothing_for_what_is_not_listed_under_retrain(metric: str) -> None:
    trigger: dict[str, JsonValue] = {"Namespace": "Windvane/prod/car", "MetricName": metric}

    ignored = order_of(read_alarm(alarm(Trigger=trigger)), "prod")

    assert isinstance(ignored, Ignored)
    assert ignored.reason.endswith("that model.toml of car lists under retrain")


@pytest.mark.parametrize(
    ("metric", "kind"),
    [
        ("RetrainInputDrift", TriggerKind.DRIFT_ALARM),
        ("RetrainPredictionDrift", TriggerKind.DRIFT_ALARM),
        ("RetrainLabelChange", TriggerKind.LABEL_ALARM),
        ("RetrainAccuracyScore0.9", TriggerKind.LABEL_ALARM),
        ("RetrainEstimatedLoss", TriggerKind.ESTIMATE_ALARM),
    ],
)
def test_tells_what_an_alarm_speaks_of_by_its_metric(metric: str, kind: TriggerKind) -> None:
    trigger: dict[str, JsonValue] = {"Namespace": "Windvane/prod/car", "MetricName": metric}

    order = order_of(read_alarm(alarm(Trigger=trigger)), "prod")

    assert isinstance(order, RetrainingOrder)
    assert order.trigger.kind is kind


@pytest.mark.parametrize("state", ["ALARM", "OK"])
@pytest.mark.parametrize(
    "namespace",
    [
        "AWS/Lambda",
        "Windvane/test/car",
        "Windvane/prod/",
        "Windvane/prod/Car",
        "Windvane/prod/car/more",
        "Windvane/prod/car\n",
        "Windvane/prod/../car",
        "My/Windvane/prod/car",
    ],
)
def test_refuses_a_foreign_namespace(namespace: str, state: str) -> None:
    message = read_alarm(alarm(Trigger={"Namespace": namespace}, NewStateValue=state))

    with pytest.raises(ForeignAlarmError, match=r"of stage prod: Windvane/prod/<model>$"):
        order_of(message, "prod")


def test_reads_a_stage_as_text_and_not_as_a_pattern() -> None:
    with pytest.raises(ForeignAlarmError):
        order_of(read_alarm(alarm()), "pr.d")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("no json", "message: "),
        ("[]", "message: "),
        (alarm(Trigger={"Metrics": []}), "Trigger.Namespace: "),
        (alarm(AlarmName=""), "AlarmName: "),
        (alarm(StateChangeTime="yesterday"), "StateChangeTime: "),
        (alarm(StateChangeTime="2026-03-01T12:00:00"), "StateChangeTime: "),
        (alarm(NewStateValue=None), "NewStateValue: "),
    ],
    ids=["text", "list", "metric math", "no name", "no moment", "no offset", "no state"],
)
def test_refuses_what_is_no_alarm_of_one_metric(text: str, problem: str) -> None:
    with pytest.raises(MalformedAlarmError) as refusal:
        read_alarm(text)

    assert str(refusal.value).startswith("the message is no CloudWatch alarm of one metric: ")
    assert problem in str(refusal.value)
