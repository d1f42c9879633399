"""Samples and hashes of captures."""

import hmac
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.core.capture_redaction import hash_columns, is_sampled, redact
from functions.core.routing import routing_bucket

CITIES = ("berlin", "paris", "rome")
SCHEMA = FeatureSchema(
    features=(
        Feature(name="age", type="number"),
        Feature(name="salary", type="number", pii=True),
        Feature(name="city", type="string", categories=CITIES, pii=True),
    )
)
SECRET = b"k" * 32


def matrix(*rows: tuple[float, float, float]) -> np.ndarray:
    return np.array(rows, dtype=np.float32)


def hashed(*rows: tuple[float, float, float], secret: bytes = SECRET) -> list[list[float]]:
    return hash_columns(SCHEMA, matrix(*rows), (1, 2), secret=secret).tolist()


def test_hashes_the_name_and_the_value() -> None:
    ((age, salary, city),) = hashed((40.0, 51000.5, 1.0))

    def expected(message: bytes) -> int:
        return int.from_bytes(hmac.digest(SECRET, message, "sha256")[:3], "big")

    assert age == 40.0
    assert salary == expected(b"salary\0" + struct.pack("<f", 51000.5))
    assert city == expected(b"city\0paris")


def test_gives_equal_values_equal_hashes_and_others_others() -> None:
    rows = hashed((1.0, 5.0, 0.0), (2.0, 5.0, 1.0), (3.0, 6.0, 0.0))

    assert rows[0][1] == rows[1][1] != rows[2][1]
    assert rows[0][2] == rows[2][2] != rows[1][2]


def test_needs_the_key() -> None:
    assert hashed((1.0, 5.0, 0.0)) != hashed((1.0, 5.0, 0.0), secret=b"another")


def test_knows_a_category_by_its_text_wherever_it_stands() -> None:
    features = (
        *SCHEMA.features[:2],
        SCHEMA.features[2].model_copy(update={"categories": CITIES[::-1]}),
    )
    turned = FeatureSchema(features=features)

    ((_, _, rome),) = hash_columns(turned, matrix((1.0, 5.0, 0.0)), (1, 2), secret=SECRET)

    assert rome == hashed((1.0, 5.0, 2.0))[0][2]


def test_leaves_missing_and_unlisted_values_as_they_are() -> None:
    ((_, salary, city), (_, _, unlisted)) = hashed((1.0, np.nan, np.nan), (1.0, 1.0, -1.0))

    assert np.isnan([salary, city]).all()
    assert unlisted == -1.0


def test_hashes_both_zeros_alike() -> None:
    first, second = hashed((0.0, 0.0, 0.0), (0.0, -0.0, 0.0))

    assert first[1] == second[1]


def test_says_nothing_without_the_key() -> None:
    rows = redact(SCHEMA, matrix((1.0, 5.0, 1.0)), (1, 2), secret=None)

    assert rows[0, 0] == 1.0
    assert np.isnan(rows[0, 1:]).all()


@given(st.floats(width=32, allow_infinity=False, allow_nan=False))
def test_is_exact_as_a_float32(salary: float) -> None:
    ((_, value, _),) = hashed((1.0, salary, 0.0))

    assert value == int(value)
    assert 0 <= value < 2**24


def test_collides_as_often_as_it_says() -> None:
    count = 20_000
    values = np.arange(count, dtype=np.float32)
    rows = np.stack([values, values, np.zeros(count, dtype=np.float32)], axis=1)

    hashes = hash_columns(SCHEMA, rows, (1,), secret=SECRET)[:, 1]

    pairs = count - len(np.unique(hashes))
    assert pairs == pytest.approx(count**2 / 2**25, abs=4 * (count**2 / 2**25) ** 0.5)


@pytest.mark.parametrize("percent", [0.0, 0.01, 1.0, 50.0, 99.0, 100.0])
def test_takes_the_share_it_is_asked_for(percent: float) -> None:
    count = 40_000

    taken = sum(is_sampled(f"{index:032x}", percent) for index in range(count))

    share = percent / 100
    assert taken == pytest.approx(count * share, abs=4 * (count * share * (1 - share)) ** 0.5)


def test_is_another_choice_than_the_split_of_the_callers() -> None:
    names = [f"request-{index}" for index in range(20_000)]
    shared = [name for name in names if routing_bucket("split", name) < 5_000]

    taken = sum(is_sampled(name, 50.0) for name in shared)

    assert taken / len(shared) == pytest.approx(0.5, abs=0.02)


@given(st.text())
def test_samples_any_id_the_same_way_each_time(name: str) -> None:
    assert is_sampled(name, 50.0) is is_sampled(name, 50.0)
    assert is_sampled(name, 100.0)
    assert not is_sampled(name, 0.0)
