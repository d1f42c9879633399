import numpy as np
import pytest

from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.core.encoding import encode_columns
from functions.core.reencoding import IncomparableSchemaError, reencode

AGE = Feature(name="age", type="integer")
FUEL = Feature(name="fuel", type="string", categories=("gas", "diesel"), max_missing_rate=0.5)
WIDER_FUEL = FUEL.model_copy(update={"categories": ("electric", "diesel", "gas")})
COLUMNS = {"age": [1, None, 3, 4], "fuel": ["gas", "diesel", None, "wood"]}


def test_gives_what_the_other_schema_would_have_encoded() -> None:
    held = FeatureSchema(features=(AGE, WIDER_FUEL))
    wanted = FeatureSchema(features=(FUEL, AGE))

    found = reencode(encode_columns(held, COLUMNS), held, wanted)

    np.testing.assert_array_equal(found, encode_columns(wanted, COLUMNS))
    assert found.dtype == np.float32


def test_makes_a_category_that_the_other_does_not_list_unseen() -> None:
    held, wanted = FeatureSchema(features=(WIDER_FUEL,)), FeatureSchema(features=(FUEL,))

    found = reencode(encode_columns(held, {"fuel": ["electric", "gas"]}), held, wanted)

    assert found.tolist() == [[-1.0], [0.0]]


def test_returns_rows_of_the_same_schema_as_they_are() -> None:
    schema = FeatureSchema(features=(AGE,))
    rows = np.ones((2, 1), dtype=np.float32)

    assert reencode(rows, schema, schema) is rows


def test_names_the_feature_that_the_rows_lack() -> None:
    with pytest.raises(IncomparableSchemaError, match="no feature 'fuel'"):
        reencode(
            np.ones((1, 1), dtype=np.float32),
            FeatureSchema(features=(AGE,)),
            FeatureSchema(features=(AGE, FUEL)),
        )


def test_names_the_feature_that_is_of_another_kind() -> None:
    coded = Feature(name="fuel", type="integer")

    with pytest.raises(IncomparableSchemaError, match="'fuel' is string there and integer"):
        reencode(
            np.ones((1, 1), dtype=np.float32),
            FeatureSchema(features=(coded,)),
            FeatureSchema(features=(FUEL,)),
        )


@pytest.mark.parametrize("code", [3.0, -2.0, 1.7e9, np.inf])
def test_names_the_feature_that_holds_a_hash(code: float) -> None:
    with pytest.raises(IncomparableSchemaError, match=r"'fuel' holds .* none of its 3 categories"):
        reencode(
            np.float32([[0.0], [code]]),
            FeatureSchema(features=(WIDER_FUEL,)),
            FeatureSchema(features=(FUEL,)),
        )
