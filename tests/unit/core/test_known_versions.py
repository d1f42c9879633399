"""Versions, found and remembered."""

from functions.contracts.artifact import ArtifactSpec
from functions.core.known_versions import VersionFinder
from tests.fakes.object_store import CountingStore
from tests.fakes.registry import InMemoryRegistry
from tests.unit.monitoring.window_world import WindowWorld


def test_reads_a_version_once() -> None:
    models = CountingStore()
    world = WindowWorld(models=models)
    world.publish()
    find = VersionFinder(world.registry, models)

    first, second = find("car", 1), find("car", 1)

    assert first is second
    assert first is not None
    assert isinstance(first.spec, ArtifactSpec)
    assert first.estimator is None
    assert models.calls["read"] == 1


def test_asks_again_for_a_version_that_is_not_there_yet() -> None:
    world = WindowWorld()
    find = VersionFinder(InMemoryRegistry(versions=world.registry.versions), world.models)
    assert find("car", 1) is None

    world.publish()

    assert find("car", 1) is not None


def test_knows_no_version_whose_spec_is_gone_or_was_altered() -> None:
    world = WindowWorld()
    world.publish()
    find = VersionFinder(world.registry, world.models)
    (key,) = [key for key in world.models.versions if key.endswith("spec.json")]
    held = world.models.versions[key][0]

    world.models.versions[key][0] = b"{}"
    assert find("car", 1) is None
    del world.models.versions[key]
    assert find("car", 1) is None
    world.models.versions[key] = [held]
    assert find("car", 1) is not None
