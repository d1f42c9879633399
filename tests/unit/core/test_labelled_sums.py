import numpy as np
import pytest
from numpy.typing import NDArray

from functions.contracts.labels import ScoreSums
from functions.contracts.model_spec import Task
from functions.core.change_detection import Sums
from functions.core.labelled_sums import (
    MAXIMUM_RANKED_CLASSES,
    merge_sums,
    score_sums,
    sum_scores,
    watched_sums,
)
from functions.core.scores import score_outputs
from functions.core.watched_losses import watch_losses

Outputs = NDArray[np.float32]


def _classified(rows: int, classes: int, *, seed: int = 0) -> tuple[NDArray[np.int64], Outputs]:
    rng = np.random.default_rng(seed)
    outputs = rng.dirichlet(np.ones(classes), rows).astype(np.float32)
    above = rng.random((rows, 1)) > outputs.cumsum(axis=1)
    truth = np.minimum(above.sum(axis=1), classes - 1)
    return truth, outputs


def _valued(rows: int, *, seed: int = 0) -> tuple[NDArray[np.float64], Outputs]:
    rng = np.random.default_rng(seed)
    truth = rng.lognormal(8.0, 1.0, rows)
    return truth, (truth * rng.normal(1.0, 0.2, rows)).astype(np.float32).reshape(-1, 1)


@pytest.mark.parametrize("classes", [2, 3, 7])
@pytest.mark.parametrize("parts", [1, 5])
def test_scores_of_sums_are_those_of_the_rows(classes: int, parts: int) -> None:
    task = Task.BINARY_CLASSIFICATION if classes == 2 else Task.MULTICLASS_CLASSIFICATION
    truth, outputs = _classified(1500, classes)

    sums = merge_sums(
        [
            sum_scores(task, truth[rows], outputs[rows])
            for rows in np.array_split(np.arange(1500), parts)
        ]
    )

    assert score_sums(task, sums) == pytest.approx(score_outputs(task, truth, outputs), abs=1e-12)


def test_a_regressions_scores_are_those_of_the_rows() -> None:
    truth, values = _valued(2000)

    first = sum_scores(Task.REGRESSION, truth[:700], values[:700])
    second = sum_scores(Task.REGRESSION, truth[700:], values[700:])

    expected = score_outputs(Task.REGRESSION, truth, values)
    assert score_sums(Task.REGRESSION, merge_sums([first, second])) == pytest.approx(
        expected, rel=1e-12
    )


def test_many_distinct_probabilities_cost_less_than_the_pairs_in_a_cell() -> None:
    truth, outputs = _classified(50_000, 2, seed=4)
    task = Task.BINARY_CLASSIFICATION

    scores = score_sums(task, sum_scores(task, truth, outputs))

    expected = score_outputs(task, truth, outputs)
    cells = np.unique(outputs[:, 1].view(np.uint32) >> np.uint32(16), return_inverse=True)[1]
    hits, misses = (np.bincount(cells[truth == code]) for code in (1, 0))
    width = max(len(hits), len(misses))
    shared = np.pad(hits, (0, width - len(hits))) @ np.pad(misses, (0, width - len(misses)))
    bound = shared / (hits.sum() * misses.sum()) / 2
    assert 0 < abs(scores["roc_auc_score"] - expected["roc_auc_score"]) <= bound < 0.002
    assert scores["average_precision_score"] == pytest.approx(
        expected["average_precision_score"], abs=0.002
    )
    assert scores["log_loss_error"] == pytest.approx(expected["log_loss_error"], abs=1e-12)


def test_what_one_class_alone_does_not_determine_is_left_out() -> None:
    task = Task.BINARY_CLASSIFICATION
    truth, outputs = np.ones(4, dtype=np.int64), np.float32([[0.4, 0.6]] * 4)

    scores = score_sums(task, sum_scores(task, truth, outputs))

    assert "roc_auc_score" not in scores
    assert scores["accuracy_score"] == 1.0


def test_no_rows_have_no_scores() -> None:
    task = Task.BINARY_CLASSIFICATION
    nothing = sum_scores(task, np.empty(0, np.int64), np.empty((0, 2), np.float32))

    assert nothing == merge_sums([]) == ScoreSums()
    assert score_sums(task, nothing) == {}


def test_of_very_many_classes_nothing_is_ranked() -> None:
    task = Task.MULTICLASS_CLASSIFICATION
    truth, outputs = _classified(200, MAXIMUM_RANKED_CLASSES + 1)

    scores = score_sums(task, sum_scores(task, truth, outputs))

    expected = score_outputs(task, truth, outputs)
    assert "roc_auc_score" not in scores
    assert scores["f1_score"] == pytest.approx(expected["f1_score"], abs=1e-12)


@pytest.mark.parametrize("value", [5.0, 6.0])
def test_a_constant_truth_is_explained_or_not(value: float) -> None:
    truth, values = np.full(10, 5.0), np.full((10, 1), value, dtype=np.float32)

    scores = score_sums(Task.REGRESSION, sum_scores(Task.REGRESSION, truth, values))

    assert scores["r2_score"] == score_outputs(Task.REGRESSION, truth, values)["r2_score"]


def test_carries_what_a_change_is_detected_by() -> None:
    task = Task.BINARY_CLASSIFICATION
    truth, outputs = _classified(100, 2)

    kept = watched_sums(sum_scores(task, truth, outputs))

    watched = watch_losses(task, truth, outputs)
    assert {name: kept[name] for name in watched} == watched
    assert all(isinstance(sums, Sums) for sums in kept.values())


def test_survives_being_written_down() -> None:
    task = Task.BINARY_CLASSIFICATION
    sums = sum_scores(task, *_classified(50, 2))

    assert ScoreSums.model_validate_json(sums.model_dump_json()) == sums
