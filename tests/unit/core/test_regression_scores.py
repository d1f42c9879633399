import numpy as np
import pytest
import sklearn.metrics as sk

from functions.core import regression_scores as ours


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e9])
def test_agrees_with_scikit_learn(seed: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.normal(3.0, 1.0, 300) * scale
    values = truth + rng.normal(0.0, 0.4, 300) * scale

    assert ours.root_mean_squared_error(truth, values) == pytest.approx(
        sk.root_mean_squared_error(truth, values), rel=1e-12
    )
    assert ours.mean_absolute_error(truth, values) == pytest.approx(
        sk.mean_absolute_error(truth, values), rel=1e-12
    )
    assert ours.r2_score(truth, values) == pytest.approx(sk.r2_score(truth, values), rel=1e-12)


def test_gives_a_constant_truth_1_if_exact_and_else_0() -> None:
    constant = np.array([2.0, 2.0])

    assert ours.r2_score(constant, constant) == 1.0
    assert ours.r2_score(constant, np.array([2.0, 2.5])) == 0.0
