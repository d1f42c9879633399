import pytest

from functions.contracts.feature_schema import Feature
from functions.contracts.rollout_messages import JudgeReplayOutput, ReplayOutput
from functions.contracts.rollout_policy import ReplayPolicy
from functions.release import judge_replay as step
from functions.release import plan_replay, wiring
from tests.fakes.documents import NOW
from tests.unit.release.replay_world import ReplayWorld
from tests.unit.release.world import EXECUTION, FEATURES, MODEL, WEIGHTS, spec

OPPOSITE = tuple(-weight for weight in WEIGHTS)


def test_passes_a_version_that_answers_alike_and_says_on_how_much() -> None:
    world = ReplayWorld()
    world.ask(50, labels=True)

    output = world.judged(ReplayPolicy(minimum_agreement=0.9))

    assert output.passed
    assert output.reason.startswith("replay over 50 captured rows, 100.00% answered alike: ")
    report = world.report(output)
    assert (report.champion, report.challenger, report.agreement) == (1, 2, 1.0)
    assert report.labelled_rows == 50


def test_refuses_a_version_that_answers_otherwise() -> None:
    world = ReplayWorld(OPPOSITE)
    world.ask(50)

    output = world.judged(ReplayPolicy(minimum_agreement=0.9))

    assert not output.passed
    assert "needs at least 90.00%" in output.reason


def test_puts_all_parts_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_replay, "ROWS_PER_PART", 10)
    world = ReplayWorld()
    for name in "abc":
        world.ask(10, name=name)

    output = world.judged()

    assert world.report(output).rows == 30


def test_leaves_a_page_for_people_beside_the_report() -> None:
    world = ReplayWorld(OPPOSITE)
    world.ask(20)

    output = world.judged()

    assert output.html_key == f"runs/{MODEL}/{EXECUTION}/replay.html"
    assert b"tiny/2" in world.models.read(output.html_key)


def test_says_what_was_set_aside() -> None:
    wanting_more = (*FEATURES, Feature(name="height", type="number"))
    world = ReplayWorld((*WEIGHTS, 1.0), features=wanting_more)
    world.ask(20)

    output = world.judged(ReplayPolicy(minimum_agreement=0.9))

    assert output.passed
    assert output.reason.endswith(
        "20 captured rows were set aside: the rows have no feature 'height'"
    )


def test_passes_where_nothing_could_be_replayed() -> None:
    world = ReplayWorld(OPPOSITE)

    output = world.judged(ReplayPolicy(minimum_agreement=0.9))

    assert output == JudgeReplayOutput(
        passed=True, reason="not replayed: no captured request of tiny was found"
    )


def test_answers_the_workflow_with_plain_json(monkeypatch: pytest.MonkeyPatch) -> None:
    world = ReplayWorld()
    world.ask(3)
    plan = world.planned()
    part: ReplayOutput = world.replayed()
    monkeypatch.setattr(wiring, "replay_ports", lambda: world.ports)
    monkeypatch.setattr(wiring, "model_spec", lambda _: spec())
    monkeypatch.setattr(wiring, "now", lambda: NOW)
    state = {
        "model": MODEL,
        "execution": EXECUTION,
        "register": {"number": 2},
        "plan_replay": plan.model_dump(mode="json"),
        "replay": [part.model_dump(mode="json")],
    }

    answer = step.handler(state, None)

    assert JudgeReplayOutput.model_validate(answer).passed
