"""The exact statistics are those of the packages that their names promise."""

import json
from pathlib import Path

import numpy as np
import pytest

from functions.core.divergences import (
    BinMismatchError,
    hellinger_distance,
    jensen_shannon_distance,
    population_stability_index,
)
from functions.core.exact_statistics import (
    chi_square_test,
    decile_psi,
    evidently_psi,
    goodness_of_fit,
    hellinger,
    jensen_shannon,
    ks_test,
    l_infinity,
    missing_rate,
    normed_wasserstein,
    unseen_rate,
)
from functions.core.sorted_samples import (
    SortedSample,
    count_values,
    place_samples,
    sort_sample,
)
from functions.core.wasserstein import wasserstein_distance
from tests.golden.drift_samples import categories, numbers

GOLDEN = json.loads(
    (Path(__file__).parents[2] / "golden" / "drift_methods.json").read_text(encoding="utf-8")
)
NUMBERS = {name: tuple(map(sort_sample, pair)) for name, pair in numbers().items()}
CATEGORIES = {name: tuple(map(sort_sample, pair)) for name, pair in categories().items()}


def near(value: float) -> object:
    return pytest.approx(value, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_have_the_packages_distances(name: str) -> None:
    past, now = NUMBERS[name]
    placed = place_samples(past, now)
    ks = ks_test(placed)
    nannyml, evidently = GOLDEN["nannyml"][name], GOLDEN["evidently"][name]

    assert ks.statistic == near(nannyml["scipy ks"])
    assert ks.statistic == near(nannyml["kolmogorov_smirnov"])
    assert ks.p_value == near(nannyml["scipy ks p"])
    assert wasserstein_distance(placed) == near(nannyml["scipy wasserstein"])
    assert wasserstein_distance(placed) == near(nannyml["wasserstein"])
    assert normed_wasserstein(placed, past) == near(evidently["wasserstein"])
    assert evidently_psi(past, now) == near(evidently["psi"])
    assert jensen_shannon(past, now) == near(nannyml["jensen_shannon"])
    assert hellinger(past, now) == near(nannyml["hellinger"])


@pytest.mark.parametrize("name", CATEGORIES)
def test_categories_have_the_packages_distances(name: str) -> None:
    past, now = CATEGORIES[name]
    counts = count_values(past, now)
    nannyml, evidently = GOLDEN["nannyml"][name], GOLDEN["evidently"][name]

    assert l_infinity(past, now) == near(nannyml["l_infinity"])
    assert jensen_shannon_distance(*counts) == near(nannyml["jensen_shannon"])
    assert hellinger_distance(*counts) == near(nannyml["hellinger"])
    assert evidently_psi(past, now) == near(evidently["psi"])
    assert goodness_of_fit(*counts).p_value == near(evidently["chisquare"])
    test = chi_square_test(*counts)
    assert test.statistic == near(nannyml["scipy chi2"])
    assert test.p_value == near(nannyml["scipy chi2 p"])
    if len(counts[0]) > 2:  # of two, NannyML corrects for continuity
        assert test.statistic == near(nannyml["chi2"])


@pytest.mark.parametrize("name", ["usual same", "usual shifted", "usual wider"])
def test_psi_of_deciles_is_the_sum_over_bins_of_equal_rows(name: str) -> None:
    past, now = NUMBERS[name]
    edges = np.quantile(past.values, np.arange(1, 10) / 10)
    shares = [
        np.bincount(np.searchsorted(edges, sample.values, side="right"), minlength=10)
        / len(sample.values)
        for sample in (past, now)
    ]

    expected = ((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum()

    assert decile_psi(past, now) == near(expected)


def test_psi_of_equal_deciles_has_one_bin_for_them() -> None:
    past = sort_sample(np.repeat([0.0, 1.0], [900, 100]))
    now = sort_sample(np.repeat([0.0, 1.0], [500, 500]))

    found = decile_psi(past, now)

    assert found == population_stability_index(np.array([0, 900, 100]), np.array([0, 500, 500]))


def test_single_precision_is_compared_as_it_is() -> None:
    pair = [values.astype(np.float32) for values in numbers()["usual shifted"]]
    narrow = [sort_sample(values) for values in pair]
    wide = [sort_sample(values.astype(np.float64)) for values in pair]

    for distance in (decile_psi, evidently_psi, jensen_shannon, hellinger):
        assert distance(narrow[0], narrow[1]) == pytest.approx(distance(wide[0], wide[1]), abs=1e-9)
    assert wasserstein_distance(place_samples(*narrow)) == pytest.approx(
        wasserstein_distance(place_samples(*wide)), abs=1e-9
    )


def test_rates_are_of_the_rows_and_of_the_values() -> None:
    past, now = sort_sample(np.array([0.0, 1.0])), sort_sample(np.array([0.0, 2.0, np.nan, np.nan]))

    assert (missing_rate(past), missing_rate(now)) == (0.0, 0.5)
    assert (unseen_rate(past, now), unseen_rate(now, past)) == (0.5, 0.5)
    assert missing_rate(SortedSample(np.array([]), 0)) == 0.0


def test_a_value_that_the_reference_lacks_is_impossible_for_the_goodness_of_fit() -> None:
    found = goodness_of_fit(np.array([10, 0]), np.array([9, 1]))

    assert (found.statistic, found.p_value) == (np.inf, 0.0)


def test_refuses_a_sample_without_values() -> None:
    some, none = sort_sample(np.array([1.0])), sort_sample(np.array([np.nan]))

    for pair in ((some, none), (none, some)):
        with pytest.raises(BinMismatchError, match="has no value among 1 rows"):
            place_samples(*pair)
        with pytest.raises(BinMismatchError, match="has no value"):
            decile_psi(*pair)
