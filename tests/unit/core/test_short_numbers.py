import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from functions.core.predictions import shortest_number
from functions.core.short_numbers import shortest_numbers

FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)


@given(st.lists(FLOATS | st.floats(0, 1, width=32), max_size=8))
def test_shortens_many_as_one_by_one(values: list[float]) -> None:
    numbers = np.array(values, dtype=np.float32)

    found = shortest_numbers(numbers)

    assert list(map(repr, found)) == [repr(shortest_number(number)) for number in numbers]


def test_reads_back_as_the_same_float32() -> None:
    numbers = np.random.default_rng(7).normal(size=50_000).astype(np.float32)

    found = shortest_numbers(numbers)

    assert (np.array(found).astype(np.float32) == numbers).all()
    assert all(float(f"{number:.9g}") == number for number in found)
