import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import chi2

from functions.core.divergences import population_stability_index
from functions.core.significance import (
    MINIMUM_ROWS,
    chi_square_quantile,
    expected_psi,
    psi_rows_needed,
    psi_rows_needed_on_each_side,
    rate_has_risen,
)

DECILES = np.full(10, 0.1)
SKEWED = 1 / np.arange(1, 21) / (1 / np.arange(1, 21)).sum()
RARE = np.array([0.9, *[0.1 / 19] * 19])
BOOLEAN = np.array([0.97, 0.03])


@pytest.mark.parametrize(
    ("degrees", "least", "most"), [(1, -0.008, 0.072), (5, 0.0, 0.023), (9, 0.0, 0.013)]
)
def test_quantile_is_near_scipys_and_errs_to_the_safe_side(
    degrees: int, least: float, most: float
) -> None:
    for probability in (0.99, 0.995, 0.999, 0.9995, 0.9999):
        exact = chi2.ppf(probability, degrees)

        error = chi_square_quantile(probability, degrees) / exact - 1

        assert least <= error <= most


@given(st.integers(10, 500), st.floats(0.9, 0.9999))
def test_quantile_of_many_degrees_is_exact_to_a_hundredth(degrees: int, probability: float) -> None:
    exact = chi2.ppf(probability, degrees)

    assert chi_square_quantile(probability, degrees) == pytest.approx(exact, rel=0.012)


def test_quantile_without_freedom_is_zero() -> None:
    assert chi_square_quantile(0.999, 0) == 0.0


def test_quantile_is_never_negative() -> None:
    assert chi_square_quantile(1e-9, 1) == 0.0


def simulate(
    shares: NDArray[np.float64], n_ref: int, n_cur: int, *, windows: int, seed: int
) -> NDArray[np.float64]:
    """Return the PSI of windows in which nothing has drifted."""
    rng = np.random.default_rng(seed)
    pairs = zip(
        rng.multinomial(n_ref, shares, windows),
        rng.multinomial(n_cur, shares, windows),
        strict=True,
    )
    return np.array([population_stability_index(a, b) for a, b in pairs])


def test_a_hundred_rows_a_side_exceed_the_folk_threshold_in_85_of_100_windows() -> None:
    psi = simulate(DECILES, 100, 100, windows=5000, seed=1)

    assert (psi > 0.1).mean() == pytest.approx(0.85, abs=0.02)


@pytest.mark.slow
@pytest.mark.parametrize(
    "shares", [DECILES, SKEWED, RARE, BOOLEAN], ids=("deciles", "skewed", "rare", "boolean")
)
@pytest.mark.parametrize(("n_ref", "threshold"), [(1500, 0.1), (40_000, 0.1), (4000, 0.25)])
def test_the_rows_needed_keep_false_alarms_below_the_rate(
    shares: NDArray[np.float64], n_ref: int, threshold: float
) -> None:
    rate = 0.01
    needed = psi_rows_needed(len(shares), n_ref, threshold=threshold, false_alarm_rate=rate)
    assert needed is not None

    psi = simulate(shares, n_ref, needed, windows=3000, seed=2)

    assert (psi >= threshold).mean() <= rate


def test_half_of_the_rows_needed_would_not_do() -> None:
    needed = psi_rows_needed(10, 40_000, threshold=0.1, false_alarm_rate=0.01)
    assert needed is not None

    psi = simulate(DECILES, 40_000, needed // 2, windows=2000, seed=3)

    assert (psi >= 0.1).mean() > 0.1


@given(
    st.integers(2, 20),
    st.integers(1000, 10**6),
    st.floats(0.08, 0.5),
    st.floats(1e-4, 0.1),
)
def test_needs_more_rows_for_more_bins_certainty_and_finer_thresholds(
    bins: int, n_ref: int, threshold: float, rate: float
) -> None:
    def needed(**change: float) -> float:
        values = {"bins": bins, "n_ref": n_ref, "threshold": threshold, "false_alarm_rate": rate}
        rows = psi_rows_needed(**(values | change))  # type: ignore[arg-type]
        return float("inf") if rows is None else rows

    assert needed() >= MINIMUM_ROWS
    assert needed(bins=bins + 1) >= needed()
    assert needed(false_alarm_rate=rate / 2) >= needed()
    assert needed(threshold=threshold / 2) >= needed()
    assert needed(n_ref=n_ref * 2) <= needed()


def test_no_window_is_enough_against_a_small_reference() -> None:
    each = psi_rows_needed_on_each_side(10, threshold=0.1, false_alarm_rate=0.001)

    for too_few in (1, 99, each // 2):
        assert psi_rows_needed(10, too_few, threshold=0.1, false_alarm_rate=0.001) is None
    needed = psi_rows_needed(10, each, threshold=0.1, false_alarm_rate=0.001)
    assert needed is not None
    assert needed <= each


def test_one_bin_needs_the_least_rows() -> None:
    assert psi_rows_needed(1, 1000, threshold=0.1, false_alarm_rate=0.001) == MINIMUM_ROWS
    assert expected_psi(1, 10, 10) == 0.0


@pytest.mark.parametrize("rate", [0.0, 0.01, 0.3, 0.99])
def test_a_rate_that_has_not_risen_seldom_seems_to(rate: float) -> None:
    rng = np.random.default_rng(5)
    n_ref, n_cur, alarm_rate = 1000, 400, 0.01

    alarms = [
        rate_has_risen((a, n_ref), (b, n_cur), false_alarm_rate=alarm_rate)
        for a, b in zip(
            rng.binomial(n_ref, rate, 5000).tolist(),
            rng.binomial(n_cur, rate, 5000).tolist(),
            strict=True,
        )
    ]

    assert np.mean(alarms) <= alarm_rate * 1.3


@pytest.mark.parametrize(
    ("reference", "current", "risen"),
    [
        ((0, 4000), (100, 4000), True),
        ((0, 4000), (79, 4000), False),  # certain, and too small to matter
        ((2000, 4000), (206, 400), False),  # 1.5% more of few rows
        ((100, 4000), (0, 4000), False),  # a fall
        ((4000, 4000), (400, 400), False),  # always
    ],
)
def test_a_rate_has_risen_when_it_is_certain_and_matters(
    reference: tuple[int, int], current: tuple[int, int], risen: bool
) -> None:
    assert rate_has_risen(reference, current, false_alarm_rate=0.001) is risen
