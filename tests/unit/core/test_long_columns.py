import json
from typing import Any

import numpy as np
import pytest

from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.core.compiled_records import compile_reader
from functions.core.long_columns import read_long_columns
from functions.core.number_arrays import LONG_BYTES
from functions.core.records import ColumnBatch, RecordReader
from functions.core.strict_json import parse_json
from tests.unit.serving.world import artifact_spec

SCHEMA = FeatureSchema(
    features=(
        Feature(name="amount", type="number"),
        Feature(name="class", type="integer"),
        Feature(name="member", type="boolean"),
        Feature(name="fuel", type="string", categories=("gas", "unseen", "\u00f6l")),
    )
)
ROWS = 1000
COLUMNS: dict[str, list[Any]] = {
    "fuel": ["gas", "wood", "\u00f6l", "[", "unseen"] * (ROWS // 5),
    "amount": np.random.default_rng(7).normal(size=ROWS).tolist(),
    "member": [True, False] * (ROWS // 2),
    "class": [3, -0.0, 2.0, 16_777_217] * (ROWS // 4),
}
READER = RecordReader.for_spec(artifact_spec(schema=SCHEMA, maximum_rows=ROWS))


def body_of(columns: object) -> bytes:
    return json.dumps({"columns": columns}, ensure_ascii=False).encode()


def read(body: bytes) -> ColumnBatch | None:
    return read_long_columns(body, SCHEMA.features, ROWS)


@pytest.mark.parametrize("fuel", ["gas", "\u00f6l"])
def test_reads_what_the_strict_reader_reads(fuel: str) -> None:
    body = body_of(COLUMNS | {"fuel": [fuel] * ROWS})
    assert len(body) >= LONG_BYTES

    batch = read(body)

    assert batch is not None
    assert batch.first == "fuel"
    strict = READER.read(parse_json(body))
    assert batch.matrix.tobytes() == strict.matrix.tobytes()
    compiled = compile_reader(READER)
    assert compiled is not None
    assert np.array_equal(compiled.read(body).matrix, batch.matrix)  # type: ignore[union-attr] # read


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": [*COLUMNS["amount"][1:], None]},
        {"amount": [*COLUMNS["amount"][1:], [1.0]]},
        {"amount": [*COLUMNS["amount"][2:], [1.0, 2.0]]},
        {"amount": [*COLUMNS["amount"][1:], True]},
        {"amount": [*COLUMNS["amount"][1:], 3.5e38]},
        {"amount": COLUMNS["amount"][1:]},
        {"amount": 1.0},
        {"class": [0.5] * ROWS},
        {"member": [1, 0] * (ROWS // 2)},
        {"fuel": [None] * ROWS},
        {"fuel": COLUMNS["fuel"]},  # a bracket in a text
        {"other": COLUMNS["amount"]},
    ],
)
def test_leaves_others_to_the_other_reader(changes: dict[str, Any]) -> None:
    assert read(body_of(COLUMNS | {"fuel": ["gas"] * ROWS} | changes)) is None


def test_leaves_more_rows_than_are_answered_to_the_other_reader() -> None:
    body = body_of({name: [*values, values[0]] for name, values in COLUMNS.items()})

    assert read(body.replace(b'"["', b'"x"')) is None


def test_leaves_a_key_that_stands_twice_to_the_other_reader() -> None:
    body = body_of(COLUMNS | {"fuel": ["gas"] * ROWS})

    assert read(body.replace(b'{"columns": {', b'{"columns": {"amount": [1], ')) is None
    assert read(body.replace(b'{"columns": {', b'{"columns": {"amount": [], ')) is None
