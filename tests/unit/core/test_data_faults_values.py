import numpy as np
import pytest
from numpy.typing import NDArray

from functions.contracts.faults import FaultKind
from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.core.data_faults_values import ColumnPair, find_value_faults
from functions.core.profile import ColumnProfile, profile_matrix

Numbers = NDArray[np.float64]

NUMBER = Feature(name="amount", type="number", max_missing_rate=0.1)
FUEL = Feature(name="fuel", type="string", categories=("diesel", "gas", "none"))
ERROR = 1e-6


def column(feature: Feature, values: Numbers) -> ColumnProfile:
    schema = FeatureSchema(features=(feature,))
    return profile_matrix(schema, values.astype(np.float32).reshape(-1, 1)).features[0]


def kinds(feature: Feature, before: Numbers, after: Numbers) -> list[FaultKind]:
    pair = ColumnPair(feature, column(feature, before), column(feature, after), ERROR)
    return [fault.kind for fault in find_value_faults(pair)]


def amounts(count: int, seed: int) -> Numbers:
    return np.random.default_rng(seed).lognormal(3.0, 1.0, count)


def fuels(count: int, seed: int) -> Numbers:
    return np.random.default_rng(seed).choice(3, count, p=[0.6, 0.3, 0.1]).astype(float)


def with_some(values: Numbers, share: float, value: float) -> Numbers:
    changed = values.copy()
    changed[: int(share * len(values))] = value
    return changed


BEFORE, AFTER = amounts(4000, 1), amounts(2000, 2)


def test_finds_nothing_in_rows_like_the_references() -> None:
    assert kinds(NUMBER, BEFORE, AFTER) == []
    assert kinds(FUEL, fuels(4000, 1), fuels(2000, 2)) == []


@pytest.mark.parametrize(("share", "expected"), [(0.1, []), (0.3, [FaultKind.VALUES_MISSING])])
def test_takes_as_many_missing_values_as_the_model_allows(
    share: float, expected: list[FaultKind]
) -> None:
    assert kinds(NUMBER, BEFORE, with_some(AFTER, share, np.nan)) == expected


def test_finds_a_spike_of_missing_values_below_a_generous_limit() -> None:
    generous = NUMBER.model_copy(update={"max_missing_rate": 0.9})

    assert kinds(generous, BEFORE, with_some(AFTER, 0.4, np.nan)) == [FaultKind.VALUES_MISSING]
    assert kinds(generous, BEFORE, with_some(AFTER, 0.2, np.nan)) == []


def test_finds_a_stuck_value() -> None:
    assert kinds(NUMBER, BEFORE, np.full(200, 20.0))[0] is FaultKind.VALUE_STUCK
    assert kinds(FUEL, fuels(4000, 1), np.full(500, 1.0)) == [FaultKind.VALUE_STUCK]


def test_needs_more_rows_for_what_was_nearly_constant() -> None:
    before = with_some(np.zeros(4000), 0.02, 1.0)

    assert kinds(FUEL, before, np.zeros(500)) == []
    assert kinds(FUEL, before, np.zeros(50_000)) == [FaultKind.VALUE_STUCK]
    assert kinds(FUEL, np.zeros(4000), np.zeros(50_000)) == []


@pytest.mark.parametrize("others", [0.1, 0.01])
def test_does_not_call_another_mix_a_stuck_value(others: float) -> None:
    assert kinds(FUEL, fuels(4000, 1), with_some(np.ones(2000), others, 2.0)) == []


def test_finds_a_new_category() -> None:
    assert kinds(FUEL, fuels(4000, 1), with_some(fuels(2000, 2), 0.1, -1.0)) == [
        FaultKind.CATEGORIES_NEW
    ]


def test_allows_as_many_unknown_categories_as_the_model_does() -> None:
    tolerant = FUEL.model_copy(update={"max_unseen_rate": 0.2})

    assert kinds(tolerant, fuels(4000, 1), with_some(fuels(2000, 2), 0.1, -1.0)) == []


def test_tells_a_renamed_category_from_a_new_one() -> None:
    renamed = fuels(2000, 2)
    renamed[renamed == 1.0] = -1.0
    pair = ColumnPair(FUEL, column(FUEL, fuels(4000, 1)), column(FUEL, renamed), ERROR)

    (fault,) = find_value_faults(pair)

    assert fault.kind is FaultKind.CATEGORIES_RENAMED
    assert fault.evidence.endswith("; 'gas' has gone in return")


def test_calls_it_renamed_if_no_category_is_known() -> None:
    assert kinds(FUEL, fuels(4000, 1), np.full(100, -1.0)) == [FaultKind.CATEGORIES_RENAMED]


@pytest.mark.parametrize("value", [0.0, -1.0, 9999.0, 20.0])
def test_finds_a_default_value(value: float) -> None:
    assert kinds(NUMBER, BEFORE, with_some(AFTER, 0.2, value)) == [FaultKind.DEFAULT_VALUE]


def test_finds_values_cut_off_at_a_bound() -> None:
    bound = float(np.quantile(BEFORE, 0.8))
    pair = ColumnPair(
        NUMBER, column(NUMBER, BEFORE), column(NUMBER, np.minimum(AFTER, bound)), ERROR
    )

    (fault,) = find_value_faults(pair)

    assert fault.kind is FaultKind.VALUES_CLIPPED
    assert "and none is greater" in fault.evidence
    low = np.maximum(AFTER, float(np.quantile(BEFORE, 0.2)))
    assert kinds(NUMBER, BEFORE, low) == [FaultKind.VALUES_CLIPPED]


@pytest.mark.parametrize("deviations", [-2.0, 0.5, 1.0, 2.0])
def test_does_not_call_moved_whole_numbers_a_default_value(deviations: float) -> None:
    before = np.random.default_rng(3).choice(17, 4000, p=np.r_[0.2, np.full(16, 0.05)]) + 6.0
    after = np.random.default_rng(4).choice(17, 2000, p=np.r_[0.2, np.full(16, 0.05)]) + 6.0

    assert kinds(NUMBER, before, after + deviations * 5.4) == []


def test_does_not_call_another_mix_of_few_values_a_default_value() -> None:
    flag = Feature(name="is_new", type="boolean")

    assert (
        kinds(flag, with_some(np.zeros(4000), 0.5, 1.0), with_some(np.zeros(2000), 0.9, 1.0)) == []
    )
    assert kinds(
        flag, with_some(np.zeros(4000), 0.5, 1.0), with_some(np.zeros(2000), 0.2, -1.0)
    ) == [FaultKind.DEFAULT_VALUE]


def test_says_nothing_of_a_column_that_the_reference_does_not_have() -> None:
    assert kinds(NUMBER, np.full(4000, np.nan), AFTER) == []
