"""What the states from Replay to Conclude hand each other; the same rules as in `messages`."""

from enum import StrEnum

from pydantic import Field

from functions.contracts.base import Document, ModelName, StepInput
from functions.contracts.messages import (
    EvaluateOutput,
    ExportOutput,
    PrepareOutput,
    RegisterOutput,
    TrainOutput,
    Trigger,
)
from functions.contracts.release import Outcome
from functions.contracts.rollout import RolloutStatus


class PlanReplayInput(StepInput):
    """Input of PlanReplay."""

    model: ModelName
    execution: str
    register_: RegisterOutput = Field(alias="register")


class PlanReplayOutput(Document):
    """What Replay is mapped over: the numbers of the plan's parts; none if there is no replay."""

    parts: tuple[int, ...] = ()
    rows: int = Field(default=0, ge=0)
    labelled_rows: int = Field(default=0, ge=0)
    reason: str


class ReplayInput(StepInput):
    """Input of one Replay task of the Map."""

    model: ModelName
    execution: str
    part: int = Field(ge=0)


class ReplayOutput(Document):
    """Where a part's comparison lies."""

    part: int
    key: str
    rows: int
    set_aside: int = Field(default=0, ge=0, description="rows that a version cannot read")
    why: str = ""


class JudgeReplayInput(StepInput):
    """Input of JudgeReplay; `replay` is what the Map gathered."""

    model: ModelName
    execution: str
    register_: RegisterOutput = Field(alias="register")
    plan_replay: PlanReplayOutput
    replay: tuple[ReplayOutput, ...] = ()


class JudgeReplayOutput(Document):
    """The replay's verdict; no report where nothing was replayed."""

    passed: bool
    reason: str
    report_key: str | None = None
    html_key: str | None = None


class WatchVerdict(StrEnum):
    """What a look at a rollout asks for."""

    WAIT = "wait"
    ADVANCE = "advance"
    ABORT = "abort"
    OVER = "over"


class RollOutOutput(Document):
    """Where the champion points now, and how far the rollout is."""

    status: RolloutStatus
    champion: int
    previous: int | None
    revision: int
    reason: str
    step: int = Field(default=0, ge=0, description="index of the share that bakes")
    percent: float = Field(default=100.0, description="of the callers, to the new version")


class WatchRollOutOutput(Document):
    """What is to happen next, and why."""

    verdict: WatchVerdict
    reason: str
    step: int = Field(ge=0, description="the share that was looked at")
    wait_seconds: int = Field(default=0, ge=0, description="until the next look")
    checks: int = Field(default=0, ge=0, description="looks so far, over all steps")
    report_key: str | None = None


class WatchRollOutInput(StepInput):
    """Input of WatchRollOut; `watch_roll_out` is its own last answer."""

    model: ModelName
    execution: str
    roll_out: RollOutOutput
    watch_roll_out: WatchRollOutOutput | None = None


class RollOutInput(StepInput):
    """Input of RollOut: to start with, and again whenever WatchRollOut asks for a move."""

    model: ModelName
    execution: str
    trigger: Trigger
    lease_token: int = Field(default=0, ge=0, description="0: started without a lease")
    register_: RegisterOutput = Field(alias="register")
    evaluate: EvaluateOutput
    judge_replay: JudgeReplayOutput | None = None
    watch_roll_out: WatchRollOutOutput | None = None


class StateError(Document):
    """What a catch hands on (Step Functions' own spelling)."""

    Error: str
    Cause: str = ""


class ConcludeInput(StepInput):
    """Input of Conclude: whatever was reached, and the error if one was caught."""

    model: ModelName
    execution: str
    trigger: Trigger
    lease_token: int = Field(default=0, ge=0, description="0: started without a lease")
    prepare: PrepareOutput | None = None
    train: tuple[TrainOutput, ...] = ()
    export: ExportOutput | None = None
    evaluate: EvaluateOutput | None = None
    register_: RegisterOutput | None = Field(default=None, alias="register")
    judge_replay: JudgeReplayOutput | None = None
    roll_out: RollOutOutput | None = None
    error: StateError | None = None


class ConcludeOutput(Document):
    """How the execution ended."""

    outcome: Outcome
    reason: str


class EndedRollout(Document):
    """One rollout that an alarm looked at."""

    model: ModelName
    aborted: bool
    reason: str


class AbortRollOutOutput(Document):
    """What became of the live rollouts that an alarm speaks about."""

    reason: str
    rollouts: tuple[EndedRollout, ...] = ()
