"""What PlanBatch and FinishBatch need of the world."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from functions.core.ports import Notifier, ObjectStore
from functions.core.registry import ModelRegistry
from functions.preparation.engine import EngineLimits


@dataclass(frozen=True, slots=True)
class BatchPorts:
    """The data and models buckets, the registry, who is told, and the rest."""

    data: ObjectStore
    models: ObjectStore
    registry: ModelRegistry
    notifier: Notifier
    limits: EngineLimits
    now: Callable[[], datetime]
