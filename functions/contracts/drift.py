"""The drift report."""

from enum import StrEnum

from pydantic import Field

from functions.contracts.base import Document, ModelName, Timestamp
from functions.contracts.drift_method import DriftMethod
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
    attribution: tuple[FeatureAttribution, ...] = Field(
        default=(), description="of a real shift, the largest share first"
    )
