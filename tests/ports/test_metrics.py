"""What the CloudWatch adapter sends."""

import math
from datetime import timedelta

import pytest

from functions.aws.clients import make_client
from functions.aws.metrics import CloudWatchMetrics, MetricValueError
from functions.contracts.alerts import Alerts, ConditionKind
from functions.contracts.metrics import Metric
from functions.core.ports import MetricValue
from tests.fakes.documents import NOW


@pytest.mark.usefixtures("aws")
def test_puts_a_value_into_the_models_namespace() -> None:
    client = make_client("cloudwatch")

    CloudWatchMetrics(client, "dev").put(
        "m",
        [MetricValue(Metric.WINDOW_ROWS, 12.0), MetricValue(Metric.FEATURE_PSI, 0.2, "age")],
        at=NOW,
    )

    listed = client.list_metrics(Namespace="Windvane/dev/m")["Metrics"]
    found = {(m["MetricName"], tuple(d["Value"] for d in m["Dimensions"])) for m in listed}
    assert found == {("WindowRows", ()), ("FeaturePsi", ("age",))}
    points = client.get_metric_statistics(
        Namespace="Windvane/dev/m",
        MetricName="WindowRows",
        StartTime=NOW - timedelta(minutes=1),
        EndTime=NOW + timedelta(minutes=1),
        Period=60,
        Statistics=["Maximum"],
    )["Datapoints"]
    assert [point["Maximum"] for point in points] == [12.0]


@pytest.mark.usefixtures("aws")
def test_sends_nothing_when_one_value_is_not_finite() -> None:
    client = make_client("cloudwatch")

    with pytest.raises(MetricValueError, match="WindowRows of model m is nan"):
        CloudWatchMetrics(client, "dev").put(
            "m",
            [MetricValue(Metric.MAX_FEATURE_PSI, 1.0), MetricValue(Metric.WINDOW_ROWS, math.nan)],
            at=NOW,
        )
    assert client.list_metrics(Namespace="Windvane/dev/m")["Metrics"] == []


@pytest.mark.usefixtures("aws")
def test_counts_whether_a_condition_holds() -> None:
    client = make_client("cloudwatch")
    condition = Alerts().of_kind(ConditionKind.DATA_FAULT)[0]

    CloudWatchMetrics(client, "dev").put("m", [MetricValue(condition.metric_name, 1.0)], at=NOW)

    (point,) = client.get_metric_statistics(
        Namespace="Windvane/dev/m",
        MetricName="PageDataFault",
        StartTime=NOW - timedelta(minutes=1),
        EndTime=NOW + timedelta(minutes=1),
        Period=60,
        Statistics=["Maximum"],
    )["Datapoints"]
    assert (point["Maximum"], point["Unit"]) == (1.0, "Count")
