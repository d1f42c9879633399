"""A stage with captures, a dead-letter queue and a collector, for the commands about them."""

import io
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.aws.lambda_invoker import FunctionFailedError
from functions.aws.letter_box import QueueDepth
from functions.cli import wiring
from functions.cli.stage import DeployedStage
from functions.contracts.artifact import ArtifactSpec
from functions.contracts.keys import CAPTURES_PREFIX, GROUND_TRUTH_PREFIX, hour_prefix
from functions.contracts.outputs import OUTPUTS
from functions.contracts.settings import CommandSettings
from functions.core.capture_encoding import AnsweredRows
from tests.fakes.captures import stored_lines
from tests.fakes.documents import NOW, model_version
from tests.fakes.object_store import InMemoryObjectStore
from tests.fakes.registry import InMemoryRegistry
from tests.unit.core.drift_world import SCHEMA, answers, rows, spec
from tests.unit.core.test_redriving import FakeLetterBox


class CountedLetterBox(FakeLetterBox):
    """A queue that says how deep it is."""

    def depth(self) -> QueueDepth:
        return QueueDepth(len(self.letters) - len(self.held), len(self.held))


@dataclass
class FakeCollector:
    """Takes batches while `works`."""

    works: bool = True
    taken: list[Any] = field(default_factory=list)

    def invoke(self, function: str, payload: str) -> Any:
        if not self.works:
            msg = f"function {function} failed: DeliveryError: refused"
            raise FunctionFailedError(msg)
        self.taken.append(json.loads(payload))
        return {}


@dataclass
class CapturesWorld:
    """Everything the commands reach."""

    captures: InMemoryObjectStore = field(default_factory=InMemoryObjectStore)
    models: InMemoryObjectStore = field(default_factory=InMemoryObjectStore)
    registry: InMemoryRegistry = field(default_factory=InMemoryRegistry)
    letters: CountedLetterBox = field(default_factory=lambda: CountedLetterBox({}))
    collector: FakeCollector = field(default_factory=FakeCollector)
    lost_rows: int = 0
    stdout: io.StringIO = field(default_factory=io.StringIO)

    def enter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let the commands see this world."""
        values = {name: name for name in OUTPUTS}
        stage = DeployedStage(CommandSettings(stage="local", **values))
        buckets = {"captures_bucket": self.captures, "models_bucket": self.models}
        monkeypatch.setattr(wiring, "open_stage", lambda _asked: stage)
        monkeypatch.setattr(wiring, "bucket", lambda name: buckets[name])
        monkeypatch.setattr(wiring, "registry", lambda _stage: self.registry)
        monkeypatch.setattr(wiring, "functions", lambda: self.collector)
        monkeypatch.setattr(wiring, "uncollected_captures", lambda _stage: self.letters)
        monkeypatch.setattr(wiring, "lost_rows", lambda *_window: self.lost_rows)
        monkeypatch.setattr(wiring, "now", lambda: NOW)

    def register(self, described: ArtifactSpec | None = None) -> None:
        """Register version 1 of `car`."""
        stored = self.models.write(
            "spec.json", (described or spec()).model_dump_json().encode(), content_type="x"
        )
        version = model_version(1, model="car")
        artifact = version.artifact.model_copy(update={"spec": stored})
        self.registry.add(version.model_copy(update={"artifact": artifact}))

    def capture(
        self,
        name: str,
        count: int = 1,
        *,
        at: datetime = NOW - timedelta(hours=2),
        delivered: datetime | None = None,
        **changes: object,
    ) -> None:
        """Deliver an answered request to the bucket."""
        matrix = rows(count, seed=1)
        answered = AnsweredRows(name, "car", 1, SCHEMA, matrix, answers(matrix), at)
        self.deliver(CAPTURES_PREFIX, delivered or at, *stored_lines(answered._replace(**changes)))

    def deliver(self, prefix: str, at: datetime, *lines: str) -> None:
        key = f"{hour_prefix(prefix, at)}{len(self.captures.versions):04d}"
        self.captures.write(key, "\n".join(lines).encode(), content_type="x")

    def label(self, line: str, at: datetime = NOW - timedelta(hours=1)) -> None:
        self.deliver(GROUND_TRUTH_PREFIX, at, line)
