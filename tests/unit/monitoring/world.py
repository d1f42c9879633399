"""A champion with its reference, captures of its answers, and what the steps are called with."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from functions.contracts.artifact import ArtifactSpec, StoredObject
from functions.contracts.base import Document
from functions.contracts.keys import CAPTURES_PREFIX, hour_prefix
from functions.core.capture_encoding import AnsweredRows, encode_captures
from functions.monitoring.capture_reader import Window
from functions.monitoring.ports import DriftPorts
from tests.fakes.documents import NOW, alias_pointer, artifact, audit_entry, model_version
from tests.fakes.object_store import InMemoryObjectStore
from tests.fakes.registry import InMemoryRegistry
from tests.fakes.senders import RecordingMetrics
from tests.unit.core.drift_world import SCHEMA, Matrix, answers, profile, rows, spec

MODEL = "car"
START, END = NOW, NOW + timedelta(hours=1)


def window(described: ArtifactSpec | None = None) -> Window:
    return Window(described or spec(), 1, START, END)


def capture(
    matrix: Matrix,
    *,
    inference_id: str = "a",
    at: datetime = START,
    version: int = 1,
    described: ArtifactSpec | None = None,
) -> bytes:
    """The lines that serving writes for one request."""
    of = described or spec()
    answered = AnsweredRows(
        inference_id, of.model, version, of.feature_schema, matrix, answers(matrix), at
    )
    return "".join(f"{line}\n" for line in encode_captures(answered)).encode()


def put(
    store: InMemoryObjectStore, content: bytes, *, hour: datetime = START, name: str = "x"
) -> None:
    """Deliver an object into the folder of an hour of arrival."""
    key = f"{hour_prefix(CAPTURES_PREFIX, hour)}{name}"
    store.write(key, content, content_type="application/octet-stream")


@dataclass
class World:
    """Buckets, registry and metrics; `add_champion` registers version 1."""

    registry: InMemoryRegistry = field(default_factory=InMemoryRegistry)
    models: InMemoryObjectStore = field(default_factory=InMemoryObjectStore)
    captures: InMemoryObjectStore = field(default_factory=InMemoryObjectStore)
    metrics: RecordingMetrics = field(default_factory=RecordingMetrics)

    @property
    def ports(self) -> DriftPorts:
        return DriftPorts(self.registry, self.models, self.captures, self.metrics)

    def add_champion(self, described: ArtifactSpec | None = None) -> None:
        reference = profile(rows(5_000, seed=1))
        stored = artifact().model_copy(
            update={
                "spec": self._store("spec.json", described or spec(SCHEMA)),
                "profile": self._store("profile.json", reference),
            }
        )
        self.registry.add(model_version(1, model=MODEL).model_copy(update={"artifact": stored}))
        pointer = alias_pointer(1, model=MODEL).model_copy(update={"artifact": stored})
        self.registry.move_alias(pointer, audit_entry(model=MODEL), expected_revision=0)

    def _store(self, name: str, document: Document) -> StoredObject:
        body = document.model_dump_json().encode()
        return self.models.write(f"artifacts/{name}", body, content_type="application/json")
