"""A filter counts what its pattern says of lines that serving writes, and nothing else."""

import json

import pytest

from tests.alarms.log_filters import LogFilter, matches
from tests.alarms.serving_lines import failed_answers, lost_captures, refused_answers

FAILED = '{ ($.event = "request.failed") || (($.event = "request.refused") && ($.status >= 500)) }'
LOST = '{ $.event = "capture.lost" }'


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ({"event": "request.failed"}, True),
        ({"event": "request.refused", "status": 503}, True),
        ({"event": "request.refused", "status": 404}, False),
        ({"event": "request.refused", "status": "503"}, False),
        ({"event": "request.refused"}, False),
        ({"status": 500}, False),
        ({}, False),
    ],
)
def test_matches_as_brackets_and_signs_say(document: dict[str, object], found: bool) -> None:
    assert matches(FAILED, document) is found


@pytest.mark.parametrize(
    "pattern", ["capture.lost", "{ $.event }", '{ ($.event = "a" }', '{ $.event = "a" $.b = 1 }']
)
def test_refuses_what_it_cannot_read(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"pattern|comparison|bracket|goes on"):
        matches(pattern, {"event": "a"})


def test_counts_what_serving_writes() -> None:
    failed, lost = LogFilter(FAILED, "1", 0.0), LogFilter(LOST, "$.rows", 0.0)
    failures, refusals, losses = failed_answers(3), refused_answers(), lost_captures(4)

    assert failed.count([*failures, *refusals, *losses, "no JSON", "[1]"]) == 3.0
    assert lost.count([*failures, *losses, *losses]) == 8.0
    assert failed.count(refusals) == lost.count(failures) == 0.0
    assert [json.loads(line)["event"] for line in refusals] == ["request.refused"]
