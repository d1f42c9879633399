import json
from collections.abc import Iterator
from typing import Any

import pytest

from functions.contracts import messages, rollout_messages
from functions.contracts.functions import FUNCTIONS, function_named
from tests.infra.assembly import Assembly, text

STATES = {definition.state: definition for definition in FUNCTIONS if definition.state}

State = dict[str, Any]


@pytest.fixture
def definition(assembly: Assembly) -> State:
    (machine,) = assembly.properties("AWS::StepFunctions::StateMachine").values()
    return json.loads(text(machine["DefinitionString"]))


def test_every_step_is_a_task_that_calls_its_function(definition: State) -> None:
    tasks = dict(_tasks(definition))

    assert set(tasks) == set(STATES)
    for name, task in tasks.items():
        assert f"{name}Function" in task["Resource"]


def test_every_task_and_the_machine_have_a_limit(definition: State) -> None:
    assert definition["TimeoutSeconds"] > 0
    for name, task in _tasks(definition):
        assert task["TimeoutSeconds"] > STATES[name].timeout_seconds


def test_the_machine_outlives_its_largest_search(definition: State, assembly: Assembly) -> None:
    """64 candidates, as many at a time as on the stage, each tried twice."""
    limits = {name: 2 * task["TimeoutSeconds"] for name, task in _tasks(definition)}
    waves = 64 / max(assembly.stage.train_concurrency, 4)

    assert definition["TimeoutSeconds"] >= sum(limits.values()) + (waves - 1) * limits["Train"]


def test_every_task_repeats_services_errors_and_timeouts_apart(definition: State) -> None:
    for _, task in _tasks(definition):
        services, timeouts = task["Retry"]
        assert "Lambda.TooManyRequestsException" in services["ErrorEquals"]
        assert timeouts["ErrorEquals"] == ["States.Timeout", "Sandbox.Timedout"]
        for retry in (services, timeouts):
            assert "States.ALL" not in retry["ErrorEquals"]
            assert retry["BackoffRate"] == 2
            assert retry["JitterStrategy"] == "FULL"


def test_every_answer_is_added_under_its_steps_name(definition: State) -> None:
    states = definition["States"]

    for name, step in STATES.items():
        if name not in {"Train", "Conclude"}:
            assert states[name]["ResultPath"] == f"$.{step.name}"
    assert states["TrainCandidates"]["ResultPath"] == "$.train"


def test_the_map_hands_train_what_it_reads(definition: State, assembly: Assembly) -> None:
    candidates = definition["States"]["TrainCandidates"]

    given = {key.removesuffix(".$"): path for key, path in candidates["ItemSelector"].items()}

    assert set(given) == set(messages.TrainInput.model_fields)
    assert given["candidate"] == "$$.Map.Item.Value"
    assert candidates["ItemsPath"] == "$.plan_candidates.candidates"
    assert candidates["MaxConcurrency"] == assembly.stage.train_concurrency


def test_every_failure_is_concluded(definition: State) -> None:
    states = definition["States"]

    for name in {*STATES, "TrainCandidates"} - {"Train", "Conclude"}:
        (catch,) = states[name]["Catch"]
        assert catch == {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Conclude"}


def test_goes_through_the_steps_in_order_when_all_is_well(definition: State) -> None:
    path = list(_walk(definition, {"passed": True, "error": False}))

    assert path == [
        "Prepare",
        "PreparePassed",
        "PlanCandidates",
        "TrainCandidates",
        "Export",
        "Evaluate",
        "EvaluatePassed",
        "Register",
        "RollOut",
        "Conclude",
        "ErrorWasCaught",
        "Succeeded",
    ]


@pytest.mark.parametrize("refusing", ["Prepare", "Evaluate"])
def test_a_refusal_is_concluded_and_succeeds(definition: State, refusing: str) -> None:
    path = list(_walk(definition, {"passed": True, "error": False, f"{refusing}Passed": False}))

    assert path[-4:] == [f"{refusing}Passed", "Conclude", "ErrorWasCaught", "Succeeded"]
    assert "Register" not in path


def test_a_caught_error_is_concluded_and_fails(definition: State) -> None:
    path = list(_walk(definition, {"error": True}, start="Conclude"))

    assert path == ["Conclude", "ErrorWasCaught", "Failed"]
    assert definition["States"]["Failed"] == {
        "Type": "Fail",
        "ErrorPath": "$.error.Error",
        "CausePath": "$.error.Cause",
    }


def test_a_failing_conclusion_fails_the_execution(definition: State) -> None:
    (catch,) = definition["States"]["Conclude"]["Catch"]

    assert catch["Next"] == "Failed"


def test_logs_errors_without_the_executions_data(assembly: Assembly) -> None:
    (machine,) = assembly.properties("AWS::StepFunctions::StateMachine").values()

    assert machine["StateMachineType"] == "STANDARD"
    assert machine["TracingConfiguration"] == {"Enabled": True}
    assert machine["LoggingConfiguration"]["Level"] == "ERROR"
    assert machine["LoggingConfiguration"]["IncludeExecutionData"] is False


def _tasks(definition: State) -> Iterator[tuple[str, State]]:
    for name, state in definition["States"].items():
        if state["Type"] == "Task":
            yield name, state
        elif state["Type"] == "Map":
            yield from _tasks(state["ItemProcessor"])


def _walk(definition: State, facts: dict[str, bool], *, start: str | None = None) -> Iterator[str]:
    """The states of an execution of which these facts are true: no state is left out."""
    name = start or definition["StartAt"]
    while True:
        yield name
        state = definition["States"][name]
        if state["Type"] in {"Succeed", "Fail"}:
            return
        if state["Type"] != "Choice":
            name = state["Next"]
            continue
        (choice,) = state["Choices"]
        about = "error" if choice["Variable"] == "$.error" else "passed"
        is_true = facts.get(name, facts[about])
        name = choice["Next"] if is_true else state["Default"]


def test_conclude_reads_nothing_that_no_state_writes() -> None:
    fields = rollout_messages.ConcludeInput.model_fields
    written = {function_named(d.name).name for d in STATES.values()} | {"error"}

    read = {field.alias or name for name, field in fields.items()}

    assert read - {"model", "execution", "trigger"} <= written
