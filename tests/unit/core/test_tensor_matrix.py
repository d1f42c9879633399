import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.core.records import RecordReader, RecordsError
from functions.core.tensor_columns import columns_of
from functions.core.tensor_matrix import whole_matrix
from functions.core.tensors import DATATYPES, Tensor, read_binary, write_numbers
from tests.unit.serving.world import artifact_spec

SCHEMA = FeatureSchema(
    features=(
        Feature(name="value", type="number"),
        Feature(name="gap", type="number", max_missing_rate=0.1),
        Feature(name="age", type="integer", max_missing_rate=0.1),
        Feature(name="member", type="boolean", max_missing_rate=0.1),
    )
)
READER = RecordReader.for_spec(artifact_spec(schema=SCHEMA))
NAN = float("nan")
CELLS = st.sampled_from([0, 1, 2, -1, 0.5, None, 3.4e38, 3.5e38, float("inf"), 1e-46, 2**53 + 1])


def by_column(tensor: Tensor) -> np.ndarray | None:
    """Return what the columns of a tensor are, one by one, or None if one is refused."""
    table = columns_of([tensor], SCHEMA)
    try:
        return READER.read_table(table.columns, table.locate)
    except RecordsError:
        return None


def tensor(values: object, datatype: str = "FP64", shape: tuple[int, ...] = (1, 4)) -> Tensor:
    return Tensor("x", datatype, shape, values)


def same(one: np.ndarray | None, other: np.ndarray | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=True)


@given(st.lists(CELLS, min_size=8, max_size=8))
def test_takes_what_its_columns_are_and_nothing_else(values: list[object]) -> None:
    asked = tensor(values, shape=(2, 4))

    assert same(whole_matrix([asked], SCHEMA), by_column(asked))


@pytest.mark.parametrize("datatype", sorted(set(DATATYPES) - {"BOOL"}))
@given(values=st.lists(st.integers(0, 3), min_size=8, max_size=8))
def test_takes_each_datatype(datatype: str, values: list[int]) -> None:
    content = write_numbers(np.array(values), datatype)
    asked = tensor(read_binary(content, datatype, (2, 4), ()), datatype, (2, 4))

    assert same(whole_matrix([asked], SCHEMA), by_column(asked))


def test_encodes_missing_values() -> None:
    matrix = whole_matrix([tensor(np.float32([1.5, NAN, NAN, NAN]), "FP32")], SCHEMA)

    assert matrix is not None
    assert matrix.dtype == np.float32
    assert np.isnan(matrix).tolist() == [[False, True, True, True]]


@pytest.mark.parametrize(
    "tensors",
    [
        [],
        [tensor([1, 2, 3, 1])] * 2,
        [tensor([1, 2], shape=(1, 2))],
        [tensor([1, 2, 3, 1], shape=(4,))],
        [tensor([True] * 4, "BOOL")],
        [tensor(["1"] * 4, "BYTES")],
        [tensor([10**400, 0, 0, 0])],
    ],
)
def test_leaves_all_else_to_the_columns(tensors: list[Tensor]) -> None:
    assert whole_matrix(tensors, SCHEMA) is None


def test_leaves_models_with_strings_to_the_columns() -> None:
    schema = FeatureSchema(features=(Feature(name="a", type="string", categories=("x",)),))

    assert whole_matrix([tensor([1], shape=(1, 1))], schema) is None
