"""What CompactCaptures leaves of each hour: a record of counts, and files of rows.

An hour is that of the *prediction*, in UTC; a capture that arrives later is added to it. Counts add
up: the records of a window's hours, merged, are the window.
"""

from enum import StrEnum
from typing import Literal

from pydantic import Field, NonNegativeInt, PositiveInt

from functions.contracts.artifact import StoredObject
from functions.contracts.base import Document, ModelName, StepInput, Timestamp
from functions.contracts.estimates import EstimateSums
from functions.contracts.profile import Profile


class PartKind(StrEnum):
    """What a file of an hour holds."""

    ROWS = "rows"
    FAILURES = "failures"


class RowPart(Document):
    """A file of an hour's rows, or of requests that failed: see `functions.core.hourly_rows`.

    A part is never changed. Parts of an hour are replaced by one of all their rows as they grow
    in number, so read those that the record names and no others.
    """

    kind: PartKind = PartKind.ROWS
    stored: StoredObject
    rows: PositiveInt
    schema_id: str = Field(default="", description="of the rows; one part has one schema")
    features: NonNegativeInt = 0
    outputs: NonNegativeInt = 0
    versions: tuple[int, ...] = Field(description="that answered, ascending")


class HourGroup(Document):
    """An hour's rows of one version, schema and variant."""

    version: int = Field(ge=1)
    schema_id: str
    variant: str = Field(description="champion, or the split that gave the row")
    rows: NonNegativeInt = 0
    requests: NonNegativeInt = Field(default=0, description="answered ones")
    failures: NonNegativeInt = Field(default=0, description="requests that were not answered")
    profile: Profile | None = Field(
        default=None,
        description="of the rows and their answers; None without rows, or of an unknown version",
    )
    estimates: EstimateSums | None = Field(
        default=None, description="for quality without labels, where the version has an estimator"
    )


class HourRecord(Document):
    """One hour of one model, as far as it is compacted; each inference id and row counts once.

    `sources` are the capture objects whose rows are in it, by `functions.core.hourly_sources`.
    """

    schema_version: Literal[1] = 1
    model: ModelName
    hour: Timestamp
    sources: tuple[str, ...] = ()
    lines: NonNegativeInt = Field(default=0, description="capture lines of the hour")
    corrupt_lines: NonNegativeInt = Field(
        default=0,
        description="of them, unreadable or not of the shape that their version's schema has",
    )
    probe_lines: NonNegativeInt = Field(
        default=0, description="of them, marked as probes: in no profile, count or file of rows"
    )
    duplicate_rows: NonNegativeInt = Field(default=0, description="delivered before")
    groups: tuple[HourGroup, ...] = ()
    parts: tuple[RowPart, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows were answered."""
        return sum(group.rows for group in self.groups)


class HourIndex(StepInput):
    """Of an hour's record, where its rows lie; the profiles are passed over unread."""

    model: ModelName
    hour: Timestamp
    parts: tuple[RowPart, ...] = ()


class GroupVolume(StepInput):
    """Of a group, how many rows it has."""

    rows: NonNegativeInt = 0


class HourVolume(StepInput):
    """Of an hour's record, how many rows were answered; the profiles are passed over unread."""

    hour: Timestamp
    corrupt_lines: NonNegativeInt = 0
    groups: tuple[GroupVolume, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows were answered."""
        return sum(group.rows for group in self.groups)


class SourceLedger(Document):
    """Which capture objects of one hour of *arrival* are compacted, and what nobody can read.

    A line that cannot be read and still names its model is in that model's record instead.
    """

    schema_version: Literal[1] = 1
    hour: Timestamp
    sources: tuple[str, ...] = Field(default=(), description="ascending")
    lines: NonNegativeInt = Field(default=0, description="of all models, readable or not")
    corrupt_lines: NonNegativeInt = Field(
        default=0, description="of them, unreadable and of a model that nobody can tell"
    )


class CompactionCursor(Document):
    """Hours of arrival before `settled_until` are compacted for good, and not listed again."""

    schema_version: Literal[1] = 1
    settled_until: Timestamp
    swept_at: Timestamp | None = Field(
        default=None, description="when nothing was left in any hour from there on"
    )


class CompactCapturesInput(StepInput):
    """What compact_captures is invoked with."""

    since: Timestamp | None = Field(
        default=None, description="look again into all hours of arrival from this one on"
    )


class CompactCapturesOutput(Document):
    """What one run of CompactCaptures did, and what it left for the next."""

    objects: NonNegativeInt = Field(description="capture objects read")
    rows: NonNegativeInt = Field(description="rows added to hours")
    duplicate_rows: NonNegativeInt = 0
    corrupt_lines: NonNegativeInt = 0
    hours: NonNegativeInt = Field(default=0, description="hours of models that were added to")
    pending_objects: NonNegativeInt = Field(default=0, description="left for the next run")
