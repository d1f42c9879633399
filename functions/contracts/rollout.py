"""Documents of a rollout: its plan, where it stands, and all that happened."""

from datetime import UTC
from enum import StrEnum
from typing import Literal

from pydantic import Field

from functions.contracts.base import Document, ModelName, Timestamp


class RolloutStatus(StrEnum):
    """Where a rollout stands."""

    BAKING = "baking"
    PAUSED = "paused"
    PROMOTED = "promoted"
    ABORTED = "aborted"


class RolloutEvent(Document):
    """One thing that happened in a rollout, with the sentence an operator will read."""

    at: Timestamp
    what: Literal["started", "step", "paused", "resumed", "promoted", "aborted"]
    percent: float
    actor: str
    reason: str


class RolloutRecord(Document):
    """One rollout of one version: its plan, where it stands, and all that happened.

    `revision` grows by one with every change, which is a compare-and-set. The rollout is over when
    `status` is promoted or aborted.
    """

    schema_version: int = 1
    model: ModelName
    execution: str
    challenger: int = Field(ge=1)
    champion: int = Field(ge=1, description="the one it is compared with and may go back to")
    shares: tuple[float, ...] = Field(min_length=1, description="in percent, rising")
    step: int = Field(default=0, ge=0, description="index into shares")
    status: RolloutStatus
    revision: int = Field(ge=1)
    started_at: Timestamp
    step_started_at: Timestamp
    status_since: Timestamp | None = Field(
        default=None, description="the last start, step, pause or resumption, or the end"
    )
    baked_seconds: float = Field(
        default=0.0, ge=0.0, description="of this step before `status_since`, pauses left out"
    )
    ends_at: Timestamp = Field(description="when this step's bake is over if nothing intervenes")
    lapses_at: Timestamp | None = Field(
        default=None,
        description=(
            "from then on all callers get the champion; a pause moves it by as long as it lasts, "
            "at most 30 days; None: never"
        ),
    )
    reason: str
    replay_report_key: str | None = None
    events: tuple[RolloutEvent, ...] = Field(default=(), description="at most the latest 200")

    @property
    def split_id(self) -> str:
        """What the pointer and the captures call this rollout's split; at most 64 characters."""
        return f"rollout-{self.challenger}-{self.started_at.astimezone(UTC):%Y%m%dT%H%M%S}"

    @property
    def percent(self) -> float:
        """The challenger's share at this step."""
        return self.shares[self.step]

    @property
    def is_over(self) -> bool:
        """Whether nothing can happen to this rollout any more."""
        return self.status in {RolloutStatus.PROMOTED, RolloutStatus.ABORTED}
