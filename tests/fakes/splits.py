"""Rollouts, A/B tests and their moves, for tests of the registry and of what changes them."""

from datetime import datetime, timedelta

from functions.contracts.experiment import Experiment
from functions.contracts.model_spec import Task
from functions.contracts.release import AliasPointer
from functions.contracts.rollout import RolloutRecord
from functions.core import experiments, rollouts
from functions.core.experiments import ExperimentPlan
from functions.core.promotion import Cause, Split, plan_split, share_of
from functions.core.registry import PointerMove
from functions.core.rollouts import Bake, RolloutPlan
from tests.fakes.documents import NOW, alias_pointer, model_version

MODEL = "loan_default"


def cause(minutes: float = 0.0, *, actor: str = "ann", reason: str = "because") -> Cause:
    return Cause(actor, reason, NOW + timedelta(minutes=minutes))


def bake(minutes: float = 0.0, *, until: datetime | None = None) -> Bake:
    return Bake(ends_at=NOW + timedelta(minutes=minutes + 30), until=until)


def rollout_plan(
    challenger: int = 2,
    *,
    champion: int = 1,
    execution: str = "loan_default-person-1",
    shares: tuple[float, ...] = (10.0, 50.0),
) -> RolloutPlan:
    return RolloutPlan(MODEL, execution, challenger, champion, shares)


def rollout(challenger: int = 2, *, minutes: float = 0.0, execution: str = "e") -> RolloutRecord:
    plan = rollout_plan(challenger, execution=execution)
    return rollouts.begin(plan, bake(minutes), cause(minutes))


def experiment_plan(
    name: str = "deeper", *, shares: dict[int, float] | None = None, days: float = 7.0
) -> ExperimentPlan:
    return ExperimentPlan(
        model=MODEL,
        name=name,
        shares=shares or {2: 20.0},
        metric="roc_auc_score",
        minimum_rows=100,
        ends_at=NOW + timedelta(days=days),
    )


def experiment(name: str = "deeper", *, minutes: float = 0.0) -> Experiment:
    return experiments.begin(experiment_plan(name), 1, Task.BINARY_CLASSIFICATION, cause(minutes))


def split_move(
    *numbers: int,
    split_id: str = "rollout-2",
    pointer: AliasPointer | None = None,
    sequence: int = 2,
) -> PointerMove:
    """The move that gives versions 10 percent each of the callers of version 1 at revision 1."""
    shares = tuple(share_of(model_version(number), 10.0) for number in numbers)
    split = Split(split_id, shares)
    return plan_split(pointer or alias_pointer(1), split, cause=cause(), sequence=sequence)
