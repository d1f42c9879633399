"""CloudWatch alarms, read for people who watch them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Alarm:
    """One metric alarm as it stands."""

    name: str
    metric: str
    state: str
    reason: str
    updated_at: datetime | None
    actions: tuple[str, ...] = ()


class CloudWatchAlarms:
    """Reads metric alarms; `client` is a CloudWatch client."""

    def __init__(self, client: Any) -> None:  # noqa: ANN401 - boto3 has no types
        self._client = client

    def of_namespace(self, namespace: str) -> tuple[Alarm, ...]:
        """Return the metric alarms on one namespace, by name."""
        pages = self._client.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm"])
        found = (
            Alarm(
                name=item["AlarmName"],
                metric=item.get("MetricName", ""),
                state=item["StateValue"],
                reason=item.get("StateReason", ""),
                updated_at=item.get("StateUpdatedTimestamp"),
                actions=tuple(item.get("AlarmActions", ())),
            )
            for page in pages
            for item in page["MetricAlarms"]
            if item.get("Namespace") == namespace
        )
        return tuple(sorted(found, key=lambda alarm: alarm.name))
