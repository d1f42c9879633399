"""What the fast reader of tensors leaves to the careful one."""

import pytest

from functions.core.compiled_tensors import MAXIMUM_PARAMETERS, MAXIMUM_VALUES, CompiledTensors
from functions.core.inference_request import MAXIMUM_ID
from functions.core.problem import RefusedError, TooManyRowsError
from functions.core.records import RecordReader
from tests.unit.core.reading_tensors import ONE, PLAIN, READERS, agree, as_json, careful, plain
from tests.unit.serving.world import artifact_spec


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        {"inputs": []},
        {"inputs": None},
        plain(name=None),
        plain(shape=[2.0, 4]),
        plain(shape=[]),
        plain(shape=[-2, 4]),
        plain(shape=[2, -4]),
        plain(shape=[2, 2, 2]),
        plain(shape=[4, 4]),
        plain(shape=[4, 2]),
        plain(shape=[8]),
        plain(shape=[2**70, 4]),
        plain(datatype="BF16"),
        plain(datatype="BOOL"),
        plain(datatype="BYTES"),
        plain(datatype="INT8", data=[1, 2, 300, 1] * 2),
        plain(datatype="INT8", data=[1, 2.5, 3, 1] * 2),
        plain(datatype="UINT8", data=[-1, 2, 3, 1] * 2),
        plain(datatype="FP16", data=[65505, 2, 3, 1] * 2),
        plain(data=[1.5, 2, 3, True] * 2),
        plain(data=[1.5, 2, 3, "1"] * 2),
        plain(data=[1.5, 2, 3, 2] * 2),
        plain(data=[1.5, 2, 3.5, 1] * 2),
        plain(data=[None, 2, 3, 1] * 2),
        plain(data=[3.5e38, 2, 3, 1] * 2),
        plain(data=[[1, 2, 3, 1], [1, 2, 3]]),
        plain(data=[[1, 2, 3, 1]]),
        plain(data=[[1, 2, 3, 1], 4]),
        plain(data=None),
        plain(parameters=[]),
        plain(parameters={"binary_data_size": 0}),
        plain(parameters={"binary_data_size": True}),
        plain() | {"id": 7},
        plain() | {"id": "i" * (MAXIMUM_ID + 1)},
        plain() | {"outputs": [{}]},
        plain() | {"outputs": [{"name": "a", "parameters": {"binary_data": 1}}]},
        plain() | {"outputs": [{"name": "a", "parameters": {"classification": 2}}]},
        plain() | {"parameters": {"binary_data_output": 1}},
        {"inputs": [PLAIN, PLAIN]},
    ],
    ids=str,
)
def test_leaves_to_the_careful_reader_what_it_refuses(document: object) -> None:
    with pytest.raises((RefusedError, TooManyRowsError)):
        careful(as_json(document), b"", READERS["numbers"])

    assert not agree(as_json(document), reader="numbers")


@pytest.mark.parametrize(
    "document",
    [
        plain() | {"something": "else"},
        plain(another="key"),
        plain(data=[1, float("nan"), 3, 1] * 2),
        plain(parameters={str(n): n for n in range(MAXIMUM_PARAMETERS + 1)}),
        plain(name="a\n"),
    ],
)
def test_leaves_to_the_careful_reader_what_is_seldom(document: object) -> None:
    careful(as_json(document), b"", READERS["numbers"])

    assert not agree(as_json(document), reader="numbers")


def test_leaves_to_the_careful_reader_what_is_near_to_the_limit_of_a_body() -> None:
    rows = MAXIMUM_VALUES + 1
    reader = RecordReader.for_spec(artifact_spec(schema=ONE, maximum_rows=rows))
    tensor = {"name": "value", "shape": [rows], "datatype": "FP32", "data": [1] * rows}

    assert CompiledTensors(reader).read(as_json({"inputs": [tensor]}), b"") is None
    tensor |= {"shape": [9], "data": [1] * 9}
    assert CompiledTensors(reader).read(as_json({"inputs": [tensor]}), b"") is not None
