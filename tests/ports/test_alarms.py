"""Alarms, read by namespace."""

import pytest

from functions.aws.alarms import CloudWatchAlarms
from functions.aws.clients import make_client


@pytest.fixture
def alarms(aws: None) -> CloudWatchAlarms:  # noqa: ARG001 - the fixture's effect is wanted
    client = make_client("cloudwatch")
    for namespace, name in (("Windvane/local/m", "drift"), ("Windvane/local/other", "else")):
        client.put_metric_alarm(
            AlarmName=name,
            Namespace=namespace,
            MetricName="DataDriftBreach",
            Statistic="Maximum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
        )
    client.set_alarm_state(AlarmName="drift", StateValue="ALARM", StateReason="1 datapoint")
    return CloudWatchAlarms(client)


def test_reads_the_alarms_of_one_namespace(alarms: CloudWatchAlarms) -> None:
    (alarm,) = alarms.of_namespace("Windvane/local/m")

    assert (alarm.name, alarm.metric, alarm.state) == ("drift", "DataDriftBreach", "ALARM")
    assert alarm.reason == "1 datapoint"
    assert alarm.updated_at is not None


def test_finds_none_where_there_is_none(alarms: CloudWatchAlarms) -> None:
    assert alarms.of_namespace("Windvane/prod/m") == ()
