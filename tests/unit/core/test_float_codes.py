from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.float_codes import (
    CODE_BITS,
    MAXIMUM_CELLS,
    MINIMUM_BITS,
    CodeCounts,
    codes_of,
    count_codes,
    fitting_bits,
    merge_ascending,
    sum_counts,
    value_at,
)

NUMBERS = st.floats(width=32, allow_nan=False)


@given(NUMBERS, NUMBERS)
def test_orders_codes_as_numbers(a: float, b: float) -> None:
    code_a, code_b = (int(code) for code in codes_of(np.array([a, b], dtype=np.float32)))

    assert (code_a < code_b) == (a < b)
    assert (code_a == code_b) == (a == b)


@given(NUMBERS)
def test_finds_a_number_again_from_its_full_code(number: float) -> None:
    code = int(codes_of(np.array([number], dtype=np.float32))[0])

    assert value_at(code, CODE_BITS) == number


@given(NUMBERS, st.integers(MINIMUM_BITS, CODE_BITS))
def test_gives_a_cell_the_least_of_its_numbers(number: float, bits: int) -> None:
    code = int(codes_of(np.array([number], dtype=np.float32))[0]) >> (CODE_BITS - bits)

    assert not value_at(code, bits) > number


def test_counts_minus_zero_as_zero() -> None:
    counted = count_codes(np.float32([0.0, -0.0, 0.0]))

    assert counted.counts.tolist() == [3]
    assert value_at(int(counted.codes[0]), CODE_BITS) == 0.0


def test_keeps_denormal_and_infinite_numbers_apart() -> None:
    values = np.float32([-np.inf, -3.4e38, -1e-45, 0.0, 1e-45, 3e-45, 3.4e38, np.inf])

    counted = count_codes(values)

    assert [value_at(int(code), CODE_BITS) for code in counted.codes] == values.tolist()


def test_counts_nothing() -> None:
    counted = count_codes(np.float32([]))

    assert (counted.bits, counted.codes.tolist()) == (CODE_BITS, [])


@pytest.mark.parametrize("size", [MAXIMUM_CELLS - 1, MAXIMUM_CELLS])
def test_keeps_all_bits_of_few_distinct_values(size: int) -> None:
    values = np.arange(size, dtype=np.float32) * 1.000001

    assert count_codes(values).bits == CODE_BITS


def test_keeps_all_bits_of_as_many_distant_values_as_fit() -> None:
    codes = (np.arange(MAXIMUM_CELLS, dtype=np.uint32) << np.uint32(16)) + np.uint32(1 << 31)
    values = np.where(codes & np.uint32(1 << 31), codes ^ np.uint32(1 << 31), ~codes)

    assert count_codes(values.astype(np.uint32).view(np.float32)).bits == CODE_BITS


def test_never_counts_by_fewer_than_sixteen_bits() -> None:
    values = np.random.default_rng(1).normal(size=200_000).astype(np.float32)

    counted = count_codes(values)

    assert counted.bits == MINIMUM_BITS
    assert len(counted.codes) > MAXIMUM_CELLS
    assert counted.counts.sum() == 200_000


@given(st.sets(st.integers(0, 2**32 - 1), min_size=1, max_size=60).map(sorted), st.integers(1, 60))
def test_fits_as_many_bits_as_can_be(codes: list[int], maximum: int) -> None:
    distinct = {bits: len({code >> (32 - bits) for code in codes}) for bits in range(16, 33)}
    allowed = [bits for bits, count in distinct.items() if count <= maximum]

    assert fitting_bits(np.array(codes, dtype=np.uint32), 32, maximum) == max(allowed, default=16)


def test_sums_counts_of_codes_that_become_one() -> None:
    counted = CodeCounts(32, np.uint32([0, 1, 1 << 16, 7 << 28]), np.array([1, 2, 3, 4]))

    coarse = counted.coarsened(16)

    assert (coarse.codes.tolist(), coarse.counts.tolist()) == ([0, 1, 7 << 12], [3, 3, 4])


@given(st.lists(st.integers(0, 50)), st.lists(st.integers(0, 50)))
def test_merges_what_is_in_order_as_numpy_does(first: list[int], second: list[int]) -> None:
    one, two = (np.unique(np.array(part, dtype=np.uint32)) for part in (first, second))

    assert merge_ascending(one, two).tolist() == np.union1d(one, two).tolist()


@given(
    st.lists(
        st.dictionaries(st.integers(0, 2**16 - 1), st.integers(1, 2**40), max_size=30), min_size=1
    )
)
def test_adds_up_counts_by_sixteen_bits(samples: list[dict[int, int]]) -> None:
    wanted = sum((Counter(sample) for sample in samples), Counter())
    parts = [
        CodeCounts(
            MINIMUM_BITS,
            np.array(sorted(sample), dtype=np.uint32),
            np.array([sample[code] for code in sorted(sample)], dtype=np.int64),
        )
        for sample in samples
    ]

    summed = sum_counts(parts)

    assert summed.codes.tolist() == sorted(wanted)
    assert dict(zip(summed.codes.tolist(), summed.counts.tolist(), strict=True)) == wanted


def test_adds_up_more_codes_than_are_looked_at_together() -> None:
    codes = np.arange(1 << MINIMUM_BITS, dtype=np.uint32)
    every = CodeCounts(MINIMUM_BITS, codes, codes.astype(np.int64) + 1)

    summed = sum_counts([every, every, every])

    assert (summed.codes == codes).all()
    assert (summed.counts == 3 * every.counts).all()
