"""The encoding: columns to matrix and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.contracts.feature_schema import Feature, FeatureSchema, FeatureType
from functions.core.encoding import (
    EncodingError,
    decode_columns,
    encode_columns,
    encode_labels,
)

SCHEMA = FeatureSchema(
    features=(
        Feature(name="value", type=FeatureType.NUMBER),
        Feature(name="count", type=FeatureType.INTEGER),
        Feature(name="known", type=FeatureType.BOOLEAN),
        Feature(name="fuel", type=FeatureType.STRING, categories=("diesel", "gas")),
    )
)


def columns(**changes: object) -> dict[str, object]:
    return {"value": [1.5], "count": [3], "known": [True], "fuel": ["gas"], **changes}


def test_encodes_each_type() -> None:
    assert encode_columns(SCHEMA, columns()).tolist() == [[1.5, 3.0, 1.0, 1.0]]


def test_makes_missing_values_nan() -> None:
    matrix = encode_columns(
        SCHEMA, {"value": [None], "count": [None], "known": [None], "fuel": [None]}
    )

    assert np.isnan(matrix).all()


def test_reads_masked_arrays_as_missing() -> None:
    masked = np.ma.MaskedArray(np.array([1, 2]), mask=[False, True])
    words = np.ma.MaskedArray(np.array(["gas", "gas"], dtype=object), mask=[True, False])

    matrix = encode_columns(
        SCHEMA, {"value": [0.0, 0.0], "count": masked, "known": [True, False], "fuel": words}
    )

    np.testing.assert_array_equal(matrix[:, 1], np.array([1, np.nan], dtype=np.float32))
    np.testing.assert_array_equal(matrix[:, 3], np.array([np.nan, 1], dtype=np.float32))


def test_gives_an_unlisted_category_its_own_code() -> None:
    assert encode_columns(SCHEMA, columns(fuel=["wood"]))[0, 3] == -1.0


def test_ignores_columns_that_the_schema_does_not_list() -> None:
    assert encode_columns(SCHEMA, columns(other=["x"])).shape == (1, 4)


def test_names_the_column_that_is_missing() -> None:
    given_columns = columns()
    del given_columns["fuel"]

    with pytest.raises(EncodingError, match="no column for feature 'fuel'"):
        encode_columns(SCHEMA, given_columns)


def test_names_the_column_that_holds_no_numbers() -> None:
    with pytest.raises(EncodingError, match="'value' holds a value that is no number"):
        encode_columns(SCHEMA, columns(value=["many"]))


def test_refuses_columns_of_different_lengths() -> None:
    with pytest.raises(EncodingError, match="differ in length"):
        encode_columns(SCHEMA, columns(value=[1.0, 2.0]))


def test_refuses_a_matrix_of_another_width() -> None:
    with pytest.raises(EncodingError, match="does not fit 4 features"):
        decode_columns(SCHEMA, np.zeros((2, 3), dtype=np.float32))


@given(
    st.lists(
        st.tuples(
            st.none() | st.floats(width=32, allow_nan=False, allow_infinity=False),
            st.none() | st.integers(-(2**24), 2**24),
            st.none() | st.booleans(),
            st.none() | st.sampled_from(["diesel", "gas"]),
        ),
        min_size=1,
    )
)
def test_decodes_what_it_encoded(rows: list[tuple[object, ...]]) -> None:
    given_columns = {name: [row[index] for row in rows] for index, name in enumerate(SCHEMA.names)}

    assert decode_columns(SCHEMA, encode_columns(SCHEMA, given_columns)) == given_columns


def test_finds_labels_however_a_file_typed_them() -> None:
    assert encode_labels(("no", "yes"), ["yes", "no"]).tolist() == [1, 0]
    assert encode_labels((False, True), [1, 0.0, True]).tolist() == [1, 0, 1]


def test_names_a_label_that_is_no_class() -> None:
    with pytest.raises(EncodingError, match="'2' is none of the classes 0, 1"):
        encode_labels((0, 1), [2])
