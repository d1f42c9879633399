"""Ending an A/B test: all callers get the champion again, and the test's document says why."""

from functions.contracts.experiment import Experiment, ExperimentResult, ExperimentState
from functions.contracts.naming import Alias
from functions.core import experiments
from functions.core.promotion import Cause, plan_unsplit
from functions.core.registry import AliasMovedError, RolloutMovedError, SplitRegistry
from functions.release.moves import MAXIMUM_ATTEMPTS, next_sequence


def end_experiment(
    experiment: Experiment,
    cause: Cause,
    *,
    registry: SplitRegistry,
    result: ExperimentResult | None = None,
) -> Experiment:
    """End a test in one transaction; one that was ended is returned as it is.

    A test whose time was over, or whose callers somebody took away, is ended for that reason.
    """
    for _ in range(MAXIMUM_ATTEMPTS):
        held = registry.find_experiment(experiment.model, experiment.name)
        if held.is_over:
            return held
        pointer = registry.find_alias(held.model, Alias.CHAMPION)
        state, reason = ExperimentState.STOPPED, cause.reason
        if (end := experiments.end_of(held, pointer, cause.at)) is not None:
            state, reason = end
        because = Cause(cause.actor, reason, cause.at)
        ended = experiments.finish(held, state, because, result=result)
        move = None
        if pointer is not None and pointer.split_id == held.split_id:
            sequence = next_sequence(registry, held.model)
            move = plan_unsplit(pointer, cause=because, sequence=sequence)
        try:
            registry.change_experiment(ended, expected_revision=held.revision, move=move)
        except (AliasMovedError, RolloutMovedError):
            continue
        return ended
    msg = (
        f"the A/B test {experiment.name!r} of {experiment.model} was not ended: others moved the "
        f"aliases {MAXIMUM_ATTEMPTS} times in between; try again"
    )
    raise RolloutMovedError(msg)
