"""People, alarms and retries that move a model's callers, one in the middle of another's call."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from hypothesis import strategies as st

from functions.contracts.experiment import Experiment
from functions.contracts.rollout import RolloutRecord
from functions.core.experiments import ExperimentPlan
from functions.core.promotion import Cause
from functions.core.registry import SplitRegistry
from functions.core.rollouts import Bake, RolloutPlan
from functions.release import rollout_moves, split_starts
from functions.release.experiment_moves import end_experiment
from functions.release.promote import promote
from functions.release.rollback import rollback

Act: TypeAlias = Callable[["Crowd", SplitRegistry], None]
"""What one actor does once; the registry may be one in whose calls another actor acts."""

SHARES = (10.0, 33.33, 50.0)


@dataclass
class Crowd:
    """A model, the clock, and all that its actors have ever seen, stale things among them."""

    model: str
    now: datetime
    rollouts: list[RolloutRecord] = field(default_factory=list)
    experiments: list[Experiment] = field(default_factory=list)
    executions: int = 0

    def cause(self, actor: str) -> Cause:
        return Cause(actor, f"{actor} says so", self.now)

    def bake(self) -> Bake:
        return Bake(self.now + timedelta(minutes=30), self.now + timedelta(hours=3))


class Interrupted:
    """A registry before whose call number `at` somebody else acts on the same registry."""

    def __init__(self, registry: SplitRegistry, at: int, act: Callable[[], None]) -> None:
        self._registry = registry
        self._calls = 0
        self._at = at
        self._act = act

    def __getattr__(self, name: str) -> object:
        call = getattr(self._registry, name)

        def interrupted(*args: Any, **options: Any) -> object:
            self._calls += 1
            if self._calls == self._at:
                self._act()
            return call(*args, **options)

        return interrupted


def promote_by_hand(number: int) -> Act:
    def act(crowd: Crowd, registry: SplitRegistry) -> None:
        promote(
            crowd.model, number, actor="ann", reason="by hand", registry=registry, now=crowd.now
        )

    return act


def roll_back_by_hand(crowd: Crowd, registry: SplitRegistry) -> None:
    rollback(crowd.model, actor="bob", reason="complaints", registry=registry, now=crowd.now)


def start_rollout(challenger: int, *, is_retry: bool) -> Act:
    def act(crowd: Crowd, registry: SplitRegistry) -> None:
        crowd.executions += not is_retry
        champion = registry.find_alias(crowd.model, split_starts.Alias.CHAMPION)
        plan = RolloutPlan(
            model=crowd.model,
            execution=f"execution-{crowd.executions}",
            challenger=challenger,
            champion=champion.number if champion else 1,
            shares=SHARES,
        )
        cause = crowd.cause("workflow")
        crowd.rollouts.append(
            split_starts.start_rollout(plan, crowd.bake(), cause, registry=registry)
        )

    return act


def change_rollout(what: str, pick: int, step: int = 1) -> Act:
    """Do one thing to a rollout that was seen at some time: the latest, or one long gone."""

    def act(crowd: Crowd, registry: SplitRegistry) -> None:
        if not crowd.rollouts:
            return
        record = crowd.rollouts[-1 - pick % len(crowd.rollouts)]
        cause = crowd.cause("alarm" if what == "alarm" else "workflow")
        changes: Mapping[str, Callable[[], RolloutRecord]] = {
            "step": lambda: rollout_moves.raise_share(
                record, step, crowd.bake(), cause, registry=registry
            ),
            "finish": lambda: rollout_moves.promote_challenger(record, cause, registry=registry),
            "pause": lambda: rollout_moves.pause_rollout(record, cause, registry=registry),
            "resume": lambda: rollout_moves.resume_rollout(record, cause, registry=registry),
            "abort": lambda: rollout_moves.abort_rollout(record, cause, registry=registry),
            "alarm": lambda: rollout_moves.abort_rollout(record, cause, registry=registry),
            "tidy": lambda: rollout_moves.abort_overtaken(record, crowd.now, registry=registry),
        }
        crowd.rollouts.append(changes[what]())

    return act


def start_experiment(name: str, shares: dict[int, float]) -> Act:
    def act(crowd: Crowd, registry: SplitRegistry) -> None:
        plan = ExperimentPlan(
            model=crowd.model,
            name=name,
            shares=shares,
            metric="roc_auc_score",
            minimum_rows=100,
            ends_at=crowd.now + timedelta(minutes=90),
        )
        cause = crowd.cause("eve")
        crowd.experiments.append(split_starts.start_experiment(plan, cause, registry=registry))

    return act


def stop_experiment(pick: int) -> Act:
    def act(crowd: Crowd, registry: SplitRegistry) -> None:
        if crowd.experiments:
            experiment = crowd.experiments[-1 - pick % len(crowd.experiments)]
            crowd.experiments.append(
                end_experiment(experiment, crowd.cause("eve"), registry=registry)
            )

    return act


# 1 to 3 are registered, 4 is archived, 9 is nothing.
_NUMBERS = st.sampled_from([1, 2, 3, 2, 3, 4, 9])
_PICKS = st.sampled_from([0, 0, 0, 1, 5])

ACTS: st.SearchStrategy[Act] = st.one_of(
    st.builds(promote_by_hand, _NUMBERS),
    st.just(roll_back_by_hand),
    st.builds(start_rollout, _NUMBERS, is_retry=st.booleans()),
    st.builds(
        change_rollout,
        st.sampled_from(["step", "step", "finish", "pause", "resume", "abort", "alarm", "tidy"]),
        _PICKS,
        st.sampled_from([1, 1, 2]),
    ),
    st.builds(
        start_experiment,
        st.sampled_from([f"test-{number}" for number in range(6)]),
        st.dictionaries(_NUMBERS, st.sampled_from([0.01, 12.5, 50.0]), min_size=1, max_size=3),
    ),
    st.builds(stop_experiment, _PICKS),
)
