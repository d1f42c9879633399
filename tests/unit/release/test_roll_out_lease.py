"""A rollout goes on by its run's lease alone; to take a share back needs none."""

import pytest

from functions.contracts.rollout import RolloutStatus
from functions.contracts.rollout_messages import WatchVerdict
from functions.contracts.rollout_policy import Rollout
from functions.core.lease import StaleLeaseError
from tests.fakes.retraining import ended, taken
from tests.unit.release.roll_out_world import (
    AT_ONCE,
    CANARY,
    looked,
    pointer_of,
    record_of,
    rolled_out,
    shares_of,
    world_in_canary,
    world_with_candidate,
)
from tests.unit.release.world import MODEL, TOKEN, World


def lose_the_lease(world: World) -> None:
    """The execution was stopped, and the next one took the lease."""
    ledger = world.registry.ledger
    ledger.books[MODEL] = taken(ended(ledger.read(MODEL)), "the next")


@pytest.mark.parametrize("policy", [AT_ONCE, CANARY])
@pytest.mark.parametrize("champion", [1, None])
def test_brings_nothing_to_callers_by_a_stale_lease(champion: int | None, policy: Rollout) -> None:
    world = world_with_candidate(champion=champion is not None)
    message = world.roll_out_input(2, compared_with=champion)
    lose_the_lease(world)
    before = (world.registry.list_audit(MODEL), world.registry.aliases.copy())

    with pytest.raises(StaleLeaseError, match=f"lost its lease on tiny .token {TOKEN}., the next"):
        rolled_out(world, message, policy)

    assert (world.registry.list_audit(MODEL), world.registry.aliases) == before
    assert world.registry.find_rollout(MODEL) is None


@pytest.mark.parametrize("share", [0, 1])
def test_gives_no_further_share_by_a_stale_lease(share: int) -> None:
    world = world_in_canary()
    if share:
        rolled_out(world, looked(world, WatchVerdict.ADVANCE), CANARY)
    lose_the_lease(world)
    before = (record_of(world), pointer_of(world))

    with pytest.raises(StaleLeaseError):
        rolled_out(world, looked(world, WatchVerdict.ADVANCE, share=share), CANARY)

    assert (record_of(world), pointer_of(world)) == before


def test_takes_its_share_back_without_a_lease() -> None:
    world = world_in_canary()
    lose_the_lease(world)

    output = rolled_out(world, looked(world, WatchVerdict.ABORT), CANARY)

    assert (output.status, shares_of(world)) == (RolloutStatus.ABORTED, {})
