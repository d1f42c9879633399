"""What the steps of this group work with."""

from dataclasses import dataclass

from functions.core.ports import MetricSink, ObjectStore, RecordStream, WorkflowStarter
from functions.core.registry import ModelRegistry, SplitRegistry
from functions.core.retraining_ledger import RetrainingLedger


@dataclass(frozen=True, slots=True)
class DriftPorts:
    """What DetectDrift reads, and where its findings go."""

    registry: ModelRegistry
    models: ObjectStore
    captures: ObjectStore
    metrics: MetricSink


@dataclass(frozen=True, slots=True)
class CapturePorts:
    """Where the lines of each kind go."""

    captures: RecordStream
    ground_truth: RecordStream


@dataclass(frozen=True, slots=True)
class RetrainingPorts:
    """What StartRetraining asks and starts."""

    registry: ModelRegistry
    ledger: RetrainingLedger
    workflow: WorkflowStarter


@dataclass(frozen=True, slots=True)
class WatchPorts:
    """What WatchRollOut reads, and where it leaves what it saw (`models`)."""

    registry: SplitRegistry
    models: ObjectStore
    captures: ObjectStore
