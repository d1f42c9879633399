"""What the tests of rollouts share: policies, and the way to a version that is rolled out."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from functions.cli import wiring
from functions.cli.demo.waiting import wait_for
from functions.cli.stage import DeployedStage
from functions.contracts.naming import Alias
from functions.contracts.release import AliasPointer, ExecutionRecord
from functions.contracts.rollout import RolloutRecord
from infra.stage import STAGES
from tests.workflow.callers import CALLERS, Crowd
from tests.workflow.checkout import TestCheckout
from tests.workflow.kiln import write_rows

CANARY = """
[rollout]
strategy = "canary"
steps = [20.0, 50.0]
bake_minutes = 30.0
minimum_rows = 100
"""
"""Half an hour is five seconds on the local stage."""

POLICIES = {
    "canary": CANARY,
    "guarded": CANARY,
    "stopped": CANARY.replace("30.0", "600.0"),
    "broken": CANARY.replace("30.0", "600.0"),
    "replayed": CANARY + "[rollout.replay]\nminimum_agreement = 0.9\n",
}
"""By story: each has a model of its own."""

SPLIT_SECONDS = 180.0
"""A training and a replay, on a busy machine; on an idle one it takes ten seconds."""

REFRESH_SECONDS = STAGES["local"].refresh_seconds
"""How long the local stage serves an alias unread."""


def train_first(checkout: TestCheckout, model: str, folder: Path) -> None:
    """Make the first champion, which gets every caller at once."""
    add_rows(checkout, model, folder, seed=21, rows=600)
    checkout.windvane("train", model)


def add_rows(
    checkout: TestCheckout, model: str, folder: Path, *, seed: int, rows: int, brittle: float = 0.0
) -> None:
    """Add a file of rows to a model's data."""
    file = write_rows(folder / f"firings{seed}.csv", rows=rows, seed=seed, brittleness=brittle)
    checkout.windvane("data", "add", model, str(file))


def start_training(checkout: TestCheckout, model: str) -> str:
    """Ask for a new version, of the same rows if need be, and return the execution's name."""
    answer = checkout.windvane("train", model, "--again", "--no-wait", "--json").document
    return str(answer["execution"])


def rollout_of(stage: DeployedStage, model: str) -> RolloutRecord | None:
    """Return the model's newest rollout."""
    return wiring.registry(stage).find_rollout(model)


def champion_of(stage: DeployedStage, model: str) -> AliasPointer:
    """Return where the champion alias points."""
    pointer = wiring.registry(stage).find_alias(model, Alias.CHAMPION)
    assert pointer is not None
    return pointer


def wait_for_rollout(
    stage: DeployedStage, execution: str, model: str, is_there: Callable[[RolloutRecord], bool]
) -> RolloutRecord:
    """Wait until an execution's rollout is as wanted."""

    def look() -> RolloutRecord | None:
        record = rollout_of(stage, model)
        fits = record is not None and record.execution == execution and is_there(record)
        return record if fits else None

    return wait_for(look, what=f"the rollout of {execution}", seconds=SPLIT_SECONDS)


def wait_for_end(stage: DeployedStage, execution: str, model: str) -> ExecutionRecord:
    """Wait until an execution has told how it ended."""

    def look() -> ExecutionRecord | None:
        found = wiring.registry(stage).list_executions(model)
        return next((each for each in found if each.execution == execution), None)

    return wait_for(look, what=f"the end of {execution}", seconds=SPLIT_SECONDS)


def shares_of(pointer: AliasPointer) -> dict[int, float]:
    """Return the shares of other versions than the champion."""
    return {share.number: share.percent for share in pointer.shares}


def wait_for_traffic(crowd: Crowd, since: datetime, *, requests: int = CALLERS) -> None:
    """Wait until so many requests were answered that were sent from a moment on."""
    wait_for(
        lambda: True if crowd.versions_from(since).total() >= requests else None,
        what=f"{requests} answers",
        seconds=SPLIT_SECONDS,
    )


def require_all_get(crowd: Crowd, version: int) -> None:
    """Require that from one refresh after now on one version answers every caller."""
    refreshed = wiring.now() + timedelta(seconds=REFRESH_SECONDS)
    wait_for_traffic(crowd, refreshed)
    assert set(crowd.versions_from(refreshed)) == {version}
    assert crowd.errors == []
