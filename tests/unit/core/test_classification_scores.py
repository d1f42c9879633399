"""Held against scikit-learn to 1e-12, on random and on tied probabilities."""

import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from functions.core import classification_scores as ours

CASES = [(seed, ties) for seed in range(4) for ties in (False, True)]


def binary(seed: int, *, ties: bool, rows: int = 400) -> tuple[NDArray, NDArray]:
    rng = np.random.default_rng(seed)
    p = rng.beta(1.0, 1.5, rows)
    p = np.round(p, 1) * 0.98 + 0.01 if ties else p
    return (rng.random(rows) < 0.2 + 0.6 * p).astype(np.int64), np.column_stack([1 - p, p])


def multiclass(seed: int, *, ties: bool, rows: int = 400) -> tuple[NDArray, NDArray]:
    rng = np.random.default_rng(seed)
    p = rng.dirichlet([1.0, 2.0, 0.5], rows)
    if ties:
        p = np.round(p, 1) + 0.01
        p /= p.sum(axis=1, keepdims=True)
    truth = np.array([rng.choice(3, p=0.5 * row + 0.5 / 3) for row in p])
    return truth, p


@pytest.mark.parametrize(("seed", "ties"), CASES)
def test_agrees_with_scikit_learn_on_two_classes(seed: int, ties: bool) -> None:
    truth, p = binary(seed, ties=ties)
    labels = p.argmax(axis=1)

    expected = {
        "roc_auc_score": sk.roc_auc_score(truth, p[:, 1]),
        "average_precision_score": sk.average_precision_score(truth, p[:, 1]),
        "log_loss_error": sk.log_loss(truth, p),
        "brier_error": sk.brier_score_loss(truth, p[:, 1]),
        "accuracy_score": sk.accuracy_score(truth, labels),
        "precision_score": sk.precision_score(truth, labels),
        "recall_score": sk.recall_score(truth, labels),
        "f1_score": sk.f1_score(truth, labels),
    }

    for name, value in expected.items():
        assert getattr(ours, name)(truth, p) == pytest.approx(value, rel=1e-12, abs=1e-12), name


@pytest.mark.parametrize(("seed", "ties"), CASES)
def test_agrees_with_scikit_learn_on_three_classes(seed: int, ties: bool) -> None:
    truth, p = multiclass(seed, ties=ties)
    labels = p.argmax(axis=1)

    expected = {
        "roc_auc_score": sk.roc_auc_score(truth, p, multi_class="ovr", average="macro"),
        "average_precision_score": sk.average_precision_score(truth, p, average="macro"),
        "log_loss_error": sk.log_loss(truth, p),
        "brier_error": sk.brier_score_loss(truth, p),
        "accuracy_score": sk.accuracy_score(truth, labels),
        "precision_score": sk.precision_score(truth, labels, average="macro", zero_division=0.0),
        "recall_score": sk.recall_score(truth, labels, average="macro", zero_division=0.0),
        "f1_score": sk.f1_score(truth, labels, average="macro", zero_division=0.0),
    }

    for name, value in expected.items():
        assert getattr(ours, name)(truth, p) == pytest.approx(value, rel=1e-12, abs=1e-12), name


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 4)), min_size=2, max_size=30))
def test_counts_each_pair_once_and_a_tie_by_half(rows: list[tuple[bool, int]]) -> None:
    positive = [score for is_positive, score in rows if is_positive]
    negative = [score for is_positive, score in rows if not is_positive]
    if not positive or not negative:
        return
    wins = sum((p > n) + 0.5 * (p == n) for p in positive for n in negative)
    p = np.array([score / 5 for _, score in rows])

    found = ours.roc_auc_score(
        np.array([int(each) for each, _ in rows]), np.column_stack([1 - p, p])
    )

    assert found == pytest.approx(wins / (len(positive) * len(negative)), rel=1e-14)


def test_clips_a_certain_mistake_to_sixteen_nats_in_float32() -> None:
    wrong = np.array([[1.0, 0.0]], dtype=np.float32)

    found = ours.log_loss_error(np.array([1]), wrong)

    assert found == pytest.approx(-np.log(np.finfo(np.float32).eps), rel=1e-12)


def test_calls_the_first_of_equals() -> None:
    assert ours.predicted_labels(np.array([[0.5, 0.5], [0.2, 0.8]])).tolist() == [0, 1]


@pytest.mark.parametrize("score", [ours.roc_auc_score, ours.average_precision_score])
@pytest.mark.parametrize("truth", [[0, 0], [1, 1]])
def test_is_undefined_for_one_class_alone(score: object, truth: list[int]) -> None:
    with pytest.raises(ours.UndefinedScoreError, match="2 rows are of the class"):
        score(np.array(truth), np.array([[0.4, 0.6], [0.7, 0.3]]))  # type: ignore[operator]


def test_says_0_where_nothing_was_called_positive() -> None:
    truth, never = np.array([0, 1]), np.array([[0.9, 0.1], [0.8, 0.2]])

    found = (
        ours.precision_score(truth, never),
        ours.recall_score(truth, never),
        ours.f1_score(truth, never),
    )

    assert found == (0.0, 0.0, 0.0)
