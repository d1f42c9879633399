"""What JoinGroundTruth keeps of labels that came late: by the hour of their prediction (D18).

Sums add up, so a window's score is that of its hours' sums, and grows with each label without
anything being read again. What could not be joined stands by the hour of its arrival.
"""

from datetime import date, timedelta
from enum import StrEnum
from typing import Literal

from pydantic import Field, NonNegativeInt

from functions.contracts.artifact import StoredObject
from functions.contracts.base import DRILL_NAME_PATTERN, Document, ModelName, StepInput, Timestamp
from functions.contracts.model_spec import Label
from functions.contracts.profile import NumericProfile

WAIT = timedelta(hours=27)
"""How long a label waits for its prediction: Firehose tries to deliver a capture for 24 hours, and
compaction looks for it for two more."""

RETIRED_TAG = "windvane:retired"
"""Of a file of labels that no ledger names any more; a rule of the captures bucket ends it."""

EXAMPLES = 5
"""Of each document: the first labels that were not taken."""


class LabelOutcome(StrEnum):
    """What became of a label."""

    TAKEN = "taken"
    DUPLICATE = "duplicate"
    CONTRADICTORY = "contradictory"
    UNFIT = "unfit"
    UNKNOWN = "unknown"
    FOREIGN = "foreign"


class LabelExample(Document):
    """A label that was not taken, and why."""

    outcome: LabelOutcome
    inference_id: str
    value: Label | float
    received_at: Timestamp
    reason: str


class LossSums(Document):
    """Of a quantity that each labelled row has: rows, sum and sum of squares."""

    rows: NonNegativeInt = 0
    total: float = 0.0
    squares: float = 0.0


class RankedClass(Document):
    """How often each probability of a class was given, to rows that are of it and to the others."""

    code: NonNegativeInt
    positive: NumericProfile
    negative: NumericProfile


class ScoreSums(Document):
    """All that scores of labelled rows need; `functions.core.labelled_sums` makes and reads it."""

    rows: NonNegativeInt = 0
    confusion: tuple[tuple[NonNegativeInt, NonNegativeInt, NonNegativeInt], ...] = Field(
        default=(), description="code that is true, likeliest code, rows; of a classifier"
    )
    losses: dict[str, LossSums] = Field(default_factory=dict, description="by name")
    ranked: tuple[RankedClass, ...] = ()


class HeldOutLosses(Document):
    """held_out.json: what a version's labels are compared with, from its held-out rows."""

    schema_version: Literal[1] = 1
    rows: NonNegativeInt
    losses: dict[str, LossSums] = Field(description="what `core.watched_losses` watches, by name")


class LabelGroup(Document):
    """Labelled rows of one version and variant."""

    version: int = Field(ge=1)
    variant: str
    labelled: NonNegativeInt
    delay: NumericProfile = Field(description="seconds from the prediction to its label's arrival")
    sums: ScoreSums


class LabelHour(Document):
    """An hour of predictions, as far as labels have come."""

    hour: Timestamp
    groups: tuple[LabelGroup, ...] = ()
    duplicates: NonNegativeInt = 0
    contradictions: NonNegativeInt = 0
    unfit: NonNegativeInt = Field(default=0, description="no value that the version can be given")
    examples: tuple[LabelExample, ...] = ()


class LabelDay(Document):
    """The ledger of a day of predictions of one model, in UTC.

    `entries` holds each label that concerns the day, once: see `functions.core.label_ledger`.
    """

    schema_version: Literal[1] = 1
    model: ModelName
    day: date
    entries: StoredObject
    hours: tuple[LabelHour, ...] = ()


class RowLosses(StepInput):
    """Of labelled rows, their losses alone."""

    rows: NonNegativeInt = 0
    losses: dict[str, LossSums] = Field(default_factory=dict)


class WatchedGroup(StepInput):
    """Of a LabelGroup, what is watched for a change."""

    version: int = Field(ge=1)
    labelled: NonNegativeInt
    delay: NumericProfile
    sums: RowLosses


class WatchedHour(StepInput):
    """Of a LabelHour, what is watched for a change."""

    hour: Timestamp
    groups: tuple[WatchedGroup, ...] = ()


class WatchedDay(StepInput):
    """Of a LabelDay, what is watched for a change; the rest, most of it, is passed over unread."""

    day: date
    hours: tuple[WatchedHour, ...] = ()


class LabelChange(Document):
    """What DetectDrift last found in a model's labels; StartRetraining reads it.

    `labelled_rows` are those since the change.
    """

    schema_version: Literal[1] = 1
    model: ModelName
    version: int = Field(ge=1, description="the champion whose labels these are")
    window_end: Timestamp
    since: Timestamp | None = Field(default=None, description="None: nothing to retrain for")
    labelled_rows: NonNegativeInt = 0
    earlier: tuple[NonNegativeInt, ...] = Field(
        default=(), description="rows labelled since each earlier change, the oldest first"
    )
    earlier_since: tuple[Timestamp, ...] = Field(
        default=(), description="when each of these changes began"
    )


class PredictedRows(Document):
    """How many rows one version and variant answered in an hour."""

    hour: NonNegativeInt = Field(le=23)
    version: int = Field(ge=1)
    variant: str
    rows: NonNegativeInt


class DayIndex(Document):
    """Where to find a day's predictions by id, made of the hourly records named by `records`."""

    day: date
    records: dict[str, str] = Field(description="S3 VersionId of each hour's record, by key")
    ids: StoredObject
    answers: StoredObject
    predicted: tuple[PredictedRows, ...] = ()


class LabelIndex(Document):
    """A model's predictions by day, the oldest first, as far back as labels are joined."""

    schema_version: Literal[1] = 1
    model: ModelName
    days: tuple[DayIndex, ...] = ()


class LabelStanding(Document):
    """When a model was last given a label, and what its labels are judged by."""

    schema_version: Literal[1] = 1
    model: ModelName
    newest_label_at: Timestamp | None = None


class LabelArrivals(Document):
    """What came of the ground truth that arrived in one hour; each object is read once.

    `waiting` are the lines whose predictions are not there yet.
    """

    schema_version: Literal[1] = 1
    hour: Timestamp
    sources: tuple[str, ...] = Field(default=(), description="by `core.hourly_lines.source_id`")
    outcomes: dict[str, dict[LabelOutcome, NonNegativeInt]] = Field(
        default_factory=dict, description="by model"
    )
    corrupt_lines: NonNegativeInt = 0
    examples: dict[str, tuple[LabelExample, ...]] = Field(
        default_factory=dict, description="by model, of labels that no prediction of it is known to"
    )
    waiting: StoredObject | None = None
    waiting_lines: NonNegativeInt = 0


class LabelCursor(Document):
    """Ground truth that arrived before `settled_until` is joined for good."""

    schema_version: Literal[1] = 1
    settled_until: Timestamp


class JoinGroundTruthInput(StepInput):
    """What join_ground_truth is invoked with."""

    since: Timestamp | None = Field(
        default=None, description="look again into all hours of arrival from this one on"
    )
    drill: str | None = Field(
        default=None, pattern=DRILL_NAME_PATTERN, description="join a fire drill's labels alone"
    )


class JoinGroundTruthOutput(Document):
    """What one run did with labels of all models, and what it left."""

    objects: NonNegativeInt = Field(description="ground-truth objects read")
    outcomes: dict[LabelOutcome, NonNegativeInt] = Field(default_factory=dict)
    corrupt_lines: NonNegativeInt = 0
    waiting_lines: NonNegativeInt = Field(default=0, description="wait for their predictions")
    pending_objects: NonNegativeInt = Field(default=0, description="left for the next run")
