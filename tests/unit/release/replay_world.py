"""A champion that was asked, a candidate that was not, and what their replay reads."""

from datetime import timedelta

import numpy as np

from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.contracts.messages import RegisterOutput
from functions.contracts.replay import ReplayReport
from functions.contracts.rollout_messages import (
    JudgeReplayInput,
    JudgeReplayOutput,
    PlanReplayInput,
    PlanReplayOutput,
    ReplayInput,
    ReplayOutput,
)
from functions.contracts.rollout_policy import ReplayPolicy, Rollout
from functions.release.judge_replay import judge_replay
from functions.release.plan_replay import plan_replay
from functions.release.ports import ReplayPorts
from functions.release.replay import replay
from tests.fakes.documents import NOW
from tests.fakes.object_store import InMemoryObjectStore
from tests.fakes.traffic import capture, deliver, truth
from tests.unit.release.world import EXECUTION, FEATURES, MODEL, WEIGHTS, World, spec

CHAMPION_SCHEMA = FeatureSchema(features=FEATURES)
POLICY = ReplayPolicy()


class ReplayWorld(World):
    """Version 1 is champion; version 2, whose weights a test chooses, is what is replayed."""

    captures: InMemoryObjectStore

    def __init__(
        self,
        weights: tuple[float, ...] = WEIGHTS,
        *,
        features: tuple[Feature, ...] = FEATURES,
        target: str = "repaid",
    ) -> None:
        super().__init__()
        self.captures = InMemoryObjectStore()
        self.add_champion()
        artifact = self.add_artifact(weights, features=features, target=target)
        self.add_version(artifact, number=2)

    @property
    def ports(self) -> ReplayPorts:
        return ReplayPorts(self.captures, self.models, self.registry)

    def ask(
        self,
        count: int,
        *,
        name: str = "a",
        hours_ago: float = 0.0,
        rows: int = 1,
        labels: bool = False,
        **said: object,
    ) -> None:
        """Leave captured requests in one object, and what came true of them in another."""
        at = NOW - timedelta(hours=hours_ago)
        rng = np.random.default_rng(len(name) + count)
        lines = []
        for index in range(count):
            matrix = rng.normal(size=(rows, len(FEATURES))).astype(np.float32)
            document = {"schema_id": CHAMPION_SCHEMA.schema_id, **said}
            outputs = np.zeros((rows, 2), dtype=np.float32)
            line = capture(MODEL, matrix, outputs, id_=f"{name}-{index}", at=at, **document)
            lines.append(line)
        deliver(self.captures, lines, name=name, at=at)
        if labels:
            truths = [truth(MODEL, line.id, index % 2, at=NOW) for index, line in enumerate(lines)]
            deliver(self.captures, truths, name=name, at=NOW)

    def planned(self, policy: ReplayPolicy = POLICY, *, number: int = 2) -> PlanReplayOutput:
        message = PlanReplayInput(
            model=MODEL, execution=EXECUTION, register=RegisterOutput(number=number)
        )
        return plan_replay(message, policy=policy, ports=self.ports, now=NOW)

    def replayed(self, part: int = 0) -> ReplayOutput:
        message = ReplayInput(model=MODEL, execution=EXECUTION, part=part)
        return replay(message, ports=self.ports)

    def judged(self, policy: ReplayPolicy = POLICY) -> JudgeReplayOutput:
        """Plan, replay every part, and judge."""
        plan = self.planned(policy)
        message = JudgeReplayInput(
            model=MODEL,
            execution=EXECUTION,
            register=RegisterOutput(number=2),
            plan_replay=plan,
            replay=tuple(self.replayed(part) for part in plan.parts),
        )
        asked = spec().model_copy(update={"rollout": Rollout(replay=policy)})
        return judge_replay(message, spec=asked, ports=self.ports, now=NOW)

    def report(self, output: JudgeReplayOutput) -> ReplayReport:
        assert output.report_key is not None
        return ReplayReport.model_validate_json(self.models.read(output.report_key))
