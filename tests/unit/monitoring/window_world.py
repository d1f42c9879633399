"""A champion, its reference and captures of the small model, in memory."""

import gzip
import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from functions.contracts.artifact import Artifact, ArtifactSpec, StoredObject
from functions.contracts.estimates import Estimator
from functions.contracts.keys import CAPTURES_PREFIX, artifact_file, hour_prefix
from functions.contracts.naming import Alias
from functions.core.capture_encoding import AnsweredRows
from functions.core.profile import Profile
from functions.core.reference_rows import draw_reference_rows, pack_reference_rows
from functions.monitoring.ports import DriftPorts
from tests.fakes.captures import stored_lines
from tests.fakes.documents import alias_pointer, model_version, stored_object
from tests.fakes.object_store import InMemoryObjectStore
from tests.fakes.registry import InMemoryRegistry
from tests.fakes.senders import RecordingMetrics
from tests.unit.core.drift_world import SCHEMA, Matrix, answers, profile, rows, spec

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
EARLIER = NOW - timedelta(hours=2)


def capture_lines(
    matrix: Matrix,
    *,
    id_: str = "request",
    at: datetime = EARLIER,
    version: int = 1,
    artifact_spec: ArtifactSpec | None = None,
    outputs: Matrix | None = None,
) -> list[str]:
    """The lines that are stored of one request."""
    artifact_spec = artifact_spec or spec()
    answered = AnsweredRows(
        inference_id=id_,
        model=artifact_spec.model,
        version=version,
        schema=artifact_spec.feature_schema,
        matrix=matrix,
        outputs=answers(matrix) if outputs is None else outputs,
        at=at,
    )
    return stored_lines(answered)


@dataclass
class WindowWorld:
    """What DetectDrift sees; the version of `car` that was last published is champion."""

    models: InMemoryObjectStore = field(default_factory=InMemoryObjectStore)
    captures: InMemoryObjectStore = field(default_factory=InMemoryObjectStore)
    registry: InMemoryRegistry = field(default_factory=InMemoryRegistry)
    metrics: RecordingMetrics = field(default_factory=RecordingMetrics)

    @property
    def ports(self) -> DriftPorts:
        return DriftPorts(self.registry, self.models, self.captures, self.metrics)

    def publish(
        self,
        artifact_spec: ArtifactSpec | None = None,
        reference: Profile | None = None,
        *,
        number: int = 1,
        estimator: Estimator | None = None,
        kept: Matrix | None = None,
    ) -> None:
        artifact_spec = artifact_spec or spec()
        reference = reference or profile(rows(4000, seed=1))
        artifact = Artifact(
            model=stored_object("artifacts/car/model.onnx"),
            spec=self._store("spec.json", artifact_spec.model_dump_json()),
            profile=self._store("profile.json", reference.model_dump_json()),
            estimator=(
                self._store("estimator.json", estimator.model_dump_json()) if estimator else None
            ),
            reference_rows=None if kept is None else self.keep_rows(kept),
        )
        pointer = alias_pointer(number, model="car").model_copy(update={"artifact": artifact})
        self.registry.aliases["car", Alias.CHAMPION] = pointer
        self.registry.versions["car", number] = model_version(number, model="car").model_copy(
            update={"artifact": artifact}
        )

    def deliver(
        self,
        lines: list[str],
        *,
        arrived: datetime = EARLIER,
        joint: str = "\n",
        packed: bool = False,
    ) -> None:
        """Write an object as Firehose does."""
        body = joint.join(lines).encode()
        prefix = hour_prefix(CAPTURES_PREFIX, arrived.astimezone(UTC))
        key = f"{prefix}{len(self.captures.versions):06d}"
        self.captures.write(key, gzip.compress(body) if packed else body, content_type="x")

    def keep_rows(self, matrix: Matrix) -> StoredObject:
        """Store some rows of the reference with their answers."""
        kept = draw_reference_rows(SCHEMA, matrix, answers(matrix))
        return self.models.write("rows.npy", pack_reference_rows(kept), content_type="x")

    def _store(self, name: str, text: str) -> StoredObject:
        key = artifact_file("car", hashlib.sha256(text.encode()).hexdigest(), name)
        return self.models.write(key, text.encode(), content_type="application/json")
