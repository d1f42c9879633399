from collections.abc import Sequence

import numpy as np
import pytest

from functions.contracts.faults import FaultKind
from functions.core.data_faults_traffic import ObservedHour
from functions.core.fault_hours import FaultHours, find_fault_hours
from functions.core.profile import profile_matrix
from tests.unit.core.drift_world import SCHEMA, Matrix, rows
from tests.unit.core.fault_world import fault, hour

HOURS = 24
REFERENCE = profile_matrix(SCHEMA, rows(4000, seed=1))


def broken(matrix: Matrix, column: int = 0) -> Matrix:
    matrix[:, column] = matrix[:, column] * 1000.0 if column == 0 else 2.0
    return matrix


def observed(faulty: Sequence[int], *, count: int = 50, column: int = 0) -> list[ObservedHour]:
    """A day of traffic, some hours of which are at fault."""
    parts = [
        broken(rows(count, seed=n + 2), column) if n in faulty else rows(count, seed=n + 2)
        for n in range(HOURS)
    ]
    return [_hour(number, part) for number, part in enumerate(parts)]


def _hour(number: int, part: Matrix) -> ObservedHour:
    profile = profile_matrix(SCHEMA, part) if len(part) else None
    return ObservedHour(hour(number), profile, rows=len(part), lines=len(part))


def hours_of(hours: Sequence[ObservedHour], *columns: str) -> FaultHours:
    return find_fault_hours(SCHEMA, REFERENCE, hours, fault(FaultKind.UNIT_CHANGED, *columns))


@pytest.mark.parametrize(
    ("first", "last"), [(0, 24), (10, 24), (23, 24), (0, 5), (10, 16), (10, 11)]
)
def test_finds_the_first_hour_and_the_end(first: int, last: int) -> None:
    found = hours_of(observed(range(first, last)))

    assert (found.start, found.end) == (hour(first), hour(last))
    assert found.likely_end == found.end
    assert found.is_over == (last < HOURS)


def test_takes_all_hours_that_may_be_faulty_where_rows_are_few() -> None:
    """A few rows of a value that is usual, too, tell little of the hour."""
    hours = observed(range(8, 16), count=3, column=1)

    found = hours_of(hours, "fuel")

    assert found.start <= hour(8)
    assert found.end >= hour(16)
    assert found.start < hour(8) or found.end > hour(16)


def test_goes_on_where_no_row_came_since() -> None:
    hours = [*observed(range(10, 24))[:20], *(_hour(n, rows(0, seed=0)) for n in range(20, 24))]

    found = hours_of(hours)

    assert (found.start, found.end, found.is_over) == (hour(10), hour(24), False)


def test_is_over_though_the_last_hours_are_empty() -> None:
    hours = [*observed(range(10, 14))[:20], *(_hour(n, rows(0, seed=0)) for n in range(20, 24))]

    found = hours_of(hours)

    assert (found.start, found.end, found.is_over) == (hour(10), hour(14), True)


def test_takes_the_hours_of_all_columns() -> None:
    hours = observed(range(12, 15))
    mixed = [
        _hour(n, broken(rows(50, seed=n + 2), 1)) if 8 <= n < 12 else each
        for n, each in enumerate(hours)
    ]

    found = hours_of(mixed, "amount", "fuel")

    assert (found.start, found.end) == (hour(8), hour(15))


def test_a_fault_of_all_rows_is_in_the_whole_window() -> None:
    all_rows = fault(FaultKind.ROWS_DUPLICATED).model_copy(update={"columns": ()})

    found = find_fault_hours(SCHEMA, REFERENCE, observed([]), all_rows)

    assert (found.start, found.end, found.is_over) == (hour(0), hour(24), False)


def test_knows_nothing_of_a_column_without_rows() -> None:
    empty = [_hour(n, rows(0, seed=0)) for n in range(4)]

    found = hours_of(empty)

    assert (found.start, found.end, found.is_over) == (hour(0), hour(4), False)


@pytest.mark.slow
def test_each_end_is_within_the_hours_as_often_as_it_says() -> None:
    rng, within = np.random.default_rng(5), 0
    for _ in range(20):
        first = int(rng.integers(1, 12))
        last = int(rng.integers(first + 2, HOURS))
        hours = observed(range(first, last), count=int(rng.integers(3, 12)), column=1)
        found = hours_of(hours, "fuel")
        within += found.start <= hour(first) and found.end >= hour(last)

    assert within >= 18
