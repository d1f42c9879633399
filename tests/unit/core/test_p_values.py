import numpy as np
import pytest
from scipy.stats import chi2, hypergeom

from functions.core.p_values import chi_square_p_value, fisher_p_value


@pytest.mark.parametrize("degrees", [1, 2, 3, 9, 20, 199, 5000])
def test_chi_square_tail_is_scipys(degrees: int) -> None:
    for probability in (1 - 1e-9, 0.999, 0.5, 0.1, 0.01, 1e-6, 1e-30, 1e-200):
        statistic = float(chi2.isf(probability, degrees))

        assert chi_square_p_value(statistic, degrees) == pytest.approx(
            chi2.sf(statistic, degrees), rel=1e-9, abs=1e-11
        )


def test_chi_square_without_freedom_is_never_above_zero() -> None:
    assert (chi_square_p_value(0.0, 0), chi_square_p_value(0.1, 0)) == (1.0, 0.0)
    assert chi_square_p_value(-1e-17, 3) == 1.0
    assert chi_square_p_value(1e9, 3) == 0.0


def test_exact_test_of_two_rates_is_scipys() -> None:
    rng = np.random.default_rng(3)
    for _ in range(300):
        n_ref, n_cur = (int(n) for n in rng.integers(1, 3000, 2))
        hits_ref = int(rng.integers(0, n_ref + 1))
        hits = min(n_cur, int(hits_ref / n_ref * n_cur * rng.uniform(0, 3)))

        expected = hypergeom.sf(hits - 1, n_ref + n_cur, hits_ref + hits, n_cur)

        assert fisher_p_value((hits_ref, n_ref), (hits, n_cur)) == pytest.approx(
            expected, rel=1e-7, abs=1e-10
        )


@pytest.mark.parametrize(
    ("reference", "current", "expected"),
    [
        ((0, 5), (0, 5), 1.0),
        ((5, 5), (5, 5), 1.0),
        ((0, 5), (5, 5), 1 / 252),
    ],
)
def test_exact_test_of_rates_at_the_edges(
    reference: tuple[int, int], current: tuple[int, int], expected: float
) -> None:
    assert fisher_p_value(reference, current) == pytest.approx(expected, rel=1e-9)


def test_many_rows_are_tested_as_scipy_does() -> None:
    expected = hypergeom.sf(10_499, 1_500_000, 30_500, 500_000)

    assert fisher_p_value((20_000, 1_000_000), (10_500, 500_000)) == pytest.approx(
        expected, rel=1e-5
    )
