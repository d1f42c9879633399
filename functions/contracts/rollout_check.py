"""One look at a rollout: what both versions did since it began, and what the guards said."""

from pydantic import Field

from functions.contracts.base import Document, ModelName, Timestamp
from functions.contracts.rollout_messages import WatchVerdict


class VersionCounts(Document):
    """What one version was asked, as far as its captures have arrived."""

    version: int = Field(ge=1)
    requests: int = Field(ge=0)
    failed_requests: int = Field(ge=0)
    rows: int = Field(ge=0, description="answered")
    labelled_rows: int = Field(ge=0, description="of those, with their outcome")
    sampled_percent: float = Field(
        default=100.0, description="of its requests, those that these numbers are of"
    )
    latency_ms: float | None = Field(
        default=None, description="95th percentile of the time to answer"
    )


class GuardAnswer(Document):
    """One guard, with the sentence an operator will read."""

    name: str
    passed: bool
    value: float | None = Field(default=None, description="what was measured; None: no evidence")
    limit: float
    reason: str


class RolloutCheck(Document):
    """The latest look at a rollout; it replaces the one before."""

    schema_version: int = 1
    model: ModelName
    execution: str
    at: Timestamp
    step: int = Field(ge=0)
    champion: VersionCounts
    challenger: VersionCounts
    step_rows: int = Field(ge=0, description="of the challenger, since this share was given")
    guards: tuple[GuardAnswer, ...]
    verdict: WatchVerdict
    reason: str
    unreadable: int = Field(default=0, ge=0, description="captured records that nobody can read")
