"""Following an execution's history."""

import json
from datetime import timedelta
from typing import Any

import pytest

from functions.aws.executions import HistoryEvent
from functions.cli.progress import StateStatus, answer_remark, follow
from tests.fakes.documents import NOW


def event(second: int, kind: str, **details: Any) -> HistoryEvent:
    return HistoryEvent(second, kind, NOW + timedelta(seconds=second), details)


def entered(second: int, name: str, kind: str = "Task") -> HistoryEvent:
    return event(second, f"{kind}StateEntered", name=name)


def exited(second: int, name: str, kind: str = "Task", **output: Any) -> HistoryEvent:
    return event(second, f"{kind}StateExited", name=name, output=json.dumps(output))


def run(value: float) -> dict[str, object]:
    return {"metric": "roc_auc_score", "value": value}


def test_shows_what_runs_and_for_how_long() -> None:
    states = follow([entered(0, "Prepare"), exited(3, "Prepare"), entered(4, "Export")])

    assert [(s.name, s.status) for s in states] == [
        ("Prepare", StateStatus.DONE),
        ("Export", StateStatus.RUNNING),
    ]
    assert states[0].seconds(NOW) == 3
    assert states[1].seconds(NOW + timedelta(seconds=9)) == 5


def test_leaves_choices_out() -> None:
    events = [entered(0, "Prepare"), exited(1, "Prepare"), entered(1, "Passed?", "Choice")]

    assert [s.name for s in follow(events)] == ["Prepare"]


def test_counts_a_map_and_what_is_inside_it_as_one_state() -> None:
    events = [
        entered(0, "TrainCandidates", "Map"),
        entered(1, "Train one candidate"),
        event(2, "LambdaFunctionSucceeded"),
        exited(2, "Train one candidate"),
        exited(3, "TrainCandidates", "Map", train=[run(0.91), run(0.93)]),
    ]

    (state,) = follow(events)

    assert (state.name, state.status) == ("TrainCandidates", StateStatus.DONE)
    assert state.remark == "2 runs, the best has roc_auc_score 0.9300 on validation rows"


def test_shows_why_a_state_failed_although_the_failure_was_caught() -> None:
    cause = json.dumps({"errorMessage": "no rows", "errorType": "NoRowsError"})
    events = [
        entered(0, "Prepare"),
        event(1, "TaskFailed", error="NoRowsError", cause=cause),
        exited(1, "Prepare", error={"Error": "NoRowsError"}),
    ]

    (state,) = follow(events)

    assert state.status is StateStatus.FAILED
    assert state.remark == "NoRowsError: no rows"


def test_forgets_a_failure_that_a_retry_made_good() -> None:
    events = [
        entered(0, "Prepare"),
        event(1, "TaskFailed", error="Lambda.TooManyRequestsException", cause="busy"),
        event(2, "TaskSucceeded"),
        exited(3, "Prepare", prepare={"reason": "10 rows"}),
    ]

    (state,) = follow(events)

    assert (state.status, state.remark) == (StateStatus.DONE, "10 rows")


def test_ends_the_running_state_when_the_execution_fails() -> None:
    events = [entered(0, "Prepare"), event(5, "ExecutionTimedOut", error="States.Timeout")]

    (state,) = follow(events)

    assert (state.status, state.remark) == (StateStatus.FAILED, "States.Timeout")


@pytest.mark.parametrize(
    ("state", "answer", "remark"),
    [
        ("PlanCandidates", {"plan_candidates": {"candidates": [1, 2, 3]}}, "3 candidates"),
        ("Register", {"register": {"number": 7}}, "version 7"),
        ("Evaluate", {"evaluate": {"reason": "all gates passed"}}, "all gates passed"),
        ("Export", {"export": {"run_id": "r"}}, ""),
        ("Export", {}, ""),
    ],
)
def test_says_what_a_state_found(state: str, answer: dict[str, Any], remark: str) -> None:
    assert answer_remark(state, json.dumps(answer)) == remark


def test_says_nothing_of_an_answer_that_is_no_json() -> None:
    assert answer_remark("Prepare", "") == ""


def test_shows_a_state_that_comes_again_once_where_it_was_last() -> None:
    events = [
        entered(0, "RollOut"),
        exited(0, "RollOut"),
        entered(1, "WatchRollOut"),
        exited(1, "WatchRollOut", watch_roll_out={"reason": "5 s are left"}),
        entered(2, "WatchRollOut"),
        exited(2, "WatchRollOut", watch_roll_out={"reason": "baked"}),
        entered(3, "RollOut"),
        exited(3, "RollOut"),
    ]

    states = follow(events)

    found = [(state.name, state.earlier, state.remark) for state in states]
    assert found == [("WatchRollOut", 1, "baked"), ("RollOut", 1, "")]


def test_tells_how_many_parts_were_replayed() -> None:
    output = json.dumps({"replay": [{"part": 0, "rows": 5000}, {"part": 1, "rows": 12}]})

    assert answer_remark("ReplayCaptures", output) == "2 parts"
