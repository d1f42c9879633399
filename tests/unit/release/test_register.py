from dataclasses import dataclass, field

import pytest

from functions.contracts import keys
from functions.contracts.messages import RegisterInput, RegisterOutput, TriggerKind
from functions.contracts.model_spec import Task
from functions.contracts.release import ModelVersion
from functions.core.lease import StaleLeaseError
from functions.core.registry import VersionAlreadyExistsError
from functions.release import register as step
from functions.release import wiring
from functions.release.register import GatesNotPassedError, register
from tests.fakes.documents import NOW
from tests.fakes.registry import InMemoryRegistry
from tests.fakes.retraining import trigger
from tests.unit.release.world import EXECUTION, MODEL, TOKEN, World, spec


def registered(world: World, message: RegisterInput | None = None) -> int:
    return register(
        message or world.register_input(),
        task=Task.BINARY_CLASSIFICATION,
        registry=world.registry,
        models=world.models,
        now=NOW,
    ).number


def test_gives_the_first_version_number_1() -> None:
    world = World()

    assert registered(world) == 1
    version = world.registry.get(MODEL, 1)
    assert (version.execution, version.trigger, version.dataset_version) == (
        EXECUTION,
        "person",
        "ds-1",
    )


def test_registers_nothing_for_a_fire_drill() -> None:
    world = World()
    drill = world.register_input().model_copy(update={"trigger": trigger(kind=TriggerKind.DRILL)})

    with pytest.raises(GatesNotPassedError):
        registered(world, drill)

    assert world.registry.list_versions(MODEL) == ()


def test_takes_the_number_after_the_highest() -> None:
    world = World()
    for number in (1, 4):
        world.add_version(world.add_artifact(), number=number)

    assert registered(world) == 5


def test_writes_a_manifest_from_which_the_registry_can_be_rebuilt() -> None:
    world = World()

    number = registered(world)

    manifest = world.models.read(keys.version_manifest(MODEL, number))
    assert ModelVersion.model_validate_json(manifest) == world.registry.get(MODEL, number)


def test_finds_its_own_version_when_it_is_tried_again() -> None:
    world = World()
    first = registered(world)
    world.add_version(world.add_artifact(), number=2)

    assert registered(world) == first
    assert len(world.registry.list_versions(MODEL)) == 2


def test_writes_the_manifest_that_the_first_attempt_did_not_get_to() -> None:
    world = World()
    key = keys.version_manifest(MODEL, registered(world))
    del world.models.versions[key]

    registered(world)

    assert ModelVersion.model_validate_json(world.models.read(key)).number == 1


@dataclass
class CrowdedRegistry(InMemoryRegistry):
    """Somebody else takes the number first, `times` times."""

    world: World = field(default_factory=World)
    times: int = 0

    def add(self, version: ModelVersion, *, lease_token: int | None = None) -> None:
        if self.times > 0:
            self.times -= 1
            super().add(version.model_copy(update={"execution": f"other-{version.number}"}))
        super().add(version, lease_token=lease_token)


def test_takes_the_next_number_when_others_were_first() -> None:
    world = World(registry=CrowdedRegistry(times=3))

    assert registered(world) == 4
    assert [each.execution for each in world.registry.list_versions(MODEL)] == [
        EXECUTION,
        "other-3",
        "other-2",
        "other-1",
    ]


def test_gives_up_when_others_are_always_first() -> None:
    world = World(registry=CrowdedRegistry(times=1_000))

    with pytest.raises(VersionAlreadyExistsError, match="no free number for tiny in 10 attempts"):
        registered(world)


def test_registers_nothing_that_its_gates_refused() -> None:
    world = World()

    with pytest.raises(GatesNotPassedError, match="1 of 3 gates failed: too slow"):
        registered(world, world.register_input(passed=False))

    assert world.registry.versions == {}


@pytest.mark.parametrize("token", [0, TOKEN - 1, TOKEN + 1])
def test_registers_nothing_by_a_stale_token(token: int) -> None:
    world = World()
    message = world.register_input().model_copy(update={"lease_token": token})

    with pytest.raises(StaleLeaseError):
        registered(world, message)

    assert world.registry.versions == {}
    assert not any(key.startswith("versions/") for key in world.models.versions)


def test_answers_the_workflow_with_plain_json(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    monkeypatch.setattr(step, "load_model_spec", lambda _name: spec())
    monkeypatch.setattr(wiring, "registry", lambda: world.registry)
    monkeypatch.setattr(wiring, "models_store", lambda: world.models)

    answer = step.handler(world.register_input().model_dump(mode="json"), None)

    assert RegisterOutput.model_validate(answer).number == 1
