import numpy as np
import pytest

from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.core.parity import Answers, compare_answers, stress_rows

SCHEMA = FeatureSchema(
    features=(
        Feature(name="amount", type="number", max_missing_rate=0.1),
        Feature(name="age", type="integer"),
        Feature(name="fuel", type="string", categories=("gas", "diesel"), max_missing_rate=0.1),
        Feature(name="shape", type="string", categories=("round",)),
        Feature(name="sold", type="boolean"),
    )
)
SAMPLE = np.float32([[10.5, 3, 0, 0, 1], [20.5, 4, 1, 0, 0]])
THRESHOLDS = {0: np.float32([15.5])}
NO_ROWS = Answers(np.empty((0, 2)), np.empty((0, 2), dtype=np.float32))


def rows() -> np.ndarray:
    return stress_rows(SCHEMA, SAMPLE, THRESHOLDS, count=20_000, seed=1)[0]


def test_takes_thresholds_and_their_neighbors() -> None:
    above, below = (np.nextafter(np.float32(15.5), np.float32(side)) for side in (np.inf, -np.inf))

    amounts = rows()[:, 0]

    for value in (np.float32(15.5), above, below):
        assert (amounts == value).sum() > 1_000


def test_takes_identifiers_epoch_seconds_money_and_negative_numbers() -> None:
    ages = rows()[:, 1]

    assert (ages > 2**34).sum() > 100
    assert ((ages >= 1.5e9) & (ages < 2e9)).sum() > 500
    assert (np.round(ages) != ages).sum() > 500
    assert (ages < 0).sum() > 100


def test_has_one_wild_number_in_a_row() -> None:
    found = rows()
    wild = (found[:, :2] < 0) | (found[:, :2] > 21)

    assert (wild.sum(axis=1) == 2).sum() == 0
    assert 0.4 < wild.any(axis=1).mean() < 0.5


def test_has_missing_values_only_where_they_are_allowed() -> None:
    missing = np.isnan(rows()).mean(axis=0)

    assert missing[[0, 2]] == pytest.approx(0.1, abs=0.01)
    assert missing[[1, 3, 4]].tolist() == [0, 0, 0]


def test_has_every_category_and_unseen_ones() -> None:
    found = rows()

    assert set(np.unique(found[:, 2])[:3]) == {-1.0, 0.0, 1.0}
    assert set(np.unique(found[:, 3])) == {-1.0, 0.0}
    assert set(np.unique(found[:, 4])) == {0.0, 1.0}


def test_says_what_the_rows_exercise() -> None:
    _, exercised = stress_rows(SCHEMA, SAMPLE, THRESHOLDS, count=10)

    assert exercised[0].startswith("amount: sampled values, values on thresholds")
    assert exercised[2] == "fuel: every category, unseen categories, missing values"


def test_makes_the_same_rows_again() -> None:
    np.testing.assert_array_equal(rows(), rows())


def classified(pipeline: list[list[float]], graph: list[list[float]]) -> object:
    answers = Answers(np.array(pipeline), np.array(graph, dtype=np.float32))
    return compare_answers(answers, NO_ROWS, is_classification=True, exercised=())


def test_passes_equal_answers() -> None:
    report = classified([[0.25, 0.75]], [[0.25, 0.75]])

    assert (report.passed, report.maximum_absolute_error, report.rows) == (True, 0.0, 1)


def test_fails_a_probability_that_is_two_millionths_off() -> None:
    report = classified([[0.25, 0.75]], [[0.250002, 0.749998]])

    assert not report.passed
    assert report.flipped_labels == 0


def test_counts_a_flipped_label() -> None:
    report = classified([[0.49, 0.51], [0.2, 0.8]], [[0.51, 0.49], [0.2, 0.8]])

    assert (report.passed, report.flipped_labels) == (False, 1)


def test_calls_a_row_closer_than_the_tolerance_a_tie() -> None:
    report = classified([[0.5 - 1e-9, 0.5 + 1e-9]], [[0.50000003, 0.49999997]])

    assert (report.passed, report.flipped_labels) == (True, 0)
    assert report.reason.endswith("1 ties")


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_fails_an_answer_that_is_no_number(broken: float) -> None:
    report = classified([[0.25, 0.75]], [[broken, 0.75]])

    assert not report.passed
    assert np.isfinite(report.maximum_absolute_error)


def test_fails_answers_of_another_shape() -> None:
    assert not classified([[0.25, 0.75]], [[0.75]]).passed


def test_fails_no_rows_at_all() -> None:
    report = compare_answers(NO_ROWS, NO_ROWS, is_classification=True, exercised=())

    assert not report.passed


@pytest.mark.parametrize(("off_by", "passed"), [(0.05, True), (0.2, False)])
def test_measures_a_regressor_by_its_largest_answer(off_by: float, passed: bool) -> None:
    held_out = Answers(np.array([[1e5], [10.0]]), np.float32([[1e5], [10.0 + off_by]]))
    stress = Answers(np.array([[1e9]]), np.float32([[1e9]]))

    report = compare_answers(held_out, stress, is_classification=False, exercised=())

    assert report.passed is passed


def test_does_not_excuse_held_out_rows_with_the_size_of_stress_rows() -> None:
    held_out = Answers(np.array([[10.0]]), np.float32([[10.1]]))
    stress = Answers(np.array([[1e9]]), np.float32([[1e9]]))

    assert not compare_answers(held_out, stress, is_classification=False, exercised=()).passed
