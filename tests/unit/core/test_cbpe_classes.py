import numpy as np
import pytest
from numpy.typing import NDArray

from functions.contracts.estimates import Calibration
from functions.contracts.model_spec import Task
from functions.core.cbpe_classes import estimate_classes, merge_class_sums, sum_classes
from functions.core.scores import METRICS, score_outputs

MULTICLASS = Task.MULTICLASS_CLASSIFICATION
AS_THEY_ARE = [Calibration()] * 3


def answers(count: int, seed: int) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    return rng.dirichlet([0.8, 0.5, 0.3], count).astype(np.float32)


def draw(probabilities: NDArray[np.float32], seed: int) -> NDArray[np.int64]:
    drawn = np.random.default_rng(seed).random((len(probabilities), 1))
    return (drawn > probabilities.cumsum(axis=1)[:, :-1]).sum(axis=1)


def test_is_what_labels_say_on_average() -> None:
    outputs = answers(4000, seed=1)
    drawn = [score_outputs(MULTICLASS, draw(outputs, seed), outputs) for seed in range(40)]

    estimate = estimate_classes(sum_classes(AS_THEY_ARE, outputs))

    for name in METRICS[MULTICLASS]:
        values = np.array([each[name] for each in drawn])
        allowed = 4 * values.std() / np.sqrt(40) + 2e-4  # cells of the score
        assert abs(estimate[name] - values.mean()) < allowed, name


def test_adds_up_over_hours() -> None:
    outputs = answers(3000, seed=2)
    hours = [sum_classes(AS_THEY_ARE, part) for part in np.array_split(outputs, 5)]
    day = hours[0]
    for hour in hours[1:]:
        day = merge_class_sums(day, hour)

    whole = sum_classes(AS_THEY_ARE, outputs)

    assert day.rows == whole.rows
    assert [each.cells for each in day.classes] == [each.cells for each in whole.classes]
    assert estimate_classes(day) == pytest.approx(estimate_classes(whole), abs=1e-12)


def test_leaves_out_rows_without_a_whole_answer() -> None:
    outputs = answers(100, seed=3)
    broken = outputs.copy()
    broken[:10, 1] = np.nan

    sums = sum_classes(AS_THEY_ARE, broken)

    assert (sums.rows, sums.missing) == (90, 10)
    assert estimate_classes(sums) == estimate_classes(sum_classes(AS_THEY_ARE, outputs[10:]))


def test_believes_the_calibration_and_not_the_score() -> None:
    overconfident = np.tile(np.float32([0.8, 0.1, 0.1]), (100, 1))
    flat = Calibration(scores=(0.1, 0.8), probabilities=(0.25, 0.5))

    estimate = estimate_classes(sum_classes([flat] * 3, overconfident))

    assert estimate["accuracy_score"] == pytest.approx(0.5)


def test_takes_certainty_without_complaint() -> None:
    certain = np.eye(3, dtype=np.float32)[np.arange(90) % 3]

    estimate = estimate_classes(sum_classes(AS_THEY_ARE, certain))

    assert estimate["accuracy_score"] == 1.0
    assert estimate["roc_auc_score"] == 1.0
    assert estimate["brier_error"] == 0.0
    assert estimate["log_loss_error"] == pytest.approx(0.0, abs=1e-6)


def test_keeps_an_hour_small() -> None:
    assert len(sum_classes(AS_THEY_ARE, answers(200_000, seed=4)).model_dump_json()) < 50_000
