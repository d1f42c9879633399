import numpy as np
import pytest

from functions.contracts.drift import ColumnDrift, Verdict
from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.core.divergences import (
    chi_square_statistic,
    jensen_shannon_distance,
    population_stability_index,
)
from functions.core.drift_column import (
    ColumnRule,
    compare_column,
    mark_personal,
    missing_rate,
    unseen_rate,
)
from functions.core.profile import ColumnProfile, profile_matrix

RULE = ColumnRule(threshold=0.1, false_alarm_rate=0.001, rows_needed=100)
NAMES = ("a", "b")


def column(values: list[float], *, categories: tuple[str, ...] = ()) -> ColumnProfile:
    kind = "string" if categories else "number"
    schema = FeatureSchema(features=(Feature(name="f", type=kind, categories=categories),))
    return profile_matrix(schema, np.array(values, np.float32).reshape(-1, 1)).features[0]


def compare(past: list[float], now: list[float], rule: ColumnRule = RULE) -> ColumnDrift:
    return compare_column(
        column(past, categories=NAMES), column(now, categories=NAMES), names=NAMES, rule=rule
    )


def test_describes_a_column_by_all_its_statistics() -> None:
    drift = compare([0] * 500 + [1] * 500, [0] * 800 + [1] * 200)

    counts = np.array([500, 500]), np.array([800, 200])
    assert drift.psi == population_stability_index(*counts)
    assert drift.jensen_shannon_distance == jensen_shannon_distance(*counts)
    assert drift.chi_square == chi_square_statistic(*counts)
    assert drift.ks_statistic is None
    assert drift.psi_expected_without_drift == 0.002
    assert (drift.bins, drift.reference_shares, drift.current_shares) == (
        NAMES,
        (0.5, 0.5),
        (0.8, 0.2),
    )
    assert drift.verdict is Verdict.DRIFT


def test_a_number_has_a_ks_statistic_and_no_chi_square() -> None:
    drift = compare_column(
        column([0.0] * 500 + [1.0] * 500), column([1.0] * 1000), names=(), rule=RULE
    )

    assert (drift.ks_statistic, drift.chi_square, drift.kind) == (0.5, None, "numeric")
    assert drift.reason.endswith("with a mean of 1 against 0.5")


@pytest.mark.parametrize(("ones", "verdict"), [(346, Verdict.OK), (344, Verdict.DRIFT)])
def test_drifts_from_the_threshold_on(ones: int, verdict: Verdict) -> None:
    drift = compare([0, 1] * 1000, [1] * ones + [0] * (1000 - ones))

    assert drift.verdict is verdict
    assert drift.psi == pytest.approx(0.1, abs=0.002)


def test_a_window_below_its_own_need_is_not_judged() -> None:
    drift = compare([0, 1] * 1000, [0] * 99)

    assert drift.verdict is Verdict.NOT_ENOUGH_ROWS
    assert drift.reason == "99 rows in the window, 100 needed"


def test_a_column_with_few_values_is_not_judged() -> None:
    drift = compare([np.nan] * 9000 + [0, 1] * 500, [np.nan] * 891 + [0] * 99)

    assert drift.verdict is Verdict.NOT_ENOUGH_ROWS
    assert "99 rows with a value in the window" in drift.reason


def test_names_every_breach_at_once() -> None:
    drift = compare([0, 1] * 1000, [0] * 500 + [np.nan] * 100 + [-1] * 100)

    assert drift.verdict is Verdict.DRIFT
    assert [part.split()[0] for part in drift.reason.split(", ")][:2] == ["PSI", "missing"]
    assert "no known category" in drift.reason


def test_rates_are_zero_where_nothing_was_counted() -> None:
    nothing = column([], categories=NAMES)

    assert (missing_rate(nothing), unseen_rate(nothing)) == (0.0, 0.0)


def test_rates_are_of_the_rows_and_of_the_values() -> None:
    some = column([np.nan, np.nan, -1, 0, 1, 1], categories=NAMES)

    assert (missing_rate(some), unseen_rate(some)) == (2 / 6, 1 / 4)


def test_personal_data_are_named_and_not_judged() -> None:
    drift = mark_personal("f", RULE, column([np.nan, 1.0]))

    assert (drift.verdict, drift.name, drift.reference_missing_rate) == (
        Verdict.NOT_JUDGED,
        "f",
        0.5,
    )


def test_tells_each_breach_by_its_kind() -> None:
    drift = compare([0, 1] * 1000, [np.nan] * 200 + [2] * 200 + [0] * 600)

    assert [breach.kind for breach in drift.breaches] == ["shares", "missing", "unseen"]
    assert ", ".join(breach.reason for breach in drift.breaches) == drift.reason


def test_a_column_that_has_not_drifted_has_no_breach() -> None:
    assert compare([0, 1] * 1000, [0, 1] * 500).breaches == ()
