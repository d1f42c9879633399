"""A model's traffic, hour by hour, judged by the real DetectDrift in a simulated world."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from functions.contracts.alerts import Severity
from functions.contracts.artifact import ArtifactSpec
from functions.contracts.drift import DriftReport, Verdict
from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.contracts.messages import DetectDriftInput
from functions.contracts.model_spec import ModelSpec, Task
from functions.core.profile import Profile, profile_matrix, profile_predictions
from functions.monitoring.detect_drift import detect_drift
from tests.fakes.registry import InMemoryRegistry
from tests.simulation.world import MODEL, World
from tests.unit.core.drift_world import Matrix
from tests.unit.monitoring.window_world import WindowWorld, capture_lines

HOUR = timedelta(hours=1)
ALARM_PERIOD = timedelta(minutes=5)
"""Of the conditions' alarms: each is over when nothing is reported for this long."""

WEEK = timedelta(days=7)
"""A retraining learns from its rows."""

SCHEMA = FeatureSchema(
    features=(
        Feature(name="basket", type="number"),
        Feature(name="age", type="number"),
        Feature(name="device", type="string", categories=("phone", "desktop", "other")),
    )
)

SPEC = ArtifactSpec(
    model=MODEL,
    task=Task.BINARY_CLASSIFICATION,
    feature_schema=SCHEMA,
    target="bought",
    classes=(0, 1),
    maximum_rows=10_000,
    model_sha256="a" * 64,
)

RETRAIN_ON_DRIFT = {"retrain": ["label_change", "drift"], "note": ["harder_rows"]}
"""`[alerts]` of who wants a retraining for every drift."""

Draw = Callable[[datetime, np.random.Generator], Matrix]
"""The rows of the period that begins at a moment."""


def model_spec(**sections: object) -> ModelSpec:
    """Return model.toml with some sections of its own."""
    return ModelSpec.model_validate(
        {
            "name": MODEL,
            "task": SPEC.task,
            "owner": "tests",
            "target": {"name": SPEC.target, "classes": SPEC.classes},
            "features": [feature.model_dump() for feature in SCHEMA.features],
            "training": {"metric": "roc_auc_score"},
            **sections,
        }
    )


def answer(matrix: Matrix) -> Matrix:
    """Return the model's answers: one relation of the inputs, at all hours."""
    score = 0.05 * (matrix[:, 0] - 100.0) - 0.8 * matrix[:, 2]
    positive = 1.0 / (1.0 + np.exp(-score))
    return np.stack([1.0 - positive, positive], axis=1).astype(np.float32)


def profile_of(matrix: Matrix) -> Profile:
    """Return the profile of rows with their answers."""
    prediction = profile_predictions(SPEC.task, answer(matrix))
    return profile_matrix(SCHEMA, matrix).model_copy(update={"prediction": prediction})


@dataclass
class Stream:
    """Answers what `draw` gives each `period`, and has the last window judged each `judged_every`.

    What is retrained is promoted, and the rows of the last week become its reference. `deliver` may
    spoil the capture lines of a request on their way.
    """

    world: World
    draw: Draw
    reference: Matrix
    spec: ModelSpec = field(default_factory=model_spec)
    period: timedelta = HOUR
    judged_every: timedelta = HOUR
    deliver: Callable[[list[str]], list[str]] = list
    reports: list[DriftReport] = field(default_factory=list)

    def __post_init__(self) -> None:
        assert isinstance(self.world.registry, InMemoryRegistry)
        self.rng = np.random.default_rng(self.world.seed)
        self.window = WindowWorld(registry=self.world.registry)
        self.version = 1
        self.window.publish(SPEC, profile_of(self.reference))
        self.recent: deque[Matrix] = deque(maxlen=WEEK // self.period)
        self.world.promoted = self._promote

    def begin(self, *, earlier: timedelta = timedelta(0)) -> None:
        """Answer for a while before the world begins, and from then on."""
        for ago in range(earlier // self.period, 0, -1):
            self._answer(self.world.start - ago * self.period)
        for condition in self.spec.alerts.conditions:
            if condition.severity is Severity.RETRAIN:
                metric = condition.metric_name
                self.world.watch(lambda now, m=metric: self._is_reported(m, now), name=metric)  # type: ignore[misc] # a default is its own
        self.world.reconcile_regularly()
        self.world.clock.every(
            self.period, lambda: self._answer(self.world.clock.now - self.period)
        )
        self.world.clock.every(self.judged_every, self._judge)

    def first_drift(self) -> datetime | None:
        """Return the end of the first window that was judged as drifted."""
        ends = (each.window_end for each in self.reports if each.verdict is Verdict.DRIFT)
        return next(ends, None)

    def _promote(self) -> None:
        self.version += 1
        learned = profile_of(np.concatenate(self.recent))
        self.window.publish(SPEC, learned, number=self.version)

    def _judge(self) -> None:
        now = self.world.clock.now
        output = detect_drift(
            DetectDriftInput(model=MODEL), spec=self.spec, ports=self.window.ports, now=now
        )
        assert output.json_key is not None
        content = self.window.captures.read(output.json_key)
        self.reports.append(DriftReport.model_validate_json(content))

    def _answer(self, since: datetime) -> None:
        matrix = self.draw(since, self.rng)
        if not len(matrix):
            return
        self.recent.append(matrix)
        at = since + self.period / 2
        lines = capture_lines(
            matrix,
            id_=f"{since:%Y%m%d%H}",
            at=at,
            artifact_spec=SPEC,
            outputs=answer(matrix),
            version=self.version,
        )
        self.window.deliver(self.deliver(lines), arrived=at)

    def _is_reported(self, metric: str, now: datetime) -> bool:
        """Return what an alarm over five minutes sees of a metric."""
        for _, value, at in reversed(self.window.metrics.values):
            if at <= now - ALARM_PERIOD:
                return False
            if value.metric == metric and value.value >= 1.0:
                return True
        return False
