"""What the steps of a replay and of a rollout work with."""

from dataclasses import dataclass

from functions.core.ports import ObjectStore
from functions.core.registry import SplitRegistry


@dataclass(frozen=True, slots=True)
class ReplayPorts:
    """Where captured rows, artifacts and versions are found, and reports are left."""

    captures: ObjectStore
    models: ObjectStore
    registry: SplitRegistry
