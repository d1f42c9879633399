"""What a fire drill makes in an account and takes away again: objects, and an alarm of its own."""

from datetime import datetime
from typing import Any

from functions.contracts.errors import WindvaneError
from functions.contracts.metrics import namespace

DRILL_METRIC = "DrillAbort"
"""What a drill's own alarm watches, in the model's namespace; nothing else emits it."""

PERIOD_SECONDS = 10
"""The shortest that CloudWatch has, so that the alarm follows its metric within seconds."""


class ObjectsRemainError(WindvaneError):
    """Some versions of objects could not be deleted."""


def remove_objects(client: Any, bucket: str, prefix: str) -> int:  # noqa: ANN401 - boto3 has no types
    """Delete every version of every object below a prefix; return how many there were.

    Raises ObjectsRemainError, when all others are gone, if some could not be deleted.
    """
    removed, refused = 0, []
    pages = client.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix)
    for page in pages:
        found = [
            {"Key": item["Key"], "VersionId": item["VersionId"]}
            for kind in ("Versions", "DeleteMarkers")
            for item in page.get(kind, ())
        ]
        if found:
            answer = client.delete_objects(Bucket=bucket, Delete={"Objects": found, "Quiet": True})
            refused += answer.get("Errors", ())
            removed += len(found)
    if refused:
        first = refused[0]
        msg = (
            f"{len(refused)} of {removed} versions below {prefix} remain, the first is "
            f"{first['Key']}: {first['Code']}; the caller needs s3:DeleteObjectVersion there"
        )
        raise ObjectsRemainError(msg)
    return removed


class DrillAlarm:
    """An alarm that tells one topic; `client` is a CloudWatch client."""

    def __init__(self, client: Any, *, name: str, stage: str, model: str, topic_arn: str) -> None:  # noqa: ANN401 - boto3 has no types
        self._client = client
        self.name = name
        self._namespace = namespace(stage, model)
        client.put_metric_alarm(
            AlarmName=name,
            AlarmDescription=f"A fire drill of {model}'s rollback. It removes this alarm itself.",
            Namespace=self._namespace,
            MetricName=DRILL_METRIC,
            Statistic="Maximum",
            Period=PERIOD_SECONDS,
            EvaluationPeriods=1,
            Threshold=1.0,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            TreatMissingData="notBreaching",
            AlarmActions=[topic_arn],
        )

    def raise_(self, now: datetime) -> None:
        """Emit the metric that lets it go off."""
        self._client.put_metric_data(
            Namespace=self._namespace,
            MetricData=[
                {
                    "MetricName": DRILL_METRIC,
                    "Value": 1.0,
                    "Unit": "Count",
                    "Timestamp": now,
                    "StorageResolution": 1,
                }
            ],
        )

    def remove(self) -> None:
        """Delete the alarm."""
        self._client.delete_alarms(AlarmNames=[self.name])


def metric_maximum(
    client: Any,  # noqa: ANN401 - boto3 has no types
    *,
    namespace_: str,
    metric: str,
    since: datetime,
    until: datetime,
) -> float | None:
    """Return the highest value of a metric in a time; None if it was not emitted."""
    answer = client.get_metric_statistics(
        Namespace=namespace_,
        MetricName=metric,
        StartTime=since,
        EndTime=until,
        Period=60,
        Statistics=["Maximum"],
    )
    return max((float(point["Maximum"]) for point in answer["Datapoints"]), default=None)
