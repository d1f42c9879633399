"""A small model, rows that fit it, and the world that Prepare works in."""

import csv
import io
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np

from functions.contracts import keys
from functions.contracts.artifact import ArtifactSpec
from functions.contracts.capture import GroundTruthLine
from functions.contracts.dataset import DatasetManifest, QualityReport, Violation
from functions.contracts.feature_schema import Feature, FeatureSchema, FeatureType
from functions.contracts.messages import PrepareInput, PrepareOutput
from functions.contracts.model_spec import DataRules, Holdout, ModelSpec, Target, Task, Training
from functions.contracts.release import ModelVersion
from functions.core.capture_encoding import AnsweredRows
from functions.core.encoding import encode_columns
from functions.preparation.engine import EngineLimits
from functions.preparation.ports import Ports
from functions.preparation.prepare import prepare
from tests.fakes.captures import stored_lines
from tests.fakes.documents import NOW, alias_pointer, audit_entry, model_version
from tests.fakes.object_store import InMemoryObjectStore
from tests.fakes.registry import InMemoryRegistry

MODEL = "membership"
START = datetime(2026, 1, 1, tzinfo=UTC)
FEATURES = (
    Feature(name="age", type=FeatureType.INTEGER, minimum=0, maximum=120),
    Feature(name="income", type=FeatureType.NUMBER, minimum=0, max_missing_rate=0.1),
    Feature(name="fuel", type=FeatureType.STRING, categories=("diesel", "gas")),
    Feature(name="member", type=FeatureType.BOOLEAN),
)

Row = dict[str, object]


def spec(**changes: object) -> ModelSpec:
    fields: dict[str, object] = {
        "name": MODEL,
        "task": Task.BINARY_CLASSIFICATION,
        "owner": "tests",
        "target": Target(name="stays", classes=(0, 1)),
        "data": DataRules(timestamp="at", id="id", minimum_rows=20),
        "features": FEATURES,
        "training": Training(
            metric="roc_auc_score", holdout=Holdout(by="time", fraction=0.25, seed=3)
        ),
    }
    return ModelSpec.model_validate({**fields, **changes})


def rows(count: int = 40) -> list[Row]:
    """Return rows without a fault, one an hour, every other one of class 1."""
    return [
        {
            "id": f"r{index}",
            "at": (START + timedelta(hours=index)).isoformat(),
            "age": 20 + index,
            "income": 1000.5 + index,
            "fuel": ("diesel", "gas")[index % 3 == 0],
            "member": ("false", "true")[index % 5 == 0],
            "stays": index % 2,
        }
        for index in range(count)
    ]


def changed(row: int, count: int = 40, **values: object) -> list[Row]:
    """Return faultless rows with other values in the data row of number `row`."""
    found = rows(count)
    found[row - 1] |= values
    return found


def csv_text(content: list[Row]) -> str:
    file = io.StringIO()
    writer = csv.DictWriter(file, fieldnames=list(content[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(content)
    return file.getvalue()


def parquet_bytes(content: list[Row], directory: Path) -> bytes:
    """Return rows as a typed Parquet file: members are booleans, labels doubles."""
    source, path = directory / "rows.csv", directory / "rows.parquet"
    source.write_text(csv_text(content))
    duckdb.connect().execute(
        "COPY (SELECT * REPLACE (member::BOOLEAN AS member, stays::DOUBLE AS stays) "  # noqa: S608
        f"FROM read_csv('{source}')) TO '{path}' (FORMAT parquet)"
    )
    return path.read_bytes()


@dataclass
class World:
    """Buckets, registry and spec; `add` uploads a file."""

    spec: ModelSpec = field(default_factory=spec)
    data: InMemoryObjectStore = field(default_factory=InMemoryObjectStore)
    models: InMemoryObjectStore = field(default_factory=InMemoryObjectStore)
    captures: InMemoryObjectStore = field(default_factory=InMemoryObjectStore)
    registry: InMemoryRegistry = field(default_factory=InMemoryRegistry)
    code: bytes = b"def build_pipeline(params, features): ..."

    def add(self, body: str | bytes, name: str = "a.csv") -> str:
        key = keys.raw_file(self.spec.name, "2026-02-01", name)
        content = body.encode() if isinstance(body, str) else body
        self.data.write(key, content, content_type="text/csv")
        return key

    def ports(self, now: datetime = NOW) -> Ports:
        return Ports(
            data=self.data,
            models=self.models,
            captures=self.captures,
            registry=self.registry,
            load_spec=lambda _name: self.spec,
            read_code=lambda _name: self.code,
            limits=EngineLimits(memory_mb=512, threads=1),
            now=lambda: now,
        )

    def prepare(self, *, now: datetime = NOW, again: bool = False) -> PrepareOutput:
        message = PrepareInput(model=self.spec.name, execution="execution-1", again=again)
        return prepare(message, ports=self.ports(now))

    def report(self, output: PrepareOutput) -> QualityReport:
        return QualityReport.model_validate_json(self.data.read(output.quality_report_key))

    def manifest(self, output: PrepareOutput) -> DatasetManifest:
        return DatasetManifest.model_validate_json(self.data.read(str(output.manifest_key)))

    def array(self, output: PrepareOutput, name: str) -> np.ndarray:
        key = keys.prepared_array(self.spec.name, output.dataset_version, name)
        return np.load(io.BytesIO(self.data.read(key)), allow_pickle=False)

    def register(self, number: int = 1, schema: FeatureSchema | None = None) -> ModelVersion:
        """Register a version with its spec.json and make it champion."""
        version = model_version(number, model=self.spec.name)
        document = ArtifactSpec(
            model=self.spec.name,
            task=self.spec.task,
            feature_schema=schema or self.spec.schema_,
            target=self.spec.target.name,
            classes=self.spec.target.classes,
            maximum_rows=100,
            model_sha256="a" * 64,
        )
        stored = self.models.write(
            f"artifacts/{number}/spec.json",
            document.model_dump_json().encode(),
            content_type="application/json",
        )
        artifact = version.artifact.model_copy(update={"spec": stored})
        version = version.model_copy(update={"artifact": artifact})
        self.registry.add(version)
        held = self.registry.aliases
        revision = max((pointer.revision for pointer in held.values()), default=0)
        self.registry.move_alias(
            alias_pointer(number, revision=revision + 1, model=self.spec.name),
            audit_entry(revision + 1, to_number=number, model=self.spec.name),
            expected_revision=revision,
        )
        return version

    def put_captures(self, name: str, body: bytes) -> None:
        key = f"captures/2026/03/01/10/{name}"
        self.captures.write(key, body, content_type="application/octet-stream")

    def put_truths(self, name: str, body: bytes) -> None:
        key = f"ground_truth/2026/03/01/11/{name}"
        self.captures.write(key, body, content_type="application/octet-stream")


def capture_lines(
    records: list[Row],
    *,
    inference_id: str = "batch",
    version: int = 1,
    at: datetime = NOW,
    schema: FeatureSchema | None = None,
) -> list[str]:
    """Return the lines that serving would write for one request."""
    used = schema or spec().schema_
    columns = {name: [record[name] for record in records] for name in used.names}
    matrix = encode_columns(used, columns)
    outputs = np.full((len(records), 2), 0.5, dtype=np.float32)
    answered = AnsweredRows(inference_id, MODEL, version, used, matrix, outputs, at)
    return stored_lines(answered)


def truth_line(
    inference_id: str, value: int, *, received_at: datetime = NOW, model: str = MODEL
) -> str:
    return GroundTruthLine(
        model=model,
        inference_id=inference_id,
        value=value,
        observed_at=NOW,
        received_at=received_at,
    ).model_dump_json()


def records(count: int) -> list[Row]:
    return [
        {"age": 30 + index, "income": 0.1 + index, "fuel": "gas", "member": index % 2 == 0}
        for index in range(count)
    ]


def only_violation(world: World) -> Violation:
    """Prepare, and return the one violation that the report must hold."""
    output = world.prepare()
    report = world.report(output)
    assert not output.passed
    assert not report.passed
    (violation,) = report.violations
    return violation
