from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.spatial.distance import jensenshannon
from scipy.stats import chi2_contingency, ks_2samp, norm

from functions.core.divergences import (
    BinMismatchError,
    chi_square_statistic,
    hellinger_distance,
    jensen_shannon_distance,
    ks_statistic,
    l_infinity_distance,
    population_stability_index,
    shares,
    sturges_psi,
)
from functions.core.significance import expected_psi

Statistic = Callable[[NDArray[np.int64], NDArray[np.int64]], float]
STATISTICS: list[Statistic] = [
    population_stability_index,
    jensen_shannon_distance,
    ks_statistic,
    chi_square_statistic,
    hellinger_distance,
    l_infinity_distance,
    sturges_psi,
]
COUNTS = st.integers(1, 12).flatmap(
    lambda bins: st.tuples(
        *[arrays(np.int64, bins, elements=st.integers(0, 1000)).filter(lambda a: a.sum() > 0)] * 2
    )
)


@pytest.mark.parametrize("statistic", STATISTICS)
def test_is_zero_for_equal_shares(statistic: Statistic) -> None:
    counts = np.array([5, 0, 20, 75])

    assert statistic(counts, counts * 3) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("statistic", STATISTICS)
@given(pair=COUNTS)
def test_is_symmetric_and_not_negative(
    statistic: Statistic, pair: tuple[NDArray[np.int64], NDArray[np.int64]]
) -> None:
    a, b = pair

    assert statistic(a, b) == pytest.approx(statistic(b, a), rel=1e-9, abs=1e-12)
    assert statistic(a, b) >= 0.0


@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize(
    ("reference", "current"),
    [([1, 2], [1, 2, 3]), ([0, 0], [1, 2]), ([1, 2], [0, 0]), ([1, -1, 3], [1, 1, 1]), ([], [])],
)
def test_refuses_samples_that_cannot_be_compared(
    statistic: Statistic, reference: list[int], current: list[int]
) -> None:
    with pytest.raises(BinMismatchError):
        statistic(np.array(reference, dtype=np.int64), np.array(current, dtype=np.int64))


def test_psi_of_two_unit_normals_one_sigma_apart_is_nearly_one() -> None:
    edges = norm.ppf(np.arange(1, 10) / 10)
    cumulative = np.concatenate([[0], norm.cdf(edges), [1]])
    shifted = np.concatenate([[0], norm.cdf(edges - 1), [1]])
    a, b = ((np.diff(c) * 10**9).astype(np.int64) for c in (cumulative, shifted))
    fine = norm.ppf(np.arange(1, 1000) / 1000)
    a_fine, b_fine = (
        (np.diff(np.concatenate([[0], norm.cdf(fine - shift), [1]])) * 10**9).astype(np.int64)
        for shift in (0, 1)
    )

    assert 0.9 < population_stability_index(a, b) < 1.0
    assert population_stability_index(a_fine, b_fine, floor=1e-9) == pytest.approx(1.0, abs=0.01)


def test_psi_without_drift_has_the_mean_of_the_formula() -> None:
    rng = np.random.default_rng(7)
    for n_ref, n_cur in ((1000, 1000), (4000, 500)):
        pairs = zip(
            rng.multinomial(n_ref, [0.1] * 10, 2000),
            rng.multinomial(n_cur, [0.1] * 10, 2000),
            strict=True,
        )

        mean = np.mean([population_stability_index(a, b) for a, b in pairs])

        assert mean == pytest.approx(expected_psi(10, n_ref, n_cur), rel=0.1)


def test_psi_of_an_empty_bin_is_finite_and_floored_by_half_a_row() -> None:
    small = population_stability_index(np.array([50, 50]), np.array([100, 0]))
    large = population_stability_index(np.array([500_000, 500_000]), np.array([10**6, 0]))

    assert small == pytest.approx((0.5 - 0.005) * np.log(0.5 / 0.005) + 0.5 * np.log(2))
    assert large == pytest.approx((0.5 - 1e-4) * np.log(0.5 / 1e-4) + 0.5 * np.log(2))


@given(COUNTS)
def test_jensen_shannon_is_what_scipy_computes(
    pair: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> None:
    a, b = pair
    if (a * b.sum() == b * a.sum()).all():
        return  # scipy takes the root of a rounding error here

    assert jensen_shannon_distance(a, b) == pytest.approx(jensenshannon(a, b, base=2), abs=1e-7)


def test_jensen_shannon_of_samples_that_share_nothing_is_one() -> None:
    assert jensen_shannon_distance(np.array([3, 0]), np.array([0, 9])) == 1.0


def test_jensen_shannon_without_drift_shrinks_with_the_root_of_the_rows() -> None:
    rng = np.random.default_rng(8)

    def mean(rows: int) -> float:
        samples = rng.multinomial(rows, [0.1] * 10, (400, 2))
        return float(np.mean([jensen_shannon_distance(a, b) for a, b in samples]))

    assert mean(1000) / mean(4000) == pytest.approx(2.0, rel=0.1)


@given(arrays(np.int64, 30, elements=st.integers(0, 9)), st.integers(0, 2**32))
def test_ks_of_one_cell_a_value_is_what_scipy_computes(a: NDArray[np.int64], seed: int) -> None:
    b = np.random.default_rng(seed).integers(0, 10, 50)

    found = ks_statistic(np.bincount(a, minlength=10), np.bincount(b, minlength=10))

    assert found == pytest.approx(ks_2samp(a, b, method="asymp").statistic, abs=1e-12)


def test_ks_of_two_unit_normals_one_sigma_apart_is_known() -> None:
    cells = np.linspace(-6, 7, 100_001)
    a, b = ((np.diff(norm.cdf(cells - shift)) * 10**12).astype(np.int64) for shift in (0, 1))

    assert ks_statistic(a, b) == pytest.approx(2 * norm.cdf(0.5) - 1, abs=1e-4)


def test_ks_without_drift_exceeds_its_quantile_as_often_as_it_should() -> None:
    rng = np.random.default_rng(9)
    limit = 1.358 * np.sqrt(2 / 1000)  # the asymptotic 95% quantile of two samples of 1,000 rows

    alarms = [ks_2samp_by_cells(rng.random(1000), rng.random(1000)) > limit for _ in range(1000)]

    assert 0.03 < np.mean(alarms) < 0.07


def ks_2samp_by_cells(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    cells = np.linspace(0, 1, 2001)
    return ks_statistic(*(np.histogram(sample, cells)[0] for sample in (a, b)))


@given(COUNTS)
def test_chi_square_is_what_scipy_computes(
    pair: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> None:
    a, b = pair
    table = np.array([a, b])[:, (a + b) > 0]
    expected = chi2_contingency(table, correction=False).statistic

    assert chi_square_statistic(a, b) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_chi_square_without_drift_has_its_degrees_of_freedom_as_its_mean() -> None:
    rng = np.random.default_rng(10)
    samples = zip(
        rng.multinomial(2000, [0.5, 0.2, 0.2, 0.1], 2000),
        rng.multinomial(700, [0.5, 0.2, 0.2, 0.1], 2000),
        strict=True,
    )

    assert np.mean([chi_square_statistic(a, b) for a, b in samples]) == pytest.approx(3.0, rel=0.1)


def test_shares_of_nothing_are_zero() -> None:
    assert shares(np.array([0, 0])).tolist() == [0.0, 0.0]
