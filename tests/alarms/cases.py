"""Every kind of alarm: what drives it in the tests, and what a period without data means, and why.

An alarm belongs to the one case that its namespace, metric and dimension name. A test refuses an
alarm of no case, and one whose missing data are not treated as its case says.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tests.alarms.evaluation import Missing


class Driver(StrEnum):
    """What drives an alarm into ALARM and back in `tests/workflow`."""

    CODE = "code"
    """The code that emits the metric, with data of which the condition is true, then is not."""
    EMULATOR = "emulator"
    """A real failure, that the embedded cloud counts as AWS does."""
    PUT = "put"
    """The test puts what AWS would: the embedded cloud has no such metric of its own."""
    EVALUATOR = "evaluator"
    """A made series and the evaluator alone: no stage of the suite is deployed with it."""


LAMBDA = "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html"
STATES = "https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html"
QUEUES = (
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/"
    "sqs-available-cloudwatch-metrics.html"
)
REST = (
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/"
    "api-gateway-metrics-and-dimensions.html"
)
HTTP = "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html"
FIREHOSE = "https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html"
FILTERS = (
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/"
    "FilterAndPatternSyntaxForMetricFilters.html"
)
OURS = "reference/metrics.md"

QUIET = "where nobody asks nothing is measured, and nothing is wrong"


@dataclass(frozen=True, slots=True)
class AlarmCase:
    """One kind of alarm.

    `source` is the page that documents the metric's name, unit and dimensions, `unit` what AWS
    emits it in; `bad` and `good` are values of a period in which it is wrong, and well.
    """

    name: str
    namespace: str
    metric: str
    driver: Driver
    source: str
    dimension: str | None = None
    missing: Missing = Missing.NOT_BREACHING
    because: str = QUIET
    statistic: str = "Sum"
    unit: str = "Count"
    bad: float = 1.0
    good: float = 0.0

    def is_of(self, alarm: Mapping[str, Any]) -> bool:
        """Say whether an alarm, of a template or deployed, is of this kind."""
        dimensions = [each["Name"] for each in alarm.get("Dimensions") or []]
        return (
            re.fullmatch(self.namespace, alarm["Namespace"]) is not None
            and re.fullmatch(self.metric, alarm["MetricName"]) is not None
            and dimensions == ([] if self.dimension is None else [self.dimension])
        )


def _of_model(severity: str, missing: Missing, because: str) -> AlarmCase:
    return AlarmCase(
        name=f"a condition under {severity}",
        namespace=r"Windvane/[a-z]+/[a-z][a-z0-9_]*",
        metric=rf"{severity.capitalize()}[A-Z].*",
        driver=Driver.CODE,
        source=OURS,
        missing=missing,
        because=because,
        statistic="Maximum",
    )


def _of_function(metric: str, driver: Driver, **fields: Any) -> AlarmCase:
    return AlarmCase(
        name=f"{metric} of a function",
        namespace="AWS/Lambda",
        metric=metric,
        driver=driver,
        source=LAMBDA,
        dimension="FunctionName",
        **fields,
    )


def _of_log(metric: str, bad: float) -> AlarmCase:
    return AlarmCase(
        name=f"{metric}, counted in the log of predict",
        namespace=r"Windvane/[a-z]+",
        metric=metric,
        driver=Driver.PUT,
        source=FILTERS,
        bad=bad,
    )


def _of_machine(metric: str) -> AlarmCase:
    return AlarmCase(
        name=f"{metric} of a workflow",
        namespace="AWS/States",
        metric=metric,
        driver=Driver.PUT,
        source=STATES,
        dimension="StateMachineArn",
    )


LASTS = "an episode lasts until a window says otherwise; between two windows nothing is told"

CASES = (
    _of_model("page", Missing.IGNORE, LASTS),
    _of_model("note", Missing.IGNORE, LASTS),
    _of_model(
        "retrain", Missing.NOT_BREACHING, "each window asks anew: an alarm fires on a change alone"
    ),
    AlarmCase(
        name="the heartbeat",
        namespace=r"Windvane/[a-z]+/[a-z][a-z0-9_]*",
        metric="Heartbeat",
        driver=Driver.CODE,
        source=OURS,
        missing=Missing.BREACHING,
        because="silence is what is wrong",
        bad=0.0,
        good=1.0,
    ),
    _of_function("Errors", Driver.EMULATOR),
    _of_function("Throttles", Driver.EMULATOR),
    _of_function(
        "Duration", Driver.PUT, statistic="p95", unit="Milliseconds", bad=4000.0, good=20.0
    ),
    _of_function("DeadLetterErrors", Driver.PUT),
    _of_log("FailedAnswers", bad=12.0),
    _of_log("LostCaptureRows", bad=1.0),
    _of_machine("ExecutionsFailed"),
    _of_machine("ExecutionsTimedOut"),
    AlarmCase(
        name="the depth of a dead-letter queue",
        namespace="AWS/SQS",
        metric="ApproximateNumberOfMessagesVisible",
        driver=Driver.PUT,
        source=QUEUES,
        dimension="QueueName",
        because="SQS measures a queue that holds messages; one it does not measure is empty",
        statistic="Maximum",
    ),
    AlarmCase(
        name="late deliveries",
        namespace="AWS/Firehose",
        metric="DeliveryToS3.DataFreshness",
        driver=Driver.PUT,
        source=FIREHOSE,
        dimension="DeliveryStreamName",
        statistic="Maximum",
        unit="Seconds",
        bad=1200.0,
        good=60.0,
    ),
    AlarmCase(
        name="server errors of a REST API",
        namespace="AWS/ApiGateway",
        metric="5XXError",
        driver=Driver.PUT,
        source=REST,
        dimension="ApiName",
    ),
    AlarmCase(
        name="server errors of an HTTP API",
        namespace="AWS/ApiGateway",
        metric="5xx",
        driver=Driver.EVALUATOR,
        source=HTTP,
        dimension="ApiId",
    ),
)


def cases_of(alarm: Mapping[str, Any]) -> list[AlarmCase]:
    """Return the cases that an alarm is of: there must be one."""
    return [case for case in CASES if case.is_of(alarm)]
