"""The fast reader of tensors and the careful one agree: the same rows, or the careful's refusal."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from functions.core.inference_request import MAXIMUM_ID
from functions.core.tensors import DATATYPES, write_numbers, write_texts
from tests.unit.core.reading_tensors import (
    READERS,
    agree,
    as_json,
    plain,
)

DATATYPE_NAMES = sorted([*DATATYPES, "BYTES", "BF16"])
EDGES = [0, -0.0, 1, 2, 0.5, 127, 128, -129, 256, 65504, 65505, 2**31, 2**53 + 1, 2**63, 2**64]
LARGE = [3.4028234663852886e38, 3.4028235e38, 3.4028236e38, -1e39, 1e308, 10**400]
NUMBERS = st.one_of(
    st.sampled_from(EDGES + LARGE), st.integers(), st.floats(allow_nan=False, allow_infinity=False)
)
TEXTS = st.sampled_from(["gas", "", "\u00f6l", "a", "b", "wood", 'say "so"', "\ud800"])
ODD = st.sampled_from([None, True, False, float("nan"), float("inf"), [], [1], {}])


def values_of(datatype: str) -> st.SearchStrategy[Any]:
    if datatype == "BYTES":
        return TEXTS | st.none()
    if datatype == "BOOL":
        return st.booleans() | st.none() | st.sampled_from([0, 1, 0.0, -0.0, 1.0])
    if datatype in {"FP16", "FP32", "FP64", "BF16"}:
        return NUMBERS | st.none() | st.sampled_from([0, 1])
    return st.sampled_from(EDGES) | st.none() | st.sampled_from([0, 1])


@st.composite
def documents(draw: st.DrawFn, *, hostile: bool) -> tuple[str, dict[str, Any], bytes]:
    """Return a reader's name and a request with its bytes, most of them right."""
    name = draw(st.sampled_from([*READERS]))
    features = READERS[name].schema.features
    rows, kinds = draw(st.integers(1, 4 if hostile else 3)), {f.name: f.type for f in features}
    texts = [feature.name for feature in features if feature.is_categorical]
    others = [feature.name for feature in features if not feature.is_categorical]
    names = draw(st.permutations([*kinds]))
    wanted = [(one, 1, kinds[one] == "string") for one in names]
    if draw(st.booleans()):
        wanted = [("x", len(group), group is texts) for group in (others, texts) if group]
    if hostile and draw(st.booleans()):
        extra = (draw(st.sampled_from(["x", "amount", "member"])), draw(st.integers(1, 3)))
        wanted = [*wanted, (*extra, draw(st.booleans()))][draw(st.integers(0, 1)) :]
    inputs, binary = [], b""
    for one, width, is_text in wanted:
        tensor, content = draw(tensors(one, rows, width, is_text=is_text, hostile=hostile))
        inputs.append(tensor)
        binary += content
    more = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "id": st.sampled_from([None, "", "mine", "\u00f6", "i" * MAXIMUM_ID]),
                "model_name": st.just("m"),
                "outputs": st.just([{"name": "label", "parameters": {"binary_data": False}}])
                | st.sampled_from([None, [], [{"name": "label"}]]),
                "parameters": st.just({"binary_data_output": True, "priority": 3, "x": "y"})
                | st.sampled_from([None, {}]),
            },
        )
    )
    return name, {"inputs": inputs, **more}, binary


@st.composite
def tensors(
    draw: st.DrawFn, name: str, rows: int, width: int, *, is_text: bool, hostile: bool
) -> tuple[dict[str, Any], bytes]:
    """Return one tensor and its bytes, if it has some."""
    known = ["BYTES"] if is_text else ["FP32", "FP64", "INT64", "BOOL", "FP16", "INT8"]
    datatype = draw(st.sampled_from(DATATYPE_NAMES if hostile else known))
    count = rows * width
    shape = [rows] if width == 1 and draw(st.booleans()) else [rows, width]
    tensor: dict[str, Any] = {"name": name, "datatype": datatype, "shape": shape}
    if datatype != "BF16" and draw(st.booleans()):
        content = draw(contents(datatype, count))
        tensor["parameters"] = {"binary_data_size": len(content)}
        return tensor, content
    value = values_of(datatype) | ODD if hostile else values_of(datatype)
    values = draw(st.lists(value, min_size=count, max_size=count + (hostile and width > 1)))
    if len(shape) == 2 and draw(st.booleans()):
        values = [values[i : i + width] for i in range(0, len(values), width)]
    return tensor | {"data": values}, b""


def contents(datatype: str, count: int) -> st.SearchStrategy[bytes]:
    if datatype == "BYTES":
        texts = st.lists(st.sampled_from(["gas", "", "a", "x"]), min_size=count, max_size=count)
        return texts.map(write_texts)
    size = DATATYPES[datatype].itemsize * count
    small = st.lists(st.sampled_from([0, 1, 1, 0, 3]), min_size=count, max_size=count)
    return small.map(lambda n: write_numbers(np.array(n), datatype)) | st.binary(
        min_size=size, max_size=size
    )


@pytest.mark.filterwarnings("ignore:invalid value encountered in cast")  # of a signaling NaN
@given(documents(hostile=False))
def test_agrees_on_good_requests(drawn: tuple[str, Any, bytes]) -> None:
    reader, document, binary = drawn

    agree(as_json(document), binary, reader=reader)


@pytest.mark.filterwarnings("ignore:invalid value encountered in cast")  # of a signaling NaN
@given(documents(hostile=True), st.booleans())
def test_agrees_on_hostile_requests(drawn: tuple[str, Any, bytes], escaped: bool) -> None:
    reader, document, binary = drawn

    agree(as_json(document, escaped=escaped), binary, reader=reader)


@given(
    cut=st.integers(0, 120),
    put=st.sampled_from(
        [b"", b'"', b",", b"-", b"\\", b"{", b"}", b"[", b"NaN", b"\xff", b'"id":"a",', b"0", b"e9"]
    ),
    length=st.integers(0, 9),
)
@example(cut=1, put=b'"id":"a","id":"b",', length=0)
@example(cut=12, put=b'"data":[9],', length=0)
def test_agrees_on_spoiled_requests(cut: int, put: bytes, length: int) -> None:
    body = as_json(plain())

    agree(body[:cut] + put + body[cut + length :], reader="numbers")


@pytest.mark.parametrize(
    ("document", "reader"),
    [
        (plain(), "numbers"),
        (plain(data=[[1.5, None, 3, 1], [0.5, 2, None, None]]), "numbers"),
        (plain(parameters={"content_type": "np"}) | {"id": "mine"}, "numbers"),
        (plain() | {"outputs": [{"name": "a", "parameters": {"binary_data": False}}]}, "numbers"),
        (plain() | {"parameters": {"binary_data_output": True}}, "numbers"),
        (plain() | {"model_name": "m", "model_version": None}, "numbers"),
        (plain(datatype="INT64", data=[1, 2.0, -0.0, 1] * 2), "numbers"),
        (plain(datatype="UINT8", data=[255, 0, 3, 0] * 2), "numbers"),
        (plain(datatype="FP16", data=[65504, -0.0, 3, 1] * 2), "numbers"),
        (plain(shape=[2, 2], datatype="BOOL", data=[True, 0, 1.0, None]), "truth"),
        (plain(shape=[2, 2], datatype="FP64", data=[[1, 0], [-0.0, 1]]), "truth"),
        (plain(name="value", shape=[2], data=[1, 2]), "one"),
        (plain(name="value", shape=[2, 1], data=[[1], [2]]), "one"),
        (plain(shape=[2, 1], data=[[1], [2]]), "one"),
    ],
)  # fmt: skip
def test_reads_ordinary_requests_itself(document: Any, reader: str) -> None:
    assert agree(as_json(document), reader=reader)
    assert agree(json.dumps(document, indent=1).encode(), reader=reader)


def column(name: str, datatype: str, *data: object) -> dict[str, Any]:
    return {"name": name, "shape": [len(data)], "datatype": datatype, "data": list(data)}


AMOUNT, FUEL = column("amount", "FP32", 1.5, 2), column("fuel", "BYTES", "gas", "wood")


@pytest.mark.parametrize(
    "inputs",
    [
        [AMOUNT, FUEL],
        [FUEL, column("town", "BYTES", "", None), column("member", "BOOL", True, None), AMOUNT],
        [FUEL, AMOUNT, column("class", "INT32", 3, None), column("member", "FP32", 1, -0.0)],
        [
            {"name": "t", "shape": [2, 2], "datatype": "BYTES", "data": ["gas", "", "x", "b"]},
            {"name": "x", "shape": [2, 3], "datatype": "FP32", "data": [1, 2, 1, 0, None, 0]},
        ],
    ],
)
def test_reads_ordinary_columns_itself(inputs: list[Any]) -> None:
    assert agree(as_json({"inputs": inputs}))


def test_reads_binary_tensors_itself() -> None:
    parts = [
        ("x", "FP32", [2, 3], write_numbers(np.array([1, 2, 1, 0, np.nan, 0]), "FP32")),
        ("fuel", "BYTES", [2], write_texts(["gas", "wood"])),
        ("town", "BYTES", [2, 1], write_texts(["", "b"])),
    ]
    inputs = [
        {"name": n, "datatype": d, "shape": s, "parameters": {"binary_data_size": len(c)}}
        for n, d, s, c in parts
    ]
    binary = b"".join(content for *_, content in parts)

    assert agree(as_json({"inputs": inputs}), binary)
    assert not agree(as_json({"inputs": inputs}), binary[:-1])
    assert not agree(as_json({"inputs": inputs}), binary + b"\0")
    inputs[0]["data"] = []
    assert not agree(as_json({"inputs": inputs}), binary)


def test_knows_a_missing_number_of_any_kind_of_nan() -> None:
    negative_nan = np.uint32([0xFFC00001])
    content = np.concatenate([np.float32([1]), negative_nan.view(np.float32), np.float32([2, 1])])
    tensor = plain(shape=[1, 4], parameters={"binary_data_size": 16})["inputs"][0]
    del tensor["data"]

    assert agree(as_json({"inputs": [tensor]}), content.astype("<f4").tobytes(), reader="numbers")
