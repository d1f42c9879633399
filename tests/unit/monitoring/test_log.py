import json
from datetime import UTC, datetime

import pytest

from functions.monitoring.log import write_log


def test_writes_one_line_of_json_apart_from_captures(capsys: pytest.CaptureFixture[str]) -> None:
    write_log("captures.collected", {"captures": 2, "at": datetime(2026, 3, 1, tzinfo=UTC)})

    written = capsys.readouterr()
    assert written.out == ""
    assert written.err.count("\n") == 1
    assert json.loads(written.err) == {
        "event": "captures.collected",
        "captures": 2,
        "at": "2026-03-01 00:00:00+00:00",
    }
