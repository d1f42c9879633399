import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.confidence_sequences import (
    proven_psi,
    proven_quantile_ratio,
    rate_increase_evidence,
)
from functions.core.divergences import population_stability_index

ALPHA = 0.05
LOOKS = np.geomspace(20, 4000, 25).astype(int)


@pytest.mark.slow
@pytest.mark.parametrize(("rate", "increase"), [(0.0, 0.01), (0.01, 0.01), (0.3, 0.05)])
def test_a_rate_at_the_limit_is_seldom_ever_proven_beyond(rate: float, increase: float) -> None:
    rng = np.random.default_rng(1)
    alarms = 0
    for _ in range(300):
        failed = np.cumsum(rng.random(LOOKS[-1]) < rate)
        new_failed = np.cumsum(rng.random(LOOKS[-1]) < rate + increase)
        alarms += any(
            rate_increase_evidence(
                (int(failed[n - 1]), int(n)),
                (int(new_failed[n // 2 - 1]), int(n // 2)),
                increase=increase,
            )
            >= 1 / ALPHA
            for n in LOOKS
        )

    assert alarms / 300 <= ALPHA


# While a request is answered: of a version that fails at all of them, a rate near 1 is no surprise.
@given(st.integers(1, 500), st.integers(2, 500), st.data(), st.floats(0.001, 0.5))
def test_evidence_grows_with_failures_and_falls_with_what_is_allowed(
    asked: int, new_asked: int, data: st.DataObject, increase: float
) -> None:
    failed = data.draw(st.integers(0, asked))
    new_failed = data.draw(st.integers(0, new_asked - 2))

    def evidence(new_failed: int, increase: float) -> float:
        return rate_increase_evidence((failed, asked), (new_failed, new_asked), increase=increase)

    least = evidence(new_failed, increase)
    assert least >= 0.0
    assert evidence(new_failed + 1, increase) >= least * (1 - 1e-9)
    assert evidence(new_failed, increase / 2) >= least * (1 - 1e-9)


def test_a_version_that_always_fails_is_proven_so_at_once() -> None:
    assert rate_increase_evidence((0, 1000), (10, 10), increase=0.01) > 1e6
    assert math.isfinite(rate_increase_evidence((0, 10**6), (10**6, 10**6), increase=0.01))


@pytest.mark.slow
@pytest.mark.parametrize("quantile", [0.5, 0.95])
def test_a_ratio_at_the_limit_is_seldom_ever_proven_beyond(quantile: float) -> None:
    rng = np.random.default_rng(2)
    alarms = 0
    for _ in range(300):
        old = rng.lognormal(0.0, 1.0, LOOKS[-1])
        new = 2.0 * rng.lognormal(0.0, 1.0, LOOKS[-1])
        alarms += any(
            proven_quantile_ratio(old[:n], new[: n // 2], rate=quantile, alpha=ALPHA) > 2.0
            for n in LOOKS
        )

    assert alarms / 300 <= ALPHA


def test_the_proven_ratio_approaches_the_true_one() -> None:
    rng = np.random.default_rng(3)
    old, new = rng.lognormal(0.0, 0.5, 40_000), 3.0 * rng.lognormal(0.0, 0.5, 40_000)

    proven = [
        proven_quantile_ratio(old[:n], new[:n], rate=0.95, alpha=0.01) for n in (100, 1000, 40_000)
    ]

    assert proven[0] < proven[1] < proven[2] <= 3.0
    assert proven[1] > 2.0
    assert proven[2] > 2.6


def test_few_or_equal_latencies_prove_nothing() -> None:
    few = np.array([1.0, 2.0])

    assert proven_quantile_ratio(few, 100 * few, rate=0.95, alpha=0.01) == 0.0
    assert proven_quantile_ratio(np.ones(500), np.ones(500), rate=0.95, alpha=0.01) <= 1.0


def test_any_latency_is_infinitely_longer_than_none() -> None:
    none, some = np.zeros(5000), np.ones(5000)

    assert proven_quantile_ratio(none, some, rate=0.95, alpha=0.01) == math.inf


@pytest.mark.slow
@pytest.mark.parametrize("shares", [np.full(10, 0.1), np.array([0.9, 0.07, 0.03])])
def test_psi_of_equal_versions_seldom_ever_proves_a_shift(shares: np.ndarray) -> None:
    rng = np.random.default_rng(4)
    looks = np.geomspace(200, 6000, 20).astype(int)
    alarms = 0
    for _ in range(500):
        old = rng.choice(len(shares), looks[-1], p=shares)
        new = rng.choice(len(shares), looks[-1], p=shares)
        alarms += any(_proven(old[:n], new[: n // 2], len(shares)) > 0.0 for n in looks)

    assert alarms / 500 <= ALPHA


@pytest.mark.slow
def test_psi_at_the_limit_is_seldom_ever_proven_beyond() -> None:
    rng = np.random.default_rng(5)
    was = np.full(10, 0.1)
    now = np.array([0.035, 0.05, 0.07, 0.08, 0.09, 0.1, 0.11, 0.125, 0.15, 0.19])
    true = float(((now - was) * np.log(now / was)).sum())
    looks = np.geomspace(200, 20_000, 15).astype(int)
    alarms = 0
    for _ in range(200):
        old, new = (rng.choice(10, looks[-1], p=shares) for shares in (was, now))
        alarms += any(_proven(old[:n], new[: n // 2], 10) > true for n in looks)

    assert alarms / 200 <= ALPHA


def _proven(old: np.ndarray, new: np.ndarray, bins: int) -> float:
    counts = [np.bincount(sample, minlength=bins) for sample in (old, new)]
    psi = population_stability_index(*counts)
    return proven_psi(psi, bins=bins, rows=(len(old), len(new)), alpha=ALPHA)


@given(st.floats(0.0, 10.0), st.integers(2, 20), st.integers(100, 10**6), st.integers(100, 10**6))
def test_proves_less_than_was_measured_and_more_with_rows(
    psi: float, bins: int, old: int, new: int
) -> None:
    proven = proven_psi(psi, bins=bins, rows=(old, new), alpha=ALPHA)

    assert 0.0 <= proven <= psi
    assert proven_psi(psi, bins=bins, rows=(old, 2 * new), alpha=ALPHA) >= proven - 1e-12
