"""Predictions of the small model, and what is reported of them, in memory."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from functions.aws.capture_compaction import compact_captures
from functions.contracts.artifact import StoredObject
from functions.contracts.capture import GroundTruthLine
from functions.contracts.keys import GROUND_TRUTH_PREFIX, hour_prefix, label_arrivals, label_day
from functions.contracts.labels import (
    JoinGroundTruthOutput,
    LabelArrivals,
    LabelDay,
    LabelHour,
)
from functions.contracts.model_spec import ModelSpec
from functions.core.conditional_writes import ObjectChangedError
from functions.core.hourly_merge import KnownVersion
from functions.core.ports import ObjectNotFoundError
from functions.monitoring.join_ground_truth import join_ground_truth
from functions.monitoring.ports import LabelPorts
from tests.fakes.documents import NOW, model_version
from tests.fakes.object_store import CountingStore
from tests.fakes.registry import InMemoryRegistry
from tests.fakes.senders import RecordingMetrics
from tests.unit.core.drift_world import Matrix, model_spec, spec
from tests.unit.monitoring.window_world import capture_lines
from tests.unit.monitoring.world import put

HORIZON_DAYS = 90
PREDICTED = NOW.replace(minute=10, second=0, microsecond=0) - timedelta(days=2)
LATER = PREDICTED + timedelta(hours=30)


@dataclass
class LabelWorld:
    """What JoinGroundTruth sees: version 1 of `car`, and of the models named besides."""

    store: CountingStore = field(default_factory=CountingStore)
    registry: InMemoryRegistry = field(default_factory=InMemoryRegistry)
    metrics: RecordingMetrics = field(default_factory=RecordingMetrics)
    objects: int = 0
    model: ModelSpec = field(default_factory=model_spec)

    def __post_init__(self) -> None:
        self.register("car")

    @property
    def ports(self) -> LabelPorts:
        known = KnownVersion(spec())
        return LabelPorts(
            captures=self.store,
            registry=self.registry,
            find=lambda _model, _number: known,
            find_spec={"car": self.model}.get,
            metrics=self.metrics,
            horizon_days=HORIZON_DAYS,
        )

    def register(self, model: str) -> None:
        self.registry.versions[model, 1] = model_version(1, model=model)

    def capture(
        self,
        matrix: Matrix,
        *,
        inference_id: str = "a",
        at: datetime = PREDICTED,
        outputs: Matrix | None = None,
        model: str = "car",
    ) -> None:
        """Answer one request."""
        described = spec().model_copy(update={"model": model})
        lines = capture_lines(
            matrix, id_=inference_id, at=at, artifact_spec=described, outputs=outputs
        )
        self.objects += 1
        put(self.store, "\n".join(lines).encode(), hour=at, name=f"{self.objects:06d}")

    def predict(
        self,
        matrix: Matrix,
        *,
        inference_id: str = "a",
        at: datetime = PREDICTED,
        model: str = "car",
    ) -> None:
        """Answer one request and compact it."""
        self.capture(matrix, inference_id=inference_id, at=at, model=model)
        done = at + timedelta(days=1)
        find = self.ports.find
        compact_captures(self.store, find, now=lambda: done, until=done, since=at)

    def report(
        self, values: dict[str, object], *, at: datetime = LATER, model: str = "car"
    ) -> None:
        """Deliver what came true, as serving writes it and Firehose stores it."""
        lines = [
            GroundTruthLine.model_validate(
                {
                    "model": model,
                    "inference_id": inference_id,
                    "value": value,
                    "observed_at": at,
                    "received_at": at,
                }
            ).model_dump_json()
            for inference_id, value in values.items()
        ]
        self.deliver("\n".join(lines).encode(), at=at)

    def deliver(self, content: bytes, *, at: datetime = LATER) -> None:
        self.objects += 1
        key = f"{hour_prefix(GROUND_TRUTH_PREFIX, at)}{self.objects:06d}"
        self.store.write(key, content, content_type="x")

    def join(self, at: datetime = LATER + timedelta(minutes=20)) -> JoinGroundTruthOutput:
        return join_ground_truth(self.ports, now=lambda: at, until=at + timedelta(minutes=5))

    def hour(self, at: datetime = PREDICTED, model: str = "car") -> LabelHour:
        """The ledger's hour of a moment; there must be one."""
        day = LabelDay.model_validate_json(self.store.read(label_day(model, at.date())))
        (found,) = (hour for hour in day.hours if hour.hour == at.replace(minute=0))
        return found

    def arrivals(self, at: datetime = LATER) -> LabelArrivals:
        return LabelArrivals.model_validate_json(self.store.read(label_arrivals(at)))

    def emitted(self) -> dict[str, float]:
        """The newest value of each metric."""
        return {str(value.metric): value.value for _, value, _ in self.metrics.values}


@dataclass
class InterruptedStore(CountingStore):
    """Lets another run go first, once, at the first write of a day's ledger, or of other keys."""

    other: Callable[[], object] | None = None
    at: str = "/days/"

    def replace(self, key: str, body: bytes, *, expected: str | None, content_type: str) -> None:
        self._let_other_go(key)
        super().replace(key, body, expected=expected, content_type=content_type)

    def write_once(self, key: str, body: bytes, *, content_type: str) -> StoredObject:
        self._let_other_go(key)
        return super().write_once(key, body, content_type=content_type)

    def write(self, key: str, body: bytes, *, content_type: str) -> StoredObject:
        self._let_other_go(key)
        return super().write(key, body, content_type=content_type)

    def _let_other_go(self, key: str) -> None:
        if self.at in key and self.other is not None:
            other, self.other = self.other, None
            other()


@dataclass
class AgedStore(CountingStore):
    """What could be retired has gone by its age already."""

    def retire(self, key: str) -> None:
        msg = f"no object {key} in the bucket"
        raise ObjectNotFoundError(msg)


@dataclass
class BusyStore(CountingStore):
    """Somebody else always was first to write a day's ledger."""

    def replace(self, key: str, body: bytes, *, expected: str | None, content_type: str) -> None:
        if "/days/" in key:
            msg = f"{key} is not as it was read"
            raise ObjectChangedError(msg)
        super().replace(key, body, expected=expected, content_type=content_type)


def documents(store: CountingStore) -> dict[str, object]:
    """Every JSON document of the ledger as it is now."""
    return {
        key: json.loads(bodies[-1])
        for key, bodies in store.versions.items()
        if key.startswith("labels/") and key.endswith(".json")
    }
