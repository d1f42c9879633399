import math

import numpy as np
import pytest

from functions.contracts.model_spec import Task
from functions.core.challenge import judge_challenge

BINARY = Task.BINARY_CLASSIFICATION


def answers(p: np.ndarray) -> np.ndarray:
    return np.column_stack([1.0 - p, p])


def noisy(rng: np.random.Generator, truth: np.ndarray, spread: float) -> np.ndarray:
    return answers(np.clip(0.5 + (truth - 0.5) * 0.4 + rng.normal(0, spread, len(truth)), 0, 1))


def test_promotes_what_is_better_beyond_the_noise() -> None:
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 2, 1000)

    verdict = judge_challenge(
        "roc_auc_score",
        BINARY,
        truth,
        noisy(rng, truth, 0.5),
        noisy(rng, truth, 0.2),
        false_promotion_rate=0.05,
    )

    assert verdict.is_better
    assert verdict.gain > verdict.allowance > 0.0
    assert "better by more than the noise" in verdict.reason


def test_promotes_an_equal_as_seldom_as_it_says() -> None:
    rng = np.random.default_rng(2)
    promoted = 0
    for _ in range(400):
        truth = rng.integers(0, 2, 300)
        promoted += judge_challenge(
            "roc_auc_score",
            BINARY,
            truth,
            noisy(rng, truth, 0.3),
            noisy(rng, truth, 0.3),
            false_promotion_rate=0.05,
        ).is_better

    assert 0.02 < promoted / 400 < 0.085  # three standard errors about 0.05


def test_never_promotes_the_same_answers() -> None:
    truth = np.tile([0, 1], 100)
    same = answers(np.linspace(0.1, 0.9, 200))

    verdict = judge_challenge("brier_error", BINARY, truth, same, same, false_promotion_rate=0.4)

    assert not verdict.is_better
    assert verdict.gain == verdict.allowance == 0.0


def test_counts_a_smaller_error_as_a_gain() -> None:
    truth = np.linspace(0.0, 1.0, 200)
    far, near = truth[:, np.newaxis] + 2.0, truth[:, np.newaxis] + 1.0

    verdict = judge_challenge(
        "mean_absolute_error", Task.REGRESSION, truth, far, near, false_promotion_rate=0.05
    )

    assert verdict.is_better
    assert verdict.gain == pytest.approx(1.0)


def test_promotes_nothing_that_the_rows_cannot_judge() -> None:
    truth = np.zeros(100, dtype=np.int64)
    same = answers(np.linspace(0.1, 0.9, 100))

    verdict = judge_challenge("roc_auc_score", BINARY, truth, same, same, false_promotion_rate=0.05)

    assert not verdict.is_better
    assert math.isnan(verdict.gain)
    assert verdict.reason.startswith("not judged: roc_auc_score is undefined")
