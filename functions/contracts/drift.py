"""The drift report."""

from enum import StrEnum

from pydantic import Field

from functions.contracts.alerts import ConditionKind, Severity
from functions.contracts.base import Document, ModelName, Timestamp
from functions.contracts.drift_method import DriftMethod
from functions.contracts.estimates import QualityEstimate
from functions.contracts.faults import DataFault, FeatureAttribution


class Verdict(StrEnum):
    """What a comparison of a window with the reference came to."""

    OK = "ok"
    DRIFT = "drift"
    NOT_ENOUGH_ROWS = "not_enough_rows"
    NOT_JUDGED = "not_judged"


class BreachKind(StrEnum):
    """What of a column is not as in the reference."""

    SHARES = "shares"
    MISSING = "missing"
    UNSEEN = "unseen"


class Breach(Document):
    """One of the reasons why a column has drifted."""

    kind: BreachKind
    reason: str


class ColumnDrift(Document):
    """One feature, or the prediction, against the reference."""

    name: str
    kind: str = Field(description="numeric or categorical")
    verdict: Verdict
    reason: str
    psi: float
    psi_expected_without_drift: float
    threshold: float = Field(description="of the method")
    method: DriftMethod = Field(default=DriftMethod.PSI, description="what judges the column")
    distance: float | None = Field(
        default=None, description="by the method; None in reports of earlier releases: the PSI"
    )
    p_value: float | None = Field(default=None, description="of a method that is a test")
    jensen_shannon_distance: float
    ks_statistic: float | None = None
    ks_error: float | None = Field(
        default=None, description="by how much the exact statistic may exceed `ks_statistic`"
    )
    chi_square: float | None = None
    reference_missing_rate: float
    current_missing_rate: float
    current_unseen_rate: float
    bins: tuple[str, ...] = Field(description="labels, for the plot")
    reference_shares: tuple[float, ...]
    current_shares: tuple[float, ...]
    breaches: tuple[Breach, ...] = Field(default=(), description="of a column that has drifted")

    @property
    def measured(self) -> float:
        """The distance that is compared with the threshold."""
        return self.psi if self.distance is None else self.distance


class WindowCounts(Document):
    """What was read to find a window's rows, and what of it was left out."""

    objects: int = Field(default=0, ge=0)
    lines: int = Field(default=0, ge=0, description="capture lines of the window's hours")
    corrupt_lines: int = Field(
        default=0, ge=0, description="unreadable, or not of the schema's shape"
    )
    duplicate_rows: int = Field(default=0, ge=0, description="delivered before")
    other_schema_rows: int = Field(default=0, ge=0, description="answered under another encoding")
    other_version_rows: int = Field(
        default=0, ge=0, description="judged as inputs; their predictions are not the champion's"
    )
    pending_objects: int = Field(
        default=0, ge=0, description="arrived, of any hour, and left to the next compaction"
    )


class LabelledScores(Document):
    """What the labels that have come say of a window's answers by the champion."""

    rows: int = Field(ge=0, description="with a label")
    answered_rows: int = Field(ge=0, description="that could have one")
    scores: dict[str, float] = Field(default_factory=dict, description="by name; none without rows")
    window_start: Timestamp | None = Field(
        default=None, description="of these rows: labels are late, so often before the report's"
    )
    window_end: Timestamp | None = None
    delay_seconds: float | None = Field(
        default=None, description="within which nine of ten labels come"
    )

    @property
    def coverage(self) -> float:
        """The share of the answered rows that have a label."""
        return self.rows / self.answered_rows if self.answered_rows else 0.0


class ScoreLimit(Document):
    """A limit that a score is held against: a gate's, or a condition's of `[alerts]`."""

    metric: str
    limit: float
    source: str = Field(description="`gate`, or the severity of the condition")


class ScorePoint(Document):
    """One score in one window, as estimated and as labels say by now."""

    metric: str = Field(default="", description="empty: the metric that training is ranked by")
    window_start: Timestamp
    window_end: Timestamp
    version: int
    estimated: float | None = None
    sampling_error: float | None = Field(default=None, description="of the estimate")
    realized: float | None = None
    labelled_rows: int = Field(default=0, ge=0)


class AlertState(Document):
    """One condition of `[alerts]` in this window; its metric is 1 where it holds."""

    condition: str = Field(description="as model.toml says it")
    kind: ConditionKind
    severity: Severity
    metric_name: str
    holds: bool
    reason: str
    asked_at: Timestamp | None = Field(
        default=None, description="end of the last window in which it held and was not held back"
    )
    held_back: str | None = Field(
        default=None, description="why it asks for nothing though it is so: a data fault, few rows"
    )


class DriftReport(Document):
    """One window of one model, judged."""

    schema_version: int = 1
    model: ModelName
    model_version: int
    window_start: Timestamp
    window_end: Timestamp
    created_at: Timestamp
    reference_rows: int
    current_rows: int
    rows_needed: int = Field(description="below this a threshold breach may be chance")
    verdict: Verdict
    reason: str
    features: tuple[ColumnDrift, ...]
    prediction: ColumnDrift
    captures: WindowCounts = WindowCounts()
    faults: tuple[DataFault, ...] = Field(
        default=(), description="of the data; with any of them nothing is retrained"
    )
    accepted_faults: tuple[DataFault, ...] = Field(
        default=(), description="that a person calls the new world: they hold nothing back"
    )
    attribution: tuple[FeatureAttribution, ...] = Field(
        default=(), description="of a real shift, the largest share first"
    )
    estimates: tuple[QualityEstimate, ...] = Field(
        default=(), description="of the champion's quality, without labels"
    )
    labelled: LabelledScores | None = Field(default=None, description="None: no ledger was read")
    history: tuple[ScorePoint, ...] = Field(
        default=(), description="of the windows so far, the oldest first, this one last"
    )
    ledger_days: dict[str, str] = Field(
        default_factory=dict,
        description="S3 VersionId of each day of labels that `history` was read from, by day",
    )
    limits: tuple[ScoreLimit, ...] = Field(default=(), description="of the scores in `history`")
    alerts: tuple[AlertState, ...] = Field(
        default=(),
        description="every condition of model.toml but no_labels, judged with the labels",
    )
    action: str = Field(default="", description="what the policy decided, `core.retraining_policy`")
    action_reason: str = ""
    since: Timestamp | None = Field(
        default=None, description="since when labels have changed, if that is acted upon or held"
    )
