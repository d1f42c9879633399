"""Metrics, notifications, streams and the workflow, kept in lists."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from functions.aws.metrics import MetricValueError
from functions.core.ports import MetricValue, StartedExecution


@dataclass
class RecordingMetrics:
    """Remembers what was put."""

    values: list[tuple[str, MetricValue, datetime]] = field(default_factory=list)

    def put(self, model: str, values: Sequence[MetricValue], *, at: datetime) -> None:
        for value in values:
            if not math.isfinite(value.value):
                msg = (
                    f"metric {value.metric} of model {model} is {value.value}, not a finite number"
                )
                raise MetricValueError(msg)
        self.values.extend((model, value, at) for value in values)


@dataclass
class RecordingNotifier:
    """Remembers what people were told."""

    messages: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    def tell(self, subject: str, text: str, *, attributes: Mapping[str, str]) -> None:
        self.messages.append((subject, text, dict(attributes)))


@dataclass
class RecordingStream:
    """Remembers records; refuses the first `refusals` records it is given."""

    records: list[bytes] = field(default_factory=list)
    refusals: int = 0

    def put(self, records: Sequence[bytes]) -> Sequence[bytes]:
        refused = tuple(records[: self.refusals])
        self.refusals -= len(refused)
        self.records.extend(records[len(refused) :])
        return refused


@dataclass
class RecordingWorkflow:
    """Starts nothing and remembers everything; `running` names the executions that run.

    `ends` has the status of those that ended otherwise than well.
    """

    started: dict[str, str] = field(default_factory=dict)
    running: set[str] = field(default_factory=set)
    ends: dict[str, str] = field(default_factory=dict)
    reachable: bool = True

    def start(self, name: str, payload: str) -> StartedExecution:
        if not self.reachable:
            msg = "the workflow cannot be reached"
            raise ConnectionError(msg)
        known = name in self.started
        if not known:
            self.started[name] = payload
            self.running.add(name)
        return StartedExecution(arn=f"arn:execution:{name}", started_now=not known)

    def status(self, name: str) -> str | None:
        if name not in self.started:
            return None
        return "RUNNING" if name in self.running else self.ends.get(name, "SUCCEEDED")

    def exists(self, name: str) -> bool:
        return name in self.started
