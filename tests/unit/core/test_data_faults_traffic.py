from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from functions.contracts.faults import FaultKind
from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.core.data_faults_traffic import (
    ObservedHour,
    find_line_faults,
    find_multiples,
    find_volume_fault,
)
from functions.core.profile import profile_matrix

NOW = datetime(2026, 3, 30, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ERROR = 1e-6


def hours(*rows: int, **counts: int) -> list[ObservedHour]:
    return [ObservedHour(NOW + HOUR * i, rows=count, **counts) for i, count in enumerate(rows)]


def past(days: int, rows: int, **weekday: int) -> Mapping[datetime, int]:
    return {
        NOW - HOUR * i: weekday.get((NOW - HOUR * i).strftime("%a"), rows)
        for i in range(1, days * 24 + 1)
    }


def volume(rows: int, before: Mapping[datetime, int]) -> FaultKind | None:
    fault = find_volume_fault(hours(rows, rows), before, ERROR)
    return None if fault is None else fault.kind


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        (0, FaultKind.VOLUME_GONE),
        (100, FaultKind.VOLUME_GONE),
        (500, None),
        (1000, None),
        (1500, None),
        (3000, FaultKind.VOLUME_TRIPLED),
    ],
)
def test_judges_the_volume_beyond_any_season(rows: int, kind: FaultKind | None) -> None:
    assert volume(rows, past(2, 1000)) is kind


def test_does_not_judge_the_volume_of_an_unknown_past() -> None:
    assert volume(0, {}) is None
    assert volume(0, {NOW - HOUR: 1000}) is None


def test_does_not_judge_a_few_rows() -> None:
    assert volume(0, past(2, 3)) is None


def test_compares_with_the_same_weekday_once_a_week_is_known() -> None:
    assert volume(0, past(8, 1000, Mon=0)) is None
    assert volume(0, past(3, 1000, Mon=0)) is FaultKind.VOLUME_GONE
    assert volume(0, past(8, 1000)) is FaultKind.VOLUME_GONE


def test_does_not_compare_a_sunday_with_the_monday_before() -> None:
    sunday = [ObservedHour(NOW - 24 * HOUR, rows=40)]
    mondays = {NOW - 7 * 24 * HOUR: 400, NOW - 7 * 24 * HOUR + HOUR: 400}

    assert find_volume_fault(sunday, mondays, ERROR) is None
    assert find_volume_fault([ObservedHour(NOW, rows=40)], mondays, ERROR) is not None


def test_takes_a_missing_hour_between_others_for_an_empty_one() -> None:
    before = {hour: rows for hour, rows in past(3, 1000).items() if hour.hour not in (12, 13)}

    assert volume(0, before) is None


def test_does_not_judge_an_hour_that_is_not_over() -> None:
    assert find_volume_fault([ObservedHour(NOW, is_complete=False)], past(2, 1000), ERROR) is None


@pytest.mark.parametrize(
    ("counts", "kinds"),
    [
        ({"lines": 500, "corrupt_lines": 1}, []),
        ({"lines": 500, "corrupt_lines": 100}, [FaultKind.SCHEMA_BREAK]),
        ({"stage_lines": 500, "nameless_lines": 1}, []),
        ({"stage_lines": 500, "nameless_lines": 100}, [FaultKind.SCHEMA_BREAK]),
        ({"unknown_rows": 300}, [FaultKind.SCHEMA_BREAK]),
        ({"requests": 50, "refused": 20}, []),
        ({"requests": 50, "refused": 500}, [FaultKind.SCHEMA_BREAK]),
        ({"duplicate_rows": 20}, []),
        ({"duplicate_rows": 500}, [FaultKind.ROWS_DUPLICATED]),
    ],
)
def test_judges_what_could_not_be_counted(counts: dict[str, int], kinds: list[FaultKind]) -> None:
    found = find_line_faults(hours(500, 500, **counts), ERROR)

    assert [fault.kind for fault in found] == kinds


def test_finds_rows_that_all_come_twice() -> None:
    schema = FeatureSchema(features=(Feature(name="amount", type="number"),))
    numbers = np.random.default_rng(1).normal(size=(300, 1)).astype(np.float32)

    fault = find_multiples(profile_matrix(schema, np.repeat(numbers, 2, axis=0)), ERROR)

    assert fault is not None
    assert fault.kind is FaultKind.ROWS_DUPLICATED
    assert "600 rows" in fault.evidence
    assert find_multiples(profile_matrix(schema, numbers), ERROR) is None


def test_takes_even_counts_of_few_values_for_chance() -> None:
    schema = FeatureSchema(features=(Feature(name="amount", type="number"),))
    numbers = np.repeat(np.arange(10, dtype=np.float32), 2).reshape(-1, 1)

    assert find_multiples(profile_matrix(schema, numbers), ERROR) is None
