"""When the drift of an endpoint that began not long ago asks for retraining."""

from datetime import datetime, timedelta

import pytest

from functions.contracts import keys
from functions.contracts.drift import DriftReport, Verdict
from functions.contracts.messages import DetectDriftInput
from functions.contracts.metrics import Metric
from functions.contracts.model_spec import ModelSpec
from functions.monitoring import detect_drift as module
from functions.monitoring.detect_drift import detect_drift, handler
from tests.fakes.object_store import CountingStore
from tests.unit.core.drift_world import model_spec, rows
from tests.unit.monitoring.window_world import NOW, WindowWorld, capture_lines

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ALERTS = {"page": ["data_fault"], "retrain": ["drift"], "note": ["input_drift"]}
WAITING = model_spec(alerts=ALERTS)
AT_ONCE = model_spec(alerts=ALERTS, drift={"whole_windows": False})
WAITS = (
    "car has answered since 2026-03-01T10:00Z; its drift asks for retraining from "
    "2026-03-02T10:00Z on, after a whole window of 24 hours"
)


@pytest.fixture
def world() -> WindowWorld:
    world = WindowWorld(captures=CountingStore())
    world.publish()
    return world


def answer(
    world: WindowWorld, at: datetime, *, shift: float = 1.0, version: int = 1, count: int = 2000
) -> None:
    matrix = rows(count, seed=int(at.timestamp()) // 3600, shift=shift)
    lines = capture_lines(matrix, id_=f"{at:%d%H%M}", at=at, version=version)
    world.deliver(lines, arrived=at)


def judged(
    world: WindowWorld, spec: ModelSpec = WAITING, now: datetime = NOW, **window: datetime
) -> tuple[DriftReport, dict[str, float]]:
    """The report and the metrics of a window."""
    world.metrics.values.clear()
    message = DetectDriftInput(model="car", **window)  # type: ignore[arg-type]  # moments by name
    output = detect_drift(message, spec=spec, ports=world.ports, now=now)
    report = DriftReport.model_validate_json(world.captures.read(str(output.json_key)))
    return report, {value.metric: value.value for _, value, _ in world.metrics.values}


def test_drift_of_a_part_of_the_first_window_is_told_and_asks_for_nothing(
    world: WindowWorld,
) -> None:
    answer(world, NOW - 1.5 * HOUR)

    report, metrics = judged(world)

    assert report.verdict is Verdict.DRIFT
    assert (metrics[Metric.DATA_DRIFT_BREACH], metrics["NoteInputDrift"]) == (1.0, 1.0)
    assert (metrics["RetrainInputDrift"], metrics["RetrainPredictionDrift"]) == (0.0, 0.0)
    held = {state.held_back for state in report.alerts if state.severity == "retrain"}
    assert (report.action, held) == ("note", {WAITS})


def test_it_is_held_and_says_why_where_nobody_is_told(world: WindowWorld) -> None:
    answer(world, NOW - 1.5 * HOUR)

    report, _ = judged(world, model_spec(alerts={**ALERTS, "note": []}))

    assert report.action == "hold"
    assert report.action_reason.endswith(f"; {WAITS}")


def test_asks_as_soon_as_the_first_window_is_whole(world: WindowWorld) -> None:
    first = NOW - 2 * HOUR
    for hour in range(24):
        answer(world, first + hour * HOUR, count=100)

    waiting, _ = judged(world, now=first + DAY - timedelta(minutes=1))
    asking, metrics = judged(world, now=first + DAY)

    assert (waiting.action, asking.action) == ("note", "retrain")
    assert metrics["RetrainInputDrift"] == metrics["RetrainPredictionDrift"] == 1.0


@pytest.mark.parametrize(
    "ago",
    [25 * HOUR, 7 * DAY + HOUR, 80 * DAY],
    ids=["idle at night", "once a week", "after a quarter"],
)
def test_an_endpoint_that_was_idle_is_as_old_as_it_is(world: WindowWorld, ago: timedelta) -> None:
    answer(world, NOW - ago, shift=0.0)
    judged(world, now=NOW - ago + HOUR)
    answer(world, NOW - HOUR)

    report, _ = judged(world)

    assert (report.current_rows, report.action) == (2000, "retrain")


def test_an_endpoint_is_as_old_as_its_first_version(world: WindowWorld) -> None:
    answer(world, NOW - 2 * DAY, version=1)
    world.publish(number=2)
    answer(world, NOW - HOUR, version=2)

    report, _ = judged(world)

    assert (report.model_version, report.action) == (2, "retrain")


def test_a_window_that_a_person_asks_for_waits_too(world: WindowWorld) -> None:
    answer(world, NOW - 1.5 * HOUR)

    asked, _ = judged(world, window_start=NOW - 2 * HOUR, window_end=NOW)
    long, _ = judged(world, window_start=NOW - 3 * DAY, window_end=NOW)

    assert (asked.action, long.action) == ("note", "note")


def test_a_longer_window_waits_longer(world: WindowWorld) -> None:
    answer(world, NOW - 47 * HOUR)
    of_two_days = {"window_hours": 48}

    waiting, _ = judged(world, model_spec(alerts=ALERTS, drift=of_two_days))
    asking, _ = judged(world, model_spec(alerts=ALERTS, drift=of_two_days), now=NOW + HOUR)

    assert (waiting.action, asking.action) == ("note", "retrain")


def test_asks_at_once_where_model_toml_says_so(world: WindowWorld) -> None:
    answer(world, NOW - 1.5 * HOUR)

    report, metrics = judged(world, AT_ONCE)

    assert (report.action, metrics["RetrainInputDrift"]) == ("retrain", 1.0)


def test_a_fire_drill_does_not_wait(world: WindowWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.wiring, "model_spec", lambda _name: WAITING)
    monkeypatch.setattr(module.wiring, "drift_ports", lambda: world.ports)
    monkeypatch.setattr(module.wiring, "now", lambda: NOW)
    answer(world, NOW - HOUR)
    drill = "drill-20260301-120000-abcd"
    for key, bodies in list(world.captures.versions.items()):
        world.captures.versions[keys.drill_prefix(drill) + key] = bodies

    real = handler({"model": "car"}, None)
    drilled = handler({"model": "car", "drill": drill}, None)

    folder = keys.drill_prefix(drill)
    assert [
        DriftReport.model_validate_json(world.captures.read(key)).action
        for key in (str(real["json_key"]), f"{folder}{drilled['json_key']}")
    ] == ["note", "retrain"]


@pytest.mark.parametrize(
    ("spec", "shift", "requests"),
    [(WAITING, 1.0, 1), (WAITING, 0.0, 0), (AT_ONCE, 1.0, 0)],
    ids=["drift", "no drift", "asks at once"],
)
def test_a_window_costs_a_request_more_where_it_has_drifted(
    world: WindowWorld, spec: ModelSpec, shift: float, requests: int
) -> None:
    answer(world, NOW - HOUR, shift=shift)

    judged(world, spec)

    assert isinstance(world.captures, CountingStore)
    assert world.captures.calls["first_key"] == requests
