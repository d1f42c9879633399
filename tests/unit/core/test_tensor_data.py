import json
import math
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from functions.core.strict_json import parse_json
from functions.core.tensor_data import read_data
from functions.core.tensors import BYTES, DATATYPES, TensorError

PLACE = ("inputs", 0, "data")
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)


@pytest.mark.slow
@pytest.mark.parametrize("datatype", sorted(DATATYPES))
@given(data=st.data())
def test_reads_what_a_client_makes_of_an_array(datatype: str, data: st.DataObject) -> None:
    shape = data.draw(st.tuples(st.integers(1, 4)) | st.tuples(*[st.integers(1, 4)] * 2))
    elements = {} if DATATYPES[datatype].kind != "f" else {"allow_infinity": False}
    array = data.draw(npst.arrays(DATATYPES[datatype], shape, elements=elements))
    flat = array.ravel().tolist()
    expected = [None if value != value else value for value in flat]  # noqa: PLR0124 - NaN

    for form in (array.tolist(), flat):
        sent = parse_json(json.dumps(form).encode(), allow_nan=True)
        assert read_data(sent, datatype, shape, PLACE) == expected


@pytest.mark.parametrize(
    ("datatype", "sent", "value"),
    [
        ("INT64", 64.0, 64),
        ("INT64", 2**63 - 1, 2**63 - 1),
        ("UINT8", 255, 255),
        ("INT8", -128.0, -128),
        ("INT32", None, None),
        ("INT32", math.nan, None),
        ("BOOL", 1.0, True),
        ("BOOL", 0, False),
        ("BOOL", math.nan, None),
        ("FP32", 3, 3),
        ("FP64", None, None),
        ("FP16", 0.5, 0.5),
        ("FP16", -65504, -65504),
        ("FP32", 3.4028235e38, 3.4028235e38),
        ("FP64", 10**308, 10**308),
        (BYTES, "", None),
        (BYTES, "é", "é"),
        (BYTES, None, None),
    ],
)
def test_takes_a_value_that_is_exact(datatype: str, sent: object, value: object) -> None:
    (read,) = read_data([sent], datatype, (1,), PLACE)

    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("datatype", "sent", "said"),
    [
        ("INT64", 64.5, "expected a whole number from -9223372036854775808 to"),
        ("INT64", 2**63, "expected a whole number"),
        ("INT64", math.inf, "expected a whole number"),
        ("UINT8", 256, "from 0 to 255 of UINT8, got 256"),
        ("UINT8", -1, "from 0 to 255"),
        ("INT8", True, "got true"),
        ("BOOL", 2, "expected a truth value of BOOL, got 2"),
        ("BOOL", 0.5, "expected a truth value"),
        ("BOOL", "true", "expected a truth value"),
        ("FP32", "1.5", '3.4028235e+38 of FP32, got "1.5"'),
        ("FP32", 3.5e38, "number from -3.4028235e+38 to 3.4028235e+38 of FP32, got 3.5e+38"),
        ("FP32", -(10**39), "of FP32, got -1000"),
        ("FP32", math.inf, "of FP32, got Infinity"),
        ("FP16", 65505, "expected a number from -65504.0 to 65504.0 of FP16, got 65505"),
        ("FP16", -65536.0, "of FP16, got -65536.0"),
        ("FP64", 10**309, "of FP64, got 1000"),
        ("FP32", False, "got false"),
        ("FP32", [1.0], "got [1.0]"),
        (BYTES, 7, "expected a text of BYTES, got 7"),
        (BYTES, {}, "got an empty object"),
    ],
)
def test_refuses_any_other_value_and_says_where(datatype: str, sent: object, said: str) -> None:
    good = {"BOOL": True, BYTES: "a"}.get(datatype, 1)

    with pytest.raises(TensorError) as refused:
        read_data([good, sent, good], datatype, (3,), PLACE)

    (problem,) = refused.value.problems
    assert problem.pointer == "/inputs/0/data/1"
    assert said in problem.detail


@pytest.mark.parametrize("others", [[], [math.nan], [None], [10**308, 1.0]])
@pytest.mark.parametrize("where", [0, 1])
def test_finds_a_number_beyond_the_largest_among_missing_ones(
    others: list[object], where: int
) -> None:
    data = [*others, 1e300, *others] if where else [1e300, *others, *others]

    with pytest.raises(TensorError) as refused:
        read_data(data, "FP32", (len(data),), PLACE, name="car_value")

    pointers = [problem.pointer for problem in refused.value.problems]
    assert f"/inputs/0/data/{data.index(1e300)}" in pointers
    assert refused.value.problems[0].detail.startswith('tensor "car_value": expected a number')


def test_adds_up_large_numbers_without_taking_them_for_missing() -> None:
    largest = [1.7e308, 1.7e308, 10**308, -1.7e308, -1.7e308]

    assert read_data(largest, "FP64", (5,), PLACE) == largest


def test_points_into_nested_data() -> None:
    with pytest.raises(TensorError) as refused:
        read_data([[1, 2], [3, "x"]], "INT8", (2, 2), PLACE)

    assert refused.value.problems[0].pointer == "/inputs/0/data/1/1"


@pytest.mark.parametrize(
    ("data", "shape", "said"),
    [
        ([1, 2], (3,), "has 2 values, shape [3] has 3"),
        ([], (1,), "has 0 values"),
        ([1, 2, 3], (2, 2), "has 3 values, shape [2, 2] has 4"),
        ([1], (2**62, 2**62), "has 1 values"),
        ([[1, 2], [3]], (2, 2), "expected 2 arrays of 2 values"),
        ([[1, 2], 3], (2, 2), "expected 2 arrays of 2 values"),
        ([[1, 2]], (2, 2), "expected 2 arrays of 2 values"),
        ("abc", (3,), 'expected an array, got "abc"'),
        (None, (1,), "expected an array, got null"),
    ],
)
def test_refuses_data_of_another_shape(data: object, shape: tuple[int, ...], said: str) -> None:
    with pytest.raises(TensorError) as refused:
        read_data(data, "FP32", shape, PLACE)

    assert refused.value.problems[0].pointer == "/inputs/0/data"
    assert said in refused.value.problems[0].detail


@given(
    datatype=st.sampled_from([*DATATYPES, BYTES]),
    shape=st.lists(st.integers(1, 3) | st.integers(1, 2**63 - 1), min_size=1, max_size=2),
    data=st.lists(SCALARS | st.lists(SCALARS, max_size=3), max_size=6) | SCALARS,
)
def test_reads_or_refuses_any_data(datatype: str, shape: list[int], data: object) -> None:
    with suppress(TensorError):
        values = read_data(data, datatype, tuple(shape), PLACE)
        assert len(values) == math.prod(shape)
        assert all(value is None or isinstance(value, bool | int | float | str) for value in values)


def test_is_not_fooled_by_a_truth_value_among_numbers() -> None:
    assert read_data([True, 1, 0.0, False], "BOOL", (4,), PLACE) == [True, True, False, False]
    with pytest.raises(TensorError):
        read_data([True], "FP64", (1,), PLACE)
