from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.contracts.capture import row_inference_ids
from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.contracts.log_lines import MAX_LINE_BYTES, RECORD_KEY
from functions.core.capture_encoding import (
    AnsweredRows,
    decode_floats,
    encode_captures,
    encode_floats,
    line_start,
    mask_pii,
)
from functions.core.capture_expansion import expand_capture

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HEX_ID = "0193c6f2a7d84f0b9e61c05d3f2b7a88"
ROLE = "arn:aws:sts::123456789012:assumed-role/loan-frontend/i-0a1b2c3d4e5f67890"
USER = "arn:aws:iam::123456789012:user/loan-frontend"


def schema(features: int, *, pii: frozenset[int] = frozenset()) -> FeatureSchema:
    return FeatureSchema(
        features=tuple(
            Feature(name=f"f{index}", type="number", pii=index in pii) for index in range(features)
        )
    )


def answered(rows: int, features: int = 4, **changes: object) -> AnsweredRows:
    pii = changes.pop("pii", frozenset())
    values = np.random.default_rng(5).normal(size=(rows, features + 2)).astype(np.float32)
    request = AnsweredRows(
        inference_id="i" * 64,
        model="m" * 63,
        version=4_000_000_000,
        schema=schema(features, pii=pii),
        matrix=values[:, :features],
        outputs=values[:, features:],
        at=NOW,
    )
    return request._replace(**changes)


def lines_of(request: AnsweredRows, **options: int) -> list:
    return [expand_capture(line.encode()) for line in encode_captures(request, **options)]


@pytest.mark.parametrize("caller", [USER, ROLE, "loan-frontend"])
def test_takes_300_bytes_for_a_row_of_25_numbers(caller: str) -> None:
    request = answered(
        1,
        25,
        inference_id=HEX_ID,
        model="loan_default",
        version=7,
        caller=caller,
        routing_key=caller,
        latency_us=1234,
    )

    (line,) = encode_captures(request)

    assert len(line.encode()) <= 300
    read = expand_capture(line.encode())
    assert (read.id, read.caller, read.latency_us, read.version) == (HEX_ID, caller, 1234, 7)
    assert (read.variant, read.schema_id, read.at) == ("champion", request.schema.schema_id, NOW)


def test_begins_with_what_a_subscription_looks_for_and_ends_its_line() -> None:
    (line,) = encode_captures(answered(1))

    assert line.startswith(f'{{"{RECORD_KEY}":[')
    assert line.endswith("]}\n")
    assert line.count("\n") == 1


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
    request = answered(rows=20_000, features=10, caller="\U0001f600" * 128, routing_key="é" * 128)

    texts = encode_captures(request)
    lines = lines_of(request)

    assert len(lines) > 1
    assert max(len(text.encode()) for text in texts) <= MAX_LINE_BYTES
    assert [line.first for line in lines] == [
        sum(p.n for p in lines[:i]) for i in range(len(lines))
    ]
    rows = np.concatenate([decode_floats(line.rows, line.n) for line in lines])
    np.testing.assert_array_equal(rows, request.matrix)
    ids = [row_id for line in lines for row_id in row_inference_ids(line)]
    assert ids == [f"{request.inference_id}/{row}" for row in range(20_000)]
    assert {(line.caller, line.key) for line in lines} == {("\U0001f600" * 128, "é" * 128)}


def test_fills_its_lines_well() -> None:
    texts = encode_captures(answered(rows=20_000, features=10))

    assert len(texts[0]) > 0.99 * MAX_LINE_BYTES


def test_writes_one_row_a_line_when_no_more_fits() -> None:
    assert len(encode_captures(answered(rows=3), maximum_bytes=100)) == 3


def test_leaves_personal_features_out() -> None:
    request = answered(rows=2, pii=frozenset({1}))

    (line,) = lines_of(request)
    rows = decode_floats(line.rows, line.n)

    assert np.isnan(rows[:, 1]).all()
    np.testing.assert_array_equal(rows[:, [0, 2, 3]], request.matrix[:, [0, 2, 3]])
    assert not np.isnan(request.matrix).any()


def test_writes_the_rows_it_is_given_instead() -> None:
    request = answered(rows=2)

    (line,) = encode_captures(request, matrix=request.matrix + 1)

    read = expand_capture(line.encode())
    np.testing.assert_array_equal(decode_floats(read.rows, 2), request.matrix + 1)


def test_copies_nothing_where_nothing_is_personal() -> None:
    matrix = np.zeros((2, 4), dtype=np.float32)

    assert mask_pii(schema(4), matrix) is matrix


def test_writes_the_same_with_a_beginning_that_was_made_before() -> None:
    request = answered(rows=1)
    start = line_start(request.model, request.version, request.schema)

    assert encode_captures(request, start) == encode_captures(request)


@pytest.mark.parametrize(
    ("key", "caller", "read_key"),
    [
        (None, None, None),
        (None, "ann", None),
        ("ann", "ann", None),
        ("i" * 64, None, None),
        ("i" * 64, "ann", "i" * 64),
        ("household-7", "ann", "household-7"),
        ("household-7", None, "household-7"),
    ],
)
@pytest.mark.parametrize("rows", [1, 3])
def test_writes_a_routing_key_only_where_it_does_not_follow(
    key: str | None, caller: str | None, read_key: str | None, rows: int
) -> None:
    (line,) = lines_of(answered(rows, routing_key=key, caller=caller))

    assert (line.key, line.caller, line.n, line.n_request) == (read_key, caller, rows, rows)


@given(
    st.from_regex(r"[ -~]{1,128}", fullmatch=True)
    | st.from_regex(r"[0-9a-f]{32}", fullmatch=True)
    | st.from_regex(r"[0-9a-fA-F ]{32}", fullmatch=True)
)
def test_brings_back_any_id(inference_id: str) -> None:
    (line,) = lines_of(answered(1, inference_id=inference_id))
    assert line.id == inference_id


@given(st.text(max_size=200), st.text(max_size=200))
def test_takes_any_caller_and_any_key(caller: str, key: str) -> None:
    (line,) = lines_of(answered(1, caller=caller, routing_key=key, variant=caller[:64]))

    assert line.variant == (caller[:64] or "champion")
    assert line.caller == caller[:128]


def test_cuts_a_long_name_and_keeps_the_capture() -> None:
    long = f"{USER}{'x' * 200}"

    (line,) = lines_of(answered(1, caller=long, routing_key="~" * 200))

    assert (line.caller, line.key) == (long[:128], "~" * 128)


def test_survives_half_of_a_surrogate_pair() -> None:
    (line,) = lines_of(answered(1, caller="\ud83d", routing_key="\udc00x"))

    assert (line.caller, line.key) == ("?", "?x")


@pytest.mark.parametrize("changes", [{"inference_id": "i" * 129}, {"variant": "v" * 65}])
def test_refuses_what_could_not_be_read_again(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="too long to be captured"):
        encode_captures(answered(1, **changes))


@pytest.mark.parametrize(("text", "rows"), [("AAAA", 1), ("####", 1), ("AAAAAA==", 3)])
def test_refuses_numbers_it_did_not_write(text: str, rows: int) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - numpy's and base64's own words
        decode_floats(text, rows)
