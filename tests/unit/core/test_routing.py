import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.contracts.release import AliasPointer, Share
from functions.core.routing import BUCKETS, choose_share, routing_bucket
from tests.fakes.documents import NOW, alias_pointer, artifact

KEYS = 100_000
SIGMAS = 4.0
"""A share of independent keys is farther off once in 16,000 times; the keys here are fixed."""

keys = st.text(st.characters(exclude_categories=()), max_size=300)
split_ids = st.text(min_size=1, max_size=64)
hundredths = st.integers(1, BUCKETS)


@dataclass(frozen=True)
class Part:
    number: int
    percent: float


@dataclass(frozen=True)
class Split:
    shares: tuple[Part, ...]
    split_id: str | None = "rollout-7"
    split_until: datetime | None = None


def split(*percents: float, split_id: str = "rollout-7") -> Split:
    parts = tuple(Part(number, percent) for number, percent in enumerate(percents, start=2))
    return Split(parts, split_id)


def number_of(split: Split, key: str, now: datetime = NOW) -> int:
    part = choose_share(split, key, now)
    return part.number if part else 1


def customer_numbers(split: Split) -> Counter[int]:
    return Counter(number_of(split, f"customer {i}") for i in range(KEYS))


def test_gives_everybody_the_champion_where_nothing_is_split() -> None:
    assert choose_share(alias_pointer(1), "anybody", NOW) is None


@given(keys)
def test_gives_everybody_a_share_of_100_percent(key: str) -> None:
    assert number_of(split(100.0), key) == 2


@given(keys, split_ids, hundredths)
def test_answers_the_same_key_alike(key: str, split_id: str, size: int) -> None:
    first, again = (number_of(split(size / 100, split_id=split_id), key) for _ in range(2))

    assert first == again


@given(keys, hundredths, hundredths)
def test_keeps_a_key_on_the_challenger_as_its_share_grows(
    key: str, one_size: int, other_size: int
) -> None:
    small, large = sorted((one_size, other_size))

    if number_of(split(small / 100), key) == 2:
        assert number_of(split(large / 100), key) == 2


@given(keys, st.lists(st.integers(1, 2_500), min_size=1, max_size=4))
def test_lays_the_shares_end_to_end(key: str, sizes: list[int]) -> None:
    bucket = routing_bucket("rollout-7", key)
    ends = np.cumsum([0, *sizes])
    expected = next(
        (n for n, (low, high) in enumerate(pairwise(ends), start=2) if low <= bucket < high), 1
    )

    assert number_of(split(*(size / 100 for size in sizes)), key) == expected


@pytest.mark.parametrize("percents", [(10.0,), (0.05,), (33.33, 33.33), (5.0, 10.0, 85.0)])
def test_gives_each_version_its_share_of_100_000_keys(percents: tuple[float, ...]) -> None:
    found = customer_numbers(split(*percents))

    assert found.total() == KEYS
    for number, percent in enumerate((100.0 - sum(percents), *percents), start=1):
        p = max(percent / 100, 0.0)
        assert found[number] == pytest.approx(KEYS * p, abs=SIGMAS * sqrt(KEYS * p * (1 - p)))


@pytest.mark.slow
def test_splits_the_same_keys_independently_in_two_splits() -> None:
    both = sum(
        number_of(split(20.0, split_id="rollout-7"), f"customer {i}")
        == number_of(split(20.0, split_id="rollout-8"), f"customer {i}")
        == 2
        for i in range(KEYS)
    )

    assert both == pytest.approx(0.04 * KEYS, abs=SIGMAS * sqrt(KEYS * 0.04 * 0.96))


def test_ends_at_the_moment_it_was_to_end() -> None:
    ending = Split((Part(2, 100.0),), split_until=NOW)

    assert number_of(ending, "k", NOW - timedelta(microseconds=1)) == 2
    assert number_of(ending, "k", NOW) == 1
    assert number_of(ending, "k", NOW.astimezone(UTC) + timedelta(days=1)) == 1


@pytest.mark.parametrize("key", ["", "Zoë 🚤", "\ud800", "x" * 100_000, "\x00", "a\nb"])
def test_takes_any_text_for_a_key(key: str) -> None:
    assert 0 <= routing_bucket("rollout-7", key) < BUCKETS


@pytest.mark.parametrize(
    ("split_id", "key", "bucket"),
    # computed with coreutils: printf 'split_id\nkey' | b2sum -l 64
    [("rollout-7", "customer 42", 4126), ("ab-colors", "", 3986), ("ab-colors", "é", 7065)],
)
def test_has_the_buckets_it_had_when_callers_were_first_split(
    split_id: str, key: str, bucket: int
) -> None:
    assert routing_bucket(split_id, key) == bucket


def test_returns_the_pointers_own_share() -> None:
    share = Share(number=2, percent=100.0, artifact=artifact())
    pointer = AliasPointer.model_validate(
        {**alias_pointer(1).model_dump(), "shares": (share,), "split_id": "ab-colors"}
    )

    assert choose_share(pointer, "k", NOW) == share


def test_is_imported_without_what_a_cold_start_has_no_time_for() -> None:
    code = "import sys, functions.core.routing; print('pydantic' in sys.modules)"

    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert loaded.stdout.strip() == "False"
