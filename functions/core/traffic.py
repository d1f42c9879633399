"""What each version answered, what it did not, and how long it took: what guards compare."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from functions.contracts.capture import CaptureLine, FailureLine, GroundTruthLine, row_inference_ids
from functions.core.capture_encoding import decode_floats
from functions.core.log_batches import read_line


@dataclass(frozen=True, slots=True)
class VersionTraffic:
    """The requests that one version got in one variant, each once.

    `ids` and `outputs` are of the answered rows, in the order in which they were read; `latency_us`
    is of the answered requests that say it.
    """

    version: int
    variant: str
    requests: int
    failures: int
    ids: tuple[str, ...]
    outputs: NDArray[np.float32]
    latency_us: NDArray[np.int64]

    @property
    def rows(self) -> int:
        """How many rows were answered."""
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Traffic:
    """A model's requests by version and variant; `unreadable` lines are in none of them."""

    parts: Mapping[tuple[int, str], VersionTraffic]
    unreadable: int = 0


@dataclass(slots=True)
class _Part:
    """What has been read of a version in a variant."""

    requests: int = 0
    failures: int = 0
    ids: list[str] = field(default_factory=list)
    outputs: list[NDArray[np.float32]] = field(default_factory=list)
    latency_us: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Reading:
    """What has been read so far, and whose ids were seen."""

    parts: dict[tuple[int, str], _Part] = field(default_factory=dict)
    rows: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)

    def take(self, line: CaptureLine | FailureLine) -> None:
        """Add what is new in a line; raise ValueError if its numbers cannot be read."""
        if isinstance(line, FailureLine):
            self._part(line).failures += line.id not in self.failed
            self.failed.add(line.id)
            return
        outputs = decode_floats(line.outputs, line.n)
        part = self._part(line)
        ids = row_inference_ids(line)
        new = [index for index, name in enumerate(ids) if name not in self.rows]
        self.rows.update(ids)
        part.ids.extend(ids[index] for index in new)
        part.outputs.append(outputs[new])
        if line.id not in self.answered:
            self.answered.add(line.id)
            part.requests += 1
            if line.latency_us is not None:
                part.latency_us.append(line.latency_us)

    def _part(self, line: CaptureLine | FailureLine) -> _Part:
        return self.parts.setdefault((line.version, line.variant), _Part())


def read_traffic(
    lines: Iterable[bytes],
    *,
    model: str,
    since: datetime,
    until: datetime | None = None,
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

    Returns
    -------
    Traffic
        Each row once by its inference id, each request and each failure once by the request's. Of
        lines that say different things of one row, the first is taken.
    """
    reading = _Reading()
    unreadable = 0
    for record in lines:
        try:
            line, _ = read_line(record)
            if isinstance(line, GroundTruthLine) or line.model != model:
                continue
            if since <= line.at and (until is None or line.at < until):
                reading.take(line)
        except ValueError:
            unreadable += 1
    parts = {key: _finish(*key, part) for key, part in sorted(reading.parts.items())}
    return Traffic(parts, unreadable)


def _finish(version: int, variant: str, part: _Part) -> VersionTraffic:
    nothing = np.empty((0, 1), dtype=np.float32)
    return VersionTraffic(
        version=version,
        variant=variant,
        requests=part.requests,
        failures=part.failures,
        ids=tuple(part.ids),
        outputs=np.concatenate(part.outputs) if part.outputs else nothing,
        latency_us=np.array(part.latency_us, dtype=np.int64),
    )
