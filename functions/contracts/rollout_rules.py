"""What a model.toml must not ask of a rollout, though its form is right."""

from collections.abc import Iterator

from functions.contracts.model_problem import Mistake
from functions.contracts.model_spec import ModelSpec

HUNDREDTHS = 100
"""Shares are given in hundredths of a percent."""

LONGEST_MINUTES = 300 * 24 * 60.0
"""Of all shares together: Step Functions ends an execution after a year, pauses included."""

FEWEST_PERCENT = 1.0
"""A linear rollout in steps of one percent has 99 of them already."""


def find_rollout_mistakes(spec: ModelSpec) -> Iterator[Mistake]:
    """Yield the mistakes of the strategy that is asked for: its shares and its times."""
    rollout = spec.rollout
    if rollout.strategy == "canary":
        yield from _step_mistakes(rollout.steps)
    if rollout.strategy == "linear" and rollout.step_percent < FEWEST_PERCENT:
        remedy = "would take more than 99 steps: write at least 1"
        yield Mistake("rollout.step_percent", rollout.step_percent, remedy)
    if rollout.strategy != "all_at_once" and rollout.maximum_bake_minutes < rollout.bake_minutes:
        remedy = f"is shorter than bake_minutes = {rollout.bake_minutes:g}: write at least that"
        yield Mistake("rollout.maximum_bake_minutes", rollout.maximum_bake_minutes, remedy)
    yield from _watching_mistakes(spec)


def _watching_mistakes(spec: ModelSpec) -> Iterator[Mistake]:
    """Yield why shares could not be watched: without captures, or for longer than one may."""
    rollout, sampled = spec.rollout, spec.capture.sample_percent
    if rollout.shares and not sampled:
        remedy = "shares are watched by what is captured: sample some requests, such as 10"
        yield Mistake("capture.sample_percent", sampled, remedy)
    longest = LONGEST_MINUTES / max(1, len(rollout.shares))
    if rollout.maximum_bake_minutes > longest:
        remedy = (
            f"is too long for {len(rollout.shares)} shares, an execution may last a year: write "
            f"at most {longest:.0f}"
        )
        yield Mistake("rollout.maximum_bake_minutes", rollout.maximum_bake_minutes, remedy)


def _step_mistakes(steps: tuple[float, ...]) -> Iterator[Mistake]:
    key = "rollout.steps"
    if not steps:
        yield Mistake(key, steps, "a canary needs a share: write one, such as [10]")
    for step in steps:
        if not 0 < step < 100:  # noqa: PLR2004 - percent
            yield Mistake(key, step, "is no share: write percents above 0 and below 100")
        elif round(step * HUNDREDTHS, 6) % 1:
            yield Mistake(key, step, "is finer than 0.01 percent: write two digits at most")
    if list(steps) != sorted(set(steps)):
        yield Mistake(key, steps, "must rise from each to the next: sort them, each once")
