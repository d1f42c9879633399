"""A prediction API with everything behind it in memory, and the models that it serves."""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from functions.contracts import keys
from functions.contracts.artifact import Artifact, ArtifactSpec, StoredObject
from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.contracts.model_spec import Label, Task
from functions.contracts.naming import Alias
from functions.contracts.release import AliasPointer, ModelVersion
from functions.inference.onnx_model import load_onnx_model
from functions.serving.capture import CaptureWriter
from functions.serving.exchange import Request, Response
from functions.serving.ports import Ports
from functions.serving.refreshed import Clock
from functions.serving.versions import CachePolicy, Sources, Versions
from tests.fakes.captures import logged_document
from tests.fakes.gate import OpenGate
from tests.fakes.object_store import InMemoryObjectStore
from tests.fakes.registry import InMemoryRegistry
from tests.unit.serving.graphs import linear_graph, logistic_graph, softmax_graph

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
REFRESH_SECONDS = 30.0

LOAN_FEATURES = FeatureSchema(
    features=(
        Feature(name="car_value", type="number", minimum=0, maximum=100_000, example=22_000.0),
        Feature(name="age", type="integer", minimum=18, maximum=100, max_missing_rate=0.1),
        Feature(name="is_member", type="boolean"),
        Feature(name="region", type="string", categories=("north", "south"), max_missing_rate=0.2),
        Feature(name="salary", type="number", pii=True, description="before tax"),
    )
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
GOOD_LOAN = {
    "car_value": 22000.0,
    "age": 40,
    "is_member": True,
    "region": "south",
    "salary": 51000.5,
}


@dataclass
class FakeClock:
    """Two clocks that go when they are told to."""

    seconds: float = 0.0

    def monotonic(self) -> float:
        return 1000.0 + self.seconds

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds)

    def milliseconds(self) -> int:
        return (self.now() - EPOCH) // timedelta(milliseconds=1)


@dataclass
class World:
    """The API's ports, with what a test looks at or breaks."""

    registry: InMemoryRegistry = field(default_factory=InMemoryRegistry)
    store: InMemoryObjectStore = field(default_factory=InMemoryObjectStore)
    clock: FakeClock = field(default_factory=FakeClock)
    stdout: io.StringIO = field(default_factory=io.StringIO)
    events: list[tuple[str, Mapping[str, object]]] = field(default_factory=list)
    maximum_bytes: int = 10_000_000
    ids: int = 0

    def __post_init__(self) -> None:
        self.ports = Ports(
            gate=OpenGate(),
            versions=Versions(
                Sources(lambda: self.registry, lambda: self.store, load_onnx_model),
                CachePolicy(REFRESH_SECONDS, self.maximum_bytes),
                clock=Clock(self.clock.monotonic, self.clock.now),
                log=self.log,
            ),
            registry=lambda: self.registry,
            captures=CaptureWriter(lambda: self.stdout, log=self.log),
            pages=self.answer_pages,
            log=self.log,
            now=self.clock.now,
            now_ms=self.clock.milliseconds,
            monotonic=self.clock.monotonic,
            new_id=self.new_id,
        )

    def log(self, event: str, fields: Mapping[str, object]) -> None:
        self.events.append((event, fields))

    def logged(self, event: str) -> list[Mapping[str, object]]:
        return [fields for name, fields in self.events if name == event]

    def new_id(self) -> str:
        self.ids += 1
        return f"id-{self.ids}"

    def answer_pages(self, request: Request) -> Response:
        from functions.serving.pages import answer_pages

        return answer_pages(request, self.ports)

    def lines(self) -> list[dict[str, object]]:
        return [logged_document(line) for line in self.stdout.getvalue().splitlines()]

    def publish(
        self, spec: ArtifactSpec, content: bytes, *, number: int = 1, promote: bool = True
    ) -> AliasPointer:
        """Store and register a version, and make it champion."""
        artifact = self.store_artifact(spec, content)
        version = ModelVersion(
            model=spec.model,
            number=number,
            task=spec.task,
            artifact=artifact,
            dataset_version="ds-1",
            run_id="run-1",
            execution="execution-1",
            trigger="person",
            parameters={"depth": 3},
            scores={"roc_auc_score": 0.9},
            gate_report_key=keys.gate_report(spec.model, "execution-1"),
            created_at=NOW,
        )
        self.registry.add(version)
        pointer = AliasPointer(
            model=spec.model,
            alias=Alias.CHAMPION,
            number=number,
            revision=number,
            moved_at=NOW,
            artifact=artifact,
        )
        if promote:
            self.registry.aliases[spec.model, Alias.CHAMPION] = pointer
        return pointer

    def store_artifact(self, spec: ArtifactSpec, content: bytes) -> Artifact:
        digest = hashlib.sha256(content).hexdigest()
        spec = spec.model_copy(update={"model_sha256": digest})
        return Artifact(
            model=self.put(spec.model, digest, "model.onnx", content),
            spec=self.put(spec.model, digest, "spec.json", spec.model_dump_json().encode()),
            profile=self.put(spec.model, digest, "profile.json", b"{}"),
        )

    def put(self, model: str, digest: str, name: str, content: bytes) -> StoredObject:
        key = keys.artifact_file(model, digest, name)
        return self.store.write_once(key, content, content_type="application/octet-stream")


def artifact_spec(
    model: str = "loan_default",
    *,
    task: Task = Task.BINARY_CLASSIFICATION,
    classes: tuple[Label, ...] = (0, 1),
    schema: FeatureSchema = LOAN_FEATURES,
    extra_features: str = "refuse",
    maximum_rows: int = 5000,
) -> ArtifactSpec:
    return ArtifactSpec(
        model=model,
        task=task,
        description=f"what {model} says",
        feature_schema=schema,
        target="repaid",
        classes=classes,
        extra_features=extra_features,
        maximum_rows=maximum_rows,
        model_sha256="0" * 64,
    )


LOAN_WEIGHTS = (0.0001, -0.05, 0.3, 0.2, -0.00001)
LOAN_GRAPH = logistic_graph(LOAN_WEIGHTS)
PRICE_SCHEMA = FeatureSchema(
    features=(Feature(name="door_count", type="integer"), Feature(name="mileage", type="number"))
)
PRICE_SPEC = artifact_spec("car_price", task=Task.REGRESSION, classes=(), schema=PRICE_SCHEMA)
PRICE_GRAPH = linear_graph((10.0, 0.5), bias=0.1)
TIER_SPEC = artifact_spec(
    "tier",
    task=Task.MULTICLASS_CLASSIFICATION,
    classes=("gold", "silver", "tin"),
    schema=PRICE_SCHEMA,
)
TIER_GRAPH = softmax_graph(((1.0, 0.0), (0.0, 1.0), (0.5, 0.5)))


def loan_world() -> World:
    """An API that serves loan_default/1."""
    world = World()
    world.publish(artifact_spec(), LOAN_GRAPH)
    return world


def three_models() -> World:
    """An API that serves one model of each task."""
    world = loan_world()
    world.publish(PRICE_SPEC, PRICE_GRAPH)
    world.publish(TIER_SPEC, TIER_GRAPH)
    return world


def post(path: str, document: object, **headers: str) -> Request:
    """A JSON request; `document` may be bytes that are no JSON."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request("POST", path, {"content-type": "application/json", **named}, body)


def get(path: str) -> Request:
    return Request("GET", path)
