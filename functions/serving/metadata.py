"""GET /models, /models/{model} and /models/{model}/versions/{number}: what there is to call."""

from collections.abc import Callable
from typing import TypeVar

from functions.contracts.errors import WindvaneError
from functions.contracts.naming import Alias
from functions.contracts.release import AliasPointer, ModelVersion
from functions.core.registry import ModelRegistry, UnknownModelError
from functions.serving.bodies import write_json
from functions.serving.errors import RegistryAwayError
from functions.serving.exchange import Request, Response
from functions.serving.ports import Ports

RETRY_AFTER_SECONDS = 5
AnswerT = TypeVar("AnswerT")


def list_models(_request: Request, ports: Ports) -> Response:
    """List the registered models and the version of each that answers."""
    pointers = {name: _find_champion(ports, name) for name in ports.champions.names()}
    return write_json(
        {
            "models": [
                {"model": name, "champion": pointer.number if pointer else None}
                for name, pointer in pointers.items()
            ]
        }
    )


def show_model(_request: Request, ports: Ports, *, model: str) -> Response:
    """Describe a model: its versions, newest first, and the features that its champion reads."""
    versions = _ask(ports, lambda registry: registry.list_versions(model))
    if not versions:
        msg = f"there is no model {model}; GET /models lists those there are"
        raise UnknownModelError(msg)
    pointer = _find_champion(ports, model)
    spec = ports.champions.get(model).spec if pointer else None
    return write_json(
        {
            "model": model,
            "task": versions[0].task,
            "champion": pointer.number if pointer else None,
            "description": spec.description if spec else "",
            "target": spec.target if spec else None,
            "classes": spec.classes if spec else (),
            "maximum_rows": spec.maximum_rows if spec else None,
            "features": spec.feature_schema.model_dump(mode="json")["features"] if spec else [],
            "versions": [_summary(version) for version in versions],
        }
    )


def show_version(_request: Request, ports: Ports, *, model: str, number: str) -> Response:
    """Describe one version: what it was made of and how it scored."""
    version = _ask(ports, lambda registry: registry.get(model, int(number)))
    return write_json(
        {
            **_summary(version),
            "model": version.model,
            "task": version.task,
            "sha256": version.artifact.sha256,
            "size_bytes": version.artifact.model.size_bytes,
            "dataset_version": version.dataset_version,
            "execution": version.execution,
            "trigger": version.trigger,
            "parameters": version.parameters,
        }
    )


def _summary(version: ModelVersion) -> dict[str, object]:
    return {
        "version": version.number,
        "state": version.state,
        "created_at": version.created_at.isoformat(),
        "scores": version.scores,
    }


def _find_champion(ports: Ports, model: str) -> AliasPointer | None:
    return _ask(ports, lambda registry: registry.find_alias(model, Alias.CHAMPION))


def _ask(ports: Ports, question: Callable[[ModelRegistry], AnswerT]) -> AnswerT:
    try:
        return question(ports.registry())
    except WindvaneError:
        raise
    except Exception as error:
        msg = "the registry cannot be reached; try again"
        raise RegistryAwayError(msg, retry_after_seconds=RETRY_AFTER_SECONDS) from error
