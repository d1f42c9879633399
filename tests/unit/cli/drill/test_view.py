"""What a drill says, asks and answers."""

import io
import json
import sys
from typing import Any

import pytest

from functions.cli.drill import view
from functions.cli.drill.view import DRILLS, Asked, Extras, run_drill, tell_plan
from functions.cli.drill.window import SETTLE_SECONDS
from functions.cli.errors import RefusedError, UsageError
from functions.cli.output import Output
from functions.contracts.alerts import ConditionKind
from tests.unit.cli.drill.drill_world import Stage
from tests.unit.cli.drill.test_conditions import DRIFT, FAULT, RETRAINS, judged, stage_of

FAULTY = judged(RETRAINS, ConditionKind.DATA_FAULT, faults=(FAULT,), action="hold")


def answer_of(stage: Stage, kind: str, extras: Extras | None = None) -> dict[str, Any]:
    told = io.StringIO()
    asked = Asked(kind, "tiny", "dev", patience_seconds=5.0)
    out = Output(as_json=True, stdout=told)
    try:
        run_drill(out, DRILLS[kind], stage.cast(), asked, extras or Extras())
    except RefusedError as error:
        return {**json.loads(told.getvalue()), "error": str(error)}
    document: dict[str, Any] = json.loads(told.getvalue())
    return document


def test_answers_scripts_with_every_link() -> None:
    answer = answer_of(stage_of(RETRAINS, judged(RETRAINS, *DRIFT)), "drift")

    assert (answer["drill"], answer["model"], answer["stage"]) == ("drift", "tiny", "dev")
    assert answer["passed"]
    assert answer["left"] == []
    assert [link["link"] for link in answer["links"]][-2:] == ["run", "over"]


def test_trains_a_bad_candidate_after_drift_where_it_is_asked_to() -> None:
    stage = stage_of(RETRAINS, judged(RETRAINS, *DRIFT))

    answer = answer_of(stage, "drift", Extras(trains=True))

    assert {"start", "run", "gates", "breaker"} <= {link["link"] for link in answer["links"]}


def test_answers_scripts_with_the_dead_link() -> None:
    stage = stage_of(RETRAINS, judged(RETRAINS, *DRIFT), "alarm")

    answer = answer_of(stage, "drift")

    assert not answer["passed"]
    assert answer["links"][-1]["link"] == "alarm"
    assert answer["links"][-1]["status"] == "dead"
    assert answer["error"].startswith("the link 'alarm' is dead")


def test_waits_for_the_alarms_to_be_over_by_what_is_real() -> None:
    stage = stage_of(RETRAINS, FAULTY)
    invoke = stage.invoke

    def judge(function: str, payload: str) -> object:
        if json.loads(payload)["drill"] is None:
            stage.metrics["PageDataFault"] = 0.0
        return invoke(function, payload)

    stage.invoke = judge  # type: ignore[method-assign]
    before = stage.clock

    answer = answer_of(stage, "data-fault", Extras(settles=True))

    assert answer["links"][-1]["text"] == "1 of 1 alarms are over, by what is real now"
    assert (stage.clock - before).total_seconds() >= SETTLE_SECONDS
    assert [payload["drill"] is None for _, payload in stage.invoked] == [False, True]


def test_leaves_an_alarm_that_something_real_keeps_ringing() -> None:
    answer = answer_of(stage_of(RETRAINS, FAULTY), "data-fault", Extras(settles=True))

    assert answer["links"][-1]["text"] == "0 of 1 alarms are over, by what is real now"


def test_fails_where_something_was_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = stage_of(RETRAINS, judged(RETRAINS, *DRIFT))

    def fail() -> None:
        msg = "not allowed"
        raise OSError(msg)

    monkeypatch.setattr(stage, "close", fail)

    answer = answer_of(stage, "drift")

    assert not answer["passed"]
    assert "the queue and its subscriptions" in answer["error"]


@pytest.mark.parametrize("kind", sorted(DRILLS))
def test_says_what_it_will_do_before_it_does_anything(kind: str) -> None:
    told = io.StringIO()
    out = Output(as_json=False, stdout=told)

    tell_plan(out, DRILLS[kind], Stage().cast().stage, "tiny", trains=False)

    first, *steps = told.getvalue().splitlines()
    assert first == f"fire drill {kind} of tiny on stage dev:"
    assert [step.strip() for step in steps] == list(DRILLS[kind].steps)


class Terminal(io.StringIO):
    """Somebody sits there."""

    def isatty(self) -> bool:
        return True


def ask(monkeypatch: pytest.MonkeyPatch, *, answer: bool, is_sure: bool = False) -> Stage:
    """Run the drill of a deployed stage; the person's answer is what `go on?` gets."""
    stage = stage_of(RETRAINS, judged(RETRAINS, *DRIFT))
    cast = stage.cast()
    monkeypatch.setattr(view.wiring, "open_stage", lambda _: cast.stage)
    monkeypatch.setattr(view, "gather_cast", lambda _stage, _model: cast)
    monkeypatch.setattr(view.typer, "confirm", lambda *_args, **_kwargs: answer)
    asked = Asked("drift", "tiny", "dev", settle=False, is_sure=is_sure)
    view.drill(Output(as_json=False, stdout=io.StringIO()), asked)
    return stage


def test_asks_before_it_drills_a_deployed_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal())

    assert ask(monkeypatch, answer=True).invoked
    with pytest.raises(RefusedError, match="nothing was done"):
        ask(monkeypatch, answer=False)


def test_wants_to_be_sure_where_nobody_can_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())

    with pytest.raises(UsageError, match="add --yes"):
        ask(monkeypatch, answer=True)
    assert ask(monkeypatch, answer=False, is_sure=True).invoked
