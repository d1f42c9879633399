"""Which rows are held out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.splitting import (
    SplitError,
    held_out_count,
    latest_rows,
    split_at_random,
    split_by_time,
)


def test_takes_the_latest_rows_oldest_first() -> None:
    times = np.array([5, 1, 4, 2, 3])

    assert latest_rows(times, 3).tolist() == [4, 2, 0]
    assert latest_rows(times, None).tolist() == [1, 3, 4, 2, 0]
    assert latest_rows(times, 99).tolist() == [1, 3, 4, 2, 0]


def test_keeps_the_order_of_rows_of_one_time() -> None:
    assert latest_rows(np.array([1, 0, 1, 0]), None).tolist() == [1, 3, 0, 2]


def test_holds_out_the_latest_fraction() -> None:
    split = split_by_time(np.arange(10), 0.2)

    assert split.train.tolist() == list(range(8))
    assert split.holdout.tolist() == [8, 9]


@pytest.mark.parametrize(
    ("times", "cut"),
    [
        ([1, 2, 3, 4, 5, 5, 5, 5, 9, 9], 4),  # wished 6: both ends are 2 away, more are held out
        ([1, 2, 3, 4, 4, 4, 5, 6, 7, 8], 6),  # wished 6 is where 4 ends
        ([1, 1, 1, 1, 1, 1, 1, 8, 9, 9], 7),  # wished 6: before there is nothing
        ([1, 2, 3, 9, 9, 9, 9, 9, 9, 9], 3),  # wished 6: after there is nothing
    ],
)
def test_never_cuts_through_rows_of_one_time(times: list[int], cut: int) -> None:
    split = split_by_time(np.array(times), 0.4)

    assert len(split.train) == cut


def test_refuses_rows_that_are_all_of_one_time() -> None:
    with pytest.raises(SplitError, match="3 rows of one time cannot be split by time"):
        split_by_time(np.array([7, 7, 7]), 0.2)


@given(
    times=st.lists(st.integers(0, 20), min_size=2, max_size=60).filter(lambda t: len(set(t)) > 1),
    fraction=st.floats(0.01, 0.89),
)
def test_divides_all_rows_into_an_earlier_and_a_later_part(
    times: list[int], fraction: float
) -> None:
    ordered = np.sort(np.array(times))

    split = split_by_time(ordered, fraction)

    assert np.concatenate([split.train, split.holdout]).tolist() == list(range(len(times)))
    assert ordered[split.train].max() < ordered[split.holdout].min()


def test_draws_the_same_rows_with_the_same_seed_and_others_with_another() -> None:
    first, again = (split_at_random(1000, 0.2, seed=3) for _ in range(2))
    other = split_at_random(1000, 0.2, seed=4)

    assert first.holdout.tolist() == again.holdout.tolist()
    assert first.holdout.tolist() != other.holdout.tolist()


def test_draws_what_it_drew() -> None:
    """A version's name promises its split, so the draw must not change with a release."""
    assert split_at_random(20, 0.25, seed=7).holdout.tolist() == [3, 8, 12, 13, 14]


def test_keeps_each_classes_share() -> None:
    classes = np.repeat([0, 1, 2], [900, 90, 10])

    split = split_at_random(1000, 0.2, seed=1, classes=classes)

    assert np.bincount(classes[split.holdout]).tolist() == [180, 18, 2]


def test_gives_each_part_a_row_of_a_class_with_two() -> None:
    classes = np.array([0] * 50 + [1, 1])

    split = split_at_random(52, 0.01, seed=1, classes=classes)

    assert np.bincount(classes[split.holdout]).tolist() == [1, 1]


def test_leaves_the_only_row_of_a_class_to_training() -> None:
    classes = np.array([0] * 50 + [1])

    assert 50 in split_at_random(51, 0.5, seed=1, classes=classes).train


@pytest.mark.parametrize("classes", [None, np.array([0])])
def test_refuses_a_single_row(classes: np.ndarray | None) -> None:
    with pytest.raises(SplitError, match="1 rows cannot be split"):
        split_at_random(1, 0.2, seed=1, classes=classes)


def test_refuses_rows_that_are_each_of_their_own_class() -> None:
    with pytest.raises(SplitError, match="each the only one of its class"):
        split_at_random(3, 0.2, seed=1, classes=np.array([0, 1, 2]))


@given(count=st.integers(2, 10_000), fraction=st.floats(0.001, 0.899))
def test_always_leaves_rows_on_both_sides(count: int, fraction: float) -> None:
    assert 1 <= held_out_count(count, fraction) <= count - 1
