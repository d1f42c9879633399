from dataclasses import replace
from datetime import timedelta

import pytest

from functions.aws import capture_compaction
from functions.contracts.drift import DriftReport, Verdict
from functions.contracts.messages import DetectDriftInput, DetectDriftOutput
from functions.contracts.metrics import Metric
from functions.contracts.model_spec import DriftPolicy
from functions.core.ports import MetricValue, ObjectNotFoundError
from functions.core.stored_objects import AlteredObjectError
from functions.monitoring import detect_drift as module
from functions.monitoring.detect_drift import (
    NO_CHAMPION,
    WindowError,
    choose_window,
    detect_drift,
    handler,
)
from tests.fakes.object_store import CountingStore
from tests.unit.core.drift_world import model_spec, personal, profile, rows, spec
from tests.unit.monitoring.window_world import EARLIER, NOW, WindowWorld, capture_lines

MODEL = model_spec()


def detect(world: WindowWorld, **message: object) -> DetectDriftOutput:
    asked = DetectDriftInput.model_validate({"model": "car", **message})
    return detect_drift(asked, spec=MODEL, ports=world.ports, now=NOW)


def emitted(world: WindowWorld) -> dict[str, float]:
    return {value.metric: value.value for _, value, _ in world.metrics.values}


@pytest.fixture
def world() -> WindowWorld:
    world = WindowWorld()
    world.publish()
    return world


def test_judges_an_undrifted_window(world: WindowWorld) -> None:
    world.deliver(capture_lines(rows(2000, seed=2)))

    output = detect(world)

    assert (output.verdict, output.current_rows, output.drifted_features) == ("ok", 2000, ())
    assert emitted(world)[Metric.DATA_DRIFT_BREACH] == 0.0
    assert emitted(world)[Metric.PREDICTION_DRIFT_BREACH] == 0.0


def test_judges_a_drifted_window(world: WindowWorld) -> None:
    world.deliver(capture_lines(rows(2000, seed=2, shift=1.0)))

    output = detect(world)

    assert (output.verdict, output.drifted_features) == ("drift", ("amount",))
    assert emitted(world)[Metric.DATA_DRIFT_BREACH] == 1.0
    assert emitted(world)[Metric.PREDICTION_DRIFT_BREACH] == 1.0


def test_leaves_breaches_unemitted_where_rows_are_too_few(world: WindowWorld) -> None:
    world.deliver(capture_lines(rows(100, seed=2, shift=1.0)))

    output = detect(world)

    assert output.verdict == Verdict.NOT_ENOUGH_ROWS
    assert emitted(world) == {
        Metric.WINDOW_ROWS: 100,
        Metric.DATA_FAULTS: 0,
        Metric.HEARTBEAT: 1,
        "PageDataFault": 0,
        "PageEstimatedLoss": 0,
        "RetrainLabelChange": 0,
        "NoteInputDrift": 0,
        "NotePredictionDrift": 0,
        "NoteHarderRows": 0,
    }


def test_stores_both_reports(world: WindowWorld) -> None:
    world.deliver(["broken", *capture_lines(rows(2000, seed=2, shift=1.0))])

    output = detect(world)

    assert output.json_key == "reports/car/2026-03-01T120000Z/drift.json"
    assert output.html_key == "reports/car/2026-03-01T120000Z/drift.html"
    report = DriftReport.model_validate_json(world.captures.read(output.json_key))
    assert (report.model_version, report.verdict, report.reason) == (
        1,
        Verdict.DRIFT,
        output.reason,
    )
    assert (report.window_start, report.window_end) == (NOW - timedelta(hours=24), NOW)
    assert (report.reference_rows, report.current_rows) == (4000, 2000)
    assert report.captures.corrupt_lines == 1
    assert b"car has drifted" in world.captures.read(output.html_key)


def test_judges_the_window_it_is_asked_for(world: WindowWorld) -> None:
    world.deliver(
        capture_lines(rows(1000, seed=2), at=NOW - timedelta(days=3)),
        arrived=NOW - timedelta(days=3),
    )
    world.deliver(capture_lines(rows(10, seed=3), id_="recent"))

    output = detect(
        world,
        window_start=(NOW - timedelta(days=4)).isoformat(),
        window_end=(NOW - timedelta(days=2)).isoformat(),
    )

    assert output.current_rows == 1000
    assert output.json_key == "reports/car/2026-02-27T120000Z/drift.json"


def test_emits_metrics_at_the_end_of_the_window_and_never_in_the_future(
    world: WindowWorld,
) -> None:
    detect(world, window_end=EARLIER.isoformat())
    detect(world, window_end=(NOW + timedelta(hours=1)).isoformat())

    judged = [at for _, value, at in world.metrics.values if value.metric == Metric.WINDOW_ROWS]
    assert judged == [EARLIER, NOW]


def test_emits_nothing_that_cloudwatch_would_refuse(world: WindowWorld) -> None:
    output = detect(world, window_end=(NOW - timedelta(days=14)).isoformat())

    assert output.verdict == Verdict.NOT_ENOUGH_ROWS
    assert emitted(world) == {Metric.HEARTBEAT: 1}


def test_says_that_there_is_no_champion() -> None:
    world = WindowWorld()

    output = detect(world)

    assert output.verdict == NO_CHAMPION
    assert output.json_key is None
    assert world.metrics.values == [("car", MetricValue(Metric.HEARTBEAT, 1.0), NOW)]
    assert world.captures.versions == {}


def test_reads_the_version_of_the_artifact_that_was_registered(world: WindowWorld) -> None:
    for key in list(world.models.versions):
        world.models.write(key, b"{}", content_type="application/json")
    world.deliver(capture_lines(rows(2000, seed=2)))

    assert detect(world).verdict == "ok"


def test_refuses_an_artifact_that_was_altered(world: WindowWorld) -> None:
    (key,) = [key for key in world.models.versions if key.endswith("profile.json")]
    world.models.versions[key][0] = profile(rows(3000, seed=9)).model_dump_json().encode()

    with pytest.raises(AlteredObjectError, match=r"profile\.json"):
        detect(world)


def test_says_what_is_missing(world: WindowWorld) -> None:
    world.models.versions.clear()

    with pytest.raises(ObjectNotFoundError, match=r"spec\.json"):
        detect(world)


def test_does_not_judge_personal_data() -> None:
    world = WindowWorld()
    private = spec(personal("amount"))
    world.publish(private)
    world.deliver(capture_lines(rows(2000, seed=2), artifact_spec=private))

    output = detect(world)

    assert output.verdict == "ok"
    assert output.json_key is not None
    report = DriftReport.model_validate_json(world.captures.read(output.json_key))
    assert [column.verdict for column in report.features] == ["not_judged", "ok", "ok"]


def test_counts_a_window_delivered_twice_once(world: WindowWorld) -> None:
    lines = capture_lines(rows(2000, seed=2))
    world.deliver(lines)
    world.deliver(lines)

    assert detect(world).current_rows == 2000
    assert detect(world).current_rows == 2000


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (NOW, NOW),
        (NOW, NOW - timedelta(hours=1)),
        (NOW - timedelta(days=31, seconds=1), NOW),
    ],
)
def test_refuses_a_window_that_cannot_be(world: WindowWorld, start: object, end: object) -> None:
    with pytest.raises(WindowError, match="at most 31 days"):
        detect(world, window_start=start, window_end=end)


def test_chooses_the_last_hours_of_the_policy() -> None:
    policy = DriftPolicy(window_hours=6)
    earlier = DetectDriftInput(model="car", window_end=EARLIER)

    assert choose_window(DetectDriftInput(model="car"), policy, NOW) == (
        NOW - timedelta(hours=6),
        NOW,
    )
    assert choose_window(earlier, policy, NOW) == (EARLIER - timedelta(hours=6), EARLIER)


def test_handles_the_event_of_a_schedule(
    world: WindowWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module.wiring, "model_spec", lambda _name: MODEL)
    monkeypatch.setattr(module.wiring, "drift_ports", lambda: world.ports)
    monkeypatch.setattr(module.wiring, "now", lambda: NOW)
    world.deliver(capture_lines(rows(2000, seed=2)))

    answer = handler({"model": "car"}, None)

    assert (answer["verdict"], answer["drifted_features"]) == ("ok", [])


def test_sees_the_traffic_of_a_minute_ago(world: WindowWorld) -> None:
    world.deliver(capture_lines(rows(1000, seed=2), at=NOW), arrived=NOW)
    assert detect(world).current_rows == 1000

    world.deliver(capture_lines(rows(500, seed=3), id_="b", at=NOW), arrived=NOW)
    assert detect(world).current_rows == 1500


def test_judges_whole_hours_where_no_window_is_asked_for(world: WindowWorld) -> None:
    world.deliver(capture_lines(rows(1000, seed=2), at=NOW - timedelta(hours=24)))
    later = NOW + timedelta(minutes=40)
    asked = DetectDriftInput(model="car")

    output = detect_drift(asked, spec=MODEL, ports=world.ports, now=later)

    assert choose_window(asked, MODEL.drift, later) == (NOW - timedelta(hours=24), later)
    assert output.current_rows == 1000


def test_says_what_it_had_no_time_to_compact(world: WindowWorld) -> None:
    for hour in range(3):
        at = NOW - timedelta(hours=hour)
        world.deliver(capture_lines(rows(10, seed=hour), id_=f"r{hour}", at=at), arrived=at)
    moments = iter([NOW, *[NOW + timedelta(hours=1)] * 9])
    ports = replace(world.ports, clock=lambda: next(moments))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(capture_compaction, "BATCH_OBJECTS", 1)
        asked = DetectDriftInput(model="car")

        output = detect_drift(asked, spec=MODEL, ports=ports, now=NOW)

    report = DriftReport.model_validate_json(world.captures.read(str(output.json_key)))
    assert (report.captures.pending_objects, report.current_rows) == (2, 10)


@pytest.mark.slow
def test_reads_and_lists_no_more_however_much_history_there_is() -> None:
    calls = []
    for days in (2, 12):
        world = WindowWorld(captures=CountingStore())
        world.publish()
        for hour in range(24 * days):
            at = NOW - timedelta(hours=hour)
            world.deliver(capture_lines(rows(2, seed=1), id_=f"r{hour}", at=at), arrived=at)
        detect(world)
        assert isinstance(world.captures, CountingStore)
        world.captures.calls.clear()

        detect_drift(
            DetectDriftInput(model="car"),
            spec=MODEL,
            ports=world.ports,
            now=NOW + timedelta(hours=1),
        )

        calls.append(dict(world.captures.calls))
    assert calls[0] == calls[1]
    assert set(calls[0]) == {"list", "find", "write", "read"}
    assert calls[0]["read"] == 1, "the report before"
