"""What a replay reads: which captured rows, in which objects, part by part."""

from pydantic import Field

from functions.contracts.base import Document, ModelName, Timestamp


class ReplayFile(Document):
    """One object of captures, and which of the model's answers in it are replayed."""

    key: str
    s3_version_id: str
    take: tuple[int, ...] = Field(description="places among the model's answers of the object")


class ReplayPart(Document):
    """What one Replay task reads."""

    files: tuple[ReplayFile, ...] = Field(min_length=1)
    rows: int = Field(ge=1)


class ReplayPlan(Document):
    """The latest captured rows, each once, and between which moments they were answered."""

    schema_version: int = 1
    model: ModelName
    execution: str
    champion: int = Field(ge=1)
    challenger: int = Field(ge=1)
    since: Timestamp
    until: Timestamp
    rows: int = Field(ge=1)
    labelled_rows: int = Field(ge=0)
    unreadable: int = Field(default=0, ge=0, description="records that nobody can read")
    parts: tuple[ReplayPart, ...] = Field(min_length=1)
