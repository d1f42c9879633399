import json
from typing import Any

import pytest

from functions.contracts.messages import TriggerKind
from functions.core.alarm_message import (
    ForeignAlarmError,
    MalformedAlarmError,
    order_of_alarm,
    read_alarm,
)

# As CloudWatch sends it, shortened by what nobody reads.
ALARM: dict[str, Any] = {
    "AlarmName": "windvane-prod-car-DataDrift",
    "AlarmDescription": None,
    "AWSAccountId": "123456789012",
    "NewStateValue": "ALARM",
    "NewStateReason": "Threshold Crossed: 1 datapoint [1.0 (01/03/26 11:00:00)] was greater",
    "StateChangeTime": "2026-03-01T12:00:00.123+0000",
    "Region": "Europe (Frankfurt)",
    "AlarmArn": "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:windvane-prod-car-DataDrift",
    "OldStateValue": "OK",
    "Trigger": {
        "MetricName": "DataDriftBreach",
        "Namespace": "Windvane/prod/car",
        "StatisticType": "Statistic",
        "Dimensions": [],
        "Period": 3600,
    },
}


def alarm(**change: object) -> str:
    return json.dumps(ALARM | change)


def watching(namespace: str) -> str:
    return alarm(Trigger=ALARM["Trigger"] | {"Namespace": namespace})


def test_makes_an_order_of_an_alarm() -> None:
    order = order_of_alarm(read_alarm(alarm()), "prod")

    assert order is not None
    assert (order.model, order.ignore_cool_down) == ("car", False)
    assert order.trigger.kind is TriggerKind.DRIFT_ALARM
    assert order.trigger.requested_by == ALARM["AlarmArn"]
    assert order.trigger.requested_at.isoformat() == "2026-03-01T12:00:00.123000+00:00"
    assert order.trigger.reason.startswith("windvane-prod-car-DataDrift: Threshold Crossed")


def test_gives_each_change_of_an_alarm_one_id() -> None:
    def id_of(**change: object) -> str:
        order = order_of_alarm(read_alarm(alarm(**change)), "prod")
        assert order is not None
        return order.trigger.id

    assert id_of() == id_of(NewStateReason="said differently")
    others = {
        id_of(StateChangeTime="2026-03-01T13:00:00.123+0000"),
        id_of(AlarmArn="arn:other"),
        id_of(AlarmName="n" * 255),
        id_of(AlarmName="n" * 254),
    }
    assert len(others | {id_of()}) == 5


def test_reads_an_alarm_without_an_arn() -> None:
    message = {key: value for key, value in ALARM.items() if key != "AlarmArn"}
    message["StateChangeTime"] = "2026-03-01T12:00:00Z"

    order = order_of_alarm(read_alarm(json.dumps(message)), "prod")

    assert order is not None
    assert order.trigger.requested_by == ALARM["AlarmName"]


@pytest.mark.parametrize("state", ["OK", "INSUFFICIENT_DATA"])
def test_asks_for_nothing_unless_the_alarm_goes_off(state: str) -> None:
    assert order_of_alarm(read_alarm(alarm(NewStateValue=state)), "prod") is None


@pytest.mark.parametrize(
    "namespace",
    [
        "Windvane/dev/car",
        "Windvane/prod/car/more",
        "Windvane/prod/",
        "Windvane/prod/Car",
        "Windvane/prod/car\n",
        "AWS/Lambda",
        "xWindvane/prod/car",
        "WindvaneXprodXcar",
    ],
)
@pytest.mark.parametrize("state", ["ALARM", "OK"])
def test_refuses_a_foreign_namespace(namespace: str, state: str) -> None:
    message = json.loads(watching(namespace)) | {"NewStateValue": state}

    with pytest.raises(ForeignAlarmError, match="Windvane/prod/<model>"):
        order_of_alarm(read_alarm(json.dumps(message)), "prod")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "[]",
        "null",
        alarm(Trigger=None),
        alarm(Trigger={"AlarmRule": "ALARM(a) OR ALARM(b)"}),
        alarm(StateChangeTime="yesterday"),
        alarm(StateChangeTime="2026-03-01T12:00:00"),
        alarm(AlarmName=""),
        alarm(NewStateValue=None),
    ],
)
def test_refuses_what_is_no_alarm_of_one_metric(text: str) -> None:
    with pytest.raises(MalformedAlarmError, match="no CloudWatch alarm"):
        read_alarm(text)
