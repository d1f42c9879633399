import numpy as np
import pytest
from numpy.typing import NDArray

from functions.contracts.faults import FaultKind
from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.core.data_faults_maps import find_swaps, find_unit_fault
from functions.core.data_faults_units import UNIT_MAPS, UnitMap
from functions.core.data_faults_values import ColumnPair
from functions.core.profile import profile_matrix

Numbers = NDArray[np.float64]

ERROR = 1e-6


def pair(before: Numbers, after: Numbers, feature: Feature | None = None) -> ColumnPair:
    feature = feature or Feature(name="amount", type="number")
    schema = FeatureSchema(features=(feature,))
    past, now = (
        profile_matrix(schema, values.astype(np.float32).reshape(-1, 1)).features[0]
        for values in (before, after)
    )
    return ColumnPair(feature, past, now, ERROR)


def named(name: str) -> Feature:
    return Feature(name=name, type="number")


def normal(count: int, mean: float, deviation: float, seed: int) -> Numbers:
    return np.random.default_rng(seed).normal(mean, deviation, count)


BEFORE, AFTER = normal(4000, 15.0, 4.0, 1), normal(3000, 15.5, 4.0, 2)


@pytest.mark.parametrize("unit", UNIT_MAPS, ids=lambda unit: unit.words)
def test_finds_each_map_and_names_it(unit: UnitMap) -> None:
    before, after = np.round(BEFORE, 1), np.round(normal(6000, 15.0, 4.0, 2), 1)

    fault = find_unit_fault(pair(before, after * unit.factor + unit.offset))

    assert fault is not None
    assert unit.words in fault.evidence
    flipped = unit.factor < 0.0
    assert fault.kind is (FaultKind.SIGN_FLIPPED if flipped else FaultKind.UNIT_CHANGED)


def test_finds_a_factor_beside_many_zeros_and_a_drift() -> None:
    before, after = (np.where(np.arange(len(x)) % 3 > 0, 0.0, x) for x in (BEFORE, AFTER))

    fault = find_unit_fault(pair(before, after * 1000.0))

    assert fault is not None
    assert "times 1,000" in fault.evidence


@pytest.mark.parametrize("deviations", [0.5, 1.0, 2.0, -2.0, 5.0, -8.0])
def test_never_calls_a_shift_by_a_constant_a_unit(deviations: float) -> None:
    assert find_unit_fault(pair(BEFORE, AFTER + deviations * 4.0)) is None


@pytest.mark.parametrize("factor", [0.5, 2.0, 4.0, 30.0, 300.0])
def test_never_calls_growth_a_unit(factor: float) -> None:
    assert find_unit_fault(pair(BEFORE, AFTER * factor)) is None


def test_is_silent_on_the_sign_of_numbers_around_zero() -> None:
    assert find_unit_fault(pair(normal(4000, 0.2, 1.0, 1), -normal(4000, 0.2, 1.0, 2))) is None


def test_is_silent_without_rows() -> None:
    assert find_unit_fault(pair(BEFORE, np.array([np.nan, 0.0]))) is None


def test_finds_two_swapped_columns_among_others() -> None:
    other, other_now = normal(4000, 300.0, 90.0, 3), normal(3000, 300.0, 90.0, 4)
    pairs = [
        pair(BEFORE, other_now, named("one")),
        pair(normal(4000, 1.0, 1.0, 5), normal(3000, 1.0, 1.0, 6), named("two")),
        pair(other, AFTER, named("three")),
    ]

    (swap,) = find_swaps(pairs)

    assert swap.columns == ("one", "three")
    assert "look like each other's reference" in swap.evidence


def test_does_not_call_one_column_that_looks_like_another_a_swap() -> None:
    other, other_now = normal(4000, 300.0, 90.0, 3), normal(3000, 300.0, 90.0, 4)
    pairs = [pair(BEFORE, other_now, named("one")), pair(other, other_now, named("three"))]

    assert list(find_swaps(pairs)) == []


def test_does_not_call_two_opposite_shifts_a_swap() -> None:
    pairs = [
        pair(BEFORE, normal(3000, 25.0, 4.0, 7), named("one")),
        pair(normal(4000, 25.0, 4.0, 8), AFTER, named("two")),
    ]

    assert list(find_swaps(pairs)) == []


def test_does_not_call_two_flags_that_changed_a_swap() -> None:
    rare, common = (np.arange(4000) % 10 < limit for limit in (2, 8))
    pairs = [
        pair(rare.astype(float), common.astype(float), named("one")),
        pair(common.astype(float), rare.astype(float), named("two")),
    ]

    assert list(find_swaps(pairs)) == []


def test_compares_categories_only_of_one_list() -> None:
    names = ("low", "middle", "high")
    low, high = (
        np.random.default_rng(seed).choice(3, 4000, p=p) * 1.0
        for seed, p in ((1, [0.8, 0.1, 0.1]), (2, [0.1, 0.1, 0.8]))
    )
    one, two = (Feature(name=name, type="string", categories=names) for name in ("one", "two"))
    foreign = two.model_copy(update={"categories": ("a", "b", "c")})

    assert list(find_swaps([pair(low, high, one), pair(high, low, foreign)])) == []
