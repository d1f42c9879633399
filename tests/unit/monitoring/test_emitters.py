"""The functions emit what the table of emitters says, and what alarms watch of it."""

from datetime import timedelta

from functions.contracts.alerts import Alerts, Severity
from functions.contracts.emitters import DETECT_DRIFT, JOIN_GROUND_TRUTH, emitters
from functions.contracts.messages import DetectDriftInput
from functions.contracts.metrics import Metric
from functions.contracts.model_spec import ModelSpec
from functions.monitoring.detect_drift import detect_drift
from tests.unit.core.drift_world import model_spec, rows
from tests.unit.monitoring.label_world import PREDICTED, LabelWorld
from tests.unit.monitoring.window_world import NOW, WindowWorld, capture_lines

ALERTS = Alerts(
    page=("data_fault", "estimated_loss", "accuracy_score < 0.85", "no_labels > 30 days"),
    retrain=("label_change", "accuracy_score < 0.9", "drift"),
    note=("harder_rows", "drift", "no_labels > 2 days"),
)
"""Every kind of condition, one of them under each severity."""

OF_VERSIONS = {Metric.ESTIMATED_SCORE, Metric.REALIZED_SCORE}
"""Only of a version with an estimator, only of windows with labels; no alarm watches them."""


def spec() -> ModelSpec:
    return model_spec(alerts=ALERTS.model_dump())


def named(function: str) -> set[str]:
    return {name for name, emitter in emitters(ALERTS).items() if emitter == function}


def test_detect_drift_emits_all_that_is_said_of_it() -> None:
    world = WindowWorld()
    world.publish()
    world.deliver(capture_lines(rows(2000, seed=2, shift=1.0)))

    detect_drift(DetectDriftInput(model="car"), spec=spec(), ports=world.ports, now=NOW)

    emitted = {value.metric for _, value, _ in world.metrics.values}
    assert emitted | OF_VERSIONS == named(DETECT_DRIFT) | OF_VERSIONS
    asking = {each.metric_name for each in ALERTS.conditions if each.severity is Severity.RETRAIN}
    assert asking <= emitted


def test_an_empty_window_emits_all_that_alarms_watch() -> None:
    world = WindowWorld()
    world.publish()

    asked = DetectDriftInput(model="car", tell_all=True)
    detect_drift(asked, spec=spec(), ports=world.ports, now=NOW)

    emitted = {value.metric: value.value for _, value, _ in world.metrics.values}
    watched = named(DETECT_DRIFT) - set(Metric) | {Metric.HEARTBEAT}
    assert watched <= set(emitted)
    assert emitted[Metric.HEARTBEAT] == 1


def test_a_model_without_a_champion_beats() -> None:
    world = WindowWorld()

    detect_drift(DetectDriftInput(model="car"), spec=spec(), ports=world.ports, now=NOW)

    assert [value.metric for _, value, _ in world.metrics.values] == [Metric.HEARTBEAT]


def test_join_ground_truth_emits_all_that_is_said_of_it() -> None:
    world = LabelWorld(model=spec())
    world.predict(rows(2, seed=3))

    world.join(PREDICTED + timedelta(days=3))

    assert set(world.emitted()) == named(JOIN_GROUND_TRUTH)
    assert (world.emitted()["PageNoLabels30"], world.emitted()["NoteNoLabels2"]) == (0.0, 1.0)
