"""A model seldom sees drift where there is none, and finds half a standard deviation."""

import numpy as np
import pytest

from functions.contracts.drift_method import DriftMethod
from functions.contracts.model_spec import DriftPolicy
from functions.core.drift import judge_window
from tests.bench.drift_false_alarms import HALF_SIGMA, columns, draw, simulate, spec

WINDOWS = 60
REFERENCE_ROWS = 10_000


@pytest.mark.slow
@pytest.mark.parametrize("rows", [200, 1000, 1_000_000])
def test_sees_no_drift_where_there_is_none(rows: int) -> None:
    found = simulate(
        DriftPolicy(), features=20, rows=(REFERENCE_ROWS, rows), windows=WINDOWS, seed=3
    )

    assert found.drifted * WINDOWS <= 2
    assert found.not_judged == (rows == 200)


@pytest.mark.slow
@pytest.mark.parametrize("reference_rows", [1000, REFERENCE_ROWS])
def test_finds_half_a_standard_deviation_in_one_of_twenty_features(reference_rows: int) -> None:
    found = simulate(
        DriftPolicy(),
        features=20,
        rows=(reference_rows, 1000),
        windows=WINDOWS,
        shift=HALF_SIGMA,
        seed=4,
    )

    assert found.drifted >= 0.95


@pytest.mark.slow
@pytest.mark.parametrize("method", [method for method in DriftMethod if method != DriftMethod.PSI])
def test_every_method_holds_both_in_a_window_of_ten_thousand_rows(method: DriftMethod) -> None:
    policy, rows = DriftPolicy(method=method), (REFERENCE_ROWS, 10_000)

    calm = simulate(policy, features=10, rows=rows, windows=30, seed=5)
    moved = simulate(policy, features=10, rows=rows, windows=10, shift=HALF_SIGMA, seed=6)

    assert (calm.drifted, calm.not_judged) == (0.0, 0.0)
    assert moved.drifted == 1.0


@pytest.mark.slow
def test_a_p_value_below_a_twentieth_would_be_a_false_alarm_most_of_the_time() -> None:
    rng, policy = np.random.default_rng(7), DriftPolicy(method=DriftMethod.KS)
    alarms = 0
    for _ in range(30):
        past, now = (draw(rng, columns(20), rows) for rows in (REFERENCE_ROWS, 1000))
        drift = judge_window(spec(20), policy, reference=past, current=now)
        alarms += any((column.p_value or 1.0) < 0.05 for column in drift.features)

    assert alarms > 10
