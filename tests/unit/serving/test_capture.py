import io
import sys

import numpy as np
import pytest

from functions.core.capture_encoding import AnsweredRows
from functions.core.ground_truth import read_ground_truth
from functions.serving.capture import CaptureWriter
from functions.serving.errors import NotRecordedError
from tests.unit.serving.test_ground_truth import GOOD
from tests.unit.serving.world import LOAN_FEATURES, NOW, World, artifact_spec


class FullPipe(io.StringIO):
    """Takes what is written and fails when it is flushed."""

    def flush(self) -> None:
        msg = "no space left on device"
        raise OSError(msg)


class CountingStream(io.StringIO):
    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []

    def write(self, text: str) -> int:
        self.calls.append("write")
        return super().write(text)

    def flush(self) -> None:
        self.calls.append("flush")
        super().flush()


def answered(rows: int = 2) -> AnsweredRows:
    return AnsweredRows(
        inference_id="a",
        model="loan_default",
        version=1,
        schema=LOAN_FEATURES,
        matrix=np.zeros((rows, 5), dtype=np.float32),
        outputs=np.zeros((rows, 2), dtype=np.float32),
        at=NOW,
    )


def test_writes_whole_lines_and_flushes_them_at_once() -> None:
    stream = CountingStream()
    writer = CaptureWriter(lambda: stream, log=World().log)

    writer.write(answered())

    assert stream.calls == ["write", "flush"]
    assert stream.getvalue().endswith("}\n")
    assert stream.getvalue().count("\n") == 1


def test_writes_to_the_stream_that_is_standard_output_now(
    capsys: pytest.CaptureFixture[str],
) -> None:
    writer = CaptureWriter(lambda: sys.stdout, log=World().log)

    writer.write(answered())

    assert capsys.readouterr().out.startswith('{"windvane":["loan_default",1,')


def test_counts_rows_that_were_lost_and_goes_on() -> None:
    world = World()
    writer = CaptureWriter(FullPipe, log=world.log)

    writer.write(answered(rows=3))
    writer.write(answered(rows=4))

    assert (writer.rows, writer.lost_rows) == (0, 7)
    assert len(world.logged("capture.lost")) == 2
    assert world.logged("capture.lost")[0]["error"] == "OSError"


def test_does_not_call_outcomes_safe_that_were_not_written() -> None:
    lines = read_ground_truth([GOOD], artifact_spec(), now=NOW)

    with pytest.raises(NotRecordedError):
        CaptureWriter(FullPipe, log=World().log).write_ground_truth(lines)
