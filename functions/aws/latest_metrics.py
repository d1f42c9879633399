"""The newest values of metrics, as CloudWatch has them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from functions.contracts.metrics import namespace
from functions.core.open_metrics import Asked, Reading

MOST_QUERIES = 500
"""Of one GetMetricData call."""

PERIOD_SECONDS = 60
"""CloudWatch keeps minutes for 15 days; what is emitted in a minute becomes one value."""

LONGEST = timedelta(days=15)


class LatestMetrics:
    """Reads models' metrics of a stage; `client` is a CloudWatch client."""

    def __init__(self, client: Any, stage: str) -> None:  # noqa: ANN401 - boto3 has no types
        self._client = client
        self._stage = stage

    def read(
        self, asked: Sequence[Asked], *, now: datetime, within: timedelta
    ) -> tuple[tuple[Asked, Reading | None], ...]:
        """Return each metric with its newest value of a time up to now, None if it has none.

        CloudWatch bills each metric of each call.
        """
        found: dict[int, Reading] = {}
        for start in range(0, len(asked), MOST_QUERIES):
            queries = [
                self._query(number, asked[number])
                for number in range(start, min(start + MOST_QUERIES, len(asked)))
            ]
            found |= self._newest(queries, now, within)
        return tuple((each, found.get(number)) for number, each in enumerate(asked))

    def _newest(
        self, queries: list[dict[str, Any]], now: datetime, within: timedelta
    ) -> dict[int, Reading]:
        newest: dict[int, Reading] = {}
        pages = self._client.get_paginator("get_metric_data").paginate(
            MetricDataQueries=queries,
            StartTime=now - within,
            EndTime=now + timedelta(seconds=PERIOD_SECONDS),
            ScanBy="TimestampDescending",
        )
        for page in pages:
            for result in page["MetricDataResults"]:
                number = int(result["Id"].removeprefix("m"))
                for at, value in zip(result["Timestamps"], result["Values"], strict=True):
                    if number not in newest or at > newest[number].at:
                        newest[number] = Reading(float(value), at)
        return newest

    def _query(self, number: int, asked: Asked) -> dict[str, Any]:
        return {
            "Id": f"m{number}",
            "MetricStat": {
                "Metric": {
                    "Namespace": namespace(self._stage, asked.model),
                    "MetricName": str(asked.metric),
                    "Dimensions": [
                        {"Name": name, "Value": value} for name, value in asked.dimensions.items()
                    ],
                },
                "Period": PERIOD_SECONDS,
                "Stat": asked.statistic.value,
            },
        }
