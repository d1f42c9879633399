import math
import struct
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from functions.core.tensors import (
    BYTES,
    DATATYPES,
    Tensor,
    TensorError,
    check_datatype,
    check_shape,
    read_binary,
    write_numbers,
    write_texts,
)

PLACE = ("inputs", 0)
NUMBERS = sorted(set(DATATYPES) - {"BOOL"})


def read(content: bytes, datatype: str, shape: tuple[int, ...]) -> list[object]:
    """Return the plain values."""
    flat = (math.prod(shape),)
    tensor = Tensor("x", datatype, flat, read_binary(content, datatype, shape, PLACE))
    return list(tensor.column(0))


def arrays(datatype: str) -> st.SearchStrategy[np.ndarray]:
    return npst.arrays(DATATYPES[datatype], st.integers(1, 20))


def plain(array: np.ndarray) -> list[object]:
    return [None if value != value else value for value in array.tolist()]  # noqa: PLR0124 - NaN


@pytest.mark.slow
@pytest.mark.parametrize("datatype", sorted(DATATYPES))
@given(data=st.data())
def test_reads_back_what_it_writes(datatype: str, data: st.DataObject) -> None:
    array = data.draw(arrays(datatype))

    content = write_numbers(array, datatype)

    assert read(content, datatype, array.shape) == plain(array)


@given(st.lists(st.text(), min_size=1))
def test_reads_back_texts_with_empty_ones_missing(texts: list[str]) -> None:
    content = write_texts(texts)

    assert read(content, BYTES, (len(texts),)) == [text or None for text in texts]


@pytest.mark.parametrize(
    ("datatype", "content", "value"),
    [
        ("UINT16", b"\x01\x00", 1),
        ("INT32", b"\xfe\xff\xff\xff", -2),
        ("UINT64", b"\x00" * 7 + b"\x80", 2**63),
        ("FP16", b"\x00\x3c", 1.0),
        ("FP32", struct.pack("<f", 0.1), float(np.float32(0.1))),
        ("FP64", struct.pack("<d", 0.1), 0.1),
        ("FP64", struct.pack("<d", math.inf), math.inf),
        ("FP32", b"\x01\x00\x80\x7f", None),
        ("BOOL", b"\x01", True),
        (BYTES, b"\x02\x00\x00\x00\xc3\xa9", "é"),
    ],
)
def test_takes_the_least_significant_byte_first(
    datatype: str, content: bytes, value: object
) -> None:
    (taken,) = read(content, datatype, (1,))

    assert taken == value
    assert type(taken) is type(value)


@given(
    datatype=st.sampled_from([*DATATYPES, BYTES]),
    content=st.binary(max_size=64),
    shape=st.lists(st.integers(1, 2**63 - 1) | st.integers(1, 8), min_size=1, max_size=2),
)
def test_reads_or_refuses_any_bytes_for_any_shape(
    datatype: str, content: bytes, shape: list[int]
) -> None:
    with suppress(TensorError):
        values = read(content, datatype, tuple(shape))
        assert len(values) == math.prod(shape)


@pytest.mark.parametrize(
    ("datatype", "content", "shape", "said"),
    [
        ("FP32", bytes(7), (2,), "FP32 of shape [2] is 8 bytes, got 7"),
        ("FP32", bytes(8), (2**63 - 1, 2**63 - 1), "bytes, got 8"),
        ("BOOL", b"\x00\x02\x01", (3,), "one byte, 0 or 1"),
        (BYTES, bytes(8), (2**40,), "or more, got 8"),
        (BYTES, struct.pack("<I", 2**32 - 1) + b"ab", (1,), "text 0 goes beyond"),
        (BYTES, write_texts(["a"]) + bytes(2), (2,), "8 bytes or more, got 7"),
        (BYTES, write_texts(["abcd"]) + bytes(3), (2,), "text 1 goes beyond"),
        (BYTES, write_texts(["a", "b"]), (1,), "5 bytes follow the last of 1 texts"),
        (BYTES, struct.pack("<I", 1) + b"\xff", (1,), "text 0 is not UTF-8: byte 0"),
    ],
)
def test_says_how_bytes_do_not_fit(
    datatype: str, content: bytes, shape: tuple[int, ...], said: str
) -> None:
    with pytest.raises(TensorError) as refused:
        read_binary(content, datatype, shape, PLACE)

    (problem,) = refused.value.problems
    assert problem.pointer == "/inputs/0"
    assert said in problem.detail


@pytest.mark.parametrize("shape", [[1], [3, 1], [1, 2**63 - 1]])
def test_takes_one_or_two_dimensions(shape: list[int]) -> None:
    assert check_shape(shape, PLACE) == tuple(shape)


@pytest.mark.parametrize(
    "shape",
    [None, [], 3, "3", [0], [-1], [2, 0], [1, 1, 1], [True], [1.0], ["1"], [2**63], [10**4000]],
)
def test_refuses_any_other_shape(shape: object) -> None:
    with pytest.raises(TensorError) as refused:
        check_shape(shape, (*PLACE, "shape"))

    assert refused.value.problems[0].pointer == "/inputs/0/shape"
    assert refused.value.problems[0].detail.startswith("expected")


def test_knows_the_protocols_datatypes_and_no_other() -> None:
    assert [check_datatype(name, PLACE) for name in NUMBERS] == NUMBERS
    for other in ("BF16", "fp32", "", None, 7, ["FP32"]):
        with pytest.raises(TensorError, match="expected one of BOOL, UINT8"):
            check_datatype(other, PLACE)
