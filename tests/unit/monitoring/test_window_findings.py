"""Faults, estimates and attribution of a window, from the records of its hours."""

from datetime import datetime, timedelta

import numpy as np
import pytest

from functions.aws.capture_compaction import compact_captures
from functions.contracts.estimates import Calibration, Estimator, MetricReference
from functions.contracts.faults import FaultKind
from functions.contracts.model_spec import Task
from functions.core.hourly_merge import KnownVersion
from functions.monitoring.capture_reader import Window, count_window, read_hours
from functions.monitoring.window_findings import (
    Compared,
    WindowFindings,
    find_in_window,
    observe_window,
    read_past_rows,
)
from tests.fakes.object_store import InMemoryObjectStore
from tests.unit.core.drift_world import Matrix, profile, rows, spec
from tests.unit.monitoring.window_world import NOW, WindowWorld, capture_lines

MINUTE, HOUR, WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(days=7)
REFERENCE = profile(rows(4000, seed=1))
ESTIMATOR = Estimator(
    task=Task.BINARY_CLASSIFICATION,
    rows=10_000,
    references=(
        MetricReference(
            metric="accuracy_score", mean=0.7, deviation=0.01, chunk_rows=1000, row_deviation=0.3
        ),
    ),
    calibrations=(Calibration(),),
)


def window(hours: int = 6, *, end: datetime = NOW) -> Window:
    return Window(spec(), 1, end - hours * HOUR, end)


def deliver(world: WindowWorld, matrix: Matrix, at: datetime) -> None:
    world.deliver(capture_lines(matrix, id_=f"{at:%d%H%M}", at=at), arrived=at)


def compact(world: WindowWorld, now: datetime = NOW) -> InMemoryObjectStore:
    known = KnownVersion(spec(), ESTIMATOR)
    compact_captures(world.captures, lambda _model, _number: known, now=lambda: now, until=now)
    return world.captures


def find(
    world: WindowWorld,
    of: Window,
    *,
    settled_at: datetime | None = NOW + HOUR,
    rows_needed: int = 500,
) -> WindowFindings:
    store = compact(world)
    records = read_hours(store, of, ESTIMATOR)
    current, _ = count_window(store, of, records)
    return find_in_window(
        store,
        of,
        records,
        compared=Compared(REFERENCE, current, rows_needed),
        estimator=ESTIMATOR,
        settled_at=settled_at,
    )


def kinds(found: WindowFindings) -> list[FaultKind]:
    return [fault.kind for fault in found.faults]


def steady(world: WindowWorld, of: Window, count: int = 200) -> None:
    """Answer as many rows in each hour of a window."""
    for number in range(int((of.end - of.start) / HOUR)):
        deliver(world, rows(count, seed=number), of.start + number * HOUR)


def test_finds_no_fault_in_steady_traffic() -> None:
    world = WindowWorld()
    steady(world, window())

    assert find(world, window()).faults == ()


def test_finds_another_unit_and_since_when() -> None:
    world = WindowWorld()
    steady(world, window(4, end=NOW - 2 * HOUR))
    for number in (1, 2):
        broken = rows(200, seed=50 + number)
        broken[:, 0] *= 1000
        deliver(world, broken, NOW - number * HOUR)

    (fault,) = find(world, window()).faults

    assert (fault.kind, fault.columns) == (FaultKind.UNIT_CHANGED, ("amount",))
    assert fault.since == NOW - 2 * HOUR


def test_estimates_quality_from_the_answers_of_the_version_alone() -> None:
    world, alone = WindowWorld(), WindowWorld()
    matrix = rows(600, seed=2)
    for each in (world, alone):
        deliver(each, matrix, NOW - HOUR)
    other = capture_lines(rows(300, seed=3, shift=2.0), id_="o", at=NOW - HOUR, version=2)
    world.deliver(other, arrived=NOW - HOUR)

    (estimate,) = find(world, window()).estimates

    assert (estimate.metric, estimate.rows) == ("accuracy_score", 600)
    assert (estimate,) == find(alone, window()).estimates


def test_estimates_the_same_of_an_hour_that_the_window_cuts() -> None:
    world, whole = WindowWorld(), WindowWorld()
    matrix = rows(600, seed=2)
    deliver(whole, matrix, NOW - HOUR)
    deliver(world, matrix, NOW - HOUR + timedelta(minutes=20))
    deliver(world, rows(300, seed=3), NOW - HOUR + timedelta(minutes=40))
    cut = Window(spec(), 1, NOW - HOUR, NOW - timedelta(minutes=30))

    found = find(world, cut)

    assert found.estimates == find(whole, window(1)).estimates
    assert [hour.rows for hour in found.hours] == [600]


def test_without_an_estimator_nothing_is_estimated() -> None:
    world = WindowWorld()
    steady(world, window())
    store = compact(world)
    records = read_hours(store, window())
    current, _ = count_window(store, window(), records)

    found = find_in_window(
        store,
        window(),
        records,
        compared=Compared(REFERENCE, current, 500),
        estimator=None,
        settled_at=NOW,
    )

    assert found.estimates == ()


def test_observes_hours_without_captures_too() -> None:
    world = WindowWorld()
    deliver(world, rows(5, seed=1), NOW - 2 * HOUR)
    records = read_hours(compact(world), window())

    hours = observe_window(window(), records, NOW)

    assert [hour.hour for hour in hours] == [NOW - number * HOUR for number in range(6, 0, -1)]
    assert [hour.rows for hour in hours] == [0, 0, 0, 0, 5, 0]


def test_an_hour_is_complete_once_its_captures_have_arrived() -> None:
    open_hour = Window(spec(), 1, NOW - 2 * HOUR, NOW + HOUR)

    def complete(settled_at: datetime | None) -> list[bool]:
        return [hour.is_complete for hour in observe_window(open_hour, (), settled_at)]

    assert complete(NOW + timedelta(minutes=5)) == [True, False, False]
    assert complete(NOW + timedelta(minutes=15)) == [True, True, False]
    assert complete(None) == [False, False, False]


def test_an_hour_that_the_window_cuts_is_not_complete() -> None:
    cut = Window(spec(), 1, NOW - 90 * timedelta(minutes=1), NOW)

    hours = observe_window(cut, (), NOW + HOUR)

    assert [hour.is_complete for hour in hours] == [False, True]


@pytest.mark.parametrize(("count", "kind"), [(0, "volume_gone"), (900, "volume_tripled")])
def test_compares_the_volume_with_the_same_hours_a_week_before(count: int, kind: str) -> None:
    world = WindowWorld()
    steady(world, window(end=NOW - WEEK))
    if count:
        steady(world, window(), count)

    assert kinds(find(world, window())) == [kind]


def test_tells_no_volume_while_captures_are_left_to_compact() -> None:
    world = WindowWorld()
    steady(world, window(end=NOW - WEEK))

    assert find(world, window(), settled_at=None).faults == ()


@pytest.mark.parametrize("before", [HOUR * 24, HOUR * 72])
def test_a_model_in_its_first_week_has_no_usual_volume(before: timedelta) -> None:
    world = WindowWorld()
    steady(world, window(end=NOW - before), 10)
    steady(world, window(), 900)

    assert find(world, window()).faults == ()


def test_the_quiet_day_before_an_endpoint_is_a_week_old_is_no_fault() -> None:
    world = WindowWorld()
    for hour in (2, 1):
        deliver(world, rows(400, seed=hour), NOW - WEEK - hour * HOUR)
        deliver(world, rows(400, seed=hour + 2), NOW - hour * HOUR)
    steady(world, window(24, end=NOW - 2 * HOUR), 40)

    assert find(world, window(26)).faults == ()


def test_reads_the_volume_of_two_weeks_hour_by_hour_of_the_week() -> None:
    world = WindowWorld()
    for days in (0, 1, 6, 7, 8, 14, 21):
        for number in range(1, 9):
            deliver(world, rows(1 + number % 3, seed=1), NOW - days * 24 * HOUR - number * HOUR)
    store = compact(world)
    hours = observe_window(window(), read_hours(store, window()), NOW)

    past = read_past_rows(store, window(), hours)

    assert sorted(past) == sorted(hour.hour - weeks * WEEK for hour in hours for weeks in (1, 2))
    assert set(past.values()) <= {1, 2, 3}


def test_reads_no_hour_of_the_window_itself_for_its_past() -> None:
    store = InMemoryObjectStore()
    long = window(24 * 10)
    hours = observe_window(long, (), NOW)

    assert read_past_rows(store, long, hours) == {}
    assert all(hour.hour >= long.start for hour in hours)


def test_a_burst_that_comes_twice_is_no_fault_while_rows_are_too_few() -> None:
    world = WindowWorld()
    matrix = np.concatenate([rows(60, seed=3)] * 2)
    deliver(world, matrix, NOW - HOUR)

    assert kinds(find(world, window(), rows_needed=100)) == [FaultKind.ROWS_DUPLICATED]
    assert find(world, window(), rows_needed=500).faults == ()


@pytest.mark.parametrize("count", [40, 400])
def test_a_smoke_test_that_sends_one_request_is_no_fault(count: int) -> None:
    world = WindowWorld()
    deliver(world, np.repeat(rows(1, seed=3), count, axis=0), NOW - HOUR)

    assert find(world, window(), rows_needed=500).faults == ()


def test_one_request_in_enough_rows_for_a_verdict_is_a_fault() -> None:
    world = WindowWorld()
    deliver(world, np.repeat(rows(1, seed=3), 600, axis=0), NOW - HOUR)

    faults = find(world, window(), rows_needed=500).faults

    assert {FaultKind.VALUE_STUCK, FaultKind.ROWS_DUPLICATED} == {one.kind for one in faults}
    told = next(one for one in faults if one.kind is FaultKind.ROWS_DUPLICATED)
    assert told.evidence.startswith("one request came again and again in 600 rows")
    assert (told.columns, told.since) == ((), NOW - HOUR)


def test_a_smoke_test_at_night_is_no_fault_and_a_stuck_column_by_day_is_one() -> None:
    smoked, stuck = WindowWorld(), WindowWorld()
    for each in (smoked, stuck):
        steady(each, window(5, end=NOW - HOUR), 1000)
    deliver(smoked, np.repeat(rows(1, seed=3), 40, axis=0), NOW - HOUR)
    broken = rows(1000, seed=4)
    broken[:, 0] = broken[0, 0]
    deliver(stuck, broken, NOW - HOUR)

    assert find(smoked, window()).faults == ()
    (fault,) = find(stuck, window()).faults
    assert (fault.kind, fault.columns) == (FaultKind.VALUE_STUCK, ("amount",))
