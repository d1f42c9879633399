"""Starting a rollout: what no longer stands is ended first, and there are never two of a model."""

from dataclasses import replace
from datetime import datetime, timedelta

from functions.contracts.naming import Alias, format_version
from functions.contracts.rollout import RolloutRecord
from functions.core import rollouts
from functions.core.promotion import (
    Cause,
    ChampionChangedError,
    Split,
    plan_split,
    share_of,
)
from functions.core.registry import (
    AliasMovedError,
    PointerMove,
    RolloutMovedError,
    SplitRegistry,
    SplitTakenError,
)
from functions.core.rollouts import Bake, RolloutPlan
from functions.release.moves import MAXIMUM_ATTEMPTS
from functions.release.rollout_moves import abort_rollout
from functions.release.split_changes import read_situation

_APART = timedelta(seconds=1)
"""A split is named after its rollout's second."""


def start_rollout(
    plan: RolloutPlan, bake: Bake, cause: Cause, *, registry: SplitRegistry
) -> RolloutRecord:
    """Give the challenger its first share of the callers; an execution's rollout starts once.

    Raises ChampionChangedError if the champion is not the plan's, SplitTakenError if a rollout or
    an A/B test of the model runs, ShareError if a share cannot be given, and what the registry
    raises of versions. A rollout or a test that no longer stands is ended first.
    """
    for _ in range(MAXIMUM_ATTEMPTS):
        newest = registry.find_rollout(plan.model)
        if newest is not None and newest.execution == plan.execution:
            return newest
        end_stale_splits(plan.model, registry=registry, now=cause.at)
        record = rollouts.begin(plan, bake, _after(newest, cause))
        move = _first_share(plan, record, bake, cause, registry=registry)
        try:
            registry.change_rollout(record, expected_revision=0, move=move)
        except (AliasMovedError, RolloutMovedError):
            continue
        except SplitTakenError:
            held = registry.find_rollout(plan.model)
            if held is None or held.execution != plan.execution:
                raise
            return held
        return record
    msg = (
        f"the rollout of {plan.model}/{plan.challenger} was not started: others moved the aliases "
        f"{MAXIMUM_ATTEMPTS} times in between; try again"
    )
    raise AliasMovedError(msg)


def end_stale_splits(model: str, *, registry: SplitRegistry, now: datetime) -> None:
    """Write the end of whatever divided a model's callers and no longer does.

    A rollout no longer stands when somebody moved the champion or its callers by hand.
    """
    rollout = registry.find_rollout(model)
    if rollout is None or rollout.is_over:
        return
    reason = rollouts.rollout_still_stands(rollout, registry.find_alias(model, Alias.CHAMPION))
    if reason is not None:
        abort_rollout(rollout, Cause("windvane", reason, now), registry=registry)


def _first_share(
    plan: RolloutPlan, record: RolloutRecord, bake: Bake, cause: Cause, *, registry: SplitRegistry
) -> PointerMove:
    situation = read_situation(record, registry)
    pointer = situation.pointer
    challenger, champion = (
        format_version(plan.model, each) for each in (plan.challenger, plan.champion)
    )
    if pointer is None or pointer.number != plan.champion:
        found = format_version(plan.model, pointer.number) if pointer else "no version"
        msg = (
            f"{challenger} was to be rolled out beside {champion} as champion, but {found} is "
            f"champion now; promote {challenger} by hand, or retrain"
        )
        raise ChampionChangedError(msg)
    share = share_of(registry.get(plan.model, plan.challenger), record.percent)
    split = Split(record.split_id, (share,), bake.until)
    return plan_split(pointer, split, cause=cause, sequence=situation.sequence)


def _after(newest: RolloutRecord | None, cause: Cause) -> Cause:
    """Return a cause later than the last rollout: two clocks may disagree, an order must not."""
    earliest = newest.started_at + _APART if newest else cause.at
    return replace(cause, at=max(cause.at, earliest))
