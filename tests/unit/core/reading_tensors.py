"""The fast reader of tensors and the careful one, held to each other."""

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.core.compiled_tensors import CompiledTensors
from functions.core.inference_request import AnswerForm, read_inference_request
from functions.core.problem import RefusedError, TooManyRowsError, TooManyValuesError
from functions.core.records import RecordReader
from functions.core.strict_json import parse_json
from functions.core.tensor_columns import columns_of, names_of
from functions.core.tensor_matrix import whole_matrix
from tests.unit.serving.world import artifact_spec

MIXED = FeatureSchema(
    features=(
        Feature(name="amount", type="number"),
        Feature(name="class", type="integer", max_missing_rate=0.5),
        Feature(name="fuel", type="string", categories=("gas", "", "\u00f6l")),
        Feature(name="member", type="boolean", max_missing_rate=0.5),
        Feature(name="town", type="string", categories=("a", "b"), max_missing_rate=0.5),
    )
)
NUMBERS_ONLY = FeatureSchema(
    features=(
        Feature(name="value", type="number"),
        Feature(name="gap", type="number", max_missing_rate=0.1),
        Feature(name="age", type="integer", max_missing_rate=0.1),
        Feature(name="member", type="boolean", max_missing_rate=0.1),
    )
)
TRUTH_ONLY = FeatureSchema(
    features=tuple(Feature(name=name, type="boolean", max_missing_rate=0.1) for name in "pq")
)
ONE = FeatureSchema(features=(Feature(name="value", type="number"),))


def reader_of(schema: FeatureSchema, **changes: Any) -> RecordReader:
    return RecordReader.for_spec(artifact_spec(schema=schema, **{"maximum_rows": 3} | changes))


READERS = {
    "mixed": reader_of(MIXED),
    "numbers": reader_of(NUMBERS_ONLY),
    "truth": reader_of(TRUTH_ONLY),
    "one": reader_of(ONE),
    "extra": reader_of(MIXED, extra_features="ignore"),
}
COMPILED = {name: CompiledTensors(reader) for name, reader in READERS.items()}


def careful(
    content: bytes, binary: bytes, reader: RecordReader
) -> tuple[NDArray[np.float32], AnswerForm]:
    """Read as the wire does what the fast reader leaves."""
    most = (len(reader.names) + 1) * reader.maximum_containers
    request = read_inference_request(
        parse_json(content, allow_nan=True, maximum_containers=most),
        binary,
        check_count=reader.check_count,
        check_head=lambda head, index: names_of(head, index, reader.schema),
    )
    matrix = whole_matrix(request.tensors, reader.schema)
    if matrix is None:
        table = columns_of(request.tensors, reader.schema)
        matrix = reader.read_table(table.columns, table.locate)
    return matrix, request.form


def agree(content: bytes, binary: bytes = b"", *, reader: str = "mixed") -> bool:
    """Check that both readers say the same; return whether the fast one had anything to say."""
    fast = COMPILED[reader].read(content, binary)
    row = None if binary else COMPILED[reader].read_row(content)
    if row is not None:
        assert fast is not None
        assert row.form == fast.form
        assert np.array([row.row], dtype=np.float32).tobytes() == fast.matrix.tobytes()
    long = COMPILED[reader].read_long(content, binary)
    try:
        matrix, form = careful(content, binary, READERS[reader])
    except (RefusedError, TooManyRowsError, TooManyValuesError):
        assert (fast, long) == (None, None), content
        return False
    for found in filter(None, (fast, long)):
        assert found.matrix.dtype == np.float32
        assert found.matrix.flags.c_contiguous
        assert found.matrix.shape == matrix.shape
        assert found.matrix.tobytes() == matrix.tobytes(), (content, found.matrix, matrix)
        assert found.form == form
    return fast is not None


def as_json(document: object, *, escaped: bool = False) -> bytes:
    return json.dumps(document, ensure_ascii=escaped).encode(errors="surrogatepass")


PLAIN = {"name": "x", "shape": [2, 4], "datatype": "FP32", "data": [1.5, 2, 3, 1] * 2}


def plain(**changes: object) -> dict[str, Any]:
    return {"inputs": [PLAIN | changes]}
