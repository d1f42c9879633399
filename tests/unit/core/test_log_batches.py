"""What a log group's subscription delivers."""

import base64
import gzip
import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.contracts.capture import FailureLine, GroundTruthLine
from functions.core.capture_encoding import AnsweredRows, encode_captures
from functions.core.log_batches import MalformedLogBatchError, collect_lines, read_log_batch
from functions.core.traffic import read_traffic
from tests.fakes.captures import stored_lines
from tests.fakes.documents import NOW
from tests.unit.core.drift_world import SCHEMA, answers, rows


def event(messages: list[str], kind: str = "DATA_MESSAGE") -> dict[str, object]:
    batch = {
        "messageType": kind,
        "owner": "000000000000",
        "logGroup": "/aws/lambda/serving",
        "logEvents": [
            {"id": str(index), "timestamp": 1, "message": message}
            for index, message in enumerate(messages)
        ],
    }
    return packed(json.dumps(batch).encode())


def packed(content: bytes) -> dict[str, object]:
    return {"awslogs": {"data": base64.b64encode(gzip.compress(content)).decode()}}


def capture(inference_id: str = "a", *, count: int = 1, model: str = "car") -> list[str]:
    matrix = rows(count, seed=1)
    answered = AnsweredRows(inference_id, model, 1, SCHEMA, matrix, answers(matrix), NOW)
    return stored_lines(answered, maximum_bytes=2_000)


def truth(value: int = 1, inference_id: str = "a") -> str:
    return GroundTruthLine(
        model="car", inference_id=inference_id, value=value, observed_at=NOW, received_at=NOW
    ).model_dump_json()


def test_reads_the_messages_in_order() -> None:
    assert read_log_batch(event(["one", "zwei ✓", ""])) == ("one", "zwei ✓", "")


def test_reads_nothing_of_a_control_message() -> None:
    check = event(["CWL CONTROL MESSAGE: Checking health"], kind="CONTROL_MESSAGE")

    assert read_log_batch(check) == ()


@pytest.mark.parametrize(
    "malformed",
    [
        {},
        {"awslogs": {}},
        {"awslogs": {"data": "no base64!"}},
        {"awslogs": {"data": base64.b64encode(gzip.compress(b"{}" * 50)[:-9]).decode()}},
        packed(b"no json"),
        packed(b"{}"),
        packed(b'{"messageType": "DATA_MESSAGE", "logEvents": [{}]}'),
        packed(b"\xff\xfe"),
    ],
    ids=["empty", "no data", "no base64", "cut", "no json", "no type", "no message", "no utf-8"],
)
def test_refuses_what_is_no_batch(malformed: dict[str, object]) -> None:
    with pytest.raises(MalformedLogBatchError, match="the event is no batch of CloudWatch Logs"):
        read_log_batch(malformed)


def test_takes_our_lines_out_of_foreign_ones_as_they_were_written() -> None:
    (first,), (second,) = capture("a"), capture("b")
    messages = ("START RequestId: 1\n", f"{first}\n", f"[INFO] {truth()}", '{"level": "x"}', second)

    found = collect_lines(messages)

    assert found.captures == (first.encode(), second.encode())
    assert found.ground_truth == (truth().encode(),)
    assert (found.duplicates, found.invalid, found.foreign) == (0, 0, 3)


def test_takes_each_line_once() -> None:
    (first,), (second,) = capture("a"), capture("b")

    found = collect_lines((first, second, first, truth(), truth(), first))

    assert found.captures == (first.encode(), second.encode())
    assert found.ground_truth == (truth().encode(),)
    assert found.duplicates == 3


def test_keeps_the_parts_of_a_request_and_other_models_of_one_id() -> None:
    parts, (other,) = capture(count=100), capture(model="bus")

    found = collect_lines((*parts, other))

    assert len(parts) > 1
    assert len(found.captures) == len(parts) + 1
    assert found.duplicates == 0


def test_keeps_a_correction_of_the_ground_truth() -> None:
    found = collect_lines((truth(0), truth(1), truth(0)))

    assert found.ground_truth == (truth(0).encode(), truth(1).encode())
    assert found.duplicates == 1


def test_counts_invalid_lines_and_leaves_them_out() -> None:
    (line,) = capture()
    other_kind = line.replace('"windvane":"capture"', '"windvane":"invoice"')
    added = line[:-1] + ',"password":"x"}'

    found = collect_lines((line[:-5], other_kind, added, line))

    assert found.captures == (line.encode(),)
    assert (found.invalid, found.foreign) == (3, 0)


def test_survives_half_of_a_surrogate_pair() -> None:
    (line,) = capture()

    found = collect_lines(("\ud83d half", line))

    assert found.captures == (line.encode(),)
    assert found.foreign == 1


def test_takes_bytes_that_hold_any_float() -> None:
    matrix = np.array([[np.nan, -1.0, 1.0]], dtype=np.float32)
    answered = AnsweredRows("n", "car", 1, SCHEMA, matrix, answers(matrix), NOW)

    found = collect_lines(tuple(stored_lines(answered)))

    assert len(found.captures) == 1


def logged(inference_id: str, count: int) -> list[str]:
    """What serving's log holds of a request: lines of a few rows."""
    matrix = rows(count, seed=1)
    answered = AnsweredRows(inference_id, "car", 1, SCHEMA, matrix, answers(matrix), NOW)
    return encode_captures(answered, maximum_bytes=600)


LOG = [*logged("many", 60), *logged("some", 7), *logged("one", 1), "START", truth()]
ROW_IDS = {*(f"many/{i}" for i in range(60)), *(f"some/{i}" for i in range(7)), "one"}


@given(
    lines=st.lists(st.sampled_from(LOG), max_size=20).flatmap(
        lambda again: st.permutations(LOG + again)
    ),
    cuts=st.lists(st.integers(0, len(LOG) + 20), max_size=6).map(sorted),
)
def test_keeps_each_row_once_whatever_the_batches(lines: list[str], cuts: list[int]) -> None:
    edges = [0, *cuts, len(lines)]
    batches = [tuple(lines[a:b]) for a, b in pairwise(edges)]

    stored = [record for batch in batches for record in collect_lines(batch).captures]

    part = read_traffic(stored, model="car", since=NOW).parts[1, "champion"]
    assert len(part.ids) == len(ROW_IDS)
    assert set(part.ids) == ROW_IDS
    assert part.requests == 3


def test_counts_rows_and_failures() -> None:
    failure = FailureLine(id="f", model="car", version=1, at=NOW, status=500, error="E")
    text = failure.model_dump_json()

    found = collect_lines((*logged("some", 7), text, text))

    assert (found.rows, found.failures, found.duplicates) == (7, 1, 1)
    assert found.captures[-1] == text.encode()
