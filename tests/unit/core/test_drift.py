import numpy as np
import pytest

from functions.contracts.drift import ColumnDrift, Verdict
from functions.contracts.model_spec import DriftPolicy
from functions.core.drift import WindowDrift, judge_window
from functions.core.profile import ProfileMismatchError
from tests.unit.core.drift_world import SCHEMA, Matrix, personal, profile, rows, spec

POLICY = DriftPolicy()
REFERENCE = profile(rows(4000, seed=1))


def judge(matrix: Matrix, **change: object) -> WindowDrift:
    policy = DriftPolicy.model_validate(change)
    return judge_window(spec(), policy, reference=REFERENCE, current=profile(matrix))


def feature(drift: WindowDrift, name: str) -> ColumnDrift:
    (found,) = [column for column in drift.features if column.name == name]
    return found


def test_finds_no_drift_where_there_is_none() -> None:
    drift = judge(rows(2000, seed=2))

    assert drift.verdict is Verdict.OK
    assert (drift.data_breach, drift.prediction_breach) == (False, False)
    assert "none of 3 features drifted" in drift.reason
    assert [column.verdict for column in drift.features] == [Verdict.OK] * 3


def test_finds_a_shifted_number_and_says_how_far() -> None:
    drift = judge(rows(2000, seed=2, shift=1.0))

    assert drift.verdict is Verdict.DRIFT
    assert drift.data_breach
    assert [column.name for column in drift.drifted] == ["amount"]
    assert "amount (PSI" in drift.reason
    assert "with a mean of" in feature(drift, "amount").reason
    assert drift.prediction_breach
    assert drift.prediction.verdict is Verdict.DRIFT


def test_finds_another_mix_of_categories() -> None:
    matrix = rows(2000, seed=2)
    matrix[:1200, 1] = 2

    drift = judge(matrix)

    assert [column.name for column in drift.drifted] == ["fuel"]
    assert (drift.data_breach, drift.prediction_breach) == (True, False)
    assert drift.verdict is Verdict.DRIFT


@pytest.mark.parametrize(("index", "name"), [(0, "amount"), (1, "fuel")])
def test_finds_a_missing_rate_that_has_risen(index: int, name: str) -> None:
    matrix = rows(2000, seed=2)
    matrix[:100, index] = np.nan

    drift = judge(matrix)

    assert [column.name for column in drift.drifted] == [name]
    assert feature(drift, name).reason == ("missing in 5.0% of the rows, 0.0% in the reference")


def test_finds_a_feature_that_is_missing_altogether() -> None:
    matrix = rows(2000, seed=2)
    matrix[:, 0] = np.nan

    drift = judge(matrix)

    assert feature(drift, "amount").verdict is Verdict.DRIFT
    assert feature(drift, "amount").psi == 0.0
    assert feature(drift, "amount").ks_statistic is None


def test_finds_categories_that_nobody_knows() -> None:
    matrix = rows(2000, seed=2)
    matrix[:100, 1] = -1

    drift = judge(matrix)

    assert feature(drift, "fuel").verdict is Verdict.DRIFT
    assert feature(drift, "fuel").current_unseen_rate == 0.05
    assert "5.0% of the values are in no known category" in drift.reason


def test_a_rise_too_small_to_matter_is_no_drift() -> None:
    matrix = rows(50_000, seed=2)
    matrix[:900, 0] = np.nan

    assert judge(matrix).verdict is Verdict.OK


def test_says_how_many_rows_it_needs() -> None:
    needed = judge(rows(5000, seed=2)).rows_needed

    few, enough = judge(rows(needed - 1, seed=2)), judge(rows(needed, seed=2))

    assert few.verdict is Verdict.NOT_ENOUGH_ROWS
    assert few.data_breach is None
    assert {column.verdict for column in few.features} == {Verdict.NOT_ENOUGH_ROWS}
    assert f"{needed - 1:,} rows in the window, {needed:,} needed" in few.reason
    assert enough.verdict is Verdict.OK


def test_a_hundred_drifted_rows_are_not_enough_to_tell() -> None:
    drift = judge(rows(100, seed=2, shift=3.0))

    assert drift.verdict is Verdict.NOT_ENOUGH_ROWS
    assert feature(drift, "amount").psi > 1.0


def test_judges_an_empty_window() -> None:
    drift = judge(rows(0, seed=2))

    assert drift.verdict is Verdict.NOT_ENOUGH_ROWS
    assert (drift.data_breach, drift.prediction_breach) == (None, None)
    assert drift.prediction.reason.startswith("0 rows")


def test_says_when_the_reference_is_too_small() -> None:
    drift = judge_window(
        spec(),
        POLICY,
        reference=profile(rows(150, seed=1)),
        current=profile(rows(100_000, seed=2)),
    )

    assert feature(drift, "amount").verdict is Verdict.NOT_ENOUGH_ROWS
    assert "150 rows with a value in the reference" in feature(drift, "amount").reason


def test_a_feature_that_is_mostly_missing_does_not_hold_up_the_others() -> None:
    matrix = rows(4000, seed=1)
    matrix[200:, 0] = np.nan

    drift = judge_window(
        spec(),
        POLICY,
        reference=profile(matrix),
        current=profile(matrix, answered=rows(4000, seed=1)),
    )

    assert feature(drift, "amount").verdict is Verdict.NOT_ENOUGH_ROWS
    assert drift.data_breach is False
    assert drift.rows_needed < 4000


def test_does_not_judge_personal_data() -> None:
    matrix = rows(2000, seed=2)
    matrix[:, 0] = np.nan

    drift = judge_window(
        spec(personal("amount")),
        POLICY,
        reference=REFERENCE,
        current=profile(matrix, answered=rows(2000, seed=2)),
    )

    assert drift.verdict is Verdict.OK
    assert feature(drift, "amount").verdict is Verdict.NOT_JUDGED
    assert "personal data" in feature(drift, "amount").reason
    assert "none of 2 features" in drift.reason


def test_leaves_the_prediction_unjudged_where_the_champion_answered_too_few() -> None:
    drift = judge_window(
        spec(),
        POLICY,
        reference=REFERENCE,
        current=profile(rows(2000, seed=2), answered=rows(50, seed=2)),
    )

    assert drift.verdict is Verdict.OK
    assert drift.prediction_breach is None
    assert "the prediction: 50 rows" in drift.reason


def test_one_drifted_feature_can_be_too_few() -> None:
    matrix = rows(2000, seed=2)
    matrix[:1200, 1] = 2

    drift = judge(matrix, minimum_drifted_features=2)

    assert drift.verdict is Verdict.OK
    assert drift.data_breach is False
    assert "fewer than the 2 that count: fuel" in drift.reason


def test_has_a_threshold_of_its_own_for_the_prediction() -> None:
    matrix = rows(20_000, seed=2, shift=0.2)

    strict, lax = (judge(matrix, prediction_threshold=limit) for limit in (0.03, 0.1))

    assert (strict.prediction_breach, lax.prediction_breach) == (True, False)
    assert strict.data_breach is lax.data_breach is False
    assert (strict.verdict, lax.verdict) == (Verdict.DRIFT, Verdict.OK)


@pytest.mark.slow
def test_raises_false_alarms_no_more_often_than_the_policy_says() -> None:
    rate = 0.1
    needed = judge(rows(5000, seed=2), false_alarm_rate=rate).rows_needed

    # A new reference each time: an unlucky one would be wrong in every window.
    verdicts = [
        judge_window(
            spec(),
            DriftPolicy(false_alarm_rate=rate, prediction_threshold=0.1),
            reference=profile(rows(4000, seed=1000 + seed)),
            current=profile(rows(needed, seed=5000 + seed)),
        ).verdict
        for seed in range(300)
    ]

    assert Verdict.NOT_ENOUGH_ROWS not in verdicts
    assert np.mean([verdict is Verdict.DRIFT for verdict in verdicts]) <= rate


@pytest.mark.parametrize("seed", range(5))
def test_finds_a_shift_of_half_a_sigma_in_the_rows_needed(seed: int) -> None:
    needed = judge(rows(5000, seed=2)).rows_needed

    assert judge(rows(needed, seed=seed, shift=0.5)).data_breach


def test_refuses_profiles_without_predictions() -> None:
    with pytest.raises(ProfileMismatchError, match="predictions"):
        judge_window(
            spec(),
            POLICY,
            reference=REFERENCE.model_copy(update={"prediction": None}),
            current=REFERENCE,
        )


def test_refuses_profiles_of_other_columns() -> None:
    with pytest.raises(ProfileMismatchError, match="3 features"):
        judge_window(
            spec(),
            POLICY,
            reference=REFERENCE.model_copy(update={"features": REFERENCE.features[:2]}),
            current=REFERENCE,
        )
    assert len(SCHEMA.features) == 3
