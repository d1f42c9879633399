from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.core.attribution_hour import bin_rows, count_hours, find_change_hour
from functions.core.profile import ColumnProfile, profile_matrix

Numbers = NDArray[np.float32]

AMOUNT = Feature(name="amount", type="number")
FUEL = Feature(name="fuel", type="string", categories=("diesel", "gas"))
HOURS = 24


def column(feature: Feature, values: NDArray[np.generic] | Sequence[float]) -> ColumnProfile:
    schema = FeatureSchema(features=(feature,))
    return profile_matrix(schema, np.array(values, np.float32).reshape(-1, 1)).features[0]


def hours(change: int, *, rows: int = 200, shift: float = 1.0) -> list[ColumnProfile]:
    rng = np.random.default_rng(1)
    means = [shift if hour >= change else 0.0 for hour in range(HOURS)]
    return [column(AMOUNT, rng.normal(mean, 1.0, rows)) for mean in means]


REFERENCE = column(AMOUNT, np.random.default_rng(0).normal(0.0, 1.0, 4000))


@given(change=st.integers(0, HOURS - 1))
def test_finds_the_hour_of_an_abrupt_change(change: int) -> None:
    found = find_change_hour(REFERENCE, hours(change))

    assert found is not None
    assert found.earliest <= change <= found.latest
    assert abs(found.likeliest - change) <= 1


def test_is_less_certain_of_a_small_change() -> None:
    spans = []
    for shift in (1.0, 0.2):
        found = find_change_hour(REFERENCE, hours(10, rows=50, shift=shift))
        assert found is not None
        spans.append(found.latest - found.earliest)

    assert spans[0] < spans[1]


@pytest.mark.slow
def test_covers_the_hour_as_often_as_it_says() -> None:
    rng, covered = np.random.default_rng(3), 0
    for _ in range(60):
        change = int(rng.integers(1, HOURS))
        parts = [
            column(AMOUNT, rng.normal(0.3 if hour >= change else 0.0, 1.0, 60))
            for hour in range(HOURS)
        ]
        found = find_change_hour(REFERENCE, parts)
        assert found is not None
        covered += found.earliest <= change <= found.latest

    assert covered >= 52


def test_never_names_an_hour_without_rows() -> None:
    changed = [None if hour in (0, 9, 10) else part for hour, part in enumerate(hours(9))]

    found = find_change_hour(REFERENCE, changed)

    assert found is not None
    assert (found.earliest, found.likeliest, found.latest) == (11, 11, 11)


def test_finds_no_hour_without_rows() -> None:
    assert find_change_hour(REFERENCE, [None, column(AMOUNT, [])]) is None


def test_sees_a_change_of_missing_and_unknown_values_alone() -> None:
    missing = [column(AMOUNT, [0.1] * 50 + [np.nan] * (40 if h >= 5 else 0)) for h in range(8)]
    unknown = [column(FUEL, [0] * 50 + [-1] * (40 if h >= 5 else 0)) for h in range(8)]
    steady = column(AMOUNT, [0.1] * 1000)

    for reference, parts in ((steady, missing), (column(FUEL, [0] * 1000), unknown)):
        found = find_change_hour(reference, parts)
        assert found is not None
        assert found.likeliest == 5


def test_counts_what_lies_beyond_the_reference_apart() -> None:
    counts = count_hours(column(AMOUNT, np.arange(100)), [column(AMOUNT, [-5, 7, 500, np.nan])])

    assert counts.sum(axis=1).tolist() == [100, 4]
    assert counts[0].tolist() == [0, *[10] * 10, 0, 0]
    assert counts[1].tolist() == [1, 1, *[0] * 9, 1, 1]


@pytest.mark.parametrize(
    ("feature", "values"),
    [(AMOUNT, [-5.0, 0.0, 7.0, 99.0, 500.0, np.nan]), (FUEL, [0, 1, 1, -1, 7, np.nan])],
)
def test_bins_rows_as_profiles_are_counted(feature: Feature, values: list[float]) -> None:
    reference = column(feature, np.arange(100) if feature is AMOUNT else [0, 1, 1])
    current = column(feature, values)

    bins = bin_rows(reference, current, np.array(values, np.float32))

    counts = count_hours(reference, [current])
    assert np.bincount(bins, minlength=counts.shape[1]).tolist() == counts[1].tolist()
