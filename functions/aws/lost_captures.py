"""How many rows serving could not write down, as its log's metric filter counts them."""

from datetime import datetime, timedelta
from typing import Any

from functions.contracts.metrics import LOST_CAPTURE_ROWS, stage_namespace

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_MOST_POINTS = 1440
"""CloudWatch answers no more at once."""


def count_lost_rows(
    client: Any,  # noqa: ANN401 - boto3 has no types
    stage: str,
    start: datetime,
    end: datetime,
) -> int:
    """Return the rows that were lost between two moments; `client` is a CloudWatch client."""
    period = _HOUR if end - start < _MOST_POINTS * _HOUR else _DAY
    answer = client.get_metric_statistics(
        Namespace=stage_namespace(stage),
        MetricName=LOST_CAPTURE_ROWS,
        StartTime=start,
        EndTime=end,
        Period=int(period.total_seconds()),
        Statistics=["Sum"],
    )
    return int(sum(point["Sum"] for point in answer["Datapoints"]))
