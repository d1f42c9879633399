"""What is drawn of a model; how it is drawn stands in the tests of the two dashboards."""

from functions.contracts.metrics import UNITS, Metric
from functions.contracts.model_spec import Bound, Gates
from functions.contracts.panels import PanelKind, Statistic, model_panels
from tests.unit.core.drift_world import model_spec

SPEC = model_spec(
    gates=Gates(absolute={"roc_auc_score": Bound(minimum=0.9), "brier_error": Bound(maximum=0.2)}),
    alerts={"page": ("roc_auc_score < 0.8",), "retrain": ("accuracy_score < 0.9",)},
)
PANELS = model_panels(SPEC)
NOT_DRAWN = {Metric.MAX_FEATURE_PSI}


def test_begins_with_every_condition() -> None:
    first = PANELS[0]

    assert first.kind is PanelKind.STATES
    assert [series.metric for series in first.series] == [
        condition.metric_name for condition in SPEC.alerts.conditions
    ]
    assert first.series[0].label == "page: roc_auc_score < 0.8"


def test_draws_every_metric_that_is_emitted() -> None:
    """The largest PSI is among those of the features."""
    drawn = {series.metric for panel in PANELS[1:] for series in panel.series}

    assert drawn == set(UNITS) - NOT_DRAWN


def test_holds_the_score_against_its_own_limits() -> None:
    levels = [(level.value, level.label) for level in PANELS[1].levels]

    assert levels == [(0.8, "page beyond"), (0.9, "gate")]


def test_adds_up_what_is_counted_in_each_run() -> None:
    summed = {
        series.metric
        for panel in PANELS
        for series in panel.series
        if series.statistic is Statistic.SUM
    }

    assert summed == {Metric.JOINED_LABELS, Metric.REFUSED_LABELS, Metric.HEARTBEAT}


def test_labels_tell_the_series_of_a_panel_apart() -> None:
    for panel in PANELS:
        labels = [series.label for series in panel.series]
        assert len(set(labels)) == len(labels)
