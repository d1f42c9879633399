"""What each version answered, what it did not, and how long it took: what guards compare.

A version that was asked more than can be held is known by a sample of its requests, drawn by a hash
of their inference ids: the same requests, whenever and in whatever order they are read.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from functions.contracts.capture import CaptureLine, FailureLine, GroundTruthLine, row_inference_ids
from functions.core.capture_encoding import decode_floats
from functions.core.log_batches import read_line


@dataclass(frozen=True, slots=True)
class VersionTraffic:
    """The requests that one version got in one variant, each once.

    `ids` and `outputs` are of the answered rows, in the order in which they were read; `latency_us`
    is of the answered requests that say it. All numbers are of the `sampled` share of the requests.
    """

    version: int
    variant: str
    requests: int
    failures: int
    ids: tuple[str, ...]
    outputs: NDArray[np.float32]
    latency_us: NDArray[np.int64]
    answered_at: tuple[datetime, ...] = ()
    sampled: float = 1.0

    def rows_since(self, start: datetime) -> int:
        """Return about how many rows were answered from a moment on, those unsampled included."""
        return round(sum(at >= start for at in self.answered_at) / self.sampled)

    @property
    def rows(self) -> int:
        """How many rows were answered."""
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Traffic:
    """A model's requests by version and variant; `unreadable` lines are in none of them."""

    parts: Mapping[tuple[int, str], VersionTraffic]
    unreadable: int = 0


_ALL = 1 << 64
"""Marks are numbers below this."""

_ID = re.compile(rb'"id"\s*:\s*"([^"\\]+)"')
_VERSION = re.compile(rb'"version"\s*:\s*(\d+)')
_VARIANT = re.compile(rb'"variant"\s*:\s*"([^"\\]+)"')


@dataclass(slots=True)
class _Request:
    """What has been read of a request; `outputs` by the index of a line's first row."""

    mark: int
    at: datetime
    is_failed: bool = False
    latency_us: int | None = None
    ids: dict[int, list[str]] = field(default_factory=dict)
    outputs: dict[int, NDArray[np.float32]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """What it counts against the most that is held."""
        return max(1, sum(map(len, self.ids.values())))

    def take(self, line: CaptureLine | FailureLine) -> None:
        """Add what is new in a line; raise ValueError if its numbers cannot be read."""
        if isinstance(line, FailureLine):
            self.is_failed = True
        elif line.first not in self.outputs:
            self.outputs[line.first] = decode_floats(line.outputs, line.n)
            self.ids[line.first] = row_inference_ids(line)
            if len(self.outputs) == 1:
                self.latency_us = line.latency_us


@dataclass(slots=True)
class _Part:
    """What has been read of a version in a variant; requests marked `ceiling` or more are not."""

    requests: dict[str, _Request] = field(default_factory=dict)
    held: int = 0
    ceiling: int = _ALL

    def take(self, line: CaptureLine | FailureLine, mark: int) -> None:
        """Add what is new in a line; raise ValueError if its numbers cannot be read."""
        if mark >= self.ceiling:
            return
        known = self.requests.get(line.id)
        request = known or _Request(mark, line.at)
        before = known.size if known else 0
        request.take(line)
        self.requests[line.id] = request
        self.held += request.size - before

    def thin(self) -> None:
        """Let go of the half of the requests whose marks are high."""
        self.ceiling //= 2
        self.requests = {
            name: request for name, request in self.requests.items() if request.mark < self.ceiling
        }
        self.held = sum(request.size for request in self.requests.values())


@dataclass(slots=True)
class _Reading:
    """What has been read so far."""

    maximum_rows: int | None
    parts: dict[tuple[int, str], _Part] = field(default_factory=dict)
    is_thinned: bool = False

    def take(self, line: CaptureLine | FailureLine) -> None:
        """Add what is new in a line; raise ValueError if its numbers cannot be read."""
        part = self.parts.setdefault((line.version, line.variant), _Part())
        part.take(line, _mark(line.id.encode()))
        while self.maximum_rows is not None and part.held > self.maximum_rows and part.ceiling > 1:
            part.thin()
            self.is_thinned = True

    def passes_over(self, record: bytes) -> bool:
        """Return whether a record is of a request that the sample leaves out, without reading it.

        What looks unlike a record is read.
        """
        if not self.is_thinned:
            return False
        found = [pattern.search(record) for pattern in (_VERSION, _VARIANT, _ID)]
        texts = [each[1] for each in found if each is not None]
        if len(texts) < len(found):
            return False
        part = self.parts.get((int(texts[0]), texts[1].decode(errors="replace")))
        return part is not None and _mark(texts[2]) >= part.ceiling


def read_traffic(
    lines: Iterable[bytes],
    *,
    model: str,
    since: datetime,
    until: datetime | None = None,
    maximum_rows: int | None = None,
) -> Traffic:
    """Return a model's captured requests, answered and failed, by version and variant.

    Parameters
    ----------
    lines : iterable of bytes
        Records of the captures bucket (`capture_lines.cut_records`), in any order and each any
        number of times; those of other models and of ground truth are passed over.
    model : str
    since, until : datetime
        Requests answered from `since` up to `until` count; None: no end.
    maximum_rows : int or None
        The most that are held of a version in a variant: beyond it every second request is let go,
        then every second of those left, and so on. None: no limit.

    Returns
    -------
    Traffic
        Each row, each request and each failure once by its inference id. Of lines that say
        different things of one row, the first is taken.
    """
    reading = _Reading(maximum_rows)
    unreadable = 0
    for record in lines:
        if reading.passes_over(record):
            continue
        try:
            line, _ = read_line(record)
            if isinstance(line, GroundTruthLine) or line.model != model:
                continue
            if since <= line.at and (until is None or line.at < until):
                reading.take(line)
        except ValueError:
            unreadable += 1
    parts = {key: _finish(*key, part) for key, part in sorted(reading.parts.items())}
    return Traffic({key: part for key, part in parts.items() if part is not None}, unreadable)


def _mark(inference_id: bytes) -> int:
    """Return a request's number in the draw; callers are divided by another hash."""
    digest = blake2b(inference_id, digest_size=8, person=b"evidence").digest()
    return int.from_bytes(digest, "big")


def _finish(version: int, variant: str, part: _Part) -> VersionTraffic | None:
    requests = list(part.requests.values())
    if not requests and part.ceiling == _ALL:
        return None
    answered = [request for request in requests if request.outputs]
    outputs = [chunk for request in answered for chunk in request.outputs.values()]
    ids = [(name, each.at) for each in answered for chunk in each.ids.values() for name in chunk]
    latencies = [each.latency_us for each in answered if each.latency_us is not None]
    nothing = np.empty((0, 1), dtype=np.float32)
    return VersionTraffic(
        version=version,
        variant=variant,
        requests=len(answered),
        failures=sum(request.is_failed for request in requests),
        ids=tuple(name for name, _ in ids),
        outputs=np.concatenate(outputs) if outputs else nothing,
        latency_us=np.array(latencies, dtype=np.int64),
        answered_at=tuple(at for _, at in ids),
        sampled=part.ceiling / _ALL,
    )
