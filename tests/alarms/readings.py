"""Deployed alarms and what was emitted for them, as CloudWatch answers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.alarms.evaluation import Series, rule_of

Deployed = Mapping[str, Any]
"""An alarm as DescribeAlarms has it."""


def deployed_alarms(client: Any) -> list[Deployed]:
    """Return all metric alarms; `client` is a CloudWatch client."""
    pages = client.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm"])
    return [alarm for page in pages for alarm in page["MetricAlarms"]]


def read_series(
    client: Any,
    alarm: Deployed,
    start: datetime,
    end: datetime,
) -> Series:
    """Return what an alarm sees between two moments: its own dimensions, period and statistic."""
    rule = rule_of(alarm)
    percentile = alarm.get("ExtendedStatistic")
    asked = {"ExtendedStatistics": [percentile]} if percentile else {}
    answer = client.get_metric_statistics(
        Namespace=alarm["Namespace"],
        MetricName=alarm["MetricName"],
        Dimensions=alarm.get("Dimensions") or [],
        Period=int(rule.period.total_seconds()),
        StartTime=rule.start_of(start),
        EndTime=end,
        **(asked or {"Statistics": [alarm["Statistic"]]}),
    )
    return {
        point["Timestamp"]: (
            point["ExtendedStatistics"][percentile] if percentile else point[alarm["Statistic"]]
        )
        for point in answer["Datapoints"]
    }


def let_look(client: Any) -> None:
    """Emit what no alarm watches: the embedded cloud looks at its alarms then, and only then."""
    client.put_metric_data(
        Namespace="Windvane/tests", MetricData=[{"MetricName": "Look", "Value": 1.0}]
    )
