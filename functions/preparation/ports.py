"""What Prepare needs of the world."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from functions.contracts.model_spec import ModelSpec
from functions.core.conditional_writes import ConditionalStore
from functions.core.ports import ObjectStore
from functions.core.registry import ModelRegistry
from functions.preparation.engine import EngineLimits


@dataclass(frozen=True, slots=True)
class Ports:
    """The data, models and captures buckets, the registry, and the rest."""

    data: ObjectStore
    models: ObjectStore
    captures: ConditionalStore
    registry: ModelRegistry
    load_spec: Callable[[str], ModelSpec]
    read_code: Callable[[str], bytes]
    limits: EngineLimits
    now: Callable[[], datetime]
