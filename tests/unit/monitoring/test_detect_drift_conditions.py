"""What a window's findings come to: conditions, metrics, the action, the heartbeat."""

import numpy as np
import pytest

from functions.cli.drift_findings import tell_findings
from functions.contracts.drift import DriftReport, Verdict
from functions.contracts.estimates import Calibration, Estimator, MetricReference
from functions.contracts.faults import AttributionBasis
from functions.contracts.messages import DetectDriftInput, DetectDriftOutput
from functions.contracts.metrics import Metric
from functions.contracts.model_spec import ModelSpec, Task
from functions.core.ports import ObjectNotFoundError
from functions.monitoring.detect_drift import detect_drift
from functions.monitoring.drift_report_html import render_report
from tests.unit.core.drift_world import model_spec, rows
from tests.unit.monitoring.window_world import EARLIER, NOW, WindowWorld, capture_lines

ESTIMATOR = Estimator(
    task=Task.BINARY_CLASSIFICATION,
    rows=10_000,
    references=(
        MetricReference(
            metric="accuracy_score", mean=0.8, deviation=0.01, chunk_rows=1000, row_deviation=0.3
        ),
    ),
    calibrations=(Calibration(),),
)


def detect(
    world: WindowWorld, spec: ModelSpec | None = None, **message: object
) -> DetectDriftOutput:
    asked = DetectDriftInput.model_validate({"model": "car", **message})
    return detect_drift(asked, spec=spec or model_spec(), ports=world.ports, now=NOW)


def emitted(world: WindowWorld) -> dict[str, float]:
    return {value.metric: value.value for _, value, _ in world.metrics.values}


@pytest.fixture
def world() -> WindowWorld:
    world = WindowWorld()
    world.publish()
    return world


def report_of(world: WindowWorld, output: DetectDriftOutput) -> DriftReport:
    return DriftReport.model_validate_json(world.captures.read(str(output.json_key)))


def test_asks_for_retraining_on_drift_where_alerts_say_so(world: WindowWorld) -> None:
    world.deliver(capture_lines(rows(2000, seed=2, shift=1.0)))
    asking = model_spec(alerts={"retrain": ["drift"], "note": []}, drift={"whole_windows": False})

    output = detect(world, asking)

    report = report_of(world, output)
    assert emitted(world)["RetrainInputDrift"] == emitted(world)["RetrainPredictionDrift"] == 1.0
    assert (report.action, report.faults) == ("retrain", ())
    assert [one.feature for one in report.attribution] == ["amount"]
    assert report.attribution[0].basis is AttributionBasis.STANDARDIZED_SHIFT


def test_tells_what_a_shift_costs_by_the_rows_that_the_version_keeps() -> None:
    world = WindowWorld()
    world.publish(estimator=ESTIMATOR, kept=rows(4000, seed=1))
    nearer = rows(3000, seed=2)
    nearer[:, 0] **= 0.5  # to 1, where an answer is a half
    world.deliver(capture_lines(nearer))

    report = report_of(world, detect(world))

    assert report.faults == ()
    (feature,) = report.attribution
    assert (feature.feature, feature.basis) == ("amount", AttributionBasis.ESTIMATED_LOSS)
    assert (feature.share, feature.metric) == (1.0, "accuracy_score")
    (told,) = (line for line in tell_findings(report) if line.startswith("shifted: "))
    assert "amount explains 100% of the estimated loss" in told
    assert "100% of the estimated loss" in render_report(report)


def test_holds_retraining_back_on_a_data_fault(world: WindowWorld) -> None:
    broken = rows(2000, seed=2)
    broken[:, 0] *= 1000
    world.deliver(capture_lines(broken))
    asking = model_spec(alerts={"page": ["data_fault"], "retrain": ["drift"], "note": []})

    output = detect(world, asking)

    report = report_of(world, output)
    found = emitted(world)
    assert output.verdict == Verdict.DRIFT
    assert (found["PageDataFault"], found["RetrainInputDrift"]) == (1.0, 0.0)
    assert (found[Metric.DATA_DRIFT_BREACH], found[Metric.DATA_FAULTS]) == (1.0, 1.0)
    assert [fault.columns for fault in report.faults] == [("amount",)]
    assert (report.action, report.attribution) == ("hold", ())
    (drift,) = [state for state in report.alerts if state.metric_name == "RetrainInputDrift"]
    assert drift.holds
    assert drift.held_back == report.action_reason


def test_pages_for_an_estimated_loss_of_the_metric_that_is_trained_for() -> None:
    world = WindowWorld()
    confident = rows(2000, seed=2)
    world.publish(estimator=ESTIMATOR)
    unsure = np.full((2000, 2), 0.5, dtype=np.float32)
    world.deliver(capture_lines(confident, outputs=unsure))
    watched = model_spec(training={"metric": "accuracy_score"})

    output = detect(world, watched)

    report = report_of(world, output)
    assert emitted(world)[Metric.ESTIMATED_SCORE] == pytest.approx(0.5)
    assert emitted(world)["PageEstimatedLoss"] == 1.0
    assert (report.action, report.estimates[0].rows) == ("page", 2000)


def test_an_estimated_loss_of_another_metric_is_told_and_pages_nobody() -> None:
    world = WindowWorld()
    world.publish(estimator=ESTIMATOR)
    unsure = np.full((2000, 2), 0.5, dtype=np.float32)
    world.deliver(capture_lines(rows(2000, seed=2), outputs=unsure))

    output = detect(world)

    assert [each.verdict for each in report_of(world, output).estimates] == ["loss"]
    assert emitted(world)["PageEstimatedLoss"] == 0.0
    assert Metric.ESTIMATED_SCORE not in emitted(world)


def test_beats_at_the_end_of_every_run_and_of_none_that_failed(world: WindowWorld) -> None:
    detect(world, window_end=EARLIER.isoformat())
    beats = [at for _, value, at in world.metrics.values if value.metric == Metric.HEARTBEAT]
    assert beats == [NOW]

    world.models.versions.clear()
    with pytest.raises(ObjectNotFoundError):
        detect(world)

    beats = [at for _, value, at in world.metrics.values if value.metric == Metric.HEARTBEAT]
    assert beats == [NOW]
