"""What the routes answer, typed: the same classes write the answers and describe them."""

from functions.contracts.base import Document, ModelName, Timestamp
from functions.contracts.feature_schema import Feature
from functions.contracts.model_spec import Label, ParameterValue, Task
from functions.contracts.release import VersionState


class ModelSummary(Document):
    """A registered model; `champion` is the number of the version that answers."""

    model: ModelName
    champion: int | None


class ModelListing(Document):
    """All registered models, by name."""

    models: tuple[ModelSummary, ...]


class VersionSummary(Document):
    """A version in its model's list."""

    version: int
    state: VersionState
    created_at: Timestamp
    scores: dict[str, float]


class VersionDescription(VersionSummary):
    """A version: what it was made of and how it scored on held-out rows."""

    model: ModelName
    task: Task
    sha256: str
    size_bytes: int
    dataset_version: str
    execution: str
    trigger: str
    parameters: dict[str, ParameterValue]


class ModelDescription(Document):
    """A model: what its champion reads and answers, and its versions, newest first."""

    model: ModelName
    task: Task
    champion: int | None
    description: str
    target: str | None
    classes: tuple[Label, ...]
    maximum_rows: int | None
    features: tuple[Feature, ...]
    versions: tuple[VersionSummary, ...]


class ChampionHealth(Document):
    """A champion as this process holds it.

    `confirmed_at` is when the alias was last read, `stale_since` the same moment where it could
    not be read since, and `reason` why not.
    """

    model: str
    version: int | None
    sha256: str | None
    loaded_at: Timestamp | None
    confirmed_at: Timestamp | None
    stale_since: Timestamp | None
    reason: str | None


class CaptureHealth(Document):
    """Rows that this process captured, and rows whose capture it could not write."""

    rows: int
    lost_rows: int


class Health(Document):
    """One process of the API."""

    live: bool
    ready: bool
    models: tuple[ChampionHealth, ...]
    not_loaded: tuple[str, ...]
    captures: CaptureHealth


class ProblemEntry(Document):
    """One thing that is wrong: where in the body (a JSON pointer) or in which header."""

    pointer: str | None = None
    header: str | None = None
    detail: str


class ProblemDocument(Document):
    """A refusal (RFC 9457): `type` is stable, `errors` says what is wrong where."""

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[ProblemEntry, ...] | None = None
    and_more: bool | None = None
    limit: int | None = None
    incident: str | None = None


class GroundTruthAccepted(Document):
    """How many outcomes were taken: all that were sent."""

    model: ModelName
    accepted: int
