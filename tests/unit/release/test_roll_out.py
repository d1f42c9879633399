import pytest

from functions.contracts.naming import Alias
from functions.contracts.rollout_messages import RollOutInput, RollOutOutput
from functions.core.promotion import ChampionChangedError
from functions.release import roll_out as step
from functions.release import wiring
from functions.release.roll_out import roll_out
from tests.fakes.documents import NOW
from tests.unit.release.world import EXECUTION, MODEL, World


def rolled_out(world: World, message: RollOutInput) -> RollOutOutput:
    return roll_out(message, registry=world.registry, models=world.models, now=NOW)


def world_with_candidate(*, champion: bool = True) -> World:
    world = World()
    if champion:
        world.add_champion()
    world.add_version(world.add_artifact((1.0, -2.0, 0.6)), number=2)
    return world


def test_makes_the_registered_version_champion() -> None:
    world = world_with_candidate()

    output = rolled_out(world, world.roll_out_input(2, compared_with=1))

    assert (output.champion, output.previous, output.revision) == (2, 1, 2)
    assert output.reason == "tiny/2 is champion in place of tiny/1"


def test_writes_down_who_asked_and_what_the_gates_said() -> None:
    world = world_with_candidate()

    rolled_out(world, world.roll_out_input(2, compared_with=1))

    entry = world.registry.list_audit(MODEL)[0]
    assert entry.actor == "ann (person)"
    assert entry.reason == f"{EXECUTION}: all 3 gates passed"


def test_makes_the_first_version_champion() -> None:
    world = world_with_candidate(champion=False)

    output = rolled_out(world, world.roll_out_input(2, compared_with=None))

    assert (output.champion, output.previous) == (2, None)


def test_changes_nothing_when_it_is_tried_again() -> None:
    world = world_with_candidate()
    message = world.roll_out_input(2, compared_with=1)
    first = rolled_out(world, message)

    again = rolled_out(world, message)

    assert again.revision == first.revision
    assert len(world.registry.list_audit(MODEL)) == 2


@pytest.mark.parametrize("compared_with", [None, 3])
def test_refuses_when_the_gates_compared_with_another_champion(compared_with: int | None) -> None:
    world = world_with_candidate()

    with pytest.raises(
        ChampionChangedError, match="but tiny/1 is champion now; it stays registered"
    ):
        rolled_out(world, world.roll_out_input(2, compared_with=compared_with))

    pointer = world.registry.find_alias(MODEL, Alias.CHAMPION)
    assert pointer is not None
    assert pointer.number == 1


def test_answers_the_workflow_with_plain_json(monkeypatch: pytest.MonkeyPatch) -> None:
    world = world_with_candidate()
    monkeypatch.setattr(wiring, "registry", lambda: world.registry)
    monkeypatch.setattr(wiring, "models_store", lambda: world.models)
    event = world.roll_out_input(2, compared_with=1).model_dump(mode="json", by_alias=True)

    answer = step.handler(event, None)

    assert RollOutOutput.model_validate(answer).champion == 2
