import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.number_text import number_text, number_texts
from functions.core.predictions import shortest_number

FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)


@given(FLOATS)
def test_writes_a_number_as_json_has_it(value: float) -> None:
    number = np.float32(value)

    assert number_text(number) == json.dumps(shortest_number(number))


@given(st.lists(FLOATS | st.floats(0, 1, width=32), max_size=8))
def test_writes_many_as_one_by_one(values: list[float]) -> None:
    numbers = np.array(values, dtype=np.float32)

    assert number_texts(numbers) == [number_text(number) for number in numbers]


@pytest.mark.parametrize("scale", [1e-5, 1e-3, 1.0, 1e3, 5e5])
def test_writes_crowds_as_one_by_one(scale: float) -> None:
    rng = np.random.default_rng(7)
    numbers = np.abs(rng.normal(size=20_000) * scale).astype(np.float32)
    numbers = numbers[numbers >= 1e-5]
    edges = np.float32([0.1, 0.5, 1.0, 9.999999, 99999.99, 999999.9, 1e-5, 0.00012345678])
    both = np.concatenate([numbers, np.nextafter(edges, np.float32(1)), edges])

    for part in np.array_split(both, 50):
        assert number_texts(part) == [number_text(number) for number in part]
