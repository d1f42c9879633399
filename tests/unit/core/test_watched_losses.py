import numpy as np
import pytest

from functions.contracts.model_spec import Task
from functions.core.scores import ScoreInputError
from functions.core.watched_losses import BIAS, EXCESS, LOSS, series_of, watch_losses

BINARY = Task.BINARY_CLASSIFICATION


def answers(p: np.ndarray) -> np.ndarray:
    return np.column_stack([1.0 - p, p])


def drawn(p: np.ndarray, seed: int) -> np.ndarray:
    return (np.random.default_rng(seed).random(len(p)) < p).astype(np.int64)


def test_sees_no_excess_where_rows_only_became_harder() -> None:
    easy, hard = np.full(20_000, 0.05), np.full(20_000, 0.5)

    before = watch_losses(BINARY, drawn(easy, 1), answers(easy))
    after = watch_losses(BINARY, drawn(hard, 2), answers(hard))

    assert after[LOSS].mean > 4 * before[LOSS].mean
    assert before[EXCESS].mean == pytest.approx(0.0, abs=0.01)
    assert after[EXCESS].mean == pytest.approx(0.0, abs=0.01)


def test_sees_an_excess_where_the_relation_changed() -> None:
    p = np.random.default_rng(3).uniform(0.0, 1.0, 20_000)

    reversed_ = watch_losses(BINARY, drawn(1.0 - p, 4), answers(p))

    # (1 - 2p)² has mean 1/3, twice for both classes.
    assert reversed_[EXCESS].mean == pytest.approx(2 / 3, abs=0.02)


def test_sees_a_bias_where_outcomes_became_more_frequent() -> None:
    p = np.full(20_000, 0.3)

    assert watch_losses(BINARY, drawn(p + 0.1, 5), answers(p))[BIAS].mean == pytest.approx(
        0.1, abs=0.01
    )


def test_watches_each_class_of_several() -> None:
    truth = np.array([0, 1, 2, 2])
    even = np.full((4, 3), 1 / 3)

    sums = watch_losses(Task.MULTICLASS_CLASSIFICATION, truth, even)

    assert [name for name in sums if name.startswith(BIAS)] == [
        "bias of class 0",
        "bias of class 1",
        "bias of class 2",
    ]
    assert sums["bias of class 2"].mean == pytest.approx(0.5 - 1 / 3)
    assert sums[EXCESS].total == pytest.approx(0.0)


def test_watches_squares_and_signs_of_a_regression() -> None:
    sums = watch_losses(Task.REGRESSION, np.array([1.0, 2.0]), np.array([[0.0], [4.0]]))

    assert (sums[LOSS].total, sums[BIAS].total) == (5.0, -1.0)
    assert EXCESS not in sums


def test_refuses_answers_that_do_not_fit() -> None:
    with pytest.raises(ScoreInputError):
        watch_losses(BINARY, np.array([0, 1, 1]), answers(np.array([0.5, 0.5])))


def test_lets_only_a_bias_change_either_way() -> None:
    sums = watch_losses(BINARY, np.array([0, 1]), answers(np.array([0.5, 0.5])))

    series = series_of(sums, [sums, sums])

    assert {name: each.falls_count for name, each in series.items()} == {
        LOSS: False,
        EXCESS: False,
        BIAS: True,
    }
    assert all(len(each.windows) == 2 for each in series.values())
