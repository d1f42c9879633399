"""A column in another unit is told from one that grew, moved or was mixed anew."""

import numpy as np
import pytest

from functions.core.data_faults_odds import Values
from functions.core.data_faults_units import CONVERSIONS, UnitMap, find_exact_map, is_converted
from tests.bench.natural_shifts import (
    COLUMNS,
    DIGITS,
    ERROR,
    REFERENCE_ROWS,
    SHIFTS,
    Numbers,
    false_units,
    is_told,
    rounded,
)

OFFSET = [unit for unit in CONVERSIONS if unit.offset]
FACTORS = [unit for unit in CONVERSIONS if not unit.offset]


def drawn(name: str, count: int, seed: int) -> Numbers:
    return COLUMNS[name](count, np.random.default_rng(seed))


def converted(unit: UnitMap, values: Numbers) -> Numbers:
    return values * unit.factor + unit.offset


def values(numbers: Numbers) -> Values:
    distinct, counts = np.unique(numbers, return_counts=True)
    return Values(distinct, counts, 2.0**-21)


@pytest.mark.parametrize("digits", [0, 1])
@pytest.mark.parametrize("unit", CONVERSIONS, ids=lambda unit: unit.words)
def test_finds_a_conversion_of_a_few_rows_by_their_digits(unit: UnitMap, digits: int) -> None:
    before, after = (rounded(drawn("temperatures", n, n), digits) for n in (REFERENCE_ROWS, 200))

    told = is_told(before, converted(unit, after))

    assert f"like its reference {unit.words}: most of 200 rows have exactly" in told


@pytest.mark.parametrize("unit", OFFSET, ids=lambda unit: unit.words)
@pytest.mark.parametrize("whole", [False, True])
def test_finds_a_conversion_with_an_offset_by_place_and_spread(unit: UnitMap, whole: bool) -> None:
    before, after = drawn("temperatures", REFERENCE_ROWS, 1), drawn("temperatures", 2_000, 2)
    after = converted(unit, after)

    told = is_told(before, np.round(after) if whole else after)

    assert f"like its reference {unit.words}: the distance of" in told


@pytest.mark.parametrize("unit", FACTORS, ids=lambda unit: unit.words)
def test_takes_a_factor_alone_for_growth(unit: UnitMap) -> None:
    before, after = drawn("heights", REFERENCE_ROWS, 1), drawn("heights", 2_000, 2)

    assert is_told(before, converted(unit, after)) == ""
    assert is_told(np.round(before), np.round(converted(unit, after))) == ""


def test_finds_degrees_around_zero() -> None:
    before, after = (np.round(drawn("temperatures", n, n) - 12.0) for n in (4_000, 500))

    assert "°F for °C" in is_told(before, after * 1.8 + 32.0)


@pytest.mark.parametrize("unit", OFFSET, ids=lambda unit: unit.words)
@pytest.mark.parametrize(("place", "spread"), [(0.5, 1.0), (0.0, 1.3), (0.0, 0.75)])
def test_needs_both_the_place_and_the_spread(unit: UnitMap, place: float, spread: float) -> None:
    before, after = drawn("temperatures", REFERENCE_ROWS, 1), drawn("temperatures", 4_000, 2)
    moved = converted(unit, 12.0 + 7.0 * place + (after - 12.0) * spread)

    assert is_converted(unit, values(before), values(converted(unit, after)), ERROR)
    assert not is_converted(unit, values(before), values(moved), ERROR)


def test_a_column_of_one_number_is_no_conversion() -> None:
    zeros, others = np.zeros(4_000), np.full(500, 32.0)

    assert find_exact_map(values(zeros), values(others), ERROR) is None
    assert not is_converted(OFFSET[0], values(zeros), values(others), ERROR)


def test_numbers_that_are_stored_coarsely_tell_nothing_by_their_digits() -> None:
    before, after = (np.round(drawn("temperatures", n, n)) for n in (4_000, 500))
    exact, mapped = values(before), values(after * 1.8 + 32.0)
    coarse = Values(mapped.numbers, mapped.counts, 2.0**-7)

    assert find_exact_map(exact, mapped, ERROR) is CONVERSIONS[0]
    assert find_exact_map(exact, coarse, ERROR) is None


def test_calls_no_natural_shift_another_unit() -> None:
    *_, summary = false_units(20 * len(SHIFTS) * len(COLUMNS) // len(DIGITS))

    assert summary.startswith("\n0 false changes of unit")
