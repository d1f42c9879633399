"""Documents of a release: the gate report, the version, its aliases and the audit trail."""

from enum import StrEnum
from typing import Literal, Self, TypeAlias

from pydantic import Field, model_validator

from functions.contracts.artifact import Artifact, ParityReport
from functions.contracts.base import Document, ModelName, Timestamp
from functions.contracts.model_spec import ParameterValue, Task
from functions.contracts.naming import Alias, format_version
from functions.contracts.served import VersionState as VersionState

_ALL_PERCENT = 100.0


class GateResult(Document):
    """One gate, with the sentence an operator will read."""

    gate: str = Field(
        description="such as absolute.roc_auc_score, champion.roc_auc_score, parity, latency"
    )
    passed: bool
    reason: str
    value: float | None = None
    limit: float | None = None


class GateReport(Document):
    """Everything that was asked of a candidate, and the answers."""

    schema_version: int = 1
    model: ModelName
    execution: str
    run_id: str
    dataset_version: str
    created_at: Timestamp
    passed: bool
    reason: str
    gates: tuple[GateResult, ...]
    scores: dict[str, float]
    champion_number: int | None = None
    champion_scores: dict[str, float] = Field(default_factory=dict, description="on the same rows")
    holdout_rows: int
    latency_ms: float = Field(description="one row through the graph, median")
    parity: ParityReport


class ModelVersion(Document):
    """An immutable version of a model; also its manifest in S3."""

    schema_version: int = 1
    model: ModelName
    number: int = Field(ge=1)
    task: Task
    state: VersionState = VersionState.REGISTERED
    artifact: Artifact
    dataset_version: str
    run_id: str
    execution: str
    trigger: str
    parameters: dict[str, ParameterValue]
    scores: dict[str, float]
    gate_report_key: str
    created_at: Timestamp

    @property
    def name(self) -> str:
        """The version as people write it."""
        return format_version(self.model, self.number)


class Share(Document):
    """A version, other than the alias's own, that answers a part of the callers."""

    number: int = Field(ge=1)
    percent: float = Field(gt=0.0, le=100.0, description="of the routing keys, in steps of 0.01")
    artifact: Artifact


class AliasPointer(Document):
    """Where an alias points; `revision` grows by one with every move.

    `shares` go to other versions, all the rest of 100 percent to `number`: weights cannot but sum
    to 100. Which keys a share takes is a hash of `split_id` and the routing key.
    """

    schema_version: int = 1
    model: ModelName
    alias: Alias
    number: int = Field(ge=1)
    previous: int | None = None
    revision: int = Field(ge=1)
    moved_at: Timestamp
    artifact: Artifact = Field(
        description="copied from the version, so that one read is enough to serve"
    )
    shares: tuple[Share, ...] = ()
    split_id: str | None = Field(
        default=None, description="of the rollout or the A/B test that `shares` belong to"
    )
    split_until: Timestamp | None = Field(
        default=None, description="from then on all callers get `number`, whoever is asleep"
    )

    @model_validator(mode="after")
    def _shares_fit(self) -> Self:
        numbers = [self.number, *(share.number for share in self.shares)]
        total = sum(share.percent for share in self.shares)
        if len(set(numbers)) < len(numbers) or total > _ALL_PERCENT:
            msg = f"shares must name other versions, each once, and sum to 100 at most; {numbers}"
            raise ValueError(msg)
        if bool(self.shares) != (self.split_id is not None):
            msg = "shares have a split_id, and a split_id has shares"
            raise ValueError(msg)
        return self


MoveAction: TypeAlias = Literal["promote", "rollback", "split", "unsplit"]
"""What happens to an alias; `split` gives other versions their shares, `unsplit` takes them."""


class AuditEntry(Document):
    """Who did what to which alias, and why."""

    schema_version: int = 1
    model: ModelName
    sequence: int = Field(ge=1)
    action: MoveAction
    alias: Alias
    from_number: int | None
    to_number: int
    shares: dict[int, float] = Field(
        default_factory=dict, description="percent of other versions from then on, by number"
    )
    actor: str
    reason: str
    at: Timestamp


class Outcome(StrEnum):
    """How an execution of the retraining workflow ended."""

    PROMOTED = "promoted"
    REJECTED_BY_REPLAY = "rejected_by_replay"
    ROLLED_BACK = "rolled_back"
    REJECTED_BY_GATES = "rejected_by_gates"
    REJECTED_DATA = "rejected_data"
    NO_NEW_DATA = "no_new_data"
    FAILED = "failed"


class ExecutionRecord(Document):
    """One execution of the retraining workflow, as the registry remembers it."""

    schema_version: int = 1
    model: ModelName
    execution: str
    trigger: str
    outcome: Outcome
    reason: str
    dataset_version: str | None = None
    number: int | None = None
    gate_report_key: str | None = None
    quality_report_key: str | None = None
    recipe: str = Field(default="", description="identity of all that is not data: model, gates")
    training_seconds: float = Field(default=0.0, ge=0.0, description="of all candidates together")
    ended_at: Timestamp
