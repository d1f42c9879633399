"""A stage with a rollout, for the commands that look at it and change it."""

import io
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from functions.cli import wiring
from functions.cli.output import Output
from functions.contracts import keys
from functions.contracts.rollout import RolloutRecord
from functions.contracts.rollout_check import GuardAnswer, RolloutCheck, VersionCounts
from functions.contracts.rollout_messages import WatchVerdict
from functions.core.promotion import Cause
from functions.core.rollouts import Bake, RolloutPlan
from functions.release.promote import promote
from functions.release.split_starts import start_rollout
from tests.fakes.documents import NOW, model_version
from tests.fakes.object_store import InMemoryObjectStore
from tests.fakes.registry import InMemoryRegistry

MODEL = "loan_default"
EXECUTION = "loan_default-person-2"


@dataclass
class RolloutStage:
    """One model with two versions on a stage that the commands see."""

    registry: InMemoryRegistry = field(default_factory=InMemoryRegistry)
    models: InMemoryObjectStore = field(default_factory=InMemoryObjectStore)
    now: datetime = NOW + timedelta(minutes=10)

    def enter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        settings = SimpleNamespace(models_bucket="models")
        monkeypatch.setattr(wiring, "open_stage", lambda _: SimpleNamespace(settings=settings))
        monkeypatch.setattr(wiring, "registry", lambda _: self.registry)
        monkeypatch.setattr(wiring, "bucket", lambda _: self.models)
        monkeypatch.setattr(wiring, "now", lambda: self.now)

    def start(self, shares: tuple[float, ...] = (10.0, 50.0)) -> RolloutRecord:
        """Give version 2 its first share of version 1's callers."""
        for number in (1, 2):
            self.registry.add(model_version(number, model=MODEL))
        promote(MODEL, 1, actor="ann", reason="first", registry=self.registry, now=NOW)
        plan = RolloutPlan(MODEL, EXECUTION, challenger=2, champion=1, shares=shares)
        bake = Bake(ends_at=NOW + timedelta(minutes=30))
        return start_rollout(plan, bake, Cause("ann", "new data", NOW), registry=self.registry)

    def look(self, *, breach: bool = False) -> None:
        """Leave a look at the rollout, of two guards."""
        check = RolloutCheck(
            model=MODEL,
            execution=EXECUTION,
            at=NOW + timedelta(minutes=9),
            step=0,
            champion=_counts(1, requests=900, failed=1),
            challenger=_counts(2, requests=100, failed=9),
            step_rows=100,
            guards=(
                GuardAnswer(
                    name="error_rate", passed=not breach, value=0.089, limit=0.01, reason="9 failed"
                ),
                GuardAnswer(name="score", passed=True, limit=0.01, reason="no row has come true"),
            ),
            verdict=WatchVerdict.WAIT,
            reason="20 minutes are left",
        )
        key = keys.rollout_check(MODEL, EXECUTION)
        self.models.write(key, check.model_dump_json().encode(), content_type="")


def _counts(version: int, *, requests: int, failed: int) -> VersionCounts:
    return VersionCounts(
        version=version,
        requests=requests,
        failed_requests=failed,
        rows=requests - failed,
        labelled_rows=0,
        latency_ms=12.5,
    )


def people() -> tuple[Output, io.StringIO]:
    """An output for people who read a log, and what is written to it."""
    written = io.StringIO()
    return Output(as_json=False, stdout=written), written


def script() -> tuple[Output, io.StringIO]:
    """An output for scripts, and what is written to it."""
    written = io.StringIO()
    return Output(as_json=True, stdout=written), written


def document(written: io.StringIO) -> Any:
    return json.loads(written.getvalue())
