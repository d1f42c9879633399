import math

import numpy as np
import pytest
from scipy.stats import ks_2samp, kstwo

from functions.core.smirnov import (
    EXACT_ROWS,
    asymptotic_ks_p_value,
    exact_ks_p_value,
    kolmogorov_p_value,
    ks_p_value,
)


@pytest.mark.parametrize(
    ("rows", "points"),
    [
        (1, 60),
        (2, 60),
        (3, 60),
        (17, 60),
        (140, 60),
        (141, 60),
        (1000, 40),
        (20_000, 9),
        (99_999, 3),
    ],
)
def test_tail_of_one_sample_is_scipys(rows: int, points: int) -> None:
    for z in np.linspace(0.3, 2.5, points):
        distance = z / math.sqrt(rows)

        found = kolmogorov_p_value(distance, rows)

        assert found == pytest.approx(kstwo.sf(min(distance, 1.0), rows), abs=1e-9)


@pytest.mark.parametrize(
    ("n_ref", "n_cur"),
    [(1, 1), (3, 5), (10, 7), (50, 40), (300, 300), (1000, 700), (400, 30), (12_000, 150)],
)
def test_two_samples_have_scipys_p_value(n_ref: int, n_cur: int) -> None:
    rng = np.random.default_rng(n_ref)
    for shift in (0.0, 0.05, 0.2, 0.6, 3.0):
        expected = ks_2samp(rng.normal(size=n_ref), rng.normal(shift, size=n_cur))

        found = ks_p_value(float(expected.statistic), n_ref, n_cur)

        assert found == pytest.approx(expected.pvalue, rel=1e-9, abs=1e-9)


def test_distances_of_whole_rows_have_a_p_value_too() -> None:
    for step in range(40, 500):
        found = kolmogorov_p_value(step / 500, 500)

        assert found == pytest.approx(kstwo.sf(step / 500, 500), abs=1e-9)


def test_a_thousandth_of_a_thousandth_keeps_its_digits() -> None:
    expected = ks_2samp(np.arange(400.0), np.arange(300.0) + 150, method="exact")

    found = exact_ks_p_value(float(expected.statistic), 400, 300)

    assert expected.pvalue < 1e-15
    assert found == pytest.approx(expected.pvalue, rel=1e-6)


def test_is_exact_up_to_a_size_and_asymptotic_beyond() -> None:
    few, many = (EXACT_ROWS, 40), (EXACT_ROWS + 1, 40)

    assert ks_p_value(0.2, *few) == exact_ks_p_value(0.2, *few)
    assert ks_p_value(0.2, *many) == asymptotic_ks_p_value(0.2, *many)


@pytest.mark.parametrize("p_value", [exact_ks_p_value, asymptotic_ks_p_value])
def test_equal_samples_are_certain_and_disjoint_ones_impossible(p_value: object) -> None:
    assert callable(p_value)
    assert p_value(0.0, 50, 60) == 1.0
    assert p_value(1.0, 50, 60) < 1e-12


@pytest.mark.slow
def test_false_alarms_are_as_often_as_asked_for() -> None:
    rng = np.random.default_rng(11)

    alarms = [
        ks_p_value(float(ks_2samp(rng.random(60), rng.random(45)).statistic), 60, 45) <= 0.1
        for _ in range(200)
    ]

    assert 0.04 < np.mean(alarms) < 0.15
