"""Long requests are read as arrays; that they are read rightly `test_compiled_tensors` shows."""

import json
from itertools import chain
from typing import Any

import numpy as np
import pytest

from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.core.compiled_tensors import CompiledTensors, TensorMatrix
from functions.core.records import RecordReader
from tests.unit.core.reading_tensors import careful
from tests.unit.serving.world import artifact_spec

ROWS = 500
SCHEMA = FeatureSchema(
    features=(
        Feature(name="amount", type="number"),
        Feature(name="fuel", type="string", categories=("gas", "oil")),
        Feature(name="age", type="integer"),
    )
)
READER = RecordReader.for_spec(artifact_spec(schema=SCHEMA, maximum_rows=ROWS))
COMPILED = CompiledTensors(READER)
NUMBERS = [
    [value, float(row)] for row, value in enumerate(np.random.default_rng(1).normal(size=ROWS))
]
TEXTS = ["gas", "wood"] * (ROWS // 2)


def tensor(name: str, datatype: str, data: object, *width: int) -> dict[str, Any]:
    return {"name": name, "shape": [ROWS, *width], "datatype": datatype, "data": data}


MATRIX = tensor("x", "FP64", NUMBERS, 2)
FUEL = tensor("fuel", "BYTES", TEXTS)


def read(inputs: list[Any], **more: Any) -> tuple[bytes, TensorMatrix | None]:
    body = json.dumps({"inputs": inputs, **more}).encode()
    return body, COMPILED.read_long(body, b"")


@pytest.mark.parametrize(
    ("inputs", "more"),
    [
        ([MATRIX, FUEL], {}),
        (
            [FUEL, MATRIX | {"data": [*chain.from_iterable(NUMBERS)]}],
            {"id": "mine", "model_name": "m"},
        ),
        ([tensor("t", "BYTES", [[text] for text in TEXTS], 1), MATRIX], {"parameters": {}}),
        (
            [
                tensor("age", "INT64", list(range(ROWS)), 1),
                tensor("amount", "FP32", [0.5] * ROWS),
                FUEL | {"parameters": {"content_type": "str"}},
            ],
            {"outputs": [{"name": "label", "parameters": {"binary_data": False}}]},
        ),
    ],
)
def test_reads_what_the_careful_reader_reads(inputs: list[Any], more: dict[str, Any]) -> None:
    body, found = read(inputs, **more)

    assert found is not None
    matrix, form = careful(body, b"", READER)
    assert found.matrix.tobytes() == matrix.tobytes()
    assert found.form == form
    assert COMPILED.read(body, b"") is not None


def changed(row: int, value: object) -> list[Any]:
    return [*NUMBERS[:row], value, *NUMBERS[row + 1 :]]


@pytest.mark.parametrize(
    ("inputs", "more"),
    [
        ([MATRIX | {"data": changed(3, [None, 1.0])}, FUEL], {}),
        ([MATRIX | {"data": changed(3, [True, 1.0])}, FUEL], {}),
        ([MATRIX | {"data": changed(3, [[1.0, 1.0], []])}, FUEL], {}),
        ([MATRIX | {"data": changed(3, [1.0])}, FUEL], {}),
        ([MATRIX | {"data": changed(3, [1.0, 2.0, 3.0])}, FUEL], {}),
        ([MATRIX | {"data": changed(3, [1e39, 1.0])}, FUEL], {}),
        ([MATRIX | {"data": changed(3, [1.0, 0.5])}, FUEL], {}),
        ([MATRIX | {"data": NUMBERS[1:]}, FUEL], {}),
        ([MATRIX | {"shape": [ROWS, 3]}, FUEL], {}),
        ([MATRIX | {"data": "1"}, FUEL], {}),
        ([MATRIX, FUEL, FUEL], {}),
        ([MATRIX, FUEL, MATRIX, FUEL], {}),
        ([MATRIX, FUEL], {"inputs2": 1}),
        ([MATRIX, FUEL], {"parameters": {str(key): 1 for key in range(17)}}),
        ([MATRIX, FUEL], {"id": "["}),
        ([MATRIX, FUEL], {"id": "\\"}),
    ],
)
def test_leaves_others_to_the_other_readers(inputs: list[Any], more: dict[str, Any]) -> None:
    assert read(inputs, **more)[1] is None


def test_leaves_a_key_that_stands_twice_to_the_other_readers() -> None:
    body, found = read([MATRIX, FUEL])
    assert found is not None

    for key in (b'"inputs": [', b'"shape": [', b'"data": ['):
        twice = body.replace(key, key[:-1] + b"[], " + key, 1)
        assert COMPILED.read_long(twice, b"") is None
