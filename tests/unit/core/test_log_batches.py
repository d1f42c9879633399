import base64
import gzip
import json
from datetime import UTC, datetime

import pytest

from functions.contracts.capture import CaptureLine, GroundTruthLine
from functions.core.log_batches import (
    MalformedLogBatchError,
    collect_lines,
    read_log_batch,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def capture(id_: str = "a", *, first: int = 0, model: str = "car") -> str:
    return CaptureLine(
        id=id_,
        model=model,
        version=1,
        schema_id="s",
        at=NOW,
        n=1,
        first=first,
        n_request=2,
        rows="AAAA",
        outputs="AAAA",
    ).model_dump_json()


def truth(id_: str = "a", *, value: int = 1, received: datetime = NOW) -> str:
    return GroundTruthLine(
        model="car", inference_id=id_, value=value, observed_at=NOW, received_at=received
    ).model_dump_json()


def event_of(batch: object) -> dict[str, object]:
    packed = gzip.compress(json.dumps(batch).encode())
    return {"awslogs": {"data": base64.b64encode(packed).decode()}}


def test_reads_the_messages_of_a_batch() -> None:
    batch = {
        "messageType": "DATA_MESSAGE",
        "owner": "123456789012",
        "logGroup": "captures",
        "logEvents": [{"id": "1", "timestamp": 1, "message": "one"}, {"message": "two"}],
    }

    assert read_log_batch(event_of(batch)) == ("one", "two")


def test_reads_nothing_of_a_control_message() -> None:
    batch = {"messageType": "CONTROL_MESSAGE", "logEvents": [{"message": "checking"}]}

    assert read_log_batch(event_of(batch)) == ()


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"awslogs": {"data": "%%%"}},
        {"awslogs": {"data": base64.b64encode(b"plain").decode()}},
        {"awslogs": {"data": base64.b64encode(gzip.compress(b"{}")[:-3]).decode()}},
        event_of(["no", "batch"]),
    ],
)
def test_refuses_what_no_subscription_delivers(event: dict[str, object]) -> None:
    with pytest.raises(MalformedLogBatchError):
        read_log_batch(event)


def test_takes_lines_as_they_were_written_and_in_order() -> None:
    found = collect_lines((capture("a"), truth("a"), "START", capture("b")))

    assert found.captures == (capture("a").encode(), capture("b").encode())
    assert found.ground_truth == (truth("a").encode(),)
    assert (found.duplicates, found.invalid, found.foreign) == (0, 0, 1)


def test_takes_a_line_once() -> None:
    found = collect_lines((capture("a"), capture("a"), truth("a"), truth("a")))

    assert (len(found.captures), len(found.ground_truth), found.duplicates) == (1, 1, 2)


def test_keeps_parts_of_a_request_and_equal_ids_of_two_models() -> None:
    lines = (capture("a"), capture("a", first=1), capture("a", model="house"))

    assert len(collect_lines(lines).captures) == 3


def test_keeps_a_corrected_outcome() -> None:
    later = NOW.replace(hour=13)

    found = collect_lines((truth("a"), truth("a", value=0), truth("a", received=later)))

    assert (len(found.ground_truth), found.duplicates) == (2, 1)


def test_takes_a_line_behind_a_prefix_and_two_from_one_message() -> None:
    message = f"2026-03-01T12:00:00Z\tid\tINFO\t{capture('a')}\n{capture('b')}"

    found = collect_lines((message,))

    assert (len(found.captures), found.foreign) == (2, 1)


@pytest.mark.parametrize(
    "line",
    [
        '{"windvane":"capture"}',
        '{"windvane":"other"}',
        '{"windvane":',
        capture().replace('"n":1', '"n":0'),
        capture().replace("}", ',"x":1}'),
        truth().replace('"car"', '"Not A Name"'),
    ],
)
def test_counts_lines_that_are_not_valid(line: str) -> None:
    found = collect_lines((line, capture("b")))

    assert (found.invalid, len(found.captures), len(found.ground_truth)) == (1, 1, 0)


def test_bears_text_that_is_no_unicode() -> None:
    assert collect_lines(("\ud800", capture("a"))).foreign == 1
