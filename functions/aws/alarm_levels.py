"""The states of CloudWatch alarms, as levels and not as events."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from functions.contracts.messages import TriggerKind
from functions.core.reconciling import RaisedAlarm

ALARM = "ALARM"

MOST_NAMES = 100
"""DescribeAlarms takes no more at once."""


class CloudWatchLevels:
    """Reads which alarms ring, or rang lately; `client` is a CloudWatch client."""

    def __init__(self, client: Any) -> None:  # noqa: ANN401 - boto3 has no types
        self._client = client

    def raised(self, names: tuple[str, ...], *, since: datetime) -> tuple[RaisedAlarm, ...]:
        """Return those that ring now or began to since a moment; see the port.

        An alarm that rang and stopped between two looks is found in its history, which CloudWatch
        keeps for 30 days.
        """
        return tuple(
            found for alarm in self._describe(names) if (found := self._raised(alarm, since))
        )

    def _describe(self, names: tuple[str, ...]) -> Iterator[dict[str, Any]]:
        for start in range(0, len(names), MOST_NAMES):
            asked = list(names[start : start + MOST_NAMES])
            answer = self._client.describe_alarms(
                AlarmNames=asked, AlarmTypes=["MetricAlarm"], MaxRecords=MOST_NAMES
            )
            yield from answer["MetricAlarms"]

    def _raised(self, alarm: dict[str, Any], since: datetime) -> RaisedAlarm | None:
        name, updated_at = alarm["AlarmName"], alarm["StateUpdatedTimestamp"]
        if alarm["StateValue"] == ALARM:
            raised_at = alarm.get("StateTransitionedTimestamp") or updated_at
            reason = alarm.get("StateReason", "")
            return RaisedAlarm(name, TriggerKind.DRIFT_ALARM, raised_at, reason)
        if updated_at < since:
            return None
        return self._rang(name, since)

    def _rang(self, name: str, since: datetime) -> RaisedAlarm | None:
        answer = self._client.describe_alarm_history(
            AlarmName=name,
            AlarmTypes=["MetricAlarm"],
            HistoryItemType="StateUpdate",
            StartDate=since,
            ScanBy="TimestampDescending",
        )
        for item in answer["AlarmHistoryItems"]:
            state = json.loads(item.get("HistoryData") or "{}").get("newState", {})
            if state.get("stateValue") == ALARM:
                reason = str(state.get("stateReason", item.get("HistorySummary", "")))
                moment = item["Timestamp"]
                return RaisedAlarm(name, TriggerKind.DRIFT_ALARM, moment, reason, is_ringing=False)
        return None
