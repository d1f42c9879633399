"""Our lines among other text."""

import gzip
import json
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.capture_lines import (
    CorruptObjectError,
    cut_records,
    named_model,
    named_moment,
    unpack,
)

FIRST, SECOND = b'{"windvane":"capture","id":"a"}', b'{ "windvane" : "capture"}'


def test_unpacks_gzip_and_leaves_plain_bytes() -> None:
    assert unpack(gzip.compress(FIRST)) == FIRST
    assert unpack(FIRST) == FIRST
    assert unpack(b"") == b""


def test_unpacks_gzip_members_one_after_another() -> None:
    assert unpack(gzip.compress(FIRST) + gzip.compress(SECOND)) == FIRST + SECOND


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(FIRST)[:-4],
        gzip.compress(FIRST)[:-8] + bytes(8),
        gzip.compress(FIRST) + b"tail",
        b"\x1f\x8b",
        b"\x1f\x8b\x08" + b"\xff" * 40,
    ],
    ids=["cut", "wrong checksum", "a tail", "magic alone", "noise"],
)
def test_refuses_what_only_begins_as_gzip(content: bytes) -> None:
    with pytest.raises(CorruptObjectError, match=f"^{len(content)} bytes begin as gzip"):
        unpack(content)


@pytest.mark.parametrize(
    "text",
    [
        FIRST + b"\n" + SECOND + b"\n",
        FIRST + SECOND,
        FIRST + b"\r\n\n" + SECOND,
        FIRST + b" " + SECOND,
    ],
    ids=["lines", "joined", "blank lines", "a space between"],
)
def test_cuts_records_however_they_are_joined(text: bytes) -> None:
    assert cut_records(text) == ([FIRST, SECOND], 0)


def test_counts_prefixes_and_foreign_lines() -> None:
    text = b"2026-03-01 INFO " + FIRST + b"\nSTART RequestId: 1\n{}\n" + SECOND

    assert cut_records(text) == ([FIRST, SECOND], 3)


def test_does_not_cut_inside_a_json_text() -> None:
    line = json.dumps({"windvane": "ground_truth", "value": '{"windvane": "capture"}'}).encode()

    assert cut_records(line) == ([line], 0)


@given(st.lists(st.text(max_size=20), max_size=5), st.sampled_from([b"\n", b"", b"\r\n", b" "]))
def test_cuts_any_records_apart(values: list[str], joint: bytes) -> None:
    lines = [json.dumps({"windvane": "x", "v": value}).encode() for value in values]

    assert cut_records(joint.join(lines)) == (lines, 0)


@pytest.mark.parametrize(
    ("record", "model"),
    [
        (b'{"windvane":"capture","id":"a","model": "car","version"', "car"),
        (b'{"windvane":"capture","id":"a","model":"Car!"}', None),
        (b'{"windvane":"capture","id":"a","mod', None),
    ],
)
def test_reads_the_model_of_a_broken_record(record: bytes, model: str | None) -> None:
    assert named_model(record) == model


@pytest.mark.parametrize(
    ("moment", "hour"),
    [
        (b"2026-03-01T12:00:00.5Z", 12),
        (b"2026-03-01T12:00:00+02:00", 10),
        (b"2026-03-01T12:00:00", None),
        (b"2026-13-41T12:00:00Z", None),
        (b"yesterday", None),
    ],
)
def test_reads_the_moment_of_a_broken_record(moment: bytes, hour: int | None) -> None:
    at = named_moment(b'{"windvane":"capture","at":"' + moment + b'","rows":"x')

    assert (None if at is None else at.astimezone(UTC).hour) == hour
