"""A rollout of a small model under traffic, as WatchRollOut finds it."""

from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np

from functions.contracts.artifact import Artifact, ArtifactSpec
from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.contracts.model_spec import ModelSpec, Target, Task, Training
from functions.contracts.rollout import RolloutRecord, RolloutStatus
from functions.contracts.rollout_check import RolloutCheck
from functions.contracts.rollout_messages import (
    RollOutOutput,
    WatchRollOutInput,
    WatchRollOutOutput,
)
from functions.contracts.rollout_policy import Rollout
from functions.core.baking import bake_of_step, bake_times
from functions.core.promotion import Cause
from functions.core.rollouts import RolloutPlan
from functions.monitoring.ports import WatchPorts
from functions.monitoring.watch_roll_out import watch_roll_out
from functions.release.promote import promote
from functions.release.split_starts import start_rollout
from tests.fakes.documents import NOW, model_version, stored_object
from tests.fakes.object_store import InMemoryObjectStore
from tests.fakes.registry import InMemoryRegistry
from tests.fakes.traffic import capture, deliver, truth

MODEL = "tiny"
EXECUTION = "tiny-person-2"
FEATURES = (Feature(name="age", type="number"),)
POLICY = Rollout(
    strategy="canary", steps=(10.0, 50.0), bake_minutes=30.0, maximum_bake_minutes=120.0
)
SPEC = ModelSpec(
    name=MODEL,
    task=Task.BINARY_CLASSIFICATION,
    owner="ann",
    target=Target(name="repaid", classes=(0, 1)),
    features=FEATURES,
    training=Training(metric="roc_auc_score"),
    rollout=POLICY,
)


@dataclass
class WatchWorld:
    """Version 2 has a tenth of version 1's callers since NOW."""

    models: InMemoryObjectStore = field(default_factory=InMemoryObjectStore)
    captures: InMemoryObjectStore = field(default_factory=InMemoryObjectStore)
    registry: InMemoryRegistry = field(default_factory=InMemoryRegistry)
    targets: tuple[str, str] = ("repaid", "repaid")

    def __post_init__(self) -> None:
        for number, target in enumerate(self.targets, start=1):
            version = model_version(number, model=MODEL)
            self.registry.add(version.model_copy(update={"artifact": self._artifact(target)}))
        promote(MODEL, 1, actor="ann", reason="first", registry=self.registry, now=NOW)
        plan = RolloutPlan(MODEL, EXECUTION, challenger=2, champion=1, shares=POLICY.shares)
        bake = bake_of_step(bake_times(POLICY, 1.0), NOW)
        start_rollout(plan, bake, Cause("ann", "new data", NOW), registry=self.registry)

    @property
    def record(self) -> RolloutRecord:
        record = self.registry.find_rollout(MODEL)
        assert record is not None
        return record

    @property
    def ports(self) -> WatchPorts:
        return WatchPorts(self.registry, self.models, self.captures)

    def serve(
        self,
        count: int,
        *,
        version: int = 2,
        seed: int = 1,
        minutes: float = 5.0,
        shift: float = 0.0,
        labels: bool = False,
    ) -> None:
        """Let a version answer so many requests of a row each; answers move up by `shift`."""
        at = NOW + timedelta(minutes=minutes)
        variant = self.record.split_id if version == 2 else "champion"
        rng = np.random.default_rng(seed)
        positive = np.clip(rng.uniform(0.0, 0.6, count) + shift, 0.0, 1.0).astype(np.float32)
        name = f"{version}-{seed}-{minutes:g}"
        lines = [
            capture(
                MODEL,
                np.float32([[40.0]]),
                np.float32([[1.0 - p, p]]),
                id_=f"{name}-{index}",
                at=at,
                version=version,
                variant=variant,
                latency_us=int(rng.integers(900, 1100)),
            )
            for index, p in enumerate(positive)
        ]
        deliver(self.captures, lines, name=name, at=at)
        if labels:
            values = rng.random(count) < positive
            truths = [
                truth(MODEL, line.id, int(value), at=at)
                for line, value in zip(lines, values, strict=True)
            ]
            deliver(self.captures, truths, name=name, at=at)

    def look(
        self, *, minutes: float, last: WatchRollOutOutput | None = None, policy: Rollout = POLICY
    ) -> WatchRollOutOutput:
        """Look at the rollout so many minutes after it began."""
        return watch_roll_out(
            self.message(last),
            spec=SPEC.model_copy(update={"rollout": policy}),
            time_scale=1.0,
            ports=self.ports,
            now=NOW + timedelta(minutes=minutes),
        )

    def message(self, last: WatchRollOutOutput | None = None) -> WatchRollOutInput:
        given = RollOutOutput(
            status=RolloutStatus.BAKING, champion=1, previous=None, revision=2, reason="10 %"
        )
        return WatchRollOutInput(
            model=MODEL, execution=EXECUTION, roll_out=given, watch_roll_out=last
        )

    def check(self, output: WatchRollOutOutput) -> RolloutCheck:
        assert output.report_key is not None
        return RolloutCheck.model_validate_json(self.models.read(output.report_key))

    def _artifact(self, target: str) -> Artifact:
        described = ArtifactSpec(
            model=MODEL,
            task=Task.BINARY_CLASSIFICATION,
            feature_schema=FeatureSchema(features=FEATURES),
            target=target,
            classes=(0, 1),
            maximum_rows=100,
            model_sha256="a" * 64,
        )
        body = described.model_dump_json().encode()
        spec = self.models.write(f"artifacts/{target}/spec.json", body, content_type="")
        return Artifact(model=stored_object(), spec=spec, profile=stored_object())
