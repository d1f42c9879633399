"""What the steps of this group work with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from functions.contracts.alerts import Severity
from functions.contracts.model_spec import ModelSpec
from functions.core.conditional_writes import ConditionalStore
from functions.core.hourly_merge import FindVersion
from functions.core.ports import (
    MetricSink,
    Notifier,
    ObjectReader,
    ObjectStore,
    RecordStream,
    WorkflowStarter,
)
from functions.core.reconciling import AlarmLevels
from functions.core.registry import ModelRegistry, SplitRegistry
from functions.core.retraining_ledger import RetrainingLedger


@dataclass(frozen=True, slots=True)
class DriftPorts:
    """What DetectDrift reads, and where its findings go; without a ledger it knows of no runs."""

    registry: ModelRegistry
    models: ObjectStore
    captures: ConditionalStore
    metrics: MetricSink
    clock: Callable[[], datetime] | None = None
    ledger: RetrainingLedger | None = None


@dataclass(frozen=True, slots=True)
class CompactionPorts:
    """What CompactCaptures reads and writes, and how it finds versions."""

    captures: ConditionalStore
    find: FindVersion


@dataclass(frozen=True, slots=True)
class LabelPorts:
    """What JoinGroundTruth reads and writes, how it finds models and versions, and whom it tells.

    `find_spec` knows the models of this bundle. `horizon_days`: labels of older predictions are not
    joined.
    """

    captures: ConditionalStore
    registry: ModelRegistry
    find: FindVersion
    find_spec: Callable[[str], ModelSpec | None]
    metrics: MetricSink
    horizon_days: int


@dataclass(frozen=True, slots=True)
class CapturePorts:
    """Where the lines of each kind go."""

    captures: RecordStream
    ground_truth: RecordStream


@dataclass(frozen=True, slots=True)
class RetrainingPorts:
    """What StartRetraining asks and starts; `captures` holds what labels were found to say."""

    registry: ModelRegistry
    ledger: RetrainingLedger
    workflow: WorkflowStarter
    captures: ObjectReader | None = None


@dataclass(frozen=True, slots=True)
class ReconcilePorts:
    """What Reconcile looks at, and whom it tells."""

    retraining: RetrainingPorts
    rollouts: SplitRegistry
    alarms: AlarmLevels
    notifier: Notifier


@dataclass(frozen=True, slots=True)
class WatchPorts:
    """What WatchRollOut reads, and where it leaves what it saw (`models`)."""

    registry: SplitRegistry
    models: ObjectStore
    captures: ObjectStore


@dataclass(frozen=True, slots=True)
class NotifyPorts:
    """What Notify reads, and whom it tells; `find_spec` knows the models of this bundle."""

    captures: ConditionalStore
    told: Mapping[Severity, Notifier]
    find_spec: Callable[[str], ModelSpec | None]
