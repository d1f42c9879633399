"""What DetectDrift leaves of scores over time: in its reports, and as a metric."""

from datetime import timedelta

from functions.contracts import keys
from functions.contracts.drift import DriftReport
from functions.contracts.messages import DetectDriftInput
from functions.contracts.metrics import Metric
from functions.monitoring.detect_drift import detect_drift
from tests.unit.core.drift_world import model_spec, rows
from tests.unit.core.test_score_points import ledger
from tests.unit.monitoring.window_world import NOW, WindowWorld, capture_lines

HOUR = timedelta(hours=1)


def judge(world: WindowWorld, hours: int) -> DriftReport:
    output = detect_drift(
        DetectDriftInput(model="car"),
        spec=model_spec(),
        ports=world.ports,
        now=NOW + hours * HOUR,
    )
    assert output.json_key is not None
    return DriftReport.model_validate_json(world.captures.read(output.json_key))


def test_realized_scores_come_with_the_labels() -> None:
    world = WindowWorld()
    world.publish()
    world.deliver(capture_lines(rows(500, seed=2)))
    first = judge(world, 0)
    told_before = {value.metric for _, value, _ in world.metrics.values}
    for day in ledger((2, 1, 1), (5, 1, 2)):
        key = keys.label_day("car", day.day)
        body = day.model_copy(update={"model": "car"}).model_dump_json().encode()
        world.captures.write(key, body, content_type="application/json")

    second = judge(world, 1)

    assert [point.labelled_rows for point in first.history] == [0]
    assert [point.labelled_rows for point in second.history] == [100, 100]
    told = {value.metric: value.value for _, value, _ in world.metrics.values}
    assert Metric.REALIZED_SCORE not in told_before
    assert told[Metric.REALIZED_SCORE] == second.history[-1].realized
