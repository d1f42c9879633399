import json

import pytest

from functions.contracts import keys
from functions.contracts.replay_plan import ReplayPlan
from functions.contracts.rollout_messages import PlanReplayOutput
from functions.contracts.rollout_policy import ReplayPolicy
from functions.release import captured_traffic, wiring
from functions.release import plan_replay as step
from tests.fakes.documents import NOW
from tests.unit.release.replay_world import ReplayWorld
from tests.unit.release.world import EXECUTION, MODEL, spec


def plan_of(world: ReplayWorld) -> ReplayPlan:
    return ReplayPlan.model_validate_json(world.models.read(keys.replay_plan(MODEL, EXECUTION)))


def test_takes_every_captured_row_and_what_came_true_of_it() -> None:
    world = ReplayWorld()
    world.ask(4, name="old", hours_ago=30)
    world.ask(6, name="new", rows=10, labels=True)

    output = world.planned()

    plan = plan_of(world)
    assert (output.parts, output.rows, output.labelled_rows) == ((0,), 64, 0)
    assert output.reason == "64 captured rows, 0 of them with their outcome"
    assert (plan.champion, plan.challenger, plan.rows) == (1, 2, 64)
    assert [len(file.take) for part in plan.parts for file in part.files] == [6, 4]
    assert (plan.since, plan.until) == (NOW.replace(day=28, month=2, hour=6), NOW)


def test_finds_outcomes_by_the_rows_own_ids() -> None:
    world = ReplayWorld()
    world.ask(6, name="new", labels=True)

    output = world.planned()

    truths = json.loads(world.models.read(keys.replay_truths(MODEL, EXECUTION)))
    assert output.labelled_rows == 6
    assert truths == {f"new-{index}": index % 2 for index in range(6)}


def test_takes_the_latest_rows_and_no_more_than_asked() -> None:
    world = ReplayWorld()
    world.ask(50, name="old", hours_ago=30)
    world.ask(50, name="new")

    output = world.planned(ReplayPolicy(maximum_rows=60))

    assert output.rows == 60
    assert [len(file.take) for part in plan_of(world).parts for file in part.files] == [50, 10]


def test_takes_a_line_once_that_was_delivered_twice() -> None:
    world = ReplayWorld()
    world.ask(5, name="a")
    world.captures.write(
        "captures/2026/03/01/12/again",
        world.captures.read("captures/2026/03/01/12/a"),
        content_type="",
    )

    assert world.planned().rows == 5


def test_leaves_out_what_a_version_answered_that_nobody_knows() -> None:
    world = ReplayWorld()
    world.ask(5, name="known")
    world.ask(7, name="unknown", version=9)

    assert world.planned().rows == 5


def test_divides_many_rows_among_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step, "ROWS_PER_PART", 20)
    world = ReplayWorld()
    for name in "abcde":
        world.ask(15, name=name)

    output = world.planned()

    assert output.parts == (0, 1, 2)
    assert [part.rows for part in plan_of(world).parts] == [30, 30, 15]


@pytest.mark.parametrize(
    ("policy", "number", "target", "why"),
    [
        (ReplayPolicy(maximum_rows=0), 2, "repaid", "maximum_rows is 0"),
        (ReplayPolicy(), 1, "repaid", "tiny/1 is champion already"),
        (ReplayPolicy(), 2, "defaulted", "tiny/1 and tiny/2 predict different things"),
    ],
)
def test_says_why_there_is_nothing_to_compare(
    policy: ReplayPolicy, number: int, target: str, why: str
) -> None:
    world = ReplayWorld((1.0, -2.0, 0.6), target=target)
    world.ask(5)

    output = world.planned(policy, number=number)

    assert (output.parts, output.rows) == ((), 0)
    assert why in output.reason


def test_says_that_nobody_asked() -> None:
    world = ReplayWorld()
    world.ask(5, hours_ago=captured_traffic.LOOK_BACK.total_seconds() / 3600 + 2)

    assert world.planned() == PlanReplayOutput(
        reason="not replayed: no captured request of tiny was found"
    )


def test_says_that_the_first_version_has_nobody_to_be_compared_with() -> None:
    world = ReplayWorld()
    world.registry.aliases.clear()

    assert "has no champion to be compared with" in world.planned().reason


def test_answers_the_workflow_with_plain_json(monkeypatch: pytest.MonkeyPatch) -> None:
    world = ReplayWorld()
    world.ask(3)
    monkeypatch.setattr(wiring, "replay_ports", lambda: world.ports)
    monkeypatch.setattr(wiring, "model_spec", lambda _: spec())
    monkeypatch.setattr(wiring, "now", lambda: NOW)

    answer = step.handler({"model": MODEL, "execution": EXECUTION, "register": {"number": 2}}, None)

    assert PlanReplayOutput.model_validate(answer).rows == 3
