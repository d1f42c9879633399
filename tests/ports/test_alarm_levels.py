"""Alarms as levels: what rings, and what rang a moment ago."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.aws.alarm_levels import MOST_NAMES, CloudWatchLevels
from functions.aws.clients import make_client

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_reads_what_rings(aws: None) -> None:
    del aws
    client = make_client("cloudwatch")
    for name in ("rings", "silent", "not asked for"):
        client.put_metric_alarm(
            AlarmName=name,
            MetricName="DataDriftBreach",
            Namespace="Windvane/local/car",
            Threshold=1.0,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            EvaluationPeriods=1,
            Period=300,
            Statistic="Maximum",
        )
    for name in ("rings", "not asked for"):
        client.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="psi 0.4")
    client.set_alarm_state(AlarmName="silent", StateValue="OK", StateReason="fine")

    (found,) = CloudWatchLevels(client).raised(("rings",), since=LONG_AGO)

    assert (found.name, found.reason, found.is_ringing) == ("rings", "psi 0.4", True)
    assert found.raised_at.tzinfo is not None


class FakeCloudWatch:
    """Answers as CloudWatch does; moto keeps no history of alarms."""

    def __init__(self, state: str, updated_at: datetime, history: list[dict[str, Any]]) -> None:
        self.state, self.updated_at, self.history = state, updated_at, history
        self.asked: list[list[str]] = []

    def describe_alarms(self, **request: Any) -> dict[str, Any]:
        self.asked.append(request["AlarmNames"])
        return {
            "MetricAlarms": [
                {
                    "AlarmName": name,
                    "StateValue": self.state,
                    "StateReason": "now",
                    "StateUpdatedTimestamp": self.updated_at,
                    "StateTransitionedTimestamp": self.updated_at - timedelta(hours=2),
                }
                for name in request["AlarmNames"]
            ]
        }

    def describe_alarm_history(self, **request: Any) -> dict[str, Any]:
        found = [item for item in self.history if item["Timestamp"] >= request["StartDate"]]
        return {"AlarmHistoryItems": found[::-1]}


def change(state: str, at: datetime) -> dict[str, Any]:
    data = {"newState": {"stateValue": state, "stateReason": f"became {state}"}}
    return {"Timestamp": at, "HistoryData": json.dumps(data)}


def test_dates_what_rings_by_its_transition() -> None:
    client = FakeCloudWatch("ALARM", NOON, [])

    (found,) = CloudWatchLevels(client).raised(("a",), since=NOON)

    assert found.raised_at == NOON - timedelta(hours=2)


@pytest.mark.parametrize(
    ("since", "count"),
    [(NOON - timedelta(hours=1), 1), (NOON - timedelta(minutes=4), 0), (NOON + timedelta(1), 0)],
)
def test_finds_what_rang_and_stopped(since: datetime, count: int) -> None:
    rang = NOON - timedelta(minutes=5)
    client = FakeCloudWatch("OK", NOON, [change("ALARM", rang), change("OK", NOON)])

    found = CloudWatchLevels(client).raised(("a",), since=since)

    assert len(found) == count
    if found:
        assert (found[0].raised_at, found[0].reason) == (rang, "became ALARM")
        assert not found[0].is_ringing


def test_asks_for_many_alarms_a_hundred_at_a_time() -> None:
    client = FakeCloudWatch("OK", LONG_AGO, [])
    names = tuple(f"alarm-{number}" for number in range(MOST_NAMES + 1))

    assert CloudWatchLevels(client).raised(names, since=NOON) == ()
    assert [len(asked) for asked in client.asked] == [MOST_NAMES, 1]
