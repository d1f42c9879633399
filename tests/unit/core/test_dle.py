import numpy as np
import pytest

from functions.contracts.estimates import LossModel, LossSums, LossTree, LossTrees
from functions.core.dle import (
    CHUNK_ROWS,
    bin_rows,
    estimate_regression,
    expected_losses,
    merge_loss_sums,
    sum_losses,
)

# x <= 1 or missing: 10; else by the prediction: <= 5: 20, above or missing: 30
TREE = LossTree(
    features=(0, -1, 1, -1, -1), bins=(0, 0), missing_left=(True, False), values=(10.0, 20.0, 30.0)
)
# the left part is the deep one
LEFT = LossTree(
    features=(0, 1, -1, -1, -1), bins=(0, 0), missing_left=(False, True), values=(1.0, 2.0, 3.0)
)
EDGES = ((1.0,), (5.0,))
NAN = np.nan


def model(*trees: LossTree, baseline: float = 0.0) -> LossModel:
    learned = LossTrees(baseline=baseline, trees=trees)
    return LossModel(edges=EDGES, absolute=learned, squared=learned)


@pytest.mark.parametrize(
    ("row", "first", "second"),
    [
        ((1.0, 9.0), 10.0, 2.0),
        ((1.0, 5.0), 10.0, 1.0),
        ((1.1, 5.0), 20.0, 3.0),
        ((1.1, 5.1), 30.0, 3.0),
        ((NAN, 5.1), 10.0, 3.0),
        ((1.0, NAN), 10.0, 1.0),
        ((1.1, NAN), 30.0, 3.0),
        ((np.inf, -np.inf), 20.0, 3.0),
    ],
)
def test_finds_the_leaf_of_a_row(row: tuple[float, float], first: float, second: float) -> None:
    made = model(TREE)
    bins = bin_rows(made, np.float32([row]))

    assert expected_losses(made.absolute, bins).tolist() == [first]
    assert expected_losses(model(LEFT).absolute, bins).tolist() == [second]
    both = model(TREE, LEFT, baseline=0.5).absolute
    assert expected_losses(both, bins).tolist() == [first + second + 0.5]


def test_expects_no_loss_below_zero() -> None:
    made = model(LEFT, baseline=-2.5)

    assert expected_losses(
        made.absolute, bin_rows(made, np.float32([[1, 1], [2, 1]]))
    ).tolist() == [
        0.0,
        0.5,
    ]


def test_sums_a_tree_of_one_leaf_and_no_tree_at_all() -> None:
    leaf = LossTree(features=(-1,), bins=(), missing_left=(), values=(4.0,))
    bins = bin_rows(model(), np.float32([[0, 0]]))

    assert expected_losses(model(leaf).absolute, bins).tolist() == [4.0]
    assert expected_losses(model(baseline=3.0).absolute, bins).tolist() == [3.0]


def test_takes_more_rows_than_go_through_at_once() -> None:
    rows = np.tile(np.float32([[1, 5], [2, 5], [2, 6]]), (CHUNK_ROWS, 1))

    losses = expected_losses(model(TREE).absolute, bin_rows(model(TREE), rows))

    assert losses.tolist() == [10.0, 20.0, 30.0] * CHUNK_ROWS


def test_adds_up_over_hours_and_leaves_out_rows_without_an_answer() -> None:
    rng = np.random.default_rng(1)
    matrix = rng.normal(1.0, 1.0, (500, 1)).astype(np.float32)
    outputs = rng.normal(5.0, 2.0, (500, 1)).astype(np.float32)
    outputs[7] = np.nan

    whole = sum_losses(model(TREE), matrix, outputs)
    parts = merge_loss_sums(
        sum_losses(model(TREE), matrix[:99], outputs[:99]),
        sum_losses(model(TREE), matrix[99:], outputs[99:]),
    )

    assert (whole.rows, whole.missing) == (499, 1)
    assert parts.model_dump() == pytest.approx(whole.model_dump())


def test_estimates_the_mean_of_what_rows_are_expected_to_lose() -> None:
    sums = LossSums(
        rows=4, absolute=20.0, absolute_squares=120.0, squared=144.0, squared_squares=9000.0
    )

    assert estimate_regression(sums) == {
        "mean_absolute_error": 5.0,
        "mean_squared_error": 36.0,
        "root_mean_squared_error": 6.0,
    }


def test_sums_no_rows_to_nothing() -> None:
    sums = sum_losses(model(TREE), np.empty((0, 1), np.float32), np.empty((0, 1), np.float32))

    assert (sums.rows, sums.absolute, sums.squared) == (0, 0.0, 0.0)
