import numpy as np
import pytest

from functions.contracts.model_spec import Holdout
from functions.training.fitting import (
    Rows,
    TrainingRowsError,
    answer_rows,
    divide_validation,
    fit_pipeline,
    latest_of,
    load_rows,
    shuffle_labels,
)
from tests.unit.training.world import DATASET, Buckets, code, filled_buckets, rows, spec


def numbered(count: int) -> Rows:
    numbers = np.arange(count)
    return Rows(numbers[:, np.newaxis].astype(np.float32), numbers.astype(np.int64))


def test_keeps_the_last_fifth_by_time() -> None:
    fit, validation = divide_validation(numbered(10), Holdout(by="time"))

    assert fit.y.tolist() == list(range(8))
    assert validation.y.tolist() == [8, 9]


def test_draws_a_fifth_by_seed() -> None:
    fit, validation = divide_validation(numbered(100), Holdout(by="random", seed=3))
    _, again = divide_validation(numbered(100), Holdout(by="random", seed=3))
    _, other = divide_validation(numbered(100), Holdout(by="random", seed=4))

    assert sorted([*fit.y, *validation.y]) == list(range(100))
    assert len(validation.y) == 20
    assert validation.y.tolist() == again.y.tolist() != other.y.tolist()
    assert np.array_equal(validation.x[:, 0], validation.y)


def test_takes_the_latest_rows_and_more_until_each_class_has_one() -> None:
    both = Rows(np.zeros((8, 1), dtype=np.float32), np.array([0, 1, 0, 1, 1, 1, 1, 1]))

    assert latest_of(both, None, spec()) is both
    assert latest_of(both, 5, spec()).y.tolist() == both.y.tolist()
    assert latest_of(both, 6, spec()).y.tolist() == [0, 1, 1, 1, 1, 1]


def test_takes_the_rows_of_an_earlier_time_and_more_until_each_class_has_one() -> None:
    both = Rows(np.arange(8, dtype=np.float32)[:, np.newaxis], np.array([0, 1, 0, 1, 1, 1, 0, 0]))

    assert latest_of(both, 2, spec(), skipped=5).x[:, 0].tolist() == [1, 2]
    assert latest_of(both, 2, spec(), skipped=2).x[:, 0].tolist() == [2, 3, 4, 5]
    assert latest_of(both, 5, spec(), skipped=7).x[:, 0].tolist() == [0]


def test_refuses_to_divide_a_single_row() -> None:
    with pytest.raises(TrainingRowsError, match="1 training rows cannot be divided"):
        divide_validation(numbered(1), Holdout())


def test_loads_prepared_rows() -> None:
    held = load_rows("train", spec(), dataset_version=DATASET, data=filled_buckets().data)

    assert held.x.shape == (600, 6)
    assert held.y.dtype == np.int64


@pytest.mark.parametrize(
    "x",
    [np.ones((5, 5), np.float32), np.ones((4, 6), np.float32), np.ones((5, 6), np.float64)],
    ids=["columns", "rows", "type"],
)
def test_refuses_rows_that_do_not_fit_the_model(x: np.ndarray) -> None:
    buckets = Buckets()
    buckets.add_rows("train", Rows(x, np.zeros(5, np.int64)))

    with pytest.raises(TrainingRowsError, match=r"needs float32 of shape \(5, 6\)"):
        load_rows("train", spec(), dataset_version=DATASET, data=buckets.data)


def test_refuses_rows_without_one_of_the_classes() -> None:
    held = rows(100)
    one_class = Rows(held.x, np.zeros_like(held.y))

    with pytest.raises(TrainingRowsError, match="no row of class 1 among 100 rows"):
        fit_pipeline(code(), {}, one_class, threads=1)


@pytest.mark.parametrize(("classes", "columns"), [(0, 1), (2, 2), (3, 3)])
def test_answers_one_column_a_class_or_one_value(classes: int, columns: int) -> None:
    made, held = spec(classes), rows(200, classes)
    pipeline = fit_pipeline(code(made), {"regress": classes == 0}, held, threads=1)

    assert answer_rows(pipeline, made, held.x[:7], threads=1).shape == (7, columns)


def test_gives_a_fire_drill_rows_with_each_other_s_labels() -> None:
    held = rows(100)

    shuffled = shuffle_labels(held, shuffled=True)

    assert shuffle_labels(held, shuffled=False) is held
    assert shuffled.x is held.x
    assert sorted(shuffled.y) == sorted(held.y)
    assert (shuffled.y != held.y).sum() > 20
    assert (shuffle_labels(held, shuffled=True).y == shuffled.y).all()
