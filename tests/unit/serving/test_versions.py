from datetime import timedelta

import pytest

from functions.contracts.naming import Alias
from functions.core.registry import UnknownModelError
from functions.serving.errors import NothingToServeError, RegistryAwayError
from functions.serving.versions import MAXIMUM_NAMES
from tests.fakes.registry import InMemoryRegistry
from tests.unit.serving.graphs import logistic_graph
from tests.unit.serving.world import (
    LOAN_GRAPH,
    LOAN_WEIGHTS,
    NOW,
    PRICE_GRAPH,
    PRICE_SPEC,
    REFRESH_SECONDS,
    World,
    artifact_spec,
    loan_world,
    three_models,
)

BETTER_GRAPH = logistic_graph(LOAN_WEIGHTS, bias=1.0)


class CountingRegistry(InMemoryRegistry):
    """Counts how often an alias was asked for."""

    asked = 0

    def find_alias(self, model: str, alias: Alias):
        self.asked += 1
        return super().find_alias(model, alias)


def number(world: World, model: str = "loan_default") -> int:
    return world.ports.versions.champion(model).number


def test_loads_a_champion_when_it_is_asked_for() -> None:
    world = loan_world()

    assert world.ports.versions.statuses() == ()
    assert number(world) == 1
    assert [status.model for status in world.ports.versions.statuses()] == ["loan_default"]


def test_sees_a_moved_alias_within_the_interval_and_not_before() -> None:
    world = loan_world()
    seen = [number(world)]
    world.publish(artifact_spec(), BETTER_GRAPH, number=2)

    for world.clock.seconds in (REFRESH_SECONDS - 0.1, REFRESH_SECONDS):
        seen.append(number(world))

    assert seen == [1, 1, 2]
    assert world.logged("champion.loaded")[-1]["replaces"] == 1


def test_reads_an_alias_once_an_interval() -> None:
    world = World(registry=CountingRegistry())
    world.publish(artifact_spec(), LOAN_GRAPH)

    for world.clock.seconds in range(90):
        number(world)

    assert world.registry.asked == 3


def test_keeps_the_same_session_while_the_alias_stays() -> None:
    world = loan_world()
    before = world.ports.versions.champion("loan_default")

    world.clock.seconds = REFRESH_SECONDS

    assert world.ports.versions.champion("loan_default") is before
    assert len(world.logged("champion.loaded")) == 1


def test_goes_back_with_the_alias() -> None:
    world = loan_world()
    first = world.registry.find_alias("loan_default", Alias.CHAMPION)
    world.publish(artifact_spec(), BETTER_GRAPH, number=2)
    seen = [number(world)]

    world.registry.aliases["loan_default", Alias.CHAMPION] = first
    world.clock.seconds = REFRESH_SECONDS

    assert [*seen, number(world)] == [2, 1]


def test_keeps_serving_while_the_registry_is_away() -> None:
    world = loan_world()
    number(world)
    world.registry.reachable = False

    for world.clock.seconds in (40, 80, 4000):
        assert number(world) == 1

    (status,) = world.ports.versions.statuses()
    assert status.stale_since == NOW
    assert status.reason == "ConnectionError"
    (event, *_) = world.logged("champion.refresh_failed")
    assert event["error"] == "ConnectionError"
    assert event["version"] == 1


def test_is_no_longer_stale_when_the_registry_is_back() -> None:
    world = loan_world()
    number(world)
    world.registry.reachable = False
    world.clock.seconds = 40
    number(world)
    world.registry.reachable = True
    world.publish(artifact_spec(), BETTER_GRAPH, number=2)

    world.clock.seconds = 80

    assert number(world) == 2
    assert world.ports.versions.statuses()[0].stale_since is None


def test_asks_a_registry_that_is_away_once_an_interval() -> None:
    world = World(registry=CountingRegistry())
    world.publish(artifact_spec(), LOAN_GRAPH)
    number(world)
    world.registry.reachable = False

    for world.clock.seconds in range(30, 90):
        number(world)

    assert world.registry.asked == 3


@pytest.mark.parametrize("which", ["model.onnx", "spec.json"])
def test_keeps_the_old_champion_when_the_new_bytes_are_not_the_registered_ones(which: str) -> None:
    world = loan_world()
    number(world)
    pointer = world.publish(artifact_spec(), BETTER_GRAPH, number=2)
    key = pointer.artifact.spec.key.replace("spec.json", which)
    world.store.versions[key][0] += b" "

    world.clock.seconds = REFRESH_SECONDS

    assert number(world) == 1
    (status,) = world.ports.versions.statuses()
    assert status.stale_since == NOW
    assert "sha256" in str(status.reason)
    assert world.logged("champion.refresh_failed")


def test_keeps_the_old_champion_when_the_bucket_is_away() -> None:
    world = loan_world()
    number(world)
    world.publish(artifact_spec(), BETTER_GRAPH, number=2)
    world.store.reachable = False

    world.clock.seconds = REFRESH_SECONDS
    seen = [number(world)]
    world.store.reachable = True
    world.clock.seconds = 2 * REFRESH_SECONDS

    assert [*seen, number(world)] == [1, 2]


def test_knows_no_model_that_is_not_registered() -> None:
    with pytest.raises(UnknownModelError, match="there is no model nobody"):
        number(loan_world(), "nobody")


def test_has_nothing_to_serve_before_the_first_champion() -> None:
    world = World()
    world.publish(artifact_spec(), LOAN_GRAPH, promote=False)

    with pytest.raises(NothingToServeError, match="no champion yet") as refused:
        number(world)

    assert refused.value.retry_after_seconds == REFRESH_SECONDS


@pytest.mark.parametrize("broken", ["registry", "store"])
def test_has_nothing_to_serve_when_it_never_could_load(broken: str) -> None:
    world = loan_world()
    getattr(world, broken).reachable = False

    with pytest.raises(NothingToServeError, match="cannot be loaded"):
        number(world)
    getattr(world, broken).reachable = True
    world.clock.seconds = REFRESH_SECONDS

    assert number(world) == 1


def test_sees_a_model_that_is_registered_later() -> None:
    world = loan_world()
    with pytest.raises(UnknownModelError):
        number(world, "car_price")
    world.publish(PRICE_SPEC, PRICE_GRAPH)

    world.clock.seconds = REFRESH_SECONDS

    assert number(world, "car_price") == 1


def test_serves_several_models_and_swaps_one_alone() -> None:
    world = three_models()
    before = {name: number(world, name) for name in world.ports.versions.names()}
    world.publish(artifact_spec(), BETTER_GRAPH, number=2)

    world.clock.seconds = REFRESH_SECONDS
    after = {name: number(world, name) for name in world.ports.versions.names()}

    assert before == {"car_price": 1, "loan_default": 1, "tier": 1}
    assert after == {"car_price": 1, "loan_default": 2, "tier": 1}


def test_lets_go_of_the_least_recently_used_beyond_its_memory() -> None:
    world = World(maximum_bytes=len(LOAN_GRAPH) + len(PRICE_GRAPH))
    for name in ("one", "two", "three"):
        world.publish(artifact_spec(name), LOAN_GRAPH)
    for name in ("one", "two", "one", "three"):
        number(world, name)

    assert [status.model for status in world.ports.versions.statuses()] == ["three"]
    assert {event["model"] for event in world.logged("champion.evicted")} == {"one", "two"}
    assert number(world, "one") == 1


def test_keeps_what_fits() -> None:
    world = World(maximum_bytes=2 * len(LOAN_GRAPH))
    for name in ("one", "two", "three"):
        world.publish(artifact_spec(name), LOAN_GRAPH)
    for name in ("one", "two", "one", "three"):
        number(world, name)

    assert [status.model for status in world.ports.versions.statuses()] == ["one", "three"]


def test_serves_a_model_that_is_larger_than_its_memory() -> None:
    world = World(maximum_bytes=1)
    world.publish(artifact_spec(), LOAN_GRAPH)

    assert number(world) == 1


def test_remembers_only_so_many_strange_names() -> None:
    world = loan_world()
    number(world)

    for index in range(2 * MAXIMUM_NAMES):
        with pytest.raises(UnknownModelError):
            number(world, f"guess_{index}")

    assert len(world.ports.versions._held) <= MAXIMUM_NAMES
    assert [status.model for status in world.ports.versions.statuses()] == ["loan_default"]


def test_names_the_models_even_while_the_registry_is_away() -> None:
    world = three_models()
    world.ports.versions.names()
    world.registry.reachable = False

    world.clock.seconds = 100

    assert world.ports.versions.names() == ("car_price", "loan_default", "tier")
    assert world.logged("registry.listing_failed")


def test_says_so_when_it_never_knew_the_models() -> None:
    world = three_models()
    world.registry.reachable = False

    with pytest.raises(RegistryAwayError):
        world.ports.versions.names()


def test_says_when_it_last_read_the_alias() -> None:
    world = loan_world()
    number(world)
    world.clock.seconds = 31
    number(world)

    (status,) = world.ports.versions.statuses()

    assert status.confirmed_at == NOW + timedelta(seconds=31)
