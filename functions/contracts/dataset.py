"""Documents of a dataset version: its manifest and its quality report."""

from pydantic import Field

from functions.contracts.base import Document, ModelName, Timestamp
from functions.contracts.fault_book import LeftOutRows
from functions.contracts.feature_schema import FeatureSchema
from functions.contracts.model_spec import Label


class SourceFile(Document):
    """One immutable object that a dataset version was made of."""

    key: str
    s3_version_id: str
    sha256: str
    size_bytes: int = Field(ge=0)
    rows: int = Field(ge=0)


class SplitRecord(Document):
    """How the rows were divided; enough to divide them so again."""

    by: str
    seed: int
    holdout_fraction: float
    train_rows: int = Field(ge=0)
    holdout_rows: int = Field(ge=0)
    holdout_starts_at: str | None = Field(
        default=None, description="first held-out timestamp, when by time"
    )


class DatasetManifest(Document):
    """An immutable dataset version."""

    schema_version: int = 1
    model: ModelName
    dataset_version: str
    created_at: Timestamp
    sources: tuple[SourceFile, ...]
    labelled_captures: SourceFile | None = None
    labelled_captures_until: Timestamp | None = None
    left_out: tuple[LeftOutRows, ...] = Field(
        default=(), description="labelled captures of hours in which the data were at fault"
    )
    rows: int = Field(ge=0)
    feature_schema: FeatureSchema
    schema_id: str
    target: str
    classes: tuple[Label, ...] = ()
    split: SplitRecord


class Violation(Document):
    """One rule that the data break."""

    rule: str = Field(description="stable identifier, such as unknown_category")
    column: str | None = None
    count: int = Field(ge=0)
    message: str
    examples: tuple[str, ...] = Field(default=(), description="offending values, at most five")
    row_numbers: tuple[int, ...] = Field(
        default=(), description="of the examples, 1 for the first data row of their file"
    )
    files: tuple[str, ...] = Field(default=(), description="of the examples, in the same order")


class QualityReport(Document):
    """What was checked and what was found."""

    schema_version: int = 1
    model: ModelName
    dataset_version: str
    created_at: Timestamp
    rows: int
    passed: bool
    checks: tuple[str, ...]
    violations: tuple[Violation, ...] = ()
    notes: tuple[str, ...] = Field(
        default=(), description="what was set aside or rounded, and why; no reason to refuse"
    )
