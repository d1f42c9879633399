"""A candidate that is rolled out step by step."""

from functions.contracts.naming import Alias
from functions.contracts.release import AliasPointer
from functions.contracts.rollout import RolloutRecord
from functions.contracts.rollout_messages import (
    RollOutInput,
    RollOutOutput,
    WatchRollOutOutput,
    WatchVerdict,
)
from functions.contracts.rollout_policy import Rollout
from functions.release.roll_out import RollOutPorts, roll_out
from tests.fakes.documents import NOW
from tests.unit.release.world import MODEL, World

AT_ONCE = Rollout()
CANARY = Rollout(strategy="canary", steps=(10.0, 50.0), bake_minutes=30.0)


def rolled_out(
    world: World, message: RollOutInput, policy: Rollout = AT_ONCE, *, time_scale: float = 1.0
) -> RollOutOutput:
    ports = RollOutPorts(world.registry, world.models)
    return roll_out(message, policy=policy, time_scale=time_scale, ports=ports, now=NOW)


def looked(world: World, verdict: WatchVerdict, *, share: int = 0) -> RollOutInput:
    """What RollOut is called with after a look at the share of that index."""
    return world.roll_out_input(2, compared_with=1).model_copy(
        update={
            "watch_roll_out": WatchRollOutOutput(
                verdict=verdict, reason="what the guards said", step=share, checks=3
            )
        }
    )


def world_with_candidate(*, champion: bool = True) -> World:
    world = World()
    if champion:
        world.add_champion()
    world.add_version(world.add_artifact((1.0, -2.0, 0.6)), number=2)
    return world


def world_in_canary() -> World:
    world = world_with_candidate()
    rolled_out(world, world.roll_out_input(2, compared_with=1), CANARY)
    return world


def pointer_of(world: World) -> AliasPointer:
    pointer = world.registry.find_alias(MODEL, Alias.CHAMPION)
    assert pointer is not None
    return pointer


def record_of(world: World) -> RolloutRecord:
    record = world.registry.find_rollout(MODEL)
    assert record is not None
    return record


def shares_of(world: World) -> dict[int, float]:
    return {share.number: share.percent for share in pointer_of(world).shares}
