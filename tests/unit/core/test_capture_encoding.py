import json
from datetime import UTC, datetime

import numpy as np
import pytest

from functions.contracts.capture import MAX_LINE_BYTES, CaptureLine, row_inference_ids
from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.core.capture_encoding import (
    AnsweredRows,
    decode_floats,
    encode_captures,
    encode_floats,
    mask_pii,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def schema(features: int, *, pii: frozenset[int] = frozenset()) -> FeatureSchema:
    return FeatureSchema(
        features=tuple(
            Feature(name=f"f{index}", type="number", pii=index in pii) for index in range(features)
        )
    )


def answered(rows: int, features: int = 4, *, pii: frozenset[int] = frozenset()) -> AnsweredRows:
    values = np.random.default_rng(5).normal(size=(rows, features + 2)).astype(np.float32)
    return AnsweredRows(
        inference_id="i" * 64,
        model="m" * 63,
        version=4_000_000_000,
        schema=schema(features, pii=pii),
        matrix=values[:, :features],
        outputs=values[:, features:],
        at=NOW,
    )


def lines_of(request: AnsweredRows) -> list[CaptureLine]:
    return [CaptureLine.model_validate_json(line) for line in encode_captures(request)]


def test_brings_back_the_rows_and_outputs_it_was_given() -> None:
    request = answered(rows=3)

    (line,) = lines_of(request)

    np.testing.assert_array_equal(decode_floats(line.rows, line.n), request.matrix)
    np.testing.assert_array_equal(decode_floats(line.outputs, line.n), request.outputs)
    assert line.schema_id == request.schema.schema_id
    assert line.at == NOW


def test_keeps_missing_values_missing() -> None:
    encoded = encode_floats(np.array([[np.nan, -0.0]], dtype=np.float32))

    (row,) = decode_floats(encoded, 1)

    assert np.isnan(row[0])
    assert np.signbit(row[1])


def test_splits_a_long_request_into_lines_that_fit() -> None:
    request = answered(rows=20_000, features=10)

    texts = list(encode_captures(request))
    lines = [CaptureLine.model_validate_json(text) for text in texts]

    assert len(lines) > 1
    assert max(len(text.encode()) + 1 for text in texts) <= MAX_LINE_BYTES
    assert [line.first for line in lines] == [
        sum(p.n for p in lines[:i]) for i in range(len(lines))
    ]
    rows = np.concatenate([decode_floats(line.rows, line.n) for line in lines])
    np.testing.assert_array_equal(rows, request.matrix)
    ids = [row_id for line in lines for row_id in row_inference_ids(line)]
    assert ids == [f"{request.inference_id}/{row}" for row in range(20_000)]


def test_fills_its_lines_well() -> None:
    texts = list(encode_captures(answered(rows=20_000, features=10)))

    assert len(texts[0]) > 0.98 * MAX_LINE_BYTES


def test_writes_one_row_a_line_when_no_more_fits() -> None:
    assert len(list(encode_captures(answered(rows=3), maximum_bytes=100))) == 3


def test_leaves_personal_features_out() -> None:
    request = answered(rows=2, pii=frozenset({1}))

    (line,) = lines_of(request)
    rows = decode_floats(line.rows, line.n)

    assert np.isnan(rows[:, 1]).all()
    np.testing.assert_array_equal(rows[:, [0, 2, 3]], request.matrix[:, [0, 2, 3]])
    assert not np.isnan(request.matrix).any()


def test_copies_nothing_where_nothing_is_personal() -> None:
    matrix = np.zeros((2, 4), dtype=np.float32)

    assert mask_pii(schema(4), matrix) is matrix


def test_says_what_kind_of_line_it_is() -> None:
    (text,) = encode_captures(answered(rows=1))

    assert json.loads(text)["windvane"] == "capture"


@pytest.mark.parametrize(("text", "rows"), [("AAAA", 1), ("####", 1), ("AAAAAA==", 3)])
def test_refuses_what_it_did_not_write(text: str, rows: int) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - numpy's and base64's own words
        decode_floats(text, rows)
