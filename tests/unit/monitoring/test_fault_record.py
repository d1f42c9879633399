"""Data faults of windows, written down, and held until a person accepts them."""

from datetime import datetime, timedelta

import pytest

from functions.contracts import keys
from functions.contracts.drift import DriftReport
from functions.contracts.fault_book import FaultBook, FaultDecision
from functions.contracts.messages import DetectDriftInput
from functions.core.fault_book import change_fault_book, decide_fault, read_fault_book
from functions.core.folder_store import captures_of
from functions.monitoring.detect_drift import detect_drift
from tests.unit.core.drift_world import model_spec, rows
from tests.unit.monitoring.window_world import NOW, WindowWorld, capture_lines

HOUR = timedelta(hours=1)
ASKING = model_spec(alerts={"page": ["data_fault"], "retrain": ["drift"], "note": []})
BROKEN = range(-8, -2)
"""Hours before NOW in which an amount is a thousand times what it is."""


@pytest.fixture
def world() -> WindowWorld:
    """A day of traffic, six hours of which were at fault."""
    world = WindowWorld()
    world.publish()
    for ago in range(-24, 0):
        answer(world, NOW + ago * HOUR, is_broken=ago in BROKEN)
    return world


def answer(world: WindowWorld, hour: datetime, *, is_broken: bool = False) -> None:
    matrix = rows(100, seed=int(hour.timestamp()) // 3600)
    matrix[:, 0] *= 1000.0 if is_broken else 1.0
    at = hour + HOUR / 2
    world.deliver(capture_lines(matrix, id_=f"{hour:%d%H}", at=at), arrived=at)


def judged(world: WindowWorld, now: datetime = NOW, **window: datetime) -> DriftReport:
    message = DetectDriftInput(model="car", **window)  # type: ignore[arg-type]  # moments by name
    output = detect_drift(message, spec=ASKING, ports=world.ports, now=now)
    return DriftReport.model_validate_json(world.captures.read(str(output.json_key)))


def record(world: WindowWorld) -> FaultBook:
    return read_fault_book(world.captures, "car")


def decide(world: WindowWorld, *, accepted: bool) -> None:
    decision = FaultDecision(accepted=accepted, by="ann", reason="cents", at=NOW)
    (fault,) = record(world).faults
    change_fault_book(world.captures, "car", lambda book: decide_fault(book, fault.name, decision))


def test_writes_down_which_hours_were_at_fault(world: WindowWorld) -> None:
    report = judged(world)

    (fault,) = record(world).faults
    assert (fault.kind, fault.columns) == ("unit_changed", ("amount",))
    assert (fault.start, fault.end) == (NOW - 8 * HOUR, NOW - 2 * HOUR)
    assert (fault.is_over, fault.model_version) == (True, 1)
    assert [each.recorded_as for each in report.faults] == [fault.name]
    assert report.action == "hold"


def test_one_entry_while_it_lasts_and_an_end_when_it_is_mended(world: WindowWorld) -> None:
    for ahead in range(3):
        answer(world, NOW + ahead * HOUR, is_broken=True)
    going_on = judged(world, NOW + 3 * HOUR)
    entries = record(world).faults
    for ahead in range(3, 30):
        answer(world, NOW + ahead * HOUR)

    mended = judged(world, NOW + 30 * HOUR)

    latest = entries[-1]
    assert going_on.action == "hold"
    assert (latest.is_over, latest.end) == (False, NOW + 4 * HOUR)
    (*_, ended) = record(world).faults
    assert (ended.name, ended.is_over, ended.end) == (latest.name, True, latest.end + 2 * HOUR)
    assert mended.faults == ()


def test_the_same_window_again_writes_nothing(world: WindowWorld) -> None:
    judged(world)
    judged(world)

    assert len(world.captures.versions[keys.fault_book("car")]) == 1


def test_a_window_without_faults_writes_no_record() -> None:
    world = WindowWorld()
    world.publish()
    answer(world, NOW - HOUR)

    judged(world)

    assert keys.fault_book("car") not in world.captures.versions


def test_accepted_it_is_told_and_holds_nothing_until_it_is_revoked(world: WindowWorld) -> None:
    judged(world)
    decide(world, accepted=True)

    accepted = judged(world)
    decide(world, accepted=False)
    revoked = judged(world)

    assert accepted.faults == ()
    assert [each.columns for each in accepted.accepted_faults] == [("amount",)]
    assert accepted.action == "retrain"
    assert [each.feature for each in accepted.attribution] == ["amount"]
    assert (len(revoked.faults), revoked.accepted_faults) == (1, ())
    assert revoked.action == "hold"


def test_a_window_of_the_past_says_nothing_of_now(world: WindowWorld) -> None:
    report = judged(world, NOW + 30 * HOUR, window_start=NOW - 24 * HOUR, window_end=NOW - 3 * HOUR)

    (fault,) = record(world).faults
    assert len(report.faults) == 1
    assert (fault.is_over, fault.end) == (True, NOW - 3 * HOUR)


def test_a_drill_writes_to_a_record_of_its_own(world: WindowWorld) -> None:
    folder = keys.drill_prefix("drill-0001")
    for key, bodies in list(world.captures.versions.items()):
        world.captures.versions[folder + key] = bodies
    ports = world.ports
    drilled = captures_of(world.captures, "drill-0001")

    detect_drift(
        DetectDriftInput(model="car"),
        spec=ASKING,
        ports=type(ports)(ports.registry, ports.models, drilled, ports.metrics),
        now=NOW,
    )

    assert record(world).faults == ()
    assert len(read_fault_book(drilled, "car").faults) == 1
