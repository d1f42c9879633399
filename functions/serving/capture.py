"""Lines on standard output: the only way out of the prediction API besides its answer (D10)."""

from collections.abc import Callable, Iterable
from typing import TextIO

from functions.contracts.capture import GroundTruthLine
from functions.core.capture_encoding import AnsweredRows, encode_captures
from functions.serving.errors import NotRecordedError
from functions.serving.exchange import EventLog

RETRY_AFTER_SECONDS = 5


class CaptureWriter:
    """Writes captures and outcomes, a line each, before the answer leaves.

    `stream` is asked for standard output each time, because a runtime may exchange it.
    """

    def __init__(self, stream: Callable[[], TextIO], *, log: EventLog) -> None:
        self._stream = stream
        self._log = log
        self.rows = 0
        self.lost_rows = 0

    def write(self, answered: AnsweredRows) -> None:
        """Write one request's capture; one that cannot be written is counted and logged."""
        count = len(answered.matrix)
        try:
            self._write_lines(encode_captures(answered))
        except (OSError, ValueError) as error:
            self.lost_rows += count
            fields = {"model": answered.model, "rows": count, "error": type(error).__name__}
            self._log("capture.lost", fields)
        else:
            self.rows += count

    def write_ground_truth(self, lines: Iterable[GroundTruthLine]) -> None:
        """Write accepted outcomes; raise NotRecordedError, for they must not be thought safe."""
        try:
            self._write_lines(line.model_dump_json() for line in lines)
        except (OSError, ValueError) as error:
            msg = "the outcomes could not be written down; send them again"
            raise NotRecordedError(msg, retry_after_seconds=RETRY_AFTER_SECONDS) from error

    def _write_lines(self, lines: Iterable[str]) -> None:
        stream = self._stream()
        for line in lines:
            stream.write(f"{line}\n")
        stream.flush()
