"""CloudWatch metrics as a MetricSink."""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from functions.contracts.errors import WindvaneError
from functions.contracts.metrics import FEATURE_DIMENSION, namespace, unit_of
from functions.core.ports import MetricValue

MAX_DATA_PER_CALL = 1000
"""PutMetricData's limit."""


class MetricValueError(WindvaneError):
    """A metric's value is not a finite number; CloudWatch would refuse the whole call."""


class CloudWatchMetrics:
    """Puts metrics into a model's namespace; `client` is a CloudWatch client."""

    def __init__(self, client: Any, stage: str) -> None:  # noqa: ANN401 - boto3 has no types
        self._client = client
        self._stage = stage

    def put(self, model: str, values: Sequence[MetricValue], *, at: datetime) -> None:
        """Emit finite values; raise MetricValueError before anything is sent."""
        for value in values:
            if not math.isfinite(value.value):
                msg = (
                    f"metric {value.metric} of model {model} is {value.value}, not a finite number"
                )
                raise MetricValueError(msg)
        data = [_datum(value, at) for value in values]
        for start in range(0, len(data), MAX_DATA_PER_CALL):
            self._client.put_metric_data(
                Namespace=namespace(self._stage, model),
                MetricData=data[start : start + MAX_DATA_PER_CALL],
            )


def _datum(value: MetricValue, at: datetime) -> dict[str, object]:
    dimensions = (
        [{"Name": FEATURE_DIMENSION, "Value": value.feature}] if value.feature is not None else []
    )
    return {
        "MetricName": str(value.metric),
        "Value": float(value.value),
        "Unit": str(unit_of(value.metric)),
        "Timestamp": at,
        "Dimensions": dimensions,
    }
