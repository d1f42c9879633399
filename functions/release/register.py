"""Workflow step Register: a candidate that passed becomes an immutable version."""

from datetime import datetime

from functions.contracts import keys
from functions.contracts.errors import WindvaneError
from functions.contracts.messages import RegisterInput, RegisterOutput, TriggerKind
from functions.contracts.model_folder import load_model_spec
from functions.contracts.model_spec import Task
from functions.contracts.release import ModelVersion
from functions.core.ports import ObjectStore
from functions.core.registry import ModelRegistry, VersionAlreadyExistsError
from functions.release import wiring

MAXIMUM_ATTEMPTS = 10


class GatesNotPassedError(WindvaneError):
    """A candidate that its gates refused, or of a fire drill, is not registered."""


def register(
    message: RegisterInput,
    *,
    task: Task,
    registry: ModelRegistry,
    models: ObjectStore,
    now: datetime,
) -> RegisterOutput:
    """Return the number of the execution's version, the next one if it has none yet.

    Raises StaleLeaseError if the execution has its model's lease no more.

    The number is claimed in the registry first; the manifest follows. A task that is tried again
    finds what it registered and writes the manifest that may be missing.
    """
    if not message.evaluate.passed or message.trigger.kind is TriggerKind.DRILL:
        msg = f"{message.execution} is not registered: {message.evaluate.reason}"
        raise GatesNotPassedError(msg)
    version = _claim(message, task=task, registry=registry, now=now)
    body = version.model_dump_json(indent=2).encode()
    key = keys.version_manifest(version.model, version.number)
    models.write_once(key, body, content_type=keys.JSON_TYPE)
    return RegisterOutput(number=version.number)


def _claim(
    message: RegisterInput, *, task: Task, registry: ModelRegistry, now: datetime
) -> ModelVersion:
    for _ in range(MAXIMUM_ATTEMPTS):
        versions = registry.list_versions(message.model)
        own = next((each for each in versions if each.execution == message.execution), None)
        if own is not None:
            return own
        number = 1 + max((each.number for each in versions), default=0)
        version = _version(message, number, task=task, now=now)
        try:
            registry.add(version, lease_token=message.lease_token)
        except VersionAlreadyExistsError:
            continue
        return version
    msg = (
        f"{message.execution} found no free number for {message.model} in {MAXIMUM_ATTEMPTS} "
        "attempts, others were registered each time; try again"
    )
    raise VersionAlreadyExistsError(msg)


def _version(message: RegisterInput, number: int, *, task: Task, now: datetime) -> ModelVersion:
    return ModelVersion(
        model=message.model,
        number=number,
        task=task,
        artifact=message.export.artifact,
        dataset_version=message.prepare.dataset_version,
        run_id=message.export.run_id,
        execution=message.execution,
        trigger=message.trigger.kind,
        parameters=message.export.parameters,
        scores=message.evaluate.scores,
        gate_report_key=message.evaluate.gate_report_key,
        created_at=now,
    )


def handler(event: dict[str, object], _context: object) -> dict[str, object]:
    """Lambda entry point."""
    message = RegisterInput.model_validate(event)
    output = register(
        message,
        task=load_model_spec(message.model).task,
        registry=wiring.registry(),
        models=wiring.models_store(),
        now=wiring.now(),
    )
    return output.model_dump(mode="json")
