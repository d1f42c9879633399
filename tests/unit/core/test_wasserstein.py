"""The Wasserstein distance is scipy's, whichever way it is added up."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy import stats

from functions.core.sorted_samples import Values, place_samples, sort_sample
from functions.core.wasserstein import wasserstein_distance

MANY = 70_000
"""Several blocks of values that are looked at together, the last of them not full."""

BELOW_2_99 = st.floats(-(2.0**99), 2.0**99, width=32)


def distance(one: Values, other: Values) -> float:
    return wasserstein_distance(place_samples(sort_sample(one), sort_sample(other)))


def expected(one: Values, other: Values) -> object:
    found = stats.wasserstein_distance(one.astype(np.float64), other.astype(np.float64))
    return pytest.approx(found, rel=1e-9, abs=1e-300)


def shapes(rows: int, seed: int) -> dict[str, NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    jumps = np.where(rng.random(rows) < 0.3, rng.uniform(0.2, 0.3, rows), rng.uniform(0, 1, rows))
    return {
        "normal": rng.normal(size=rows),
        "lognormal": np.exp(3.0 * rng.normal(size=rows)),
        "jumps": jumps,
        "whole numbers": np.round(10.0 * rng.normal(size=rows)),
        "mostly zero": np.where(rng.random(rows) < 0.9, 0.0, rng.exponential(size=rows)),
        "epoch seconds": 1.7e9 + 86_400.0 * rng.random(rows),
    }


@pytest.mark.parametrize("shape", shapes(1, 0))
@pytest.mark.parametrize("shift", [0.0, 0.01, 1.0])
@pytest.mark.parametrize("rows", [(MANY // 10, MANY), (3000, 3000), (MANY, 7), (1, 1)])
def test_is_scipys_distance(shape: str, shift: float, rows: tuple[int, int]) -> None:
    one, other = (shapes(count, seed)[shape] for seed, count in enumerate(rows))
    other = other + shift * one.std()

    for kind in (np.float64, np.float32):
        pair = one.astype(kind), other.astype(kind)
        assert distance(*pair) == expected(*pair)
        assert distance(*pair[::-1]) == expected(*pair)


@given(
    arrays(np.float32, st.integers(1, 40), elements=BELOW_2_99 | st.sampled_from([0.0, 1.0, -3.0])),
    arrays(np.float32, st.integers(1, 40), elements=BELOW_2_99 | st.sampled_from([0.0, 1.0, -3.0])),
)
def test_is_scipys_distance_of_any_numbers(
    one: NDArray[np.float32], other: NDArray[np.float32]
) -> None:
    assert distance(one, other) == expected(one, other)


@pytest.mark.parametrize("sentinel", [-999_999.0, 1e12, 3.4e38])
def test_keeps_its_digits_beside_values_that_mean_missing(sentinel: float) -> None:
    rng = np.random.default_rng(5)
    one, other = rng.normal(size=4000), rng.normal(0.001, size=40_000)
    one[:40], other[:400] = sentinel, sentinel  # the same share of both: they are not moved

    assert distance(one, other) == expected(one, other)


def test_keeps_its_digits_where_all_is_moved_by_little_and_far_from_zero() -> None:
    values = 1e9 + np.random.default_rng(6).random(MANY)

    assert distance(values, values + 2.0**-20) == expected(values, values + 2.0**-20)


def test_is_zero_between_equal_samples_of_any_size() -> None:
    values = np.random.default_rng(7).normal(size=50_000)

    assert distance(values, values) == 0.0
    assert distance(values, np.repeat(values, 3)) == 0.0
