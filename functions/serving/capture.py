"""Lines on standard output: the only way out of the prediction API besides its answer (D10).

The path to the first answer imports this module, so nothing here needs pydantic at run time.
"""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, TextIO

import msgspec

from functions.contracts.log_lines import (
    DEFAULT_VARIANT,
    MAXIMUM_NAME_CHARACTERS,
    RECORD_KEY,
)
from functions.core.capture_encoding import (
    AnsweredRows,
    LineStart,
    PolicyLike,
    SchemaLike,
    encode_captures,
    line_start,
)
from functions.core.capture_redaction import is_sampled, redact
from functions.core.row_capture import AnsweredRow, encode_row
from functions.serving.errors import NotRecordedError
from functions.serving.exchange import EventLog

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from functions.contracts.capture import GroundTruthLine

RETRY_AFTER_SECONDS = 5

SECRET_RETRY = timedelta(minutes=1)
"""How long personal features are dropped before their key is asked for again."""

ALL_PERCENT = 100.0
MAXIMUM_VERSIONS = 64
"""Whose lines' beginnings are remembered."""


class FailedRequest(NamedTuple):
    """A request that a version did not answer though the request was right.

    `error` is the class of what went wrong; a message may hold values and is not captured.
    """

    inference_id: str
    model: str
    version: int
    at: datetime
    status: int
    error: str
    variant: str = DEFAULT_VARIANT
    caller: str | None = None
    policy: PolicyLike | None = None


class _Version(msgspec.Struct, frozen=True):
    """What is the same for every capture of a version."""

    schema: SchemaLike
    policy: PolicyLike | None
    start: LineStart
    sample_percent: float
    is_plain: bool
    is_hashed: bool


class CaptureWriter:
    """Writes captures, failures and outcomes, a line each, before the answer leaves.

    `stream` is asked for standard output each time, because a runtime may exchange it. `secret`
    returns the stage's key for personal features; it is called at the first capture that needs it,
    and None is a stage without one.
    """

    def __init__(
        self,
        stream: Callable[[], TextIO],
        *,
        log: EventLog,
        secret: Callable[[], bytes] | None = None,
    ) -> None:
        self._stream = stream
        self._log = log
        self._secret = _Secret(secret, log)
        self._versions: dict[tuple[str, int], _Version] = {}
        self.rows = 0
        self.lost_rows = 0
        self.unsampled_rows = 0
        self.unhashed_rows = 0

    def write(self, answered: AnsweredRows) -> None:
        """Write one request's capture; one that cannot be written is counted and logged."""
        count = len(answered.matrix)
        try:
            version = self._version(answered)
            if version.sample_percent < ALL_PERCENT and not is_sampled(
                answered.inference_id, version.sample_percent
            ):
                self.unsampled_rows += count
                return
            matrix = self._hashed(answered, version) if version.is_hashed else None
            lines = encode_captures(answered, version.start, matrix=matrix)
            self._write_text(lines[0] if len(lines) == 1 else "".join(lines))
        except Exception as error:  # noqa: BLE001 - whatever it is, the answer has to go out
            self._count_lost(answered.model, count, error)
        else:
            self.rows += count

    def write_row(self, row: AnsweredRow) -> None:
        """Write what `write` would of the same row; most rows are in full and in the clear."""
        version = self._versions.get((row.model, row.version))
        if (
            version is None
            or version.schema is not row.schema
            or version.policy is not row.policy
            or not version.is_plain
        ):
            self.write(row.unpack())
            return
        try:
            stream = self._stream()
            stream.write(encode_row(row, version.start))
            stream.flush()
        except Exception as error:  # noqa: BLE001 - likewise
            self._count_lost(row.model, 1, error)
        else:
            self.rows += 1

    def write_failure(self, failed: FailedRequest) -> None:
        """Write that a request was not answered, if an answer to it would have been captured."""
        policy = failed.policy
        if policy is not None and not is_sampled(failed.inference_id, policy.sample_percent):
            return
        try:
            self._write_text(f"{_failure_line(failed)}\n")
        except (OSError, ValueError) as error:
            fields = {"model": failed.model, "rows": 0, "error": type(error).__name__}
            self._log("capture.lost", fields)

    def write_ground_truth(self, lines: "Iterable[GroundTruthLine]") -> None:
        """Write accepted outcomes; raise NotRecordedError, for they must not be thought safe."""
        try:
            self._write_text("".join(f"{line.model_dump_json()}\n" for line in lines))
        except (OSError, ValueError) as error:
            msg = "the outcomes could not be written down; send them again"
            raise NotRecordedError(msg, retry_after_seconds=RETRY_AFTER_SECONDS) from error

    def _count_lost(self, model: str, rows: int, error: Exception) -> None:
        self.lost_rows += rows
        fields = {"model": model, "rows": rows, "error": type(error).__name__}
        self._log("capture.lost", fields)

    def _version(self, answered: AnsweredRows) -> _Version:
        key = (answered.model, answered.version)
        held = self._versions.get(key)
        if held is not None and held.schema is answered.schema and held.policy is answered.policy:
            return held
        if len(self._versions) >= MAXIMUM_VERSIONS:
            self._versions.clear()
        start = line_start(answered.model, answered.version, answered.schema)
        policy = answered.policy
        percent = ALL_PERCENT if policy is None else policy.sample_percent
        made = self._versions[key] = _Version(
            schema=answered.schema,
            policy=policy,
            start=start,
            sample_percent=percent,
            is_plain=percent >= ALL_PERCENT and not start.personal,
            is_hashed=policy is not None and policy.pii == "hash" and bool(start.personal),
        )
        return made

    def _hashed(self, answered: AnsweredRows, version: _Version) -> "NDArray[np.float32]":
        secret = self._secret.get(answered.at)
        if secret is None:
            self.unhashed_rows += len(answered.matrix)
        return redact(version.schema, answered.matrix, version.start.personal, secret=secret)

    def _write_text(self, text: str) -> None:
        stream = self._stream()
        stream.write(text)
        stream.flush()


class _Secret:
    """The key of a stage: had once, then kept; while it cannot be had, asked for now and then."""

    def __init__(self, derive: Callable[[], bytes] | None, log: EventLog) -> None:
        self._derive = derive
        self._log = log
        self._held: bytes | None = None
        self._failed_at: datetime | None = None

    def get(self, now: datetime) -> bytes | None:
        """Return the key, or None while it cannot be had."""
        if self._held is None and (self._failed_at is None or now - self._failed_at > SECRET_RETRY):
            try:
                self._held = self._derive() if self._derive else None
                reason = None if self._held else "NoCaptureKey"
            except Exception as error:  # noqa: BLE001 - features are dropped then, nothing fails
                reason = type(error).__name__
            if reason:
                self._failed_at = now
                self._log("capture.key_missing", {"error": reason})
        return self._held


def _failure_line(failed: FailedRequest) -> str:
    """Return the `FailureLine` of a request as JSON."""
    fields: dict[str, object] = {
        RECORD_KEY: "failure",
        "id": failed.inference_id,
        "model": failed.model,
        "version": failed.version,
        "at": failed.at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "variant": failed.variant,
        "status": failed.status,
        "error": failed.error,
    }
    if failed.caller is not None:
        fields["caller"] = failed.caller[:MAXIMUM_NAME_CHARACTERS]
    return json.dumps(fields, separators=(",", ":"))
