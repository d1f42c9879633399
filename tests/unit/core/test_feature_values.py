from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.contracts.feature_schema import Feature, FeatureType
from functions.core.feature_values import LARGEST_NUMBER, column_fits, find_misfit, show_value

VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from([10**400, -(10**400), 3.5e38, LARGEST_NUMBER, 3.0])
    | st.text(max_size=3)
    | st.just([])
    | st.just({"a": 1})
)


def feature(kind: FeatureType, *, may_be_missing: bool = False) -> Feature:
    return Feature(name="x", type=kind, max_missing_rate=0.5 if may_be_missing else 0.0)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("number", 1),
        ("number", -2.5),
        ("number", LARGEST_NUMBER),
        ("integer", 7),
        ("integer", 3.0),
        ("integer", -(2**60)),
        ("boolean", True),
        ("boolean", False),
        ("string", ""),
        ("string", "a category that nobody knows"),
    ],
)
def test_takes_a_value_of_the_features_type(kind: str, value: object) -> None:
    assert find_misfit(feature(FeatureType(kind)), value) is None


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("number", True, "expected a number, got true"),
        ("number", "1.5", 'expected a number, got "1.5"'),
        ("number", [1], "expected a number, got an array"),
        ("number", float("inf"), "largest float32"),
        ("number", 10**400, "largest float32"),
        ("number", 3.5e38, "largest float32"),
        ("integer", 1.5, "expected a whole number, got 1.5"),
        ("integer", False, "expected a whole number, got false"),
        ("integer", -(10**400), "largest float32"),
        ("boolean", 1, "expected true or false, got 1"),
        ("boolean", 0.0, "expected true or false, got 0.0"),
        ("boolean", "true", 'expected true or false, got "true"'),
        ("string", 5, "expected a text, got 5"),
        ("string", True, "expected a text, got true"),
        ("string", {}, "expected a text, got an empty object"),
        ("string", None, "is missing, and this feature needs a value"),
    ],
)
def test_says_why_a_value_does_not_fit(kind: str, value: object, said: str) -> None:
    misfit = find_misfit(feature(FeatureType(kind)), value)

    assert misfit is not None
    assert said in misfit


def test_takes_null_where_a_value_may_be_missing() -> None:
    assert find_misfit(feature(FeatureType.NUMBER, may_be_missing=True), None) is None


def test_ignores_ranges_and_categories() -> None:
    ranged = Feature(name="age", type=FeatureType.INTEGER, minimum=18, maximum=100)
    listed = Feature(name="fuel", type=FeatureType.STRING, categories=("gas",))

    assert find_misfit(ranged, -5) is None
    assert find_misfit(listed, "coal") is None


@pytest.mark.slow
@settings(derandomize=True, deadline=None, max_examples=500)
@given(st.sampled_from(list(FeatureType)), st.booleans(), st.lists(VALUES, max_size=4))
def test_says_of_a_column_what_it_says_of_each_value(
    kind: FeatureType, may_be_missing: bool, values: list[Any]
) -> None:
    one = feature(kind, may_be_missing=may_be_missing)
    # JSON has no NaN: the parser refuses it before values are looked at.
    values = [value for value in values if value == value]  # noqa: PLR0124

    fits = all(find_misfit(one, value) is None for value in values)

    assert column_fits(one, values) == fits


def test_shows_long_values_shortened() -> None:
    assert len(show_value("x" * 1_000_000)) == 41
    assert len(show_value(10**400)) == 41


def test_takes_the_largest_float32_as_it_is_printed() -> None:
    number = Feature(name="x", type="number")

    for value in (3.4028235e38, -3.4028235e38):
        assert find_misfit(number, value) is None
        assert column_fits(number, [value])
        assert np.isfinite(np.float32(value))
    assert find_misfit(number, 3.4028236e38) is not None
