import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from functions.core.number_text import float_text, number_text, number_texts
from functions.core.predictions import shortest_number

FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)


@given(FLOATS)
def test_writes_a_number_as_json_has_it(value: float) -> None:
    number = np.float32(value)

    assert number_text(number) == json.dumps(shortest_number(number))


@given(FLOATS | st.floats(0, 1, width=32))
def test_writes_a_float_as_a_number(value: float) -> None:
    assert float_text(value) == number_text(np.float32(value))


def test_writes_floats_of_every_size_as_numbers() -> None:
    rng = np.random.default_rng(7)
    least, most = np.float32([1e-4, 1.0]).view(np.int32).tolist()
    patterns = rng.integers(least - 100, most + 100, 20_000, dtype=np.int32)
    decimals = np.float32([k / 10**places for places in range(1, 8) for k in range(1, 300)])
    powers = np.float32([2.0**-k for k in range(15)] + [10.0**-k for k in range(6)])
    edges = np.concatenate([np.nextafter(powers, np.float32(side)) for side in (0, 2)])

    for number in np.concatenate([patterns.view(np.float32), decimals, powers, edges]):
        assert float_text(float(number)) == number_text(number)


def assert_same(numbers: NDArray[np.float32]) -> None:
    """Check that many numbers are written with the digits that each alone has."""
    for text, number in zip(number_texts(numbers), numbers, strict=True):
        alone = number_text(number)
        assert json.loads(text) == json.loads(alone)
        assert len(digits_of(text)) == len(digits_of(alone))


def digits_of(text: str) -> str:
    return text.partition("e")[0].lstrip("-").replace(".", "").strip("0")


@given(st.lists(FLOATS | st.floats(0, 1, width=32), max_size=40))
def test_writes_many_as_one_by_one(values: list[float]) -> None:
    assert_same(np.array(values, dtype=np.float32))


@pytest.mark.parametrize("scale", [1e-5, 1e-3, 1.0, 1e3, 5e5])
def test_writes_crowds_as_one_by_one(scale: float) -> None:
    rng = np.random.default_rng(7)
    numbers = np.abs(rng.normal(size=20_000) * scale).astype(np.float32)
    edges = np.float32([0.1, 0.5, 1.0, 9.999999, 99999.99, 999999.9, 1e-5, 0.00012345678])
    both = np.concatenate([numbers, np.nextafter(edges, np.float32(1)), edges])

    for part in np.array_split(both, 50):
        assert_same(part)
