"""What a run would make again: the same rows by the same recipe make the same model."""

import hashlib
import json

from functions.contracts.messages import TriggerKind
from functions.contracts.model_spec import ModelSpec
from functions.contracts.naming import Alias
from functions.contracts.release import ExecutionRecord
from functions.core.breaker import REJECTIONS
from functions.core.registry import ModelRegistry

_FORMAT = 1
"""To be raised when the same rows and the same recipe would make another model."""

_DIGITS = 16


def recipe_of(spec: ModelSpec, code: bytes) -> str:
    """Return `rc-` and 16 hexadecimal digits over all that makes a version beside its data.

    Parameters
    ----------
    spec : ModelSpec
        Its task, training, gates and rollout; owner, drift or retraining policy make no difference.
    code : bytes
        The model's code.
    """
    identity = {
        "format": _FORMAT,
        "task": spec.task,
        "training": spec.training.model_dump(mode="json", exclude={"schedule"}),
        "gates": spec.gates.model_dump(mode="json"),
        "rollout": spec.rollout.model_dump(mode="json"),
        "code": hashlib.sha256(code).hexdigest(),
    }
    text = json.dumps(identity, sort_keys=True, ensure_ascii=True)
    return f"rc-{hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]}"


def find_same_run(
    registry: ModelRegistry, model: str, dataset_version: str, recipe: str
) -> ExecutionRecord | None:
    """Return the run that made the champion, or the last refused one, if it would be made again.

    A run that failed made nothing, so it may be repeated. A fire drill's was bad on purpose.
    """
    runs = registry.list_executions(model)
    pointer = registry.find_alias(model, Alias.CHAMPION)
    made = registry.get(model, pointer.number).execution if pointer else None
    champion = next((run for run in runs if run.execution == made), None)
    tried = (run for run in runs if run.trigger != TriggerKind.DRILL)
    refused = next((run for run in tried if run.outcome in REJECTIONS), None)
    for run in (champion, refused):
        if run and (run.dataset_version, run.recipe) == (dataset_version, recipe):
            return run
    return None
