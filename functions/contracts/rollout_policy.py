"""The part of a model.toml that says how a new version reaches callers."""

from typing import Literal

from pydantic import Field

from functions.contracts.base import Document


class ReplayPolicy(Document):
    """What a version must show on recent captured requests before any caller sees it."""

    maximum_rows: int = Field(
        default=20_000, ge=0, description="the latest captured rows; 0: no replay"
    )
    minimum_agreement: float | None = Field(
        default=None,
        ge=0.0,
        le=1.0,
        description="share of rows with the champion's label, or a value as near as its error",
    )
    maximum_prediction_psi: float | None = Field(
        default=None, gt=0.0, description="PSI of its predictions against the champion's"
    )
    maximum_score_loss: float | None = Field(
        default=None, ge=0.0, description="against the champion, on captured rows with labels"
    )


class Guards(Document):
    """What ends a rollout: the challenger against the champion, in the same hours."""

    maximum_error_rate_increase: float = Field(
        default=0.01, gt=0.0, lt=1.0, description="of failed requests, beyond the champion's"
    )
    maximum_latency_ratio: float = Field(
        default=2.0, gt=1.0, description="of the 95th percentiles of the time to answer"
    )
    maximum_prediction_psi: float = Field(
        default=0.25, gt=0.0, description="PSI of its predictions against the champion's"
    )
    metric: str | None = Field(
        default=None, description="the score watched as labels come; None: training.metric"
    )
    maximum_score_loss: float = Field(
        default=0.0,
        ge=0.0,
        description="in the metric's unit; a larger one ends the rollout once it is proven",
    )
    false_alarm_rate: float = Field(
        default=0.05,
        gt=0.0,
        lt=0.5,
        description="of a whole rollout of an equal version, however often it is looked at",
    )


class Rollout(Document):
    """How a passed version reaches callers."""

    strategy: Literal["all_at_once", "canary", "linear"] = Field(
        default="all_at_once",
        description=(
            "every caller at once; the shares of `steps`; or shares that rise by `step_percent`"
        ),
    )
    steps: tuple[float, ...] = Field(
        default=(10.0,), description="canary: the challenger's shares in percent, rising"
    )
    step_percent: float = Field(
        default=20.0, gt=0.0, lt=100.0, description="linear: by how much the share rises"
    )
    bake_minutes: float = Field(
        default=30.0, gt=0.0, le=60 * 24 * 14, description="how long each share is watched"
    )
    minimum_rows: int = Field(
        default=100, ge=0, description="the challenger must have answered before a share rises"
    )
    maximum_bake_minutes: float = Field(
        default=60.0 * 24, gt=0.0, le=60 * 24 * 30, description="then `without_traffic` decides"
    )
    without_traffic: Literal["promote", "abort"] = Field(
        default="abort",
        description=(
            "what to do with a share that hardly anybody asked; one without a single answer while "
            "the champion answered is never promoted"
        ),
    )
    replay: ReplayPolicy = ReplayPolicy()
    guards: Guards = Guards()

    @property
    def shares(self) -> tuple[float, ...]:
        """The challenger's shares in percent before it is champion; none if all at once."""
        if self.strategy == "all_at_once":
            return ()
        if self.strategy == "canary":
            return self.steps
        count = int(-(-100.0 // self.step_percent)) - 1
        return tuple(round(self.step_percent * (i + 1), 2) for i in range(count))
