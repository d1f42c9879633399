"""What the states of the retraining workflow hand each other.

The execution's state is one JSON object. It starts as a WorkflowInput; each task's answer is added
under the state's name in snake case. A step reads the fields it names and ignores the rest. States
pass keys, never data (limit 256 KiB; ours 200). From Replay on they are in `rollout_messages`.
"""

from enum import StrEnum

from pydantic import Field

from functions.contracts.alerts import ConditionKind
from functions.contracts.artifact import Artifact
from functions.contracts.base import DRILL_NAME_PATTERN, Document, ModelName, StepInput, Timestamp
from functions.contracts.fault_book import LeftOutRows
from functions.contracts.model_spec import ParameterValue


class TriggerKind(StrEnum):
    """Who or what asks for a new version."""

    PERSON = "person"
    SCHEDULE = "schedule"
    DRIFT_ALARM = "drift_alarm"
    LABEL_ALARM = "label_alarm"
    ESTIMATE_ALARM = "estimate_alarm"
    DRILL = "drill"


ALARMS = frozenset({TriggerKind.DRIFT_ALARM, TriggerKind.LABEL_ALARM, TriggerKind.ESTIMATE_ALARM})
"""Kinds that no person and no schedule asked for."""

ASKING: dict[ConditionKind, TriggerKind] = {
    ConditionKind.LABEL_CHANGE: TriggerKind.LABEL_ALARM,
    ConditionKind.SCORE: TriggerKind.LABEL_ALARM,
    ConditionKind.HARDER_ROWS: TriggerKind.LABEL_ALARM,
    ConditionKind.ESTIMATED_LOSS: TriggerKind.ESTIMATE_ALARM,
    ConditionKind.INPUT_DRIFT: TriggerKind.DRIFT_ALARM,
    ConditionKind.PREDICTION_DRIFT: TriggerKind.DRIFT_ALARM,
}
"""What asks for retraining by each condition; the others never do."""


class Trigger(Document):
    """One request for retraining; `id` is equal in every delivery of the same request."""

    kind: TriggerKind
    id: str = Field(min_length=1, max_length=256)
    reason: str
    requested_by: str
    requested_at: Timestamp
    since: Timestamp | None = Field(
        default=None, description="since when labels have changed, if that is what it is about"
    )
    labelled_rows: int = Field(default=0, ge=0, description="since then, by now")
    earlier: tuple[int, ...] = Field(
        default=(), description="rows labelled since each earlier change, the oldest first"
    )
    earlier_since: tuple[Timestamp, ...] = Field(
        default=(), description="when each of these changes began"
    )
    releases: tuple[Timestamp | None, ...] = Field(
        default=(),
        description="from when on the time that each of these changes ended is learned again, "
        "should it have come back; null: at once",
    )


class RetrainingRequest(Document):
    """What start_retraining is invoked with by a person or a schedule; an alarm comes as SNS."""

    model: ModelName
    kind: TriggerKind
    id: str | None = Field(default=None, description="None: the moment of the request")
    reason: str = ""
    requested_by: str = "unknown"
    ignore_limits: bool = Field(
        default=False, description="of a person: no cool-down, no budget, no open breaker"
    )
    again: bool = Field(default=False, description="train even if nothing is new")


class Decision(StrEnum):
    """What start_retraining did with a request."""

    STARTED = "started"
    DUPLICATE = "duplicate"
    COOLING_DOWN = "cooling_down"
    OVER_BUDGET = "over_budget"
    BREAKER_OPEN = "breaker_open"
    ALREADY_RUNNING = "already_running"
    TURNED_OFF = "turned_off"
    DRILLED = "drilled"
    BREAKER_CLOSED = "breaker_closed"
    IGNORED = "ignored"


class RetrainingAnswer(Document):
    """The decision about a request, with the sentence an operator will read."""

    decision: Decision
    reason: str
    execution: str | None = None
    execution_arn: str | None = None


class WorkflowInput(Document):
    """What an execution starts with."""

    model: ModelName
    execution: str
    trigger: Trigger
    lease_token: int = Field(ge=1, description="Register, RollOut and Conclude refuse a stale one")
    again: bool = False


class PrepareInput(StepInput):
    """Input of Prepare."""

    model: ModelName
    execution: str
    again: bool = False


class PrepareOutput(Document):
    """A dataset version, or the reason why there is none."""

    passed: bool
    reason: str
    dataset_version: str
    quality_report_key: str
    manifest_key: str | None = None
    train_rows: int = 0
    holdout_rows: int = 0
    recipe: str = Field(default="", description="identity of all that is not data: model, gates")
    no_new_data: bool = Field(default=False, description="then `passed` is false")
    left_out: tuple[LeftOutRows, ...] = Field(
        default=(), description="for data faults, most rows first; at most 20 faults"
    )


class PlanInput(StepInput):
    """Input of PlanCandidates."""

    model: ModelName
    execution: str
    trigger: Trigger | None = None
    prepare: PrepareOutput


class Candidate(Document):
    """One point of the search space, and how many rows it learns from."""

    index: int = Field(ge=0)
    parameters: dict[str, ParameterValue]
    rows: int | None = Field(default=None, ge=1, description="the latest; None: all")
    skipped: int = Field(default=0, ge=0, description="rows that came after these, left out")
    shuffled: bool = Field(default=False, description="labels, for a fire drill: learns nothing")


class PlanOutput(Document):
    """What Train is mapped over."""

    candidates: tuple[Candidate, ...] = Field(min_length=1)


class TrainInput(StepInput):
    """Input of one Train task of the Map."""

    model: ModelName
    execution: str
    dataset_version: str
    candidate: Candidate


class TrainOutput(Document):
    """A recorded run."""

    run_id: str
    run_record_key: str
    metric: str
    value: float
    parameters: dict[str, ParameterValue]
    rows: int | None = Field(default=None, description="trained on the latest; None: on all")
    skipped: int = Field(default=0, ge=0, description="rows that came after these, left out")
    shuffled: bool = Field(default=False, description="on shuffled labels, for a fire drill")
    seconds: float = Field(default=0.0, ge=0.0, description="that the candidate took")


class ExportInput(StepInput):
    """Input of Export; `train` is what the Map gathered."""

    model: ModelName
    execution: str
    prepare: PrepareOutput
    train: tuple[TrainOutput, ...] = Field(min_length=1)


class ExportOutput(Document):
    """The best candidate as bytes."""

    run_id: str
    parameters: dict[str, ParameterValue]
    skipped: int = Field(default=0, ge=0, description="rows that came after those it learned from")
    artifact: Artifact
    parity_report_key: str


class EvaluateInput(StepInput):
    """Input of Evaluate."""

    model: ModelName
    execution: str
    trigger: Trigger | None = None
    prepare: PrepareOutput
    train: tuple[TrainOutput, ...] = ()
    export: ExportOutput


class WentBack(Document):
    """The labels of a run came out as in an earlier time again."""

    to: Timestamp = Field(description="when the change began that had ended that time")
    learned: bool = Field(default=False, description="its rows alone made the best candidate")
    held_until: Timestamp | None = Field(
        default=None,
        description="from when on it is learned again, if it lasts; null: nothing was held",
    )


class CandidateFindings(Document):
    """What a run's candidate showed beside its scores, for the runs after it."""

    went_back: WentBack | None = None
    falls_short: bool = Field(
        default=False, description="better than the champion, and below an absolute gate"
    )


class EvaluateOutput(Document):
    """The gates' answer."""

    passed: bool
    reason: str
    gate_report_key: str
    scores: dict[str, float]
    found: CandidateFindings = CandidateFindings()


class RegisterInput(StepInput):
    """Input of Register."""

    model: ModelName
    execution: str
    trigger: Trigger
    lease_token: int = Field(default=0, ge=0, description="0: started without a lease")
    prepare: PrepareOutput
    export: ExportOutput
    evaluate: EvaluateOutput


class RegisterOutput(Document):
    """A registered version."""

    number: int


class DetectDriftInput(Document):
    """What detect_drift is invoked with; no window means the last `drift.window_hours`."""

    model: ModelName
    window_start: Timestamp | None = None
    window_end: Timestamp | None = None
    drill: str | None = Field(
        default=None,
        pattern=DRILL_NAME_PATTERN,
        description="judge a fire drill's captures, and keep its report beside them",
    )
    tell_all: bool = Field(
        default=False, description="emit every condition's metric, whether anything happened or not"
    )


class DetectDriftOutput(Document):
    """The verdict and where its report lies."""

    model: ModelName
    verdict: str
    reason: str
    current_rows: int
    drifted_features: tuple[str, ...]
    json_key: str | None = None
    html_key: str | None = None
