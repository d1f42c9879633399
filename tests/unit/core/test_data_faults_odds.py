import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from functions.core.column_profiles import profile_numbers
from functions.core.data_faults_odds import (
    Values,
    distance,
    finite_values,
    may_be_apart,
    quantile_bounds,
    share_bounds,
    sup_noise,
    values_of,
)
from functions.core.divergences import ks_statistic
from functions.core.float_codes import count_codes

NUMBERS = arrays(np.float32, st.integers(1, 60), elements=st.integers(-20, 20))


def values(numbers: list[float], tolerance: float = 0.0) -> Values:
    found, counts = np.unique(numbers, return_counts=True)
    return Values(found.astype(np.float64), counts, tolerance)


@given(hits=st.integers(0, 500), others=st.integers(0, 500), error=st.floats(1e-9, 0.1))
def test_bounds_a_share_by_its_divergence(hits: int, others: int, error: float) -> None:
    rows = hits + others

    least, most = share_bounds(hits, rows, error)

    assert 0.0 <= least <= (hits / rows if rows else 0.5) <= most <= 1.0
    for bound in (least, most):
        if rows and 0.0 < bound < 1.0:
            share = hits / rows
            terms = ((share, bound), (1.0 - share, 1.0 - bound))
            divergence = sum(a * math.log(a / b) for a, b in terms if a > 0.0)
            assert divergence * rows == pytest.approx(math.log(1.0 / error), abs=0.01)


def test_misses_a_share_no_more_often_than_stated() -> None:
    rng, rows, share = np.random.default_rng(1), 300, 0.03

    bounds = [share_bounds(int(hits), rows, 0.01) for hits in rng.binomial(rows, share, 4000)]

    assert sum(least > share for least, _ in bounds) <= 40
    assert sum(most < share for _, most in bounds) <= 40


def test_takes_chance_for_a_distance_no_more_often_than_stated() -> None:
    rng = np.random.default_rng(2)
    noise = sup_noise((400, 50), 0.05)

    distances = [
        distance(values(list(rng.random(400))), values(list(rng.random(50)))) for _ in range(400)
    ]

    assert sum(found > noise for found in distances) <= 20


@given(first=NUMBERS, second=NUMBERS)
def test_is_the_smirnov_distance_of_exact_numbers(
    first: "np.ndarray[tuple[int], np.dtype[np.float32]]",
    second: "np.ndarray[tuple[int], np.dtype[np.float32]]",
) -> None:
    cells = np.arange(-20, 21)
    counts = [(cells[:, None] == part).sum(axis=1) for part in (first, second)]

    found = distance(values(list(first)), values(list(second)))

    assert found == pytest.approx(ks_statistic(*counts))


@given(first=NUMBERS, second=NUMBERS, share=st.sampled_from([0.5, 0.68, 0.9]))
def test_bounds_a_distance_by_quantiles(
    first: "np.ndarray[tuple[int], np.dtype[np.float32]]",
    second: "np.ndarray[tuple[int], np.dtype[np.float32]]",
    share: float,
) -> None:
    pair = values(list(first)), values(list(second))

    is_apart = distance(*pair) > share + 1e-9

    assert may_be_apart(*pair, share) or not is_apart


def test_samples_without_rows_are_not_apart() -> None:
    assert not may_be_apart(values([]), values([1.0]), 0.68)


def test_reads_a_columns_values_once_for_each_number_of_bits() -> None:
    column = profile_numbers("x", np.float32([0.1, 0.2, 0.2]))

    assert values_of(column) is values_of(column)
    assert values_of(column).numbers.tolist() == pytest.approx([0.1, 0.2])
    assert values_of(column, 16).tolerance > values_of(column).tolerance


def test_takes_numbers_of_neighbouring_cells_for_equal() -> None:
    one, other = values([100.0, 200.0], 0.01), values([101.0, 199.0], 0.01)

    assert distance(one, other) == 0.0
    assert distance(values([100.0]), values([101.0])) == 1.0


def test_sees_no_distance_without_rows() -> None:
    assert distance(values([]), values([1.0])) == 0.0


def test_turns_numbers_round_with_their_sign() -> None:
    turned = values([1.0, 2.0, 2.0]).mapped(-1.0)

    assert turned.numbers.tolist() == [-2.0, -1.0]
    assert turned.counts.tolist() == [2, 1]
    assert turned.quantile(0.5) == -2.0


def test_leaves_out_what_is_not_finite() -> None:
    counted = count_codes(np.array([-np.inf, 1.5, 1.5, np.inf], np.float32))

    found = finite_values(counted)

    assert found.numbers.tolist() == [1.5]
    assert found.rows == 2


@pytest.mark.parametrize("share", [0.02, 0.25, 0.5, 0.9])
def test_a_quantile_lies_within_its_bounds(share: float) -> None:
    rng, missed = np.random.default_rng(5), 0
    for _ in range(400):
        sample = np.sort(rng.random(300))
        low, high = quantile_bounds(Values(sample, np.ones(300, np.int64), 0.0), share, 0.01)
        assert low < high
        missed += not low <= share <= high

    assert missed <= 400 * 2 * 0.01


def test_a_quantile_of_few_rows_has_no_bounds() -> None:
    few = Values(np.arange(5.0), np.ones(5, np.int64), 0.0)

    assert quantile_bounds(few, 0.5, 1e-6) == (-np.inf, np.inf)


def test_numbers_within_a_width_count_as_equal() -> None:
    one, other = (Values(np.arange(9.0) + x, np.ones(9, np.int64), 0.0) for x in (0.0, 0.4))

    assert distance(one, other) == pytest.approx(1 / 9)
    assert distance(one, other, 0.5) == 0.0
