"""Starting a rollout or an A/B test: of both together, a model has never two."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from functions.contracts.experiment import Experiment
from functions.contracts.naming import Alias, format_version
from functions.contracts.release import AliasPointer, ModelVersion
from functions.contracts.rollout import RolloutRecord
from functions.core import experiments, rollouts
from functions.core.experiments import ExperimentError, ExperimentPlan
from functions.core.promotion import (
    Cause,
    ChampionChangedError,
    Split,
    divides_callers,
    plan_split,
    share_of,
)
from functions.core.registry import (
    AliasMovedError,
    PointerMove,
    RolloutMovedError,
    SplitRegistry,
    SplitTakenError,
    UnknownExperimentError,
)
from functions.core.rollouts import Bake, RolloutOverError, RolloutPlan
from functions.release.experiment_moves import end_experiment
from functions.release.moves import (
    MAXIMUM_ATTEMPTS,
    Move,
    MoveOutcome,
    move_champion,
    next_sequence,
)
from functions.release.rollout_moves import WINDVANE, abort_overtaken
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
    raise AliasMovedError(_crowded(f"the rollout of {plan.model}/{plan.challenger}"))


def start_experiment(plan: ExperimentPlan, cause: Cause, *, registry: SplitRegistry) -> Experiment:
    """Give the challengers their shares of the callers, up to the test's end.

    Raises ExperimentError if it cannot be run so, or its name is used; SplitTakenError if a rollout
    or an A/B test of the model runs, and what the registry raises of versions.
    """
    for _ in range(MAXIMUM_ATTEMPTS):
        _require_new_name(plan, registry)
        end_stale_splits(plan.model, registry=registry, now=cause.at)
        pointer = registry.find_alias(plan.model, Alias.CHAMPION)
        if pointer is None:
            msg = f"{plan.model} has no champion to test against: promote a version first"
            raise ExperimentError(msg)
        task = registry.get(plan.model, pointer.number).task
        experiment = experiments.begin(plan, pointer.number, task, cause)
        shares = tuple(
            share_of(registry.get(plan.model, number), percent)
            for number, percent in plan.shares.items()
        )
        split = Split(experiment.split_id, shares, experiment.ends_at)
        sequence = next_sequence(registry, plan.model)
        move = plan_split(pointer, split, cause=cause, sequence=sequence)
        with suppress(AliasMovedError, RolloutMovedError):
            registry.change_experiment(experiment, expected_revision=0, move=move)
            return experiment
    raise AliasMovedError(_crowded(f"the A/B test {plan.name!r} of {plan.model}"))


def promote_at_once(
    version: ModelVersion,
    pointer: AliasPointer | None,
    cause: Cause,
    *,
    registry: SplitRegistry,
) -> MoveOutcome:
    """Make a version champion of all callers, but end no rollout and no A/B test for it.

    A person may promote while one runs, and so end it; whoever acts for nobody may not. `pointer`
    is what the decision was about. Raises SplitTakenError, and what `move_champion` raises.
    """
    if pointer is not None and pointer.number == version.number:
        return MoveOutcome(pointer, moved=False, reason=f"{version.name} is champion already")
    end_stale_splits(version.model, registry=registry, now=cause.at)
    found = registry.find_alias(version.model, Alias.CHAMPION)
    if found is not None and divides_callers(found, cause.at):
        msg = (
            f"{version.name} was not made champion: {found.split_id} divides the callers of "
            f"{version.model}; when it is over, promote {version.name} by hand, or retrain"
        )
        raise SplitTakenError(msg)
    move = Move(version, action="promote", actor=cause.actor, reason=cause.reason)
    return move_champion(move, pointer, registry=registry, now=cause.at)


def end_stale_splits(model: str, *, registry: SplitRegistry, now: datetime) -> None:
    """Write the end of whatever divided a model's callers and no longer does.

    Somebody moved the champion or its callers by hand, a share lapsed because its execution was
    stopped, or a test's time is over.
    """
    rollout = registry.find_rollout(model)
    if rollout is not None and not rollout.is_over:
        with suppress(RolloutOverError):
            abort_overtaken(rollout, now, registry=registry)
    for experiment in registry.list_experiments(model):
        pointer = registry.find_alias(model, Alias.CHAMPION)
        if not experiment.is_over and (end := experiments.end_of(experiment, pointer, now)):
            end_experiment(experiment, Cause(WINDVANE, end[1], now), registry=registry)


def _require_new_name(plan: ExperimentPlan, registry: SplitRegistry) -> None:
    with suppress(UnknownExperimentError):
        used = registry.find_experiment(plan.model, plan.name)
        msg = (
            f"{plan.model} had an A/B test {plan.name!r} already, started on "
            f"{used.started_at:%Y-%m-%d}: choose another name"
        )
        raise ExperimentError(msg)


def _crowded(what: str) -> str:
    return (
        f"{what} was not started: others moved the aliases {MAXIMUM_ATTEMPTS} times in between; "
        "try again"
    )


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
