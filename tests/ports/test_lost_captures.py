"""Rows that were lost, as CloudWatch counted them."""

from datetime import timedelta

import pytest

from functions.aws.clients import make_client
from functions.aws.lost_captures import count_lost_rows
from functions.contracts.metrics import LOST_CAPTURE_ROWS, namespace, stage_namespace
from tests.fakes.documents import NOW


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("days", [1, 90])
def test_sums_what_was_lost_in_a_time(days: int) -> None:
    client = make_client("cloudwatch")
    for value, name in ((3, "dev"), (4, "dev"), (100, "prod")):
        client.put_metric_data(
            Namespace=stage_namespace(name),
            MetricData=[{"MetricName": LOST_CAPTURE_ROWS, "Value": value, "Timestamp": NOW}],
        )

    lost = count_lost_rows(client, "dev", NOW - timedelta(days=days), NOW + timedelta(minutes=1))

    assert lost == 7
    assert count_lost_rows(client, "local", NOW - timedelta(days=days), NOW) == 0


def test_has_a_namespace_that_no_model_has() -> None:
    assert stage_namespace("dev") not in {namespace("dev", name) for name in ("a", "dev", "x_1")}
