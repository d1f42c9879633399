"""What the steps of a replay, of a rollout and of an execution's end work with."""

from dataclasses import dataclass

from functions.core.ports import Notifier, ObjectStore
from functions.core.registry import SplitRegistry
from functions.core.retraining_ledger import RetrainingLedger


@dataclass(frozen=True, slots=True)
class ReplayPorts:
    """Where captured rows, artifacts and versions are found, and reports are left."""

    captures: ObjectStore
    models: ObjectStore
    registry: SplitRegistry


@dataclass(frozen=True, slots=True)
class ConcludePorts:
    """Where executions are recorded, who has the lease, and who is told."""

    registry: SplitRegistry
    ledger: RetrainingLedger
    notifier: Notifier
