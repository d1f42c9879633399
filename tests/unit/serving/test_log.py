import io
import json

import pytest

from functions.contracts.log_lines import RECORD_KEY
from functions.serving.log import write_log
from tests.unit.serving.world import NOW


def test_writes_one_json_line_apart_from_the_captures(capsys: pytest.CaptureFixture[str]) -> None:
    write_log("champion.loaded", {"model": "m", "at": NOW})

    out, err = capsys.readouterr()
    assert out == ""
    assert json.loads(err) == {"event": "champion.loaded", "model": "m", "at": str(NOW)}
    assert err.count("\n") == 1


def test_is_never_taken_for_a_capture(capsys: pytest.CaptureFixture[str]) -> None:
    write_log("request.refused", {"route": "/x"})

    assert RECORD_KEY not in json.loads(capsys.readouterr().err)


def test_does_not_fail_when_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr("sys.stderr", closed)

    write_log("champion.loaded", {})

    assert closed.closed
