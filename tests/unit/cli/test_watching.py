"""Following an execution until it ends."""

import io
import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from functions.aws.executions import Execution, HistoryEvent
from functions.cli.output import Output
from functions.cli.watching import watch
from tests.fakes.documents import NOW

RUNNING = Execution("e", "arn:e", "RUNNING", NOW, None)
EVENTS = (
    HistoryEvent(1, "TaskStateEntered", NOW, {"name": "Prepare"}),
    HistoryEvent(
        2,
        "TaskStateExited",
        NOW + timedelta(seconds=2),
        {"name": "Prepare", "output": json.dumps({"prepare": {"reason": "50,000 rows"}})},
    ),
    HistoryEvent(3, "TaskStateEntered", NOW + timedelta(seconds=2), {"name": "Export"}),
    HistoryEvent(
        4, "TaskStateExited", NOW + timedelta(seconds=3), {"name": "Export", "output": "{}"}
    ),
)


class Unfolding:
    """An execution of which each look shows one event more."""

    def __init__(self) -> None:
        self.looks = 0

    def describe(self, name: str) -> Execution:
        assert name == "e"
        self.looks += 1
        return replace(RUNNING, status="SUCCEEDED") if self.looks >= len(EVENTS) else RUNNING

    def history(self, name: str) -> tuple[HistoryEvent, ...]:
        assert name == "e"
        return EVENTS[: self.looks]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("functions.cli.watching.POLL_SECONDS", 0.0)


def now() -> datetime:
    return NOW + timedelta(seconds=9)


def test_writes_each_state_once_when_it_is_done() -> None:
    written = io.StringIO()

    execution = watch(
        "e", executions=Unfolding(), out=Output(as_json=False, stdout=written), now=now
    )

    assert execution.status == "SUCCEEDED"
    assert written.getvalue().splitlines() == [
        "✓ Prepare                2.0 s  50,000 rows",
        "✓ Export                 1.0 s",
    ]


def test_draws_the_states_in_place_on_a_terminal() -> None:
    drawn = Terminal()

    watch("e", executions=Unfolding(), out=Output(as_json=False, stdout=drawn), now=now)

    assert "50,000 rows" in drawn.getvalue()
    assert "\x1b[" in drawn.getvalue()


def test_is_silent_for_scripts() -> None:
    written = io.StringIO()

    watch("e", executions=Unfolding(), out=Output(as_json=True, stdout=written), now=now)

    assert written.getvalue() == ""


def test_tells_of_many_looks_the_first_and_the_one_that_something_followed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks = [
        event
        for second in range(4)
        for event in (
            HistoryEvent(
                0, "TaskStateEntered", NOW + timedelta(seconds=second), {"name": "WatchRollOut"}
            ),
            HistoryEvent(
                0,
                "TaskStateExited",
                NOW + timedelta(seconds=second),
                {
                    "name": "WatchRollOut",
                    "output": json.dumps({"watch_roll_out": {"reason": f"look {second}"}}),
                },
            ),
        )
    ]
    rest = [
        HistoryEvent(0, "TaskStateEntered", NOW + timedelta(seconds=5), {"name": "Conclude"}),
        HistoryEvent(
            0,
            "TaskStateExited",
            NOW + timedelta(seconds=6),
            {"name": "Conclude", "output": "{}"},
        ),
    ]
    monkeypatch.setattr("tests.unit.cli.test_watching.EVENTS", (*looks, *rest))
    written = io.StringIO()

    watch("e", executions=Unfolding(), out=Output(as_json=False, stdout=written), now=now)

    assert [line.split()[-1] for line in written.getvalue().splitlines()] == ["0", "3", "s"]
