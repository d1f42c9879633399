"""What kind of change a window shows: faults of the data, and what a real shift is made of."""

from enum import StrEnum

from pydantic import Field

from functions.contracts.base import Document, Timestamp


class FaultKind(StrEnum):
    """What broke on the data's way; none of it is a changed world.

    Where a column shows several, the first of them explains the others.
    """

    COLUMNS_SWAPPED = "columns_swapped"
    SIGN_FLIPPED = "sign_flipped"
    UNIT_CHANGED = "unit_changed"
    CATEGORIES_RENAMED = "categories_renamed"
    VALUE_STUCK = "value_stuck"
    VALUES_MISSING = "values_missing"
    CATEGORIES_NEW = "categories_new"
    VALUES_CLIPPED = "values_clipped"
    DEFAULT_VALUE = "default_value"
    SCHEMA_BREAK = "schema_break"
    VOLUME_GONE = "volume_gone"
    VOLUME_TRIPLED = "volume_tripled"
    ROWS_DUPLICATED = "rows_duplicated"


class DataFault(Document):
    """A fault of the data: hold what was planned, tell somebody, never retrain on it."""

    kind: FaultKind
    columns: tuple[str, ...] = Field(default=(), description="none: all rows are concerned")
    since: Timestamp = Field(description="start of the first hour that shows it")
    evidence: str = Field(description="a sentence with the numbers")
    action: str = Field(description="what a person should do")
    recorded_as: str | None = Field(
        default=None, description="what `windvane faults` calls it; None until it is on record"
    )

    @property
    def sentence(self) -> str:
        """Evidence, hour and action, for a message that is read once."""
        return f"{self.evidence}, since {self.since:%Y-%m-%dT%H:%MZ}: {self.action}"


class AttributionBasis(StrEnum):
    """What a feature's share is a share of."""

    ESTIMATED_LOSS = "estimated_loss"
    STANDARDIZED_SHIFT = "standardized_shift"


class FeatureAttribution(Document):
    """How much of a real shift is one feature's, and since when it has shifted."""

    feature: str
    share: float = Field(ge=0.0, le=1.0, description="of what `basis` names, over all features")
    basis: AttributionBasis
    shift: float = Field(ge=0.0, description="PSI above what chance explains")
    loss: float | None = Field(
        default=None,
        description="of the metric, by this feature's marginal shift alone; above 0 is worse",
    )
    metric: str | None = None
    since: Timestamp | None = Field(
        default=None, description="likeliest first hour; None: no hour stands out"
    )
    since_earliest: Timestamp | None = Field(default=None, description="of the 95% hours")
    since_latest: Timestamp | None = Field(default=None, description="of the 95% hours")
    before_window: bool = Field(
        default=False, description="the window's first hour is among the 95%: maybe long before"
    )
    evidence: str
