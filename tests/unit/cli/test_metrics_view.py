"""`windvane metrics export` and `windvane dashboard grafana`."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from functions.cli import metrics_view, wiring
from functions.cli.errors import UsageError
from functions.cli.output import Output
from functions.contracts.metrics import Metric
from functions.contracts.model_folder import find_model_names
from functions.contracts.model_problem import ModelFolderError
from functions.core.open_metrics import Asked, Reading
from tests.fakes.documents import NOW
from tests.unit.cli.captures_world import CapturesWorld

DAY = timedelta(days=1)


@dataclass
class OneValue:
    """CloudWatch, with the rows of one model's window and nothing else."""

    asked: list[Asked] = field(default_factory=list)

    def read(
        self, asked: Sequence[Asked], *, now: datetime, within: timedelta
    ) -> tuple[tuple[Asked, Reading | None], ...]:
        assert (now, within) == (NOW, DAY)
        self.asked += asked
        return tuple(
            (each, Reading(7.0, NOW) if each.metric == Metric.WINDOW_ROWS else None)
            for each in asked
        )


@pytest.fixture
def cloudwatch(monkeypatch: pytest.MonkeyPatch) -> OneValue:
    CapturesWorld().enter(monkeypatch)
    reader = OneValue()
    monkeypatch.setattr(wiring, "latest_metrics", lambda _stage: reader)
    monkeypatch.setattr(wiring, "now", lambda: NOW)
    return reader


def export(model: str | None, *, as_json: bool = False, timestamps: bool = True) -> str:
    stdout = io.StringIO()
    out = Output(as_json=as_json, stdout=stdout)
    metrics_view.export(out, model=model, within=DAY, timestamps=timestamps, stage=None)
    return stdout.getvalue()


def test_writes_what_a_parser_of_others_reads(cloudwatch: OneValue) -> None:
    text = export("loan_default")

    (family,) = text_string_to_metric_families(text)
    assert family.name == "windvane_window_rows"
    assert family.samples[0].labels["model"] == "loan_default"
    assert {asked.model for asked in cloudwatch.asked} == {"loan_default"}
    assert text.endswith("# EOF\n")
    assert f" {int(NOW.timestamp())}" in text


def test_writes_all_models_without_timestamps(cloudwatch: OneValue) -> None:
    text = export(None, timestamps=False)

    (family,) = text_string_to_metric_families(text)
    assert [s.labels["model"] for s in family.samples] == list(find_model_names())
    assert {s.timestamp for s in family.samples} == {None}
    assert cloudwatch.asked


@pytest.mark.usefixtures("cloudwatch")
def test_hands_a_script_the_text_in_a_document() -> None:
    document = json.loads(export("loan_default", as_json=True))

    assert document["openmetrics"].endswith("# EOF\n")


@pytest.mark.usefixtures("cloudwatch")
def test_names_the_models_there_are() -> None:
    with pytest.raises(ModelFolderError, match="loan_default"):
        export("loan")


@pytest.mark.parametrize("hours", [0.0, -1.0, 24 * 15 + 1.0])
def test_refuses_a_time_that_cloudwatch_keeps_no_minutes_of(hours: float) -> None:
    with pytest.raises(UsageError, match="at most 360"):
        metrics_view.read_hours(hours)


@pytest.mark.usefixtures("cloudwatch")
@pytest.mark.parametrize("as_json", [True, False])
def test_writes_a_dashboard_as_one_document(monkeypatch: pytest.MonkeyPatch, as_json: bool) -> None:
    deployed = wiring.open_stage(None)
    settings = deployed.settings.model_copy(
        update={"state_machine_arn": "arn:aws:states:eu-west-1:1:stateMachine:x"}
    )
    monkeypatch.setattr(
        wiring, "open_stage", lambda _asked: type(deployed)(settings, deployed.endpoint_url)
    )
    stdout = io.StringIO()

    metrics_view.write_grafana_dashboard(
        Output(as_json=as_json, stdout=stdout), model="loan_default", stage=None
    )

    document = json.loads(stdout.getvalue())
    assert document["title"] == f"Windvane: loan_default on {settings.stage}"
    assert document["panels"]
