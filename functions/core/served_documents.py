"""The registry's and the artifact's documents as serving reads them: no more than it needs.

msgspec reads them in a tenth of the time that importing pydantic takes. A field that is not here
is ignored: the documents were checked when they were written, by the classes of
`functions.contracts`, and a test holds these to them.
"""

from datetime import datetime
from functools import cached_property
from typing import TypeVar

import msgspec

from functions.contracts.errors import WindvaneError
from functions.contracts.feature_types import FeatureType, schema_id_of
from functions.contracts.served import Label, Task, VersionState

DocumentT = TypeVar("DocumentT", bound=msgspec.Struct)


class UnreadableDocumentError(WindvaneError):
    """A stored document has not the fields that serving needs."""


class ServedObject(msgspec.Struct, frozen=True):
    """One object by its bytes: what its reader must find."""

    key: str
    s3_version_id: str
    sha256: str
    size_bytes: int


class ServedArtifact(msgspec.Struct, frozen=True):
    """The files that serving reads of an artifact."""

    model: ServedObject
    spec: ServedObject

    @property
    def sha256(self) -> str:
        """The identity of the artifact: the hash of its ONNX bytes."""
        return self.model.sha256


class ServedShare(msgspec.Struct, frozen=True):
    """A version, other than the alias's own, that answers a part of the callers."""

    number: int
    percent: float
    artifact: ServedArtifact


class ServedPointer(msgspec.Struct, frozen=True):
    """Where an alias points."""

    model: str
    number: int
    artifact: ServedArtifact
    shares: tuple[ServedShare, ...] = ()
    split_id: str | None = None
    split_until: datetime | None = None


class ServedRecord(msgspec.Struct, frozen=True):
    """A registered version."""

    model: str
    number: int
    artifact: ServedArtifact
    state: VersionState = VersionState.REGISTERED

    @property
    def name(self) -> str:
        """The version as people write it."""
        return f"{self.model}/{self.number}"


class ServedFeature(msgspec.Struct, frozen=True):
    """One column of the matrix."""

    name: str
    type: FeatureType
    description: str = ""
    categories: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    max_missing_rate: float = 0.0
    max_unseen_rate: float = 0.0
    pii: bool = False
    example: float | int | bool | str | None = None

    @property
    def is_categorical(self) -> bool:
        """Whether the matrix holds codes of categories instead of numbers."""
        return self.type is FeatureType.STRING

    @property
    def allows_missing(self) -> bool:
        """Whether a missing value is expected."""
        return self.max_missing_rate > 0.0


class ServedSchema(msgspec.Struct, frozen=True, dict=True):
    """The columns of the matrix, in order."""

    features: tuple[ServedFeature, ...]

    @cached_property
    def schema_id(self) -> str:
        """Twelve hexadecimal digits that change with the encoding, and with what is captured."""
        return schema_id_of(self.features)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The features' names, in column order."""
        return tuple(feature.name for feature in self.features)


class ServedCapture(msgspec.Struct, frozen=True):
    """What is written down of each answered row."""

    sample_percent: float = 100.0
    pii: str = "drop"


class ServedSpec(msgspec.Struct, frozen=True):
    """spec.json: all that serving needs to know besides the graph."""

    model: str
    task: Task
    feature_schema: ServedSchema
    target: str
    maximum_rows: int
    model_sha256: str
    description: str = ""
    classes: tuple[Label, ...] = ()
    extra_features: str = "refuse"
    capture: ServedCapture = ServedCapture()


def read_document(text: str | bytes, kind: type[DocumentT]) -> DocumentT:
    """Return a stored document; raise UnreadableDocumentError if a field is missing or wrong."""
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        msg = f"this is no {kind.__name__}: {error}"
        raise UnreadableDocumentError(msg) from error
