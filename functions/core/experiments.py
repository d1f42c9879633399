"""A/B tests: how one begins, and how it ends."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from pydantic import ValidationError

from functions.contracts.errors import WindvaneError
from functions.contracts.experiment import Experiment, ExperimentResult, ExperimentState
from functions.contracts.model_spec import Task
from functions.contracts.naming import format_version
from functions.contracts.release import AliasPointer
from functions.core.promotion import Cause
from functions.core.scores import METRICS


class ExperimentError(WindvaneError):
    """An A/B test is asked for in a way that cannot be run."""


@dataclass(frozen=True, slots=True)
class ExperimentPlan:
    """What an A/B test shall be: `shares` are the challengers' percents, by version."""

    model: str
    name: str
    shares: Mapping[int, float]
    metric: str
    minimum_rows: int
    ends_at: datetime


def begin(plan: ExperimentPlan, champion: int, task: Task, cause: Cause) -> Experiment:
    """Return a new A/B test in which the champion answers what the shares leave.

    Raises ExperimentError, with every mistake in one sentence.
    """
    name = format_version(plan.model, champion)
    if champion in plan.shares:
        msg = f"{name} is the champion: it gets what the shares leave, so give it none"
        raise ExperimentError(msg)
    if plan.metric not in METRICS[task]:
        msg = f"metric {plan.metric!r} does not fit a {task} model; {', '.join(METRICS[task])} do"
        raise ExperimentError(msg)
    rest = round(100.0 - sum(plan.shares.values()), 2)
    try:
        return Experiment(
            model=plan.model,
            name=plan.name,
            champion=champion,
            allocation={champion: rest, **plan.shares},
            metric=plan.metric,
            minimum_rows=plan.minimum_rows,
            started_at=cause.at,
            ends_at=plan.ends_at,
            started_by=cause.actor,
            reason=cause.reason,
        )
    except ValidationError as error:
        mistakes = "; ".join(_mistake(dict(each)) for each in error.errors())
        msg = f"the A/B test {plan.name!r} of {plan.model} cannot be run: {mistakes}"
        raise ExperimentError(msg) from error


def finish(
    experiment: Experiment,
    state: ExperimentState,
    cause: Cause,
    *,
    result: ExperimentResult | None = None,
) -> Experiment:
    """Return the test at its end."""
    return experiment.model_copy(
        update={
            "state": state,
            "reason": cause.reason,
            "revision": experiment.revision + 1,
            "ended_at": cause.at,
            "ended_by": cause.actor,
            "result": result,
        }
    )


def end_of(
    experiment: Experiment, pointer: AliasPointer | None, now: datetime
) -> tuple[ExperimentState, str] | None:
    """Return how a test that nobody has ended yet came to its end, and why; None if it still runs.

    Callers are taken away by its own end, or by a promotion or a rollback by hand.
    """
    name = format_version(experiment.model, experiment.champion)
    if pointer is None or pointer.split_id != experiment.split_id:
        if pointer is None or pointer.number == experiment.champion:
            return ExperimentState.STOPPED, f"{name} was given all callers again by hand"
        found = format_version(experiment.model, pointer.number)
        return ExperimentState.STOPPED, f"promotion by hand: {found} is champion now"
    if now >= experiment.ends_at:
        return ExperimentState.ENDED, f"its time was over on {experiment.ends_at:%Y-%m-%d %H:%M %Z}"
    return None


def _mistake(found: Mapping[str, object]) -> str:
    """Return one of pydantic's findings as a sentence; those of ours are sentences already."""
    text = str(found["msg"]).removeprefix("Value error, ")
    if found["type"] == "value_error":
        return text
    place = ".".join(str(part) for part in cast("tuple[object, ...]", found["loc"]))
    return f"{place} is {found['input']!r}: {text.lower()}"
