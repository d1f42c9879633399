"""What `windvane retraining …` shows and does."""

import io
import json
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from functions.aws.alarms import Alarm
from functions.cli import retraining_view, wiring
from functions.cli.output import Output
from functions.contracts.messages import Decision, TriggerKind, WentBack
from functions.contracts.release import Outcome
from functions.contracts.retraining import RetrainingBook, WaitingTrigger
from tests.fakes.documents import NOW
from tests.fakes.registry import InMemoryRegistry
from tests.fakes.retraining import decision, run_once, taken, trigger
from tests.unit.core.labels_world import run_about

MODEL = "loan_default"
TOPIC = "arn:retraining"


@dataclass
class Stage:
    """A stage whose ledger, alarms and reconcile function the commands see."""

    registry: InMemoryRegistry = field(default_factory=InMemoryRegistry)
    asked: list[dict[str, Any]] = field(default_factory=list)
    actions: tuple[str, ...] = ()

    def invoke(self, function: str, payload: str) -> dict[str, Any]:
        assert function == "reconcile"
        self.asked.append(json.loads(payload))
        return {"model": MODEL, "actions": self.actions}

    def of_namespace(self, namespace: str) -> tuple[Alarm, ...]:
        assert namespace == f"Windvane/prod/{MODEL}"
        return (
            Alarm("asks", "RetrainInputDrift", "OK", "", None, actions=("arn:people", TOPIC)),
            Alarm("changed", "RetrainLabelChange", "OK", "", None, actions=(TOPIC,)),
            Alarm("unlisted", "RetrainEstimatedLoss", "OK", "", None, actions=(TOPIC,)),
            Alarm("tells", "WindowRows", "OK", "", None, actions=("arn:people",)),
        )


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    stage = Stage()
    settings = SimpleNamespace(reconcile_function="reconcile", retraining_topic_arn=TOPIC)
    opened = SimpleNamespace(name="prod", settings=settings)
    monkeypatch.setattr(wiring, "open_stage", lambda _: opened)
    monkeypatch.setattr(wiring, "registry", lambda _: stage.registry)
    monkeypatch.setattr(wiring, "ledger", lambda _: stage.registry.ledger)
    monkeypatch.setattr(wiring, "functions", lambda: stage)
    monkeypatch.setattr(wiring, "alarms", lambda: stage)
    monkeypatch.setattr(wiring, "now", lambda: NOW + timedelta(minutes=30))
    return stage


def output(*, as_json: bool = False) -> tuple[Output, io.StringIO]:
    text = io.StringIO()
    return Output(as_json=as_json, stdout=text, stderr=text), text


def test_shows_a_model_that_never_ran(stage: Stage) -> None:
    del stage
    out, text = output()

    retraining_view.show_status(out, model=MODEL, stage=None)

    assert "lease                        free" in text.getvalue()
    assert "runs in 24 hours             0 of 4" in text.getvalue()
    assert "breaker                      closed" in text.getvalue()


def test_shows_what_is_used_what_waits_and_why_nothing_starts(stage: Stage) -> None:
    book = RetrainingBook(model=MODEL)
    for _ in range(3):
        book = run_once(book, Outcome.REJECTED_BY_GATES, seconds=120.0)
    waiting = WaitingTrigger(
        trigger=trigger("alarm@noon"), decision=Decision.BREAKER_OPEN, since=NOW
    )
    book = book.model_copy(update={"waiting": waiting, "rejected_champion": None})
    stage.registry.ledger.books[MODEL] = book
    out, text = output()

    retraining_view.show_status(out, model=MODEL, stage=None)

    shown = text.getvalue()
    assert "runs in 24 hours             3 of 4" in shown
    assert "training minutes in 30 days  6.0000 of 600" in shown
    assert "refused in a row             3 of 3" in shown
    assert f"windvane retraining reset {MODEL}" in shown
    assert "alarm@noon (breaker_open)" in shown
    assert "run-3" in shown
    assert "rejected_by_gates" in shown


@pytest.mark.parametrize(("hours", "is_shown"), [(1, True), (0, False)], ids=["held", "over"])
def test_shows_until_when_a_candidate_is_held(stage: Stage, hours: int, is_shown: bool) -> None:
    release = NOW + hours * timedelta(hours=1)
    run = run_about(NOW - timedelta(days=9), at=NOW, champion=None).model_copy(
        update={"went_back": WentBack(to=NOW - timedelta(days=20), held_until=release)}
    )
    stage.registry.ledger.books[MODEL] = RetrainingBook(model=MODEL, runs=(run,))
    out, text = output()

    retraining_view.show_status(out, model=MODEL, stage=None)

    said = " ".join(text.getvalue().split())
    assert (f"learned from {release:%Y-%m-%d %H:%M} UTC on, if it lasts" in said) is is_shown


def test_shows_who_has_the_lease_as_json(stage: Stage) -> None:
    stage.registry.ledger.books[MODEL] = taken(RetrainingBook(model=MODEL), "a")
    out, text = output(as_json=True)

    retraining_view.show_status(out, model=MODEL, stage=None)

    document = json.loads(text.getvalue())
    assert document["lease"]["execution"] == "a"
    assert document["runs_per_day"] == [1, 4]
    assert document["book"]["runs"][0]["outcome"] is None


def test_lists_decisions_newest_first(stage: Stage) -> None:
    for minutes, name in ((1.0, "first"), (2.0, "second"), (3.0, "third")):
        stage.registry.ledger.decide(decision(name, model=MODEL, minutes=minutes))
    out, text = output(as_json=True)

    retraining_view.show_log(out, model=MODEL, limit=2, stage=None)

    assert [each["trigger"]["id"] for each in json.loads(text.getvalue())] == ["third", "second"]


def test_says_that_nothing_was_decided(stage: Stage) -> None:
    del stage
    out, text = output()

    retraining_view.show_log(out, model=MODEL, limit=9, stage=None)

    assert f"nothing was decided about retraining of {MODEL} yet" in text.getvalue()


def test_closes_the_breaker_on_record(stage: Stage) -> None:
    stage.registry.ledger.books[MODEL] = RetrainingBook(model=MODEL, rejected_in_a_row=3)
    out, text = output()

    retraining_view.close(out, model=MODEL, reason="late labels", stage=None)

    (recorded,) = stage.registry.ledger.list_decisions(MODEL, limit=9)
    assert stage.registry.ledger.read(MODEL).rejected_in_a_row == 0
    assert recorded.decision is Decision.BREAKER_CLOSED
    assert "late labels" in recorded.reason
    assert "it was 3" in text.getvalue()


@pytest.mark.parametrize(
    ("actions", "said"),
    [(("a died",), "a died"), ((), "nothing hangs and nothing is due")],
)
def test_looks_at_the_alarms_that_ask_for_retraining(
    stage: Stage, actions: tuple[str, ...], said: str
) -> None:
    stage.actions = actions
    out, text = output()

    retraining_view.look(out, model=MODEL, stage=None)

    asking = {TriggerKind.DRIFT_ALARM.value: ["asks"], TriggerKind.LABEL_ALARM.value: ["changed"]}
    assert stage.asked == [{"model": MODEL, "alarms": asking}]
    assert said in text.getvalue()
