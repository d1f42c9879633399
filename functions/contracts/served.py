"""The words and shapes of what is served, apart from the documents that describe it.

`ArtifactSpec`, `AliasPointer` and `ModelVersion` have these shapes, and so have the lighter
`core.served_documents`. Standard library only: a first prediction reads this module.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeAlias

from functions.contracts.feature_types import SchemaView

ONNX_INPUT = "rows"
"""The graph's one input: float32, shape (n_rows, n_features)."""

ONNX_PROBABILITIES = "probabilities"
"""A classifier's one output: float32, shape (n_rows, n_classes), classes in the spec's order."""

ONNX_VALUE = "value"
"""A regressor's one output: float32, shape (n_rows, 1)."""

Label: TypeAlias = bool | int | str


class Task(StrEnum):
    """What a model predicts."""

    BINARY_CLASSIFICATION = "binary_classification"
    MULTICLASS_CLASSIFICATION = "multiclass_classification"
    REGRESSION = "regression"


class VersionState(StrEnum):
    """Where a version stands."""

    REGISTERED = "registered"
    ARCHIVED = "archived"


class ObjectView(Protocol):
    """One object by its bytes: what its reader must find."""

    @property
    def key(self) -> str:
        """Where it lies."""
        ...

    @property
    def s3_version_id(self) -> str:
        """Which of its versions."""
        ...

    @property
    def sha256(self) -> str:
        """The hash of its bytes."""
        ...

    @property
    def size_bytes(self) -> int:
        """How many they are."""
        ...


class ArtifactView(Protocol):
    """The files that make a version servable."""

    @property
    def model(self) -> ObjectView:
        """The ONNX graph."""
        ...

    @property
    def spec(self) -> ObjectView:
        """spec.json."""
        ...

    @property
    def sha256(self) -> str:
        """The identity of the artifact: the hash of its ONNX bytes."""
        ...


class ShareView(Protocol):
    """A version, other than the alias's own, that answers a part of the callers."""

    @property
    def number(self) -> int:
        """The version's."""
        ...

    @property
    def percent(self) -> float:
        """How many callers in a hundred."""
        ...

    @property
    def artifact(self) -> ArtifactView:
        """The version's."""
        ...


class PointerView(Protocol):
    """Where an alias points."""

    @property
    def model(self) -> str:
        """Whose alias it is."""
        ...

    @property
    def number(self) -> int:
        """The version that answers all callers without a share."""
        ...

    @property
    def artifact(self) -> ArtifactView:
        """The version's."""
        ...

    @property
    def shares(self) -> Sequence[ShareView]:
        """The other versions that answer."""
        ...

    @property
    def split_id(self) -> str | None:
        """The split that the shares belong to."""
        ...

    @property
    def split_until(self) -> datetime | None:
        """When the shares lapse."""
        ...


class VersionView(Protocol):
    """What serving reads of a registered version."""

    @property
    def name(self) -> str:
        """The version as people write it."""
        ...

    @property
    def state(self) -> VersionState:
        """Whether it may answer."""
        ...

    @property
    def artifact(self) -> ArtifactView:
        """Its files."""
        ...


class CaptureView(Protocol):
    """What is written down of each answered row."""

    @property
    def sample_percent(self) -> float:
        """How many requests in a hundred are captured."""
        ...

    @property
    def pii(self) -> str:
        """Whether personal features are dropped, or captured as a hash."""
        ...


class SpecView(Protocol):
    """spec.json: all that serving needs to know besides the graph."""

    @property
    def model(self) -> str:
        """The model's name."""
        ...

    @property
    def task(self) -> Task:
        """What is predicted."""
        ...

    @property
    def description(self) -> str:
        """For people."""
        ...

    @property
    def feature_schema(self) -> SchemaView:
        """The columns of the matrix."""
        ...

    @property
    def target(self) -> str:
        """The column that is predicted."""
        ...

    @property
    def classes(self) -> tuple[Label, ...]:
        """In code order; the last of two is the positive class."""
        ...

    @property
    def extra_features(self) -> str:
        """What is done with an unknown feature: refuse or ignore."""
        ...

    @property
    def maximum_rows(self) -> int:
        """The most rows of one request."""
        ...

    @property
    def capture(self) -> CaptureView:
        """What is captured."""
        ...

    @property
    def model_sha256(self) -> str:
        """The hash of the graph that this spec belongs to."""
        ...
