"""Executions of the retraining workflow, read."""

import json
from typing import Any

import pytest

from functions.aws.clients import make_client
from functions.aws.executions import (
    HistoryEvent,
    StepFunctionsExecutions,
    UnknownExecutionError,
    largest_state_bytes,
)
from tests.fakes.documents import NOW

DEFINITION = '{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}'


@pytest.fixture
def client(aws: None) -> Any:  # noqa: ARG001 - the fixture's effect is wanted
    return make_client("stepfunctions")


@pytest.fixture
def executions(client: Any) -> StepFunctionsExecutions:
    machine = client.create_state_machine(
        name="retraining", definition=DEFINITION, roleArn="arn:aws:iam::123456789012:role/workflow"
    )
    for name in ("m-1", "m-2"):
        client.start_execution(
            stateMachineArn=machine["stateMachineArn"], name=name, input=json.dumps({"model": name})
        )
    return StepFunctionsExecutions(client, machine["stateMachineArn"])


def test_lists_executions(executions: StepFunctionsExecutions) -> None:
    assert {execution.name for execution in executions.list()} == {"m-1", "m-2"}
    assert len(executions.list(limit=1)) == 1
    assert executions.list(status="FAILED") == ()


def test_describes_one_with_its_input(executions: StepFunctionsExecutions) -> None:
    execution = executions.describe("m-2")

    assert json.loads(execution.input) == {"model": "m-2"}
    assert execution.status == "RUNNING"
    assert execution.started_at.tzinfo is not None


def test_names_an_execution_that_is_not_there(executions: StepFunctionsExecutions) -> None:
    with pytest.raises(UnknownExecutionError, match="'never'"):
        executions.describe("never")


def test_reads_the_message_inside_a_functions_error(
    executions: StepFunctionsExecutions, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = {
        "name": "m-1",
        "executionArn": "arn",
        "status": "FAILED",
        "startDate": NOW,
        "error": "NoRowsError",
        "cause": json.dumps({"errorMessage": "no rows in raw/m/", "stackTrace": []}),
    }
    monkeypatch.setattr(client, "describe_execution", lambda **_: answer)

    assert executions.describe("m-1").error == "NoRowsError: no rows in raw/m/"


def test_yields_the_history_with_the_details_of_each_event(
    executions: StepFunctionsExecutions, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = [
        {
            "id": 1,
            "type": "TaskStateEntered",
            "timestamp": NOW,
            "stateEnteredEventDetails": {"name": "Prepare", "input": "{}"},
        },
        {"id": 2, "type": "TaskSucceeded", "timestamp": NOW},
    ]
    pages = type("Pages", (), {"paginate": lambda _self, **_: [{"events": events}]})
    monkeypatch.setattr(client, "get_paginator", lambda _name: pages())

    assert list(executions.history("m-1")) == [
        HistoryEvent(1, "TaskStateEntered", NOW, {"name": "Prepare", "input": "{}"}),
        HistoryEvent(2, "TaskSucceeded", NOW, {}),
    ]


def test_measures_the_largest_state() -> None:
    events = (
        HistoryEvent(1, "TaskStateEntered", NOW, {"name": "A", "input": "x" * 10}),
        HistoryEvent(2, "TaskStateExited", NOW, {"name": "A", "output": "é" * 10}),
        HistoryEvent(3, "TaskSucceeded", NOW, {}),
    )

    assert largest_state_bytes(events) == 20
    assert largest_state_bytes(()) == 0
