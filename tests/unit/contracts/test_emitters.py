"""The table of who emits what."""

from functions.contracts.alerts import Alerts
from functions.contracts.emitters import EMITTERS, emitters
from functions.contracts.functions import FUNCTIONS
from functions.contracts.metrics import Metric


def test_every_metric_has_an_emitter_that_is_deployed() -> None:
    assert set(EMITTERS) == set(Metric)
    assert set(EMITTERS.values()) <= {function.name for function in FUNCTIONS}


def test_every_condition_has_one() -> None:
    alerts = Alerts(page=("no_labels > 3 days", "accuracy_score < 0.85"))

    found = emitters(alerts)

    assert {each.metric_name for each in alerts.conditions} <= set(found)
    assert found["PageNoLabels3"] == "join_ground_truth"
    assert found["PageAccuracyScore0.85"] == "detect_drift"
