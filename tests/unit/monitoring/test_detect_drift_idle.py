"""What an endpoint that nobody asks tells CloudWatch: little, and the end of what was told."""

from datetime import timedelta

from functions.contracts.messages import DetectDriftInput
from functions.contracts.metrics import Metric
from functions.core.alert_states import TOLD_FOR
from functions.monitoring.detect_drift import detect_drift
from tests.unit.core.drift_world import model_spec, rows
from tests.unit.monitoring.window_world import EARLIER, NOW, WindowWorld, capture_lines

SPEC = model_spec(
    alerts={"page": ["data_fault"], "retrain": ["input_drift"], "note": []},
    drift={"whole_windows": False},
)
LITTLE = {Metric.HEARTBEAT: 1.0, Metric.WINDOW_ROWS: 0.0}
DAY = timedelta(days=1)


def told(world: WindowWorld, after: timedelta, **message: object) -> dict[str, float]:
    """Return the metrics of the window that is judged some time later."""
    world.metrics.values.clear()
    asked = DetectDriftInput.model_validate({"model": "car", **message})
    detect_drift(asked, spec=SPEC, ports=world.ports, now=NOW + after)
    return {value.metric: value.value for _, value, _ in world.metrics.values}


def test_an_idle_endpoint_tells_that_it_is_watched_and_nothing_else() -> None:
    world = WindowWorld()
    world.publish()

    assert told(world, timedelta(0)) == LITTLE


def test_a_condition_that_asked_is_told_to_be_over() -> None:
    world = WindowWorld()
    world.publish()
    world.deliver(capture_lines(rows(2000, seed=2, shift=1.0), at=EARLIER))

    assert told(world, timedelta(0))["RetrainInputDrift"] == 1.0
    for after in (2 * DAY, 4 * DAY, 6 * DAY):
        assert told(world, after) == {**LITTLE, "RetrainInputDrift": 0.0}
    assert told(world, TOLD_FOR + 2 * DAY) == LITTLE


def test_all_is_told_where_somebody_asks_for_it() -> None:
    world = WindowWorld()
    world.publish()

    found = told(world, timedelta(0), tell_all=True)

    quiet = {"PageDataFault": 0.0, "RetrainInputDrift": 0.0, Metric.DATA_FAULTS: 0.0}
    assert found == LITTLE | quiet
