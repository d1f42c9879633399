import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from pydantic import ValidationError

from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.contracts.model_spec import Task
from functions.core.float_codes import MAXIMUM_CELLS
from functions.core.profile import (
    CategoricalProfile,
    NumericProfile,
    Profile,
    ProfileMismatchError,
    merge_columns,
    merge_profiles,
    profile_matrix,
    profile_predictions,
)

SCHEMA = FeatureSchema(
    features=(
        Feature(name="amount", type="number"),
        Feature(name="fuel", type="string", categories=("diesel", "gas", "none")),
    )
)
ONE_NUMBER = FeatureSchema(features=(Feature(name="amount", type="number"),))
GOLDEN = Path(__file__).parents[2] / "golden"

AMOUNTS = st.floats(width=32) | st.sampled_from([0.0, -0.0, 1e-45, -1e-45, 3.4e38, np.inf])
CODES = st.sampled_from([np.nan, -1.0, 0.0, 1.0, 2.0, 3.0, np.inf, -7.0])


@st.composite
def matrices(draw: st.DrawFn, maximum: int = 40) -> NDArray[np.float32]:
    rows = draw(st.integers(0, maximum))
    amounts = draw(arrays(np.float32, rows, elements=AMOUNTS.map(np.float32)))
    codes = draw(arrays(np.float32, rows, elements=CODES))
    return np.stack([amounts, codes], axis=1)


def numbers(values: NDArray[np.float64]) -> NDArray[np.float32]:
    return values.astype(np.float32).reshape(-1, 1)


def totals_apart(profile: Profile) -> tuple[Profile, list[float]]:
    """Floating sums depend on the order of adding; everything else must be equal exactly."""
    totals = [
        total
        for column in profile.features
        if isinstance(column, NumericProfile)
        for total in (column.total, column.total_squares)
    ]
    features = tuple(
        column.model_copy(update={"total": 0.0, "total_squares": 0.0})
        if isinstance(column, NumericProfile)
        else column
        for column in profile.features
    )
    return profile.model_copy(update={"features": features}), totals


def assert_equal(one: Profile, other: Profile) -> None:
    (counts, totals), (other_counts, other_totals) = totals_apart(one), totals_apart(other)
    assert counts == other_counts
    squares = [abs(total) for total in totals[1::2]]
    tolerance = 1e-9 * max(1.0, *np.sqrt(squares), *squares)
    assert totals == pytest.approx(other_totals, rel=1e-9, abs=tolerance)


@given(matrices(), matrices())
def test_merges_to_the_profile_of_all_rows(a: NDArray[np.float32], b: NDArray[np.float32]) -> None:
    merged = merge_profiles(profile_matrix(SCHEMA, a), profile_matrix(SCHEMA, b))

    assert_equal(merged, profile_matrix(SCHEMA, np.concatenate([a, b])))


@given(matrices(), matrices(), matrices())
def test_merges_in_any_order(
    a: NDArray[np.float32], b: NDArray[np.float32], c: NDArray[np.float32]
) -> None:
    first, second, third = (profile_matrix(SCHEMA, part) for part in (a, b, c))

    left = merge_profiles(merge_profiles(first, second), third)

    assert_equal(left, merge_profiles(first, merge_profiles(second, third)))
    assert_equal(left, merge_profiles(third, merge_profiles(second, first)))


@pytest.mark.parametrize("sizes", [(1500, 1500), (100, 60_000), (60_000, 60_000), (0, 5000)])
def test_merges_exactly_when_bits_are_dropped(sizes: tuple[int, int]) -> None:
    rng = np.random.default_rng(3)
    a, b = (numbers(rng.lognormal(size=size)) for size in sizes)

    merged = merge_profiles(profile_matrix(ONE_NUMBER, a), profile_matrix(ONE_NUMBER, b))

    (column,) = merged.features
    assert isinstance(column, NumericProfile)
    assert column.bits < 32
    assert_equal(merged, profile_matrix(ONE_NUMBER, np.concatenate([a, b])))


@given(matrices())
def test_reads_back_what_it_wrote(matrix: NDArray[np.float32]) -> None:
    profile = profile_matrix(SCHEMA, matrix)

    assert Profile.model_validate_json(profile.model_dump_json()) == profile


@given(matrices())
def test_counts_every_row_once(matrix: NDArray[np.float32]) -> None:
    profile = profile_matrix(SCHEMA, matrix)

    assert [column.rows for column in profile.features] == [len(matrix)] * 2


def test_counts_missing_unseen_and_known_values() -> None:
    matrix = np.float32([[np.nan, 0], [1, np.nan], [np.inf, -1], [1, 2], [-0.0, 7], [0.0, 0.5]])

    amount, fuel = profile_matrix(SCHEMA, matrix).features

    assert isinstance(amount, NumericProfile)
    assert isinstance(fuel, CategoricalProfile)
    assert (amount.missing, amount.counts, amount.total) == (1, (2, 2, 1), 2.0)
    assert (fuel.missing, fuel.unseen, fuel.counts) == (1, 2, (2, 0, 1))


def test_tells_years_and_epoch_seconds_apart() -> None:
    seconds = numbers(1.7e9 + 86_400 * np.random.default_rng(2).random(50_000))
    years = numbers(np.repeat([2021.0, 2022.0, 2023.0, 2024.0], 5000))

    for values in (seconds, years):
        (column,) = profile_matrix(ONE_NUMBER, values).features
        assert isinstance(column, NumericProfile)
        assert len(column.counts) == len(np.unique(values)) < MAXIMUM_CELLS


def test_stays_small_as_text() -> None:
    values = numbers(np.random.default_rng(2).lognormal(size=100_000))

    assert len(profile_matrix(ONE_NUMBER, values).model_dump_json()) < 20_000


def test_profiles_the_positive_class() -> None:
    outputs = np.float32([[0.75, 0.25], [0.5, 0.5], [np.nan, np.nan]])

    prediction = profile_predictions(Task.BINARY_CLASSIFICATION, outputs)

    assert (prediction.name, prediction.kind, prediction.missing) == ("prediction", "numeric", 1)
    assert isinstance(prediction, NumericProfile)
    assert prediction.total == 0.75


def test_profiles_the_value_of_a_regression() -> None:
    prediction = profile_predictions(Task.REGRESSION, np.float32([[7.0], [9.0]]))

    assert isinstance(prediction, NumericProfile)
    assert prediction.total == 16.0


def test_profiles_the_likeliest_of_many_classes() -> None:
    outputs = np.float32([[0.2, 0.3, 0.5], [0.4, 0.4, 0.2], [0.1, 0.8, 0.1], [np.nan, 1, 0]])

    prediction = profile_predictions(Task.MULTICLASS_CLASSIFICATION, outputs)

    assert isinstance(prediction, CategoricalProfile)
    assert (prediction.counts, prediction.missing) == ((1, 1, 1), 1)


def test_profiles_no_predictions() -> None:
    for task, width in ((Task.MULTICLASS_CLASSIFICATION, 3), (Task.REGRESSION, 1)):
        assert profile_predictions(task, np.empty((0, width), np.float32)).rows == 0


def test_merges_predictions_too() -> None:
    profile = profile_matrix(ONE_NUMBER, np.float32([[1]])).model_copy(
        update={"prediction": profile_predictions(Task.REGRESSION, np.float32([[2]]))}
    )

    merged = merge_profiles(profile, profile)

    assert merged.prediction is not None
    assert merged.prediction.rows == 2
    with pytest.raises(ProfileMismatchError, match="without"):
        merge_profiles(profile, profile.model_copy(update={"prediction": None}))


@pytest.mark.parametrize(
    "other",
    [
        Feature(name="price", type="number"),
        Feature(name="amount", type="string", categories=("a",)),
    ],
)
def test_refuses_to_merge_another_column(other: Feature) -> None:
    row = np.float32([[0]])
    (amount,) = profile_matrix(ONE_NUMBER, row).features
    (column,) = profile_matrix(FeatureSchema(features=(other,)), row).features

    with pytest.raises(ProfileMismatchError, match="amount"):
        merge_columns(amount, column)


def test_refuses_to_merge_other_categories() -> None:
    few, many = (
        profile_matrix(
            FeatureSchema(features=(Feature(name="fuel", type="string", categories=names),)),
            np.float32([[0]]),
        )
        for names in (("a",), ("a", "b"))
    )

    with pytest.raises(ProfileMismatchError, match="1 categories in one profile and 2"):
        merge_profiles(few, many)


def test_refuses_another_number_of_columns() -> None:
    with pytest.raises(ProfileMismatchError, match="2 features"):
        profile_matrix(SCHEMA, np.zeros((3, 1), np.float32))
    with pytest.raises(ProfileMismatchError, match="2 columns do not merge with 1"):
        merge_profiles(
            profile_matrix(SCHEMA, np.zeros((1, 2), np.float32)),
            profile_matrix(ONE_NUMBER, np.zeros((1, 1), np.float32)),
        )


@pytest.mark.parametrize(
    "change",
    [
        {"gaps": [1]},
        {"gaps": [1, 0]},
        {"gaps": [1, 2**32]},
        {"counts": [1, 0]},
        {"total": float("nan")},
        {"bits": 15},
    ],
)
def test_refuses_a_profile_that_cannot_be(change: dict[str, object]) -> None:
    good = {"kind": "numeric", "name": "amount", "missing": 0, "bits": 32, "gaps": [1, 2]}
    good |= {"counts": [1, 1], "total": 1.0, "total_squares": 1.0}
    whole = {"schema_version": 1, "rows": 2, "features": [good]}
    assert Profile.model_validate(whole).features[0].rows == 2

    with pytest.raises(ValidationError):
        Profile.model_validate(whole | {"features": [good | change]})


@pytest.mark.parametrize("change", [{"cells": "no base64"}, {"cell_rows": "A"}, {"bits": 15}])
def test_refuses_a_column_whose_counts_cannot_be_read(change: dict[str, object]) -> None:
    column = json.loads(golden_profile().features[0].model_dump_json())
    assert NumericProfile.model_validate_json(json.dumps(column)) == golden_profile().features[0]

    with pytest.raises(ValidationError, match=next(iter(change))):
        NumericProfile.model_validate_json(json.dumps(column | change))


@pytest.mark.parametrize("change", [{"cells": b"odd"}, {"cell_rows": b"12345"}, {"present": 4}])
def test_refuses_to_add_up_counts_that_do_not_fit(change: dict[str, object]) -> None:
    values = np.random.default_rng(2).lognormal(size=100_000)
    (column,) = profile_matrix(ONE_NUMBER, numbers(values)).features
    assert isinstance(column, NumericProfile)
    read = NumericProfile.model_validate_json(column.model_dump_json())
    assert read.bits == 16

    with pytest.raises(ProfileMismatchError, match="the cells of column 'amount'"):
        merge_columns(read.model_copy(update=change), read)


def test_refuses_a_version_that_it_does_not_know() -> None:
    text = golden_profile().model_dump_json().replace('"schema_version":2', '"schema_version":3')

    with pytest.raises(ValidationError, match="schema_version"):
        Profile.model_validate_json(text)


@pytest.mark.parametrize("version", [1, 2])
def test_reads_each_format_it_ever_wrote(version: int) -> None:
    text = (GOLDEN / f"profile_v{version}.json").read_text(encoding="utf-8")

    assert Profile.model_validate_json(text) == golden_profile()


def test_writes_the_newest_format() -> None:
    text = (GOLDEN / "profile_v2.json").read_text(encoding="utf-8")

    assert json.loads(golden_profile().model_dump_json()) == json.loads(text)


def golden_profile() -> Profile:
    matrix = np.float32([[22000.0, 1], [np.nan, np.nan], [-0.5, -1], [22000.0, 0]])
    prediction = profile_predictions(
        Task.BINARY_CLASSIFICATION, np.float32([[0.75, 0.25], [0.5, 0.5]])
    )
    return profile_matrix(SCHEMA, matrix).model_copy(update={"prediction": prediction})
