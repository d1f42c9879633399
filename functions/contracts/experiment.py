"""Documents of an A/B test: who gets which version, for how long, and what came of it."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from functions.contracts.base import Document, ModelName, Timestamp

EXPERIMENT_NAME_PATTERN = r"[a-z][a-z0-9-]{0,39}"
"""Short enough for a capture's variant, `ab-` before it included."""

ExperimentName = Annotated[str, StringConstraints(pattern=rf"^{EXPERIMENT_NAME_PATTERN}\z")]
"""An A/B test's name, checked."""

_LEAST = 0.01
_ALL_PERCENT = 100.0
_NOISE = 1e-9
"""How far a percent may be off its two decimals: floats are."""


class ExperimentState(StrEnum):
    """Where an A/B test stands."""

    RUNNING = "running"
    STOPPED = "stopped"
    ENDED = "ended"


class ArmResult(Document):
    """What one version achieved on the captured rows that have their ground truth."""

    number: int = Field(ge=1)
    percent: float
    labelled_rows: int = Field(ge=0)
    score: float | None = Field(default=None, description="None: not defined on these rows")


class Comparison(Document):
    """One version against the champion, with the sentence an operator will read."""

    number: int = Field(ge=1)
    verdict: Literal["better", "worse", "no_difference_proven", "too_few_rows"]
    reason: str


class ExperimentResult(Document):
    """The arms side by side, and each against the champion."""

    at: Timestamp
    metric: str
    arms: tuple[ArmResult, ...]
    comparisons: tuple[Comparison, ...]


class Experiment(Document):
    """One A/B test: its allocation, its metric, its minimum sample and its end.

    `revision` grows by one with every change, which is a compare-and-set. From `ends_at` on all
    callers get the champion, though nobody has written that down yet.
    """

    schema_version: int = 1
    model: ModelName
    name: ExperimentName
    champion: int = Field(ge=1)
    allocation: dict[int, float] = Field(
        min_length=2, description="percent of the callers by version, the champion's included"
    )
    metric: str
    minimum_rows: int = Field(ge=1, description="with ground truth, of each version")
    started_at: Timestamp
    ends_at: Timestamp
    started_by: str
    state: ExperimentState = ExperimentState.RUNNING
    reason: str
    revision: int = Field(default=1, ge=1)
    ended_at: Timestamp | None = None
    ended_by: str | None = None
    result: ExperimentResult | None = None

    @model_validator(mode="after")
    def _allocation_fits(self) -> Self:
        percents = self.allocation.values()
        whole = all(each >= _LEAST and abs(each - round(each, 2)) < _NOISE for each in percents)
        if not whole or round(sum(percents), 2) != _ALL_PERCENT:
            shown = ", ".join(f"{number}: {each:g}" for number, each in self.allocation.items())
            msg = f"an allocation is percents in steps of 0.01 that sum to 100, got {shown}"
            raise ValueError(msg)
        if self.champion not in self.allocation:
            msg = f"the allocation lacks the champion, version {self.champion}"
            raise ValueError(msg)
        if self.ends_at <= self.started_at:
            msg = f"it ends at {self.ends_at:%Y-%m-%d %H:%M}, which is before it starts"
            raise ValueError(msg)
        return self

    @property
    def split_id(self) -> str:
        """What the pointer and the captures call this test's split; at most 64 characters."""
        return f"ab-{self.name}"

    @property
    def is_over(self) -> bool:
        """Whether it was stopped or ended, and written down so."""
        return self.state is not ExperimentState.RUNNING
