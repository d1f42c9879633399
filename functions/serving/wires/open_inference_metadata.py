"""GET below /v2: what the server and its models are, and whether they answer."""

from functions.contracts.release import VersionState
from functions.core.tensor_outputs import (
    TensorDefinition,
    input_definitions,
    output_definitions,
)
from functions.serving.bodies import write_json
from functions.serving.errors import NothingToServeError, RegistryAwayError
from functions.serving.exchange import Request, Response
from functions.serving.metadata import ask_registry
from functions.serving.ports import Ports
from functions.serving.served_version import ServedVersion

NAME = "windvane"
VERSION = "0.1.0"
"""The release, as pyproject.toml says it."""

EXTENSIONS = ("binary_tensor_data",)
PLATFORM = "onnx_onnxv1"
UNAVAILABLE = 503


def show_server(_request: Request, _ports: Ports) -> Response:
    """Say which server this is."""
    return write_json({"name": NAME, "version": VERSION, "extensions": EXTENSIONS})


def show_live(_request: Request, _ports: Ports) -> Response:
    """Say that this process answers."""
    return write_json({"live": True})


def show_ready(_request: Request, ports: Ports) -> Response:
    """Say whether predictions can be had: a champion is loaded, or the registry lists a model."""
    is_loaded = any(status.champion is not None for status in ports.versions.statuses())
    is_ready = is_loaded or _lists_a_model(ports)
    return write_json({"ready": is_ready}, status=200 if is_ready else UNAVAILABLE)


def show_model(_request: Request, ports: Ports, *, model: str) -> Response:
    """Describe the tensors of a model's champion."""
    return _describe(ports.versions.champion(model), ports)


def show_version(_request: Request, ports: Ports, *, model: str, number: str) -> Response:
    """Describe the tensors of one version."""
    return _describe(ports.versions.numbered(model, int(number)).version, ports)


def show_model_ready(_request: Request, ports: Ports, *, model: str) -> Response:
    """Say whether a model's champion answers, by loading it."""
    try:
        ports.versions.champion(model)
    except NothingToServeError as error:
        return _not_ready(model, error)
    return write_json({"name": model, "ready": True})


def show_version_ready(_request: Request, ports: Ports, *, model: str, number: str) -> Response:
    """Say whether one version answers, by loading it."""
    try:
        ports.versions.numbered(model, int(number))
    except NothingToServeError as error:
        return _not_ready(model, error)
    return write_json({"name": model, "ready": True})


def _not_ready(model: str, error: NothingToServeError) -> Response:
    answer = write_json({"name": model, "ready": False}, status=UNAVAILABLE)
    headers = {"retry-after": str(error.retry_after_seconds)}
    return Response(answer.status, answer.body, headers=headers)


def _lists_a_model(ports: Ports) -> bool:
    try:
        return bool(ports.versions.names())
    except RegistryAwayError:
        return False


def _describe(version: ServedVersion, ports: Ports) -> Response:
    spec = version.spec
    numbers = [
        registered.number
        for registered in ask_registry(ports, lambda registry: registry.list_versions(spec.model))
        if registered.state is not VersionState.ARCHIVED
    ]
    return write_json(
        {
            "name": spec.model,
            "versions": [str(number) for number in sorted(numbers)],
            "platform": PLATFORM,
            "inputs": [_tensor(definition) for definition in input_definitions(spec)],
            "outputs": [_tensor(definition) for definition in output_definitions(spec)],
        }
    )


def _tensor(definition: TensorDefinition) -> dict[str, object]:
    return {
        "name": definition.name,
        "datatype": definition.datatype,
        "shape": definition.shape,
    }
