"""A model of three numbers, candidates for it, and what Evaluate and the steps after it read."""

import hashlib
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from functions.contracts import keys
from functions.contracts.artifact import Artifact, ArtifactSpec, ParityReport
from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.contracts.messages import (
    EvaluateInput,
    EvaluateOutput,
    ExportOutput,
    PrepareOutput,
    RegisterInput,
    RegisterOutput,
    Trigger,
    TriggerKind,
)
from functions.contracts.model_spec import Gates, ModelSpec, Target, Task, Training
from functions.contracts.release import AliasPointer, GateReport, ModelVersion
from functions.contracts.retraining import RetrainingBook
from functions.contracts.rollout_messages import RollOutInput
from functions.core.arrays import array_to_bytes
from functions.release.evaluate import Bench
from functions.release.promote import promote
from tests.fakes.documents import NOW, model_version
from tests.fakes.object_store import InMemoryObjectStore
from tests.fakes.registry import InMemoryRegistry
from tests.fakes.retraining import taken
from tests.unit.serving.graphs import logistic_graph

MODEL = "tiny"
EXECUTION = "tiny-person-2"
TOKEN = 7
"""Of the lease that the execution has."""
DATASET = "ds-1"
FEATURES = tuple(Feature(name=name, type="number") for name in ("age", "income", "debt"))
WEIGHTS = (1.0, -2.0, 0.5)
TRIGGER = Trigger(
    kind=TriggerKind.PERSON, id="1", reason="new data", requested_by="ann", requested_at=NOW
)
PREPARED = PrepareOutput(
    passed=True,
    reason="ok",
    dataset_version=DATASET,
    quality_report_key="quality/tiny/ds-1.json",
)
PARITY = ParityReport(
    rows=100_000,
    maximum_absolute_error=1e-7,
    tolerance=1e-6,
    flipped_labels=0,
    passed=True,
    reason="largest difference 1e-07",
)


def spec(gates: Gates | None = None) -> ModelSpec:
    return ModelSpec(
        name=MODEL,
        task=Task.BINARY_CLASSIFICATION,
        owner="ann",
        target=Target(name="repaid", classes=(0, 1)),
        features=FEATURES,
        training=Training(metric="roc_auc_score"),
        gates=gates or Gates(),
    )


def held_out(count: int = 300) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(count, len(FEATURES))).astype(np.float32)
    p = 1.0 / (1.0 + np.exp(-2.0 * x @ np.array(WEIGHTS)))
    return x, (rng.random(count) < p).astype(np.int64)


@dataclass
class World:
    """The buckets and the registry, and what the steps are called with."""

    data: InMemoryObjectStore = field(default_factory=InMemoryObjectStore)
    models: InMemoryObjectStore = field(default_factory=InMemoryObjectStore)
    registry: InMemoryRegistry = field(default_factory=InMemoryRegistry)

    def __post_init__(self) -> None:
        for name, array in zip(("holdout_x", "holdout_y"), held_out(), strict=True):
            key = keys.prepared_array(MODEL, DATASET, name)
            self.data.write(key, array_to_bytes(array), content_type="application/octet-stream")

        book = RetrainingBook(model=MODEL, newest_token=TOKEN - 1)
        self.registry.ledger.books[MODEL] = taken(book, EXECUTION, kind=TriggerKind.PERSON)

    def bench(self, trial: object = None) -> Bench:
        return Bench(self.data, self.models, self.registry, trial=trial or answer_in_process)  # type: ignore[arg-type]

    def add_artifact(
        self,
        weights: tuple[float, ...] = WEIGHTS,
        *,
        features: tuple[Feature, ...] = FEATURES,
        content: bytes | None = None,
        target: str = "repaid",
    ) -> Artifact:
        content = content or logistic_graph(weights)
        sha256 = hashlib.sha256(content).hexdigest()
        described = ArtifactSpec(
            model=MODEL,
            task=Task.BINARY_CLASSIFICATION,
            feature_schema=FeatureSchema(features=features),
            target=target,
            classes=(0, 1),
            maximum_rows=100,
            model_sha256=sha256,
        )
        bodies = {
            "model.onnx": content,
            "spec.json": described.model_dump_json().encode(),
            "profile.json": b"{}",
        }
        stored = [
            self.models.write_once(keys.artifact_file(MODEL, sha256, name), body, content_type="")
            for name, body in bodies.items()
        ]
        return Artifact(model=stored[0], spec=stored[1], profile=stored[2])

    def add_champion(self, artifact: Artifact | None = None, *, number: int = 1) -> AliasPointer:
        self.add_version(artifact or self.add_artifact(), number=number)
        return promote(MODEL, number, actor="ann", reason="first", registry=self.registry, now=NOW)

    def add_version(
        self, artifact: Artifact, *, number: int, execution: str = "earlier"
    ) -> ModelVersion:
        version = model_version(number, model=MODEL).model_copy(
            update={"artifact": artifact, "execution": f"{execution}-{number}"}
        )
        self.registry.add(version)
        return version

    def export_output(
        self, artifact: Artifact | None = None, *, parity: ParityReport = PARITY
    ) -> ExportOutput:
        key = keys.parity_report(MODEL, EXECUTION)
        self.models.write(key, parity.model_dump_json().encode(), content_type="")
        return ExportOutput(
            run_id=f"{EXECUTION}-00",
            parameters={"depth": 3},
            artifact=artifact or self.add_artifact(),
            parity_report_key=key,
        )

    def evaluate_input(
        self, artifact: Artifact | None = None, *, parity: ParityReport = PARITY
    ) -> EvaluateInput:
        return EvaluateInput(
            model=MODEL,
            execution=EXECUTION,
            prepare=PREPARED,
            export=self.export_output(artifact, parity=parity),
        )

    def register_input(self, *, passed: bool = True, execution: str = EXECUTION) -> RegisterInput:
        return RegisterInput(
            lease_token=TOKEN,
            model=MODEL,
            execution=execution,
            trigger=TRIGGER,
            prepare=PREPARED,
            export=self.export_output(),
            evaluate=evaluated(passed=passed),
        )

    def roll_out_input(self, number: int, *, compared_with: int | None) -> RollOutInput:
        report = GateReport(
            model=MODEL,
            execution=EXECUTION,
            run_id=f"{EXECUTION}-00",
            dataset_version=DATASET,
            created_at=NOW,
            passed=True,
            reason="all 3 gates passed",
            gates=(),
            scores={},
            champion_number=compared_with,
            holdout_rows=300,
            latency_ms=0.1,
            parity=PARITY,
        )
        key = evaluated().gate_report_key
        self.models.write(key, report.model_dump_json().encode(), content_type="")
        return RollOutInput(
            lease_token=TOKEN,
            model=MODEL,
            execution=EXECUTION,
            trigger=TRIGGER,
            evaluate=evaluated(),
            register=RegisterOutput(number=number),
        )


def evaluated(*, passed: bool = True) -> EvaluateOutput:
    return EvaluateOutput(
        passed=passed,
        reason="all 3 gates passed" if passed else "1 of 3 gates failed: too slow",
        gate_report_key=keys.gate_report(MODEL, EXECUTION),
        scores={"roc_auc_score": 0.9},
    )


def answer_in_process(_content: bytes, rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """A trial that starts no process; the real one has tests of its own."""
    return np.zeros((len(rows), 2), dtype=np.float32)
