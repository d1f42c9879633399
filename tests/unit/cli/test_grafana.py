import json

import pytest

from functions.cli.grafana import WIDE, grafana_dashboard
from functions.contracts.drift_method import DriftMethod
from functions.contracts.model_spec import Bound, DriftPolicy, Gates
from functions.contracts.panels import model_panels
from tests.unit.core.drift_world import model_spec

ARN = "arn:aws:states:eu-west-1:123456789012:stateMachine:Retraining"
SPEC = model_spec(gates=Gates(absolute={"roc_auc_score": Bound(minimum=0.9)}))
DASHBOARD = grafana_dashboard(SPEC, stage="prod", state_machine_arn=ARN)
PANELS = json.loads(json.dumps(DASHBOARD))["panels"]
TARGETS = [target for panel in PANELS for target in panel["targets"]]


def test_has_the_panels_of_the_cloudwatch_dashboard_and_the_runs() -> None:
    titles = [panel["title"] for panel in PANELS]

    assert titles == [p.title for p in model_panels(SPEC)] + ["Retraining runs (all models)"]
    assert [len(panel["targets"]) for panel in PANELS[:-1]] == [
        len(panel.series) for panel in model_panels(SPEC)
    ]


def test_asks_for_a_cloudwatch_data_source_and_names_none() -> None:
    (variable,) = json.loads(json.dumps(DASHBOARD))["templating"]["list"]
    sources = [target["datasource"] for target in TARGETS] + [p["datasource"] for p in PANELS]

    assert (variable["type"], variable["query"]) == ("datasource", "cloudwatch")
    assert all(s == {"type": "cloudwatch", "uid": f"${{{variable['name']}}}"} for s in sources)


def test_every_query_is_whole() -> None:
    for target in TARGETS:
        assert {target["queryMode"], target["region"]} == {"Metrics", "eu-west-1"}
        assert (target["metricQueryType"], target["metricEditorMode"]) == (0, 0)
        assert target["statistic"] in {"Maximum", "Sum"}
        assert target["matchExact"] is True
        assert int(target["period"]) % 60 == 0
    for panel in PANELS:
        for key in ("refId", "id"):
            names = [target[key] for target in panel["targets"]]
            assert len(set(names)) == len(names)


def test_asks_for_metrics_where_they_are() -> None:
    own = {(t["namespace"], t["metricName"]) for t in TARGETS if "Windvane" in t["namespace"]}
    features = [t["dimensions"] for t in TARGETS if t["metricName"] == "FeaturePsi"]
    runs = [t for t in TARGETS if t["namespace"] == "AWS/States"]

    assert {namespace for namespace, _ in own} == {"Windvane/prod/car"}
    assert {c.metric_name for c in SPEC.alerts.conditions} <= {name for _, name in own}
    assert features == [{"Feature": feature.name} for feature in SPEC.features]
    assert all(run["dimensions"] == {"StateMachineArn": ARN} for run in runs)


def test_panels_fill_the_page_and_do_not_lie_on_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in PANELS:
        place = panel["gridPos"]
        cells = {
            (place["x"] + column, place["y"] + row)
            for column in range(place["w"])
            for row in range(place["h"])
        }
        assert not cells & taken
        assert max(column for column, _ in cells) < WIDE
        taken |= cells
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)


def test_states_are_a_strip_and_limits_are_lines() -> None:
    strip, score = PANELS[:2]

    assert strip["type"] == "state-timeline"
    assert score["type"] == "timeseries"
    assert [step["value"] for step in score["fieldConfig"]["defaults"]["thresholds"]["steps"]] == [
        None,
        0.9,
    ]
    assert "Lines at 0.9 (gate)." in score["description"]


@pytest.mark.parametrize("method", [DriftMethod.PSI, DriftMethod.KS])
def test_draws_thresholds_of_the_psi_only_where_it_judges(method: DriftMethod) -> None:
    spec = model_spec(drift=DriftPolicy(method=method))

    features = next(p for p in model_panels(spec) if "stability index" in p.title)

    assert bool(features.levels) is (method is DriftMethod.PSI)


def test_importing_it_again_replaces_it() -> None:
    again = grafana_dashboard(SPEC, stage="prod", state_machine_arn=ARN)
    other = grafana_dashboard(SPEC, stage="dev", state_machine_arn=ARN)

    assert again["uid"] == DASHBOARD["uid"] != other["uid"]
    assert len(str(again["uid"])) <= 40
