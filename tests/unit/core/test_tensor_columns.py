from collections.abc import Sequence

import pytest

from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.core.records import RecordsError
from functions.core.tensor_columns import columns_of
from functions.core.tensors import Tensor

SCHEMA = FeatureSchema(
    features=(
        Feature(name="value", type="number"),
        Feature(name="region", type="string", categories=("north", "south")),
        Feature(name="age", type="integer"),
        Feature(name="member", type="boolean"),
        Feature(name="fuel", type="string", categories=("gas",)),
    )
)


def tensor(name: str, values: Sequence[object], *shape: int, datatype: str = "FP64") -> Tensor:
    return Tensor(name, datatype, shape, values)


def columns(*tensors: Tensor, schema: FeatureSchema = SCHEMA) -> dict[str, list[object]]:
    return {name: list(values) for name, values in columns_of(tensors, schema).columns.items()}


def test_takes_a_tensor_for_each_feature() -> None:
    assert columns(tensor("age", [40, 41], 2), tensor("value", [1.5, None], 2, 1)) == {
        "age": [40, 41],
        "value": [1.5, None],
    }


def test_takes_one_matrix_of_any_name_for_all_that_are_no_strings() -> None:
    assert columns(tensor("x", [1.5, 40, 1.0, 2.5, 41, 0.0], 2, 3)) == {
        "value": [1.5, 2.5],
        "age": [40, 41],
        "member": [True, False],
    }


def test_takes_one_matrix_of_texts_for_all_strings_beside_it() -> None:
    texts = tensor("words", ["north", "gas", None, "x"], 2, 2, datatype="BYTES")
    numbers = tensor("numbers", [1.5, 40, None, 2.5, 41, 0], 2, 3)

    assert columns(texts, numbers) == {
        "region": ["north", None],
        "fuel": ["gas", "x"],
        "value": [1.5, 2.5],
        "age": [40, 41],
        "member": [None, False],
    }


def test_takes_a_matrix_of_one_column_for_the_only_feature() -> None:
    schema = FeatureSchema(features=(Feature(name="value", type="number"),))

    assert columns(tensor("input_0", [1.5, 2.5], 2, 1), schema=schema) == {"value": [1.5, 2.5]}


@pytest.mark.parametrize(
    ("datatype", "sent", "taken"),
    [
        ("BOOL", [True, None], [True, None]),
        ("FP32", [1.0, 0.0, 0.5, None], [True, False, 0.5, None]),
        ("INT8", [1, 2], [True, 2]),
        ("BYTES", ["true", None], ["true", None]),
    ],
)
def test_makes_truth_values_of_numbers_only_where_nothing_is_lost(
    datatype: str, sent: list[object], taken: list[object]
) -> None:
    got = columns(tensor("member", sent, len(sent), datatype=datatype))["member"]

    assert got == taken
    assert list(map(type, got)) == list(map(type, taken))


def test_leaves_truth_values_for_a_number_to_be_refused() -> None:
    assert columns(tensor("age", [True], 1, datatype="BOOL")) == {"age": [True]}


def test_leaves_what_is_no_feature_under_its_own_name() -> None:
    assert columns(tensor("agee", [1], 1), tensor("other", [1], 1, 1)) == {
        "agee": [1],
        "other": [1],
    }


@pytest.mark.parametrize(
    ("tensors", "pointer", "said"),
    [
        ([tensor("x", [1, 2], 1, 2)], "/inputs/0/shape", "3 features that are no strings: value"),
        ([tensor("age", [1, 2], 1, 2)], "/inputs/0/shape", "has 2 columns"),
        (
            [tensor("x", ["a"] * 3, 1, 3, datatype="BYTES")],
            "/inputs/0/shape",
            "2 string features: region, fuel",
        ),
        ([tensor("age", [1], 1), tensor("age", [1], 1)], "/inputs/1", "so does input 0"),
        ([tensor("age", [1], 1), tensor("x", [1] * 3, 1, 3)], "/inputs/1", "holds age"),
    ],
)
def test_says_which_tensor_fits_no_features(tensors: list[Tensor], pointer: str, said: str) -> None:
    with pytest.raises(RecordsError) as refused:
        columns(*tensors)

    (problem,) = refused.value.problems
    assert problem.pointer == pointer
    assert said in problem.detail


def test_says_where_a_value_came_in() -> None:
    table = columns_of([tensor("x", [1] * 3, 1, 3), tensor("agee", [1], 1)], SCHEMA)

    assert table.locate("member", 0) == "/inputs/0: member, row 0"
    assert table.locate("agee", None) == "/inputs/1: agee"
    assert table.locate("region", None) == "/inputs: region"
