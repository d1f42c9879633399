import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.core.drift_bins import CATEGORY_BINS, OTHER_CATEGORIES, OTHER_VALUES, bin_columns
from functions.core.profile import ColumnProfile, ProfileMismatchError, profile_matrix

NUMBER = FeatureSchema(features=(Feature(name="amount", type="number"),))
VALUES = arrays(np.float32, st.integers(0, 80), elements=st.floats(width=32, allow_nan=False))


def column(
    values: NDArray[np.generic] | list[float], schema: FeatureSchema = NUMBER
) -> ColumnProfile:
    (profile,) = profile_matrix(schema, np.array(values, np.float32).reshape(-1, 1)).features
    return profile


def categories(count: int) -> FeatureSchema:
    names = tuple(f"c{index}" for index in range(count))
    return FeatureSchema(features=(Feature(name="kind", type="string", categories=names),))


def test_divides_the_reference_into_deciles() -> None:
    rng = np.random.default_rng(1)

    binned = bin_columns(column(rng.normal(size=20_000)), column(rng.normal(size=500)))

    assert len(binned.labels) == 10
    assert binned.reference.sum() == 20_000
    assert np.abs(binned.reference - 2000).max() < 60


def test_takes_its_bins_from_the_reference_alone() -> None:
    rng = np.random.default_rng(2)
    reference = column(rng.normal(size=20_000))

    near, far = (bin_columns(reference, column(rng.normal(shift, size=30_000))) for shift in (0, 3))

    assert near.labels == far.labels
    assert (near.reference == far.reference).all()


@given(VALUES, VALUES)
def test_counts_every_value_of_both_samples_once(
    past: NDArray[np.float32], now: NDArray[np.float32]
) -> None:
    binned = bin_columns(column(past), column(now))

    assert binned.reference.sum() == len(past)
    assert binned.current.sum() == len(now)
    assert len(binned.labels) == len(binned.reference) == len(binned.current)
    assert binned.is_comparable == bool(len(past) and len(now))
    assert (binned.ks is None) == (not binned.is_comparable)


def test_gives_few_values_a_bin_each_and_one_for_all_others() -> None:
    binned = bin_columns(column([0, 1, 1, 1]), column([0, 0, 1, 7, 0.5]))

    assert binned.labels == ("0", "1", OTHER_VALUES)
    assert binned.reference.tolist() == [1, 3, 0]
    assert binned.current.tolist() == [2, 1, 2]


def test_sees_a_constant_change() -> None:
    binned = bin_columns(column([5.0] * 100), column([6.0] * 100))

    assert binned.reference.tolist() == [100, 0]
    assert binned.current.tolist() == [0, 100]


def test_keeps_a_frequent_value_in_one_bin() -> None:
    rng = np.random.default_rng(3)
    mostly_zero = np.concatenate([np.zeros(6000), rng.lognormal(size=4000)])

    binned = bin_columns(column(mostly_zero), column(mostly_zero))

    assert binned.reference[0] == 6000
    assert (binned.reference > 0).all()


def test_compares_profiles_of_different_precision() -> None:
    few, many = column(np.arange(11.0)), column(np.random.default_rng(4).uniform(0, 11, 100_000))

    binned = bin_columns(few, many)

    assert binned.current.sum() == 100_000
    assert binned.current.min() > 5000


def test_puts_an_edge_where_the_upper_bin_begins() -> None:
    binned = bin_columns(column(np.arange(20.0)), column([9.99, 10.0]))

    assert binned.labels[4:6] == ("8 to 10", "10 to 12")
    assert binned.current[4:6].tolist() == [1, 1]


def test_gives_each_category_a_bin() -> None:
    schema = categories(3)

    binned = bin_columns(
        column([0, 0, 2, np.nan, -1], schema), column([1, 2], schema), ("a", "b", "c")
    )

    assert binned.labels == ("a", "b", "c")
    assert binned.reference.tolist() == [2, 0, 1]
    assert binned.current.tolist() == [0, 1, 1]
    assert binned.ks is None


def test_compares_the_rarest_of_many_categories_together() -> None:
    schema = categories(30)
    codes = np.repeat(np.arange(30), np.arange(30) + 1)

    binned = bin_columns(
        column(codes, schema), column([0, 29], schema), schema.features[0].categories
    )

    assert binned.labels == (*[f"c{i}" for i in range(11, 30)], OTHER_CATEGORIES)
    assert len(binned.labels) == CATEGORY_BINS
    assert binned.reference[-1] == sum(range(1, 12))
    assert binned.current.tolist() == [0] * 18 + [1, 1]


def test_refuses_columns_that_are_not_the_same() -> None:
    with pytest.raises(ProfileMismatchError, match="numeric column 'amount'"):
        bin_columns(column([1]), column([0], categories(2)), ("a", "b"))


@pytest.mark.parametrize(("counted", "names"), [(3, ("a", "b")), (2, ("a", "b", "c"))])
def test_refuses_another_number_of_categories(counted: int, names: tuple[str, ...]) -> None:
    with pytest.raises(ProfileMismatchError, match=f"{counted} in the window"):
        bin_columns(column([0], categories(2)), column([0], categories(counted)), names)
