"""Every deployed function, once: its name, its group, its module, its settings and its measure.

The CDK makes a function of each entry, the bundle tests import each, and the reference lists them.
"""

from dataclasses import dataclass
from enum import StrEnum

from functions.contracts.settings import (
    AccessSettings,
    BatchSettings,
    CaptureSettings,
    CompactionSettings,
    DriftSettings,
    FunctionSettings,
    LabelSettings,
    NotifySettings,
    PreparationSettings,
    ReconcileSettings,
    ReleaseSettings,
    RetrainingSettings,
    ServingSettings,
    TrainingSettings,
    WatchSettings,
)

SERVING_MEMORY = {
    "MALLOC_TRIM_THRESHOLD_": str(64 * 2**20),
    "MALLOC_MMAP_THRESHOLD_": str(32 * 2**20),
}
"""How much freed memory glibc keeps for the next request. Given back, each page of it costs a fault
when it is wanted again: a hundred of them in a request of 1,000 rows."""


class Group(StrEnum):
    """A folder of functions that share dependencies, and so a bundle."""

    PREPARATION = "preparation"
    TRAINING = "training"
    RELEASE = "release"
    SERVING = "serving"
    MONITORING = "monitoring"
    ACCESS = "access"


@dataclass(frozen=True, slots=True)
class FunctionDefinition:
    """One deployed function; `state` is its state of a workflow, if it is one.

    `is_optional`: only stages that need it have it.
    """

    name: str
    group: Group
    settings: type[FunctionSettings]
    memory_mb: int
    timeout_seconds: int
    ephemeral_storage_mb: int = 512
    state: str | None = None
    is_optional: bool = False
    workflow: str = "retraining"

    @property
    def module(self) -> str:
        """The module that holds the function's `handler`."""
        return f"functions.{self.group}.{self.name}"

    @property
    def handler(self) -> str:
        """The handler as Lambda wants it written."""
        return f"{self.module}.handler"


# One vCPU is 1,769 MB (D17); the most a function can have is 10,240 MB, six vCPUs.
FUNCTIONS: tuple[FunctionDefinition, ...] = (
    FunctionDefinition(
        "prepare",
        Group.PREPARATION,
        PreparationSettings,
        3538,
        900,
        ephemeral_storage_mb=4096,
        state="Prepare",
    ),
    FunctionDefinition(
        "plan_candidates", Group.TRAINING, TrainingSettings, 1769, 60, state="PlanCandidates"
    ),
    FunctionDefinition("train", Group.TRAINING, TrainingSettings, 7076, 900, state="Train"),
    FunctionDefinition("export", Group.TRAINING, TrainingSettings, 7076, 900, state="Export"),
    FunctionDefinition("evaluate", Group.RELEASE, ReleaseSettings, 3538, 300, state="Evaluate"),
    FunctionDefinition("register", Group.RELEASE, ReleaseSettings, 1024, 60, state="Register"),
    FunctionDefinition(
        "plan_replay", Group.RELEASE, ReleaseSettings, 1769, 300, state="PlanReplay"
    ),
    FunctionDefinition("replay", Group.RELEASE, ReleaseSettings, 3538, 300, state="Replay"),
    FunctionDefinition(
        "judge_replay", Group.RELEASE, ReleaseSettings, 1769, 120, state="JudgeReplay"
    ),
    FunctionDefinition("roll_out", Group.RELEASE, ReleaseSettings, 1024, 60, state="RollOut"),
    FunctionDefinition(
        "watch_roll_out", Group.MONITORING, WatchSettings, 3538, 600, state="WatchRollOut"
    ),
    FunctionDefinition("conclude", Group.RELEASE, ReleaseSettings, 1024, 60, state="Conclude"),
    FunctionDefinition("abort_roll_out", Group.RELEASE, ReleaseSettings, 512, 60),
    FunctionDefinition(
        "plan_batch",
        Group.PREPARATION,
        BatchSettings,
        7076,
        900,
        ephemeral_storage_mb=10_240,
        state="PlanBatch",
        workflow="batch",
    ),
    FunctionDefinition(
        "predict_batch",
        Group.RELEASE,
        ReleaseSettings,
        3538,
        900,
        state="PredictBatch",
        workflow="batch",
    ),
    FunctionDefinition(
        "finish_batch",
        Group.PREPARATION,
        BatchSettings,
        7076,
        900,
        ephemeral_storage_mb=10_240,
        state="FinishBatch",
        workflow="batch",
    ),
    FunctionDefinition("predict", Group.SERVING, ServingSettings, 1769, 29),
    FunctionDefinition("authorize", Group.ACCESS, AccessSettings, 512, 10, is_optional=True),
    FunctionDefinition("collect_captures", Group.MONITORING, CaptureSettings, 512, 120),
    FunctionDefinition("compact_captures", Group.MONITORING, CompactionSettings, 3538, 900),
    FunctionDefinition("join_ground_truth", Group.MONITORING, LabelSettings, 3538, 900),
    FunctionDefinition("detect_drift", Group.MONITORING, DriftSettings, 3538, 600),
    FunctionDefinition("notify", Group.MONITORING, NotifySettings, 512, 60),
    FunctionDefinition("start_retraining", Group.MONITORING, RetrainingSettings, 512, 60),
    FunctionDefinition("reconcile", Group.MONITORING, ReconcileSettings, 512, 60),
)


def function_named(name: str) -> FunctionDefinition:
    """Return the definition of a function by its name; raise KeyError if there is none."""
    return {definition.name: definition for definition in FUNCTIONS}[name]
