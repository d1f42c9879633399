"""Whose answers a window's predictions are compared by."""

from dataclasses import replace
from datetime import timedelta

import pytest

from functions.core.profile import ColumnProfile, Profile
from functions.monitoring.capture_reader import (
    leave_partial_answers,
    read_hours,
    read_window,
    tell_unsettled,
)
from tests.fakes.object_store import InMemoryObjectStore
from tests.unit.core.drift_world import rows
from tests.unit.monitoring.world import END, capture, compact, put, window

HOUR = timedelta(hours=1)


def prediction_rows(found: Profile) -> int:
    column: ColumnProfile | None = found.prediction
    assert column is not None
    return column.rows


@pytest.mark.parametrize(
    ("versions", "expected"),
    [((1, 1, 1), 15), ((2, 2, 1), 0), ((2, 1, 2), 0)],
    ids=["all", "since a while", "for a while"],
)
def test_compares_no_answers_of_some_hours(versions: tuple[int, ...], expected: int) -> None:
    store, of = InMemoryObjectStore(), replace(window(), start=END - 3 * HOUR)
    for hour, version in enumerate(versions):
        at = of.start + hour * HOUR
        line = capture(rows(5, seed=hour), inference_id=f"{hour}", version=version, at=at)
        put(store, line, name=f"{hour}", hour=at)
    compact(store)
    records = read_hours(store, of)
    current, _ = read_window(store, of)

    found = leave_partial_answers(of, records, current)

    assert prediction_rows(found) == expected
    assert found.features == current.features


@pytest.mark.parametrize("rows_before", [1, 2])
def test_compares_the_answers_if_few_rows_are_of_other_hours(rows_before: int) -> None:
    store, of = InMemoryObjectStore(), replace(window(), start=END - 2 * HOUR)
    others = capture(rows(rows_before, seed=1), inference_id="b", version=2, at=of.start)
    put(store, others, name="b", hour=of.start)
    beside = capture(rows(4, seed=2), inference_id="c", version=2, at=END - HOUR)
    put(store, beside + capture(rows(5, seed=3), at=END - HOUR), name="c", hour=END - HOUR)
    compact(store)
    current, _ = read_window(store, of)

    found = leave_partial_answers(of, read_hours(store, of), current)

    assert prediction_rows(found) == (5 if rows_before == 1 else 0)


@pytest.mark.parametrize(
    ("versions", "reason"),
    [
        ((1, 1, 1, 1), None),
        ((2, 2, 1, 1), "10 of the window's 20 rows are from before version 1 answered"),
        ((2, 1, 2, 2), "5 of the window's 20 rows are from before"),
        ((1, 2, 2, 2), None),
        ((2, 2, 2, 2), "20 of the window's 20 rows"),
    ],
    ids=["its own", "just promoted", "promoted and shared", "beside another", "not asked yet"],
)
def test_waits_until_rows_from_before_a_version_are_left_behind(
    versions: tuple[int, ...], reason: str | None
) -> None:
    store, of = InMemoryObjectStore(), replace(window(), start=END - 4 * HOUR)
    for hour, version in enumerate(versions):
        at = of.start + hour * HOUR
        line = capture(rows(5, seed=hour), inference_id=f"{hour}", version=version, at=at)
        put(store, line, name=f"{hour}", hour=at)
    compact(store)

    told = tell_unsettled(of, read_hours(store, of))

    assert told is None if reason is None else reason in str(told)
