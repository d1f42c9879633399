"""Documents of a model's bytes: what was trained, exported and can be served."""

from pydantic import Field

from functions.contracts.base import Document, ModelName, Timestamp
from functions.contracts.feature_schema import FeatureSchema
from functions.contracts.model_spec import CapturePolicy, Label, ParameterValue, Task
from functions.contracts.served import ONNX_INPUT, ONNX_PROBABILITIES, ONNX_VALUE

__all__ = [
    "ONNX_INPUT",
    "ONNX_PROBABILITIES",
    "ONNX_VALUE",
    "Artifact",
    "ArtifactSpec",
    "ParityReport",
    "RunRecord",
    "StoredObject",
]


class StoredObject(Document):
    """One object by its bytes: what its reader must find."""

    key: str
    s3_version_id: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size_bytes: int = Field(ge=0)


class Artifact(Document):
    """The files that make a version servable and watched; `model.sha256` names their folder."""

    model: StoredObject
    spec: StoredObject
    profile: StoredObject
    estimator: StoredObject | None = Field(
        default=None, description="of its quality without labels; older versions have none"
    )
    held_out: StoredObject | None = Field(
        default=None, description="its losses on held-out rows; older versions have none"
    )
    reference_rows: StoredObject | None = Field(
        default=None, description="a sample of held-out rows; older versions have none"
    )

    @property
    def sha256(self) -> str:
        """The identity of the artifact: the hash of its ONNX bytes."""
        return self.model.sha256


class ArtifactSpec(Document):
    """spec.json: all that serving needs to know besides the graph."""

    schema_version: int = 1
    model: ModelName
    task: Task
    description: str = ""
    feature_schema: FeatureSchema
    target: str
    classes: tuple[Label, ...] = ()
    extra_features: str = "refuse"
    maximum_rows: int
    capture: CapturePolicy = CapturePolicy()
    model_sha256: str


class RunRecord(Document):
    """One candidate, tried: enough to try it again."""

    schema_version: int = 1
    run_id: str
    model: ModelName
    execution: str
    dataset_version: str
    candidate: int = Field(ge=0)
    parameters: dict[str, ParameterValue]
    rows: int | None = Field(default=None, description="the latest, as planned; None: all")
    skipped: int = Field(default=0, ge=0, description="rows that came after these, left out")
    metrics: dict[str, float]
    code_sha256: str = Field(description="of model.py")
    package_versions: dict[str, str]
    started_at: Timestamp
    durations_seconds: dict[str, float] = Field(description="by phase: load, fit, score")
    train_rows: int
    validation_rows: int
    feature_count: int


class ParityReport(Document):
    """How far the ONNX graph is from the scikit-learn pipeline that it was exported from."""

    schema_version: int = 1
    rows: int = Field(ge=0)
    maximum_absolute_error: float
    tolerance: float
    flipped_labels: int = Field(ge=0)
    passed: bool
    reason: str
    stress_columns: tuple[str, ...] = Field(
        default=(), description="what the generated rows exercised"
    )
