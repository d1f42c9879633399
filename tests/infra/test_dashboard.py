"""The CloudWatch dashboard of each model."""

import json
from typing import Any

import pytest

from functions.contracts.alerts import Alerts
from functions.contracts.metrics import namespace
from tests.infra.assembly import PLAIN_MODEL, SCHEDULED_MODEL, Assembly, text

MODELS = (PLAIN_MODEL, SCHEDULED_MODEL)


def drawn(assembly: Assembly, model: str) -> str:
    """The body of a model's only dashboard."""
    own = json.dumps(namespace(assembly.stage.name, model))[1:-1]
    (dashboard,) = [
        body
        for dashboard in assembly.properties("AWS::CloudWatch::Dashboard").values()
        if own in (body := text(dashboard["DashboardBody"]))
    ]
    return dashboard


def widgets(assembly: Assembly, model: str) -> list[dict[str, Any]]:
    """Its widgets, with each reference to another resource in place of its value."""
    found: list[dict[str, Any]] = json.loads(drawn(assembly, model))["widgets"]
    return found


@pytest.mark.parametrize("model", MODELS)
def test_draws_every_feature_and_what_was_found(model: str, prod: Assembly) -> None:
    body = drawn(prod, model)

    for needed in (
        *("wind_speed", "moon_phase", "WindowRows", "PredictionPsi", "ExecutionsFailed"),
        *("EstimatedScore", "RealizedScore", "DaysWithoutLabels", "DataFaults"),
    ):
        assert needed in body


@pytest.mark.parametrize("model", MODELS)
def test_begins_with_a_strip_of_every_condition(model: str, prod: Assembly) -> None:
    first = widgets(prod, model)[0]

    assert first["properties"]["stacked"] is True
    assert (first["x"], first["y"], first["width"]) == (0, 0, 24)
    assert [metric[1] for metric in first["properties"]["metrics"]] == [
        condition.metric_name for condition in Alerts().conditions
    ]


def test_no_widget_lies_on_another(prod: Assembly) -> None:
    taken: set[tuple[int, int]] = set()
    for widget in widgets(prod, PLAIN_MODEL):
        cells = {
            (widget["x"] + column, widget["y"] + row)
            for column in range(widget["width"])
            for row in range(widget["height"])
        }
        assert not cells & taken
        taken |= cells
    assert max(column for column, _ in taken) == 23
