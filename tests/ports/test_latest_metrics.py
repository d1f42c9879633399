"""The newest values of metrics, as CloudWatch keeps them."""

from datetime import timedelta

import pytest

from functions.aws import latest_metrics
from functions.aws.clients import make_client
from functions.aws.latest_metrics import LatestMetrics
from functions.aws.metrics import CloudWatchMetrics
from functions.contracts.metrics import Metric
from functions.core.open_metrics import Reading, asked_metrics
from functions.core.ports import MetricValue
from tests.fakes.documents import NOW
from tests.unit.core.drift_world import model_spec

SPEC = model_spec()
WITHIN = timedelta(hours=26)


def found(stage: str = "dev") -> dict[tuple[str, ...], Reading]:
    reader = LatestMetrics(make_client("cloudwatch"), stage)
    read = reader.read(asked_metrics(SPEC), now=NOW, within=WITHIN)
    return {
        (str(asked.metric), *asked.dimensions.values()): reading
        for asked, reading in read
        if reading is not None
    }


@pytest.mark.usefixtures("aws")
def test_finds_the_newest_value_of_each_metric() -> None:
    sink = CloudWatchMetrics(make_client("cloudwatch"), "dev")
    minute = NOW.replace(second=0, microsecond=0)
    for hours, rows in ((2, 10.0), (1, 20.0), (30, 30.0)):
        values = [
            MetricValue(Metric.WINDOW_ROWS, rows),
            MetricValue(Metric.FEATURE_PSI, rows / 100, "fuel"),
            MetricValue("PageDataFault", 1.0),
        ]
        sink.put("car", values, at=minute - timedelta(hours=hours))

    at = minute - timedelta(hours=1)
    assert found() == {
        ("WindowRows",): Reading(20.0, at),
        ("FeaturePsi", "fuel"): Reading(0.2, at),
        ("PageDataFault",): Reading(1.0, at),
    }
    # moto does not tell namespaces apart where there are dimensions
    assert not [names for names in found("prod") if len(names) == 1]


@pytest.mark.usefixtures("aws")
def test_asks_for_no_more_metrics_at_once_than_a_call_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(latest_metrics, "MOST_QUERIES", 2)
    sink = CloudWatchMetrics(make_client("cloudwatch"), "dev")
    at = NOW.replace(second=0, microsecond=0)
    sink.put(
        "car",
        [MetricValue(metric, 2.0) for metric in (Metric.WINDOW_ROWS, Metric.HEARTBEAT)],
        at=at,
    )

    assert set(found()) == {("WindowRows",), ("Heartbeat",)}
