"""A stage whose callers are divided by an A/B test, and what came true of its answers."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace

import numpy as np
import pytest

from functions.cli import wiring
from functions.contracts.artifact import Artifact, ArtifactSpec, StoredObject
from functions.contracts.capture import GroundTruthLine
from functions.contracts.experiment import Experiment
from functions.contracts.keys import CAPTURES_PREFIX, GROUND_TRUTH_PREFIX, hour_prefix
from functions.contracts.naming import Alias
from functions.core.capture_encoding import AnsweredRows
from functions.core.routing import choose_share
from functions.release.promote import promote
from tests.fakes.captures import stored_lines
from tests.fakes.documents import NOW, model_version
from tests.fakes.object_store import InMemoryObjectStore
from tests.fakes.registry import InMemoryRegistry
from tests.unit.core.drift_world import rows, spec

MODEL = "car"


@dataclass
class ExperimentStage:
    """Three versions on a stage that the commands see; the first is champion."""

    registry: InMemoryRegistry = field(default_factory=InMemoryRegistry)
    buckets: dict[str, InMemoryObjectStore] = field(
        default_factory=lambda: {n: InMemoryObjectStore() for n in ("models", "captures")}
    )
    now: datetime = NOW

    def __post_init__(self) -> None:
        for number in (1, 2, 3):
            self.add_version(number)
        promote(MODEL, 1, actor="ann", reason="first", registry=self.registry, now=NOW)

    def enter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        settings = SimpleNamespace(models_bucket="models", captures_bucket="captures")
        monkeypatch.setattr(wiring, "open_stage", lambda _: SimpleNamespace(settings=settings))
        monkeypatch.setattr(wiring, "registry", lambda _: self.registry)
        monkeypatch.setattr(wiring, "bucket", lambda name: self.buckets[name])
        monkeypatch.setattr(wiring, "now", lambda: self.now)

    def add_version(self, number: int, described: ArtifactSpec | None = None) -> None:
        body = (described or spec()).model_dump_json().encode()
        key = f"artifacts/{MODEL}/{number}/spec.json"
        stored = self.buckets["models"].write(key, body, content_type="")
        digest = hashlib.sha256(body).hexdigest()
        described_object = StoredObject(
            key=key, s3_version_id=stored.s3_version_id, sha256=digest, size_bytes=len(body)
        )
        version = model_version(number, model=MODEL)
        artifact = Artifact(
            model=version.artifact.model, spec=described_object, profile=version.artifact.profile
        )
        self.registry.add(version.model_copy(update={"artifact": artifact}))

    def answer(
        self, count: int, *, noise: dict[int, float], labelled: float = 1.0, seed: int = 1
    ) -> None:
        """Answer callers by their versions; a minute later it is known what came true."""
        rng = np.random.default_rng(seed)
        pointer = self.registry.aliases[MODEL, Alias.CHAMPION]
        truths = rng.integers(0, 2, count)
        captures, ground_truths = [], []
        for index, (matrix, truth) in enumerate(zip(rows(count, seed=seed), truths, strict=True)):
            share = choose_share(pointer, f"customer {index}", self.now)
            number = share.number if share else pointer.number
            noisy = 2.0 * truth - 1.0 + noise[number] * rng.normal()
            positive = 1.0 / (1.0 + np.exp(-noisy))
            answered = AnsweredRows(
                inference_id=f"{seed}-{index}",
                model=MODEL,
                version=number,
                schema=spec().feature_schema,
                matrix=matrix[np.newaxis],
                outputs=np.array([[1.0 - positive, positive]], dtype=np.float32),
                at=self.now,
                variant=str(pointer.split_id) if share else "champion",
            )
            captures += stored_lines(answered)
            if rng.random() < labelled:
                ground_truths.append(self._truth(f"{seed}-{index}", int(truth)))
        for prefix, lines in ((CAPTURES_PREFIX, captures), (GROUND_TRUTH_PREFIX, ground_truths)):
            key = f"{hour_prefix(prefix, self.now)}{seed}"
            self.buckets["captures"].write(key, "\n".join(lines).encode(), content_type="")
        self.now += timedelta(minutes=1)

    def experiment(self, name: str = "deeper") -> Experiment:
        return self.registry.find_experiment(MODEL, name)

    def _truth(self, inference_id: str, value: int) -> str:
        return GroundTruthLine(
            model=MODEL,
            inference_id=inference_id,
            value=value,
            observed_at=self.now,
            received_at=self.now,
        ).model_dump_json()
