"""Methods on stored counts: against the exact ones, and against chance."""

import numpy as np
import pytest

from functions.contracts.drift import Verdict
from functions.contracts.drift_method import CATEGORY_METHODS, THRESHOLDS, TITLES, DriftMethod
from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.contracts.model_spec import DriftPolicy
from functions.core.drift import WindowDrift, judge_window
from functions.core.drift_bins import BinnedColumn, bin_columns
from functions.core.drift_methods import (
    binned_wasserstein,
    chance_limit,
    measure,
    method_for,
    p_value,
)
from functions.core.exact_statistics import (
    chi_square_test,
    decile_psi,
    ks_test,
    normed_wasserstein,
)
from functions.core.profile import (
    NumericProfile,
    ProfileMismatchError,
    profile_matrix,
)
from functions.core.smirnov import asymptotic_ks_p_value
from functions.core.sorted_samples import place_samples, sort_sample
from tests.unit.core.drift_world import Matrix, profile, rows, spec

NUMBER = FeatureSchema(features=(Feature(name="x", type="number"),))
CATEGORY = FeatureSchema(
    features=(Feature(name="x", type="string", categories=("a", "b", "c")),),
)


def numeric(values: Matrix) -> NumericProfile:
    column = profile_matrix(NUMBER, values.reshape(-1, 1)).features[0]
    assert isinstance(column, NumericProfile)
    return column


def judge(matrix: Matrix, **policy: object) -> WindowDrift:
    return judge_window(
        spec(),
        DriftPolicy.model_validate(policy),
        reference=profile(rows(4000, seed=1)),
        current=profile(matrix),
    )


def test_every_method_has_a_threshold_and_a_title() -> None:
    assert set(THRESHOLDS) == set(TITLES) == set(DriftMethod)
    assert not set(CATEGORY_METHODS.values()) & set(CATEGORY_METHODS)


@pytest.mark.parametrize(
    ("offset", "scale"), [(0.0, 1.0), (3.0, 1.0), (-40.0, 7.0)], ids=("plain", "moved", "wide")
)
def test_wasserstein_of_profiles_is_within_its_bound(offset: float, scale: float) -> None:
    rng = np.random.default_rng(4)
    past = (rng.normal(size=40_000) * scale + offset).astype(np.float32)
    now = (rng.normal(0.2, 1.1, size=30_000) * scale + offset).astype(np.float32)
    reference = sort_sample(past)
    exact = normed_wasserstein(place_samples(reference, sort_sample(now)), reference)

    found = binned_wasserstein(numeric(past), numeric(now))

    moved = float(np.abs(past).mean() + np.abs(now).mean()) / float(past.std())
    assert abs(found - exact) <= 2.0**-8 * moved
    assert abs(found - exact) <= 2e-4


@pytest.mark.parametrize("shift", [0.0, 0.1, 0.5, 1.0])
def test_psi_of_profiles_is_near_that_of_the_samples_deciles(shift: float) -> None:
    rng = np.random.default_rng(8)
    past, now = (rng.normal(mean, 1.0, 20_000).astype(np.float32) for mean in (0.0, shift))
    reference, current = numeric(past), numeric(now)
    exact = decile_psi(sort_sample(past), sort_sample(now))

    found = measure(DriftMethod.PSI, reference, current, bin_columns(reference, current))

    assert found == pytest.approx(exact, rel=2e-3, abs=2e-4)


def test_few_values_are_compared_exactly() -> None:
    rng = np.random.default_rng(5)
    past, now = (rng.integers(0, 300, n).astype(np.float32) for n in (5000, 4000))
    reference, current = numeric(past), numeric(now)
    binned, sample = bin_columns(reference, current), sort_sample(past)
    placed = place_samples(sample, sort_sample(now))

    exact = ks_test(placed)

    assert measure(DriftMethod.KS, reference, current, binned) == pytest.approx(
        exact.statistic, abs=1e-12
    )
    assert measure(DriftMethod.WASSERSTEIN, reference, current, binned) == pytest.approx(
        normed_wasserstein(placed, sample), abs=1e-9
    )
    assert p_value(DriftMethod.KS, binned) == asymptotic_ks_p_value(exact.statistic, 5000, 4000)


def test_chi_square_of_profiles_is_the_exact_test() -> None:
    counts = np.array([500, 300, 200]), np.array([90, 80, 30])
    binned = BinnedColumn(("a", "b", "c"), *counts)

    found = p_value(DriftMethod.CHI_SQUARE, binned)

    assert found == chi_square_test(*counts).p_value
    assert p_value(DriftMethod.PSI, binned) is None


def test_categories_are_judged_by_a_method_without_order() -> None:
    categories = profile_matrix(CATEGORY, np.zeros((3, 1), np.float32)).features[0]

    assert method_for(categories, DriftMethod.KS) is DriftMethod.CHI_SQUARE
    assert method_for(categories, DriftMethod.HELLINGER) is DriftMethod.HELLINGER
    binned = BinnedColumn(("a",), np.array([1]), np.array([1]))
    with pytest.raises(ProfileMismatchError, match="name another method"):
        measure(DriftMethod.WASSERSTEIN, categories, categories, binned)


@pytest.mark.slow
@pytest.mark.parametrize("method", list(DriftMethod))
def test_chance_exceeds_its_limit_seldom_enough(method: DriftMethod) -> None:
    rng = np.random.default_rng(6)
    rate, over = 0.02, 0
    for _ in range(300):
        past, now = (rng.normal(size=n).astype(np.float32) for n in (3000, 700))
        reference, current = numeric(past), numeric(now)
        binned = bin_columns(reference, current)
        limit = chance_limit(method, reference, binned, false_alarm_rate=rate)
        over += measure(method, reference, current, binned) >= limit.at(1 / 3000 + 1 / 700)

    assert over / 300 <= 2 * rate


@pytest.mark.parametrize("method", list(DriftMethod))
def test_every_method_finds_a_shift_and_no_drift_where_there_is_none(method: DriftMethod) -> None:
    calm, moved = (judge(rows(20_000, seed=2, shift=s), method=method) for s in (0.0, 0.8))

    assert calm.verdict is Verdict.OK
    assert [column.name for column in moved.drifted] == ["amount"]
    amount, fuel, _ = moved.features
    assert (amount.method, fuel.method) == (method, CATEGORY_METHODS.get(method, method))
    assert f"{TITLES[method]} {amount.measured:.3f} reaches" in amount.reason
    assert moved.prediction.method is method


def test_a_feature_can_have_a_method_and_a_method_a_threshold_of_its_own() -> None:
    drift = judge(
        rows(20_000, seed=2, shift=0.2),
        methods={"amount": "ks"},
        thresholds={"ks": 0.05},
    )

    amount, fuel, _ = drift.features
    assert (amount.method, amount.threshold) == (DriftMethod.KS, 0.05)
    assert amount.verdict is Verdict.DRIFT
    assert amount.p_value is not None
    assert amount.p_value < 1e-6
    assert (fuel.method, fuel.threshold, fuel.p_value) == (DriftMethod.PSI, 0.1, None)
