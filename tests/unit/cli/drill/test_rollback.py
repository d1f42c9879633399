"""A share of the callers is given and taken back by an alarm; whatever comes, none keeps it."""

from datetime import timedelta

import pytest

from functions.cli.drill.links import DeadLinkError
from functions.cli.drill.rollback import SHARE_PERCENT, drill_rollback
from functions.cli.drill.session import Session
from functions.cli.errors import RefusedError
from functions.contracts.naming import Alias
from functions.contracts.rollout import RolloutStatus
from functions.core.promotion import Cause
from functions.core.rollouts import Bake, RolloutPlan
from functions.release.split_starts import start_rollout
from tests.fakes.documents import NOW
from tests.unit.cli.drill.drill_world import Stage
from tests.unit.cli.drill.test_conditions import names, run
from tests.unit.release.world import MODEL


def stage_of(*dead: str) -> Stage:
    stage = Stage(dead=set(dead))
    artifact = stage.world.add_artifact()
    for number in (1, 3):
        stage.world.add_version(artifact, number=number)
    stage.world.add_champion(artifact, number=2)
    return stage


def test_gives_an_older_version_a_share_and_takes_it_back_by_an_alarm() -> None:
    stage = stage_of()

    chain = run(stage, drill_rollback)

    assert names(chain) == ["announced", "rollout", "alarm", "pointer", "audit"]
    assert chain.links[1].text == f"{MODEL}/3 has {SHARE_PERCENT:g} % of the callers"
    assert chain.links[3].text == f"all callers get {MODEL}/2 again"
    record = stage.world.registry.find_rollout(MODEL)
    assert record is not None
    assert (record.status, record.reason) == (RolloutStatus.ABORTED, "it went off")
    assert stage.own_alarm in stage.removed


@pytest.mark.parametrize(("dead", "link"), [("own alarm", "alarm"), ("abort", "pointer")])
def test_takes_the_share_back_itself_where_a_link_is_dead(dead: str, link: str) -> None:
    stage = stage_of(dead)

    with pytest.raises(DeadLinkError, match=f"the link '{link}' is dead"):
        run(stage, drill_rollback)

    pointer = stage.world.registry.find_alias(MODEL, Alias.CHAMPION)
    assert pointer is not None
    assert (pointer.number, pointer.shares) == (2, ())
    assert stage.own_alarm in stage.removed


def test_lets_the_share_lapse_where_nobody_is_left_to_take_it_back() -> None:
    stage = stage_of("own alarm", "abort")

    def stop(session: Session) -> None:
        with pytest.raises(DeadLinkError):
            drill_rollback(session)
        pointer = stage.world.registry.find_alias(MODEL, Alias.CHAMPION)
        assert pointer is not None
        assert pointer.split_until == NOW + timedelta(minutes=10)

    run(stage, stop)


def test_refuses_a_model_with_nothing_to_take_callers_back_from() -> None:
    stage = Stage()
    stage.world.add_champion()

    with pytest.raises(RefusedError, match="tiny has no version beside its champion"):
        run(stage, drill_rollback)


def test_refuses_to_drill_beside_a_rollout() -> None:
    stage = stage_of()
    plan = RolloutPlan(MODEL, "real", challenger=1, champion=2, shares=(10.0,))
    bake = Bake(NOW + timedelta(hours=1), NOW + timedelta(hours=1))
    start_rollout(plan, bake, Cause("ann", "new", NOW), registry=stage.world.registry)

    with pytest.raises(RefusedError, match=r"rollout-1-.* divides the callers of tiny"):
        run(stage, drill_rollback)

    record = stage.world.registry.find_rollout(MODEL)
    assert record is not None
    assert record.status is RolloutStatus.BAKING
