"""GET /models, /models/{model} and /models/{model}/versions/{number}: what there is to call."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from functions.contracts.errors import WindvaneError
from functions.contracts.feature_schema import Feature
from functions.contracts.naming import Alias
from functions.contracts.release import AliasPointer, ModelVersion
from functions.core.registry import ModelRegistry, UnknownModelError
from functions.core.served_documents import ServedSchema
from functions.serving.bodies import write_document
from functions.serving.documents import (
    ModelDescription,
    ModelListing,
    ModelSummary,
    VersionDescription,
    VersionSummary,
)
from functions.serving.errors import RegistryAwayError
from functions.serving.exchange import Request, Response
from functions.serving.ports import Ports

RETRY_AFTER_SECONDS = 5
AnswerT = TypeVar("AnswerT")


def list_models(_request: Request, ports: Ports) -> Response:
    """List the registered models and the version of each that answers."""
    pointers = {name: _find_champion(ports, name) for name in ports.versions.names()}
    return write_document(
        ModelListing(
            models=tuple(
                ModelSummary(model=name, champion=pointer.number if pointer else None)
                for name, pointer in pointers.items()
            )
        )
    )


def show_model(_request: Request, ports: Ports, *, model: str) -> Response:
    """Describe a model: its versions, newest first, and the features that its champion reads."""
    versions = ask_registry(ports, lambda registry: registry.list_versions(model))
    if not versions:
        msg = f"there is no model {model}; GET /models lists those there are"
        raise UnknownModelError(msg)
    pointer = _find_champion(ports, model)
    champion = ports.versions.champion(model) if pointer else None
    return write_document(
        ModelDescription(
            model=model,
            task=versions[0].task,
            champion=champion.number if champion else None,
            description=champion.spec.description if champion else "",
            target=champion.spec.target if champion else None,
            classes=champion.spec.classes if champion else (),
            maximum_rows=champion.spec.maximum_rows if champion else None,
            features=_documents(champion.spec.feature_schema) if champion else (),
            versions=tuple(
                VersionSummary(
                    version=version.number,
                    state=version.state,
                    created_at=version.created_at,
                    scores=version.scores,
                )
                for version in versions
            ),
        )
    )


def show_version(_request: Request, ports: Ports, *, model: str, number: str) -> Response:
    """Describe one version: what it was made of and how it scored."""
    version = ask_registry(ports, lambda registry: registry.get(model, int(number)))
    return write_document(describe_version(version))


def answer_pages(request: Request, ports: Ports) -> Response:
    """Answer /docs and /openapi.json."""
    return ports.pages(request)


def describe_version(version: ModelVersion) -> VersionDescription:
    """Return what callers may know of a version: no bucket, no key."""
    return VersionDescription(
        model=version.model,
        version=version.number,
        task=version.task,
        state=version.state,
        created_at=version.created_at,
        scores=version.scores,
        sha256=version.artifact.sha256,
        size_bytes=version.artifact.model.size_bytes,
        dataset_version=version.dataset_version,
        execution=version.execution,
        trigger=version.trigger,
        parameters=version.parameters,
    )


def ask_registry(ports: Ports, question: Callable[[ModelRegistry], AnswerT]) -> AnswerT:
    """Return what the registry answers; raise RegistryAwayError if it cannot be reached."""
    try:
        return question(ports.registry())
    except WindvaneError:
        raise
    except Exception as error:
        msg = "the registry cannot be reached; try again"
        raise RegistryAwayError(msg, retry_after_seconds=RETRY_AFTER_SECONDS) from error


def _documents(schema: ServedSchema) -> tuple[Feature, ...]:
    return tuple(Feature.model_validate(msgspec.to_builtins(each)) for each in schema.features)


def _find_champion(ports: Ports, model: str) -> AliasPointer | None:
    return ask_registry(ports, lambda registry: registry.find_alias(model, Alias.CHAMPION))
