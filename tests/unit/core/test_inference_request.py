import json
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.inference_request import RequestedOutput, read_inference_request
from functions.core.problem import TooManyRowsError
from functions.core.tensors import Tensor, TensorError, write_numbers, write_texts

AGES = {"name": "age", "shape": [2], "datatype": "INT64", "data": [40, 41]}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 2**70) | st.floats() | st.text(max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=8,
)


def any_count(_rows: int) -> None:
    """Let any number of rows through."""


def read(document: object, binary: bytes = b""):
    return read_inference_request(document, binary, check_count=any_count)


def binary_tensor(name: str, datatype: str, shape: list[int], size: object) -> dict[str, object]:
    parameters = {"binary_data_size": size}
    return {"name": name, "datatype": datatype, "shape": shape, "parameters": parameters}


def test_reads_tensors_ids_and_outputs() -> None:
    request = read(
        {
            "id": "mine",
            "inputs": [AGES],
            "outputs": [{"name": "label", "parameters": {"binary_data": False}}, {"name": "x"}],
            "parameters": {"binary_data_output": True, "priority": 3},
            "model_name": "loan_default",
        }
    )

    (tensor,) = request.tensors
    assert request.form.id == "mine"
    assert (tensor.name, tensor.shape, list(tensor.values)) == ("age", (2,), [40, 41])
    assert request.form.outputs == (RequestedOutput("label", False), RequestedOutput("x", None))
    assert request.form.binary_by_default


def test_cuts_binary_tensors_in_the_order_of_the_inputs() -> None:
    ages = write_numbers(np.array([40, 41]), "INT16")
    names = write_texts(["x", ""])

    request = read(
        {
            "inputs": [
                binary_tensor("age", "INT16", [2], len(ages)),
                {**AGES, "name": "years"},
                binary_tensor("region", "BYTES", [2, 1], len(names)),
            ]
        },
        ages + names,
    )

    assert [list(tensor.values) for tensor in request.tensors] == [
        [40, 41],
        [40, 41],
        ["x", None],
    ]
    assert not request.form.binary_by_default
    assert request.form.id is None


def test_checks_the_rows_before_any_value() -> None:
    def refuse(rows: int) -> None:
        raise TooManyRowsError(rows, 5)

    with pytest.raises(TooManyRowsError, match="9223372036854775807 rows"):
        read_inference_request(
            {"inputs": [{**AGES, "shape": [2**63 - 1], "data": "not even looked at"}]},
            b"",
            check_count=refuse,
        )


def test_counts_the_tensors_before_any_is_read() -> None:
    with pytest.raises(TensorError, match="has 3 tensors, the most is 2"):
        read_inference_request(
            {"inputs": ["not even looked at"] * 3}, b"", check_count=any_count, maximum_inputs=2
        )


def test_asks_for_a_tensor_by_its_head_before_any_value() -> None:
    def refuse(head: Tensor, index: int) -> None:
        raise TooManyRowsError(head.width, index)

    with pytest.raises(TooManyRowsError, match="200 rows in one request, the most is 0"):
        read_inference_request(
            {"inputs": [{**AGES, "shape": [2, 200], "data": "not even looked at"}]},
            b"",
            check_count=any_count,
            check_head=refuse,
        )


@pytest.mark.parametrize(
    ("document", "pointer", "said"),
    [
        ([], "", "expected an object with inputs"),
        ({}, "/inputs", "at least one tensor, got null"),
        ({"inputs": [AGES], "id": "i" * 257}, "/id", "has 257 characters, the most is 256"),
        ({"inputs": []}, "/inputs", "at least one tensor"),
        ({"inputs": {}}, "/inputs", "at least one tensor"),
        ({"inputs": [7]}, "/inputs/0", "expected a tensor, got 7"),
        ({"inputs": [{**AGES, "name": None}]}, "/inputs/0/name", "got null"),
        ({"inputs": [{**AGES, "shape": None}]}, "/inputs/0/shape", "expected [rows]"),
        ({"inputs": [{**AGES, "datatype": "BF16"}]}, "/inputs/0/datatype", 'got "BF16"'),
        ({"inputs": [{**AGES, "data": None}]}, "/inputs/0/data", "got null"),
        ({"inputs": [{**AGES, "parameters": 3}]}, "/inputs/0/parameters", "got 3"),
        (
            {"inputs": [AGES, {**AGES, "shape": [1], "data": [1]}]},
            "/inputs/1/shape",
            "has 1 rows, the first input has 2",
        ),
        ({"inputs": [AGES], "id": 7}, "/id", "expected a text, got 7"),
        ({"inputs": [AGES], "parameters": []}, "/parameters", "expected an object"),
        (
            {"inputs": [AGES], "parameters": {"binary_data_output": 1}},
            "/parameters/binary_data_output",
            "expected true or false, got 1",
        ),
        ({"inputs": [AGES], "outputs": {}}, "/outputs", "expected an array"),
        ({"inputs": [AGES], "outputs": ["label"]}, "/outputs/0", "the output's name"),
        (
            {"inputs": [AGES], "outputs": [{"name": "a", "parameters": {"binary_data": "no"}}]},
            "/outputs/0/parameters/binary_data",
            "expected true or false",
        ),
        (
            {"inputs": [AGES], "outputs": [{"name": "a", "parameters": {"classification": 2}}]},
            "/outputs/0/parameters/classification",
            "is not offered",
        ),
    ],
)
def test_says_what_is_not_as_the_protocol_has_it(document: object, pointer: str, said: str) -> None:
    with pytest.raises(TensorError) as refused:
        read(document)

    (problem,) = refused.value.problems
    assert problem.pointer == pointer
    assert said in problem.detail


@pytest.mark.parametrize(
    ("tensor", "binary", "said"),
    [
        (binary_tensor("a", "INT8", [2], 3), b"ab", "is 3, and 2 bytes are left"),
        (binary_tensor("a", "INT8", [2], 2**70), b"ab", "and 2 bytes are left"),
        (binary_tensor("a", "INT8", [2], -1), b"ab", "expected a number of bytes, got -1"),
        (binary_tensor("a", "INT8", [2], 2.0), b"ab", "expected a number of bytes"),
        (binary_tensor("a", "INT8", [2], True), b"ab", "expected a number of bytes"),
        (binary_tensor("a", "INT8", [2], 1), b"a", "is 2 bytes, got 1"),
        (binary_tensor("a", "INT8", [2], 2), b"abc", "1 bytes follow the last"),
        ({**binary_tensor("a", "INT8", [2], 2), "data": [1, 2]}, b"ab", "not in both"),
        (AGES, b"ab", "2 bytes follow the last"),
    ],
)
def test_says_how_the_bytes_do_not_fit_the_sizes(
    tensor: dict[str, object], binary: bytes, said: str
) -> None:
    with pytest.raises(TensorError) as refused:
        read({"inputs": [tensor]}, binary)

    assert said in refused.value.problems[0].detail


@given(
    document=st.fixed_dictionaries(
        {},
        optional={
            "inputs": JSON
            | st.lists(
                st.fixed_dictionaries(
                    {},
                    optional={
                        "name": st.text(max_size=2) | JSON,
                        "shape": st.lists(st.integers(-1, 3), max_size=3) | JSON,
                        "datatype": st.sampled_from(["INT8", "BYTES", "FP16", "BOOL"]) | JSON,
                        "data": JSON,
                        "parameters": st.fixed_dictionaries({"binary_data_size": JSON}) | JSON,
                    },
                )
            ),
            "outputs": JSON,
            "parameters": JSON,
            "id": JSON,
        },
    )
    | JSON,
    binary=st.binary(max_size=8),
)
def test_reads_or_refuses_anything(document: object, binary: bytes) -> None:
    with suppress(TensorError):
        request = read(document, binary)
        json.dumps([request.form.id, *(list(tensor.values) for tensor in request.tensors)])
