"""Versions that are asked for by number, in memory and in time."""

import pytest

from functions.contracts.release import VersionState
from functions.core.registry import UnknownVersionError
from functions.serving.errors import NothingToServeError
from tests.unit.serving.test_versions import BETTER_GRAPH
from tests.unit.serving.world import (
    LOAN_GRAPH,
    REFRESH_SECONDS,
    World,
    artifact_spec,
)


def pinned_world(maximum_bytes: int = 10_000_000, others: int = 1) -> World:
    world = World(maximum_bytes=maximum_bytes)
    world.publish(artifact_spec(), LOAN_GRAPH)
    for number in range(2, 2 + others):
        world.publish(artifact_spec(), BETTER_GRAPH, number=number, promote=False)
    return world


def archive(world: World, number: int) -> None:
    version = world.registry.get("loan_default", number)
    world.registry.versions["loan_default", number] = version.model_copy(
        update={"state": VersionState.ARCHIVED}
    )


def numbers_loaded(world: World) -> int:
    return len(world.ports.versions._pinned._held)


def test_a_version_is_loaded_once() -> None:
    world = pinned_world()

    first, again = (world.ports.versions.numbered("loan_default", 2).version for _ in range(2))

    assert first is again


def test_lets_go_of_what_memory_has_no_room_for() -> None:
    room = len(LOAN_GRAPH) + 2 * len(BETTER_GRAPH)
    world = pinned_world(room, others=4)
    versions = world.ports.versions

    held = [versions.numbered("loan_default", number).version for number in (2, 3, 4, 5)]

    assert numbers_loaded(world) == 2
    assert versions.numbered("loan_default", 5).version is held[3]
    assert versions.numbered("loan_default", 2).version is not held[0]


def test_a_version_beyond_all_room_answers_and_is_not_held() -> None:
    world = pinned_world(len(LOAN_GRAPH))

    assert world.ports.versions.numbered("loan_default", 2).version.number == 2
    assert numbers_loaded(world) == 0


def test_a_version_that_is_archived_answers_no_longer_than_the_interval() -> None:
    world = pinned_world()
    versions = world.ports.versions
    versions.numbered("loan_default", 2)
    archive(world, 2)

    assert versions.numbered("loan_default", 2).version.number == 2
    world.clock.seconds = REFRESH_SECONDS
    for _ in range(2):
        with pytest.raises(UnknownVersionError, match="is archived"):
            versions.numbered("loan_default", 2)


def test_goes_on_answering_while_the_registry_is_away() -> None:
    world = pinned_world()
    versions = world.ports.versions
    held = versions.numbered("loan_default", 2).version
    world.registry.reachable = False
    world.clock.seconds = REFRESH_SECONDS

    assert versions.numbered("loan_default", 2).version is held
    with pytest.raises(NothingToServeError):
        versions.numbered("loan_default", 3)
