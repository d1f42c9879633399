import json
from collections.abc import Iterator
from typing import Any

import pytest

from functions.contracts import messages, rollout_messages
from functions.contracts.functions import FUNCTIONS, function_named
from functions.contracts.messages import WorkflowInput
from functions.contracts.rollout import RolloutStatus
from functions.contracts.rollout_policy import Rollout
from functions.core.baking import MANY_CHECKS, PATIENT_CHECK_SECONDS
from tests.infra.assembly import Assembly, text

STATES = {
    definition.state: definition
    for definition in FUNCTIONS
    if definition.state and definition.workflow == "retraining"
}
MAPS = {"Train": "TrainCandidates", "Replay": "ReplayCaptures"}
SECONDS_A_YEAR = 365 * 24 * 3600

State = dict[str, Any]


def workflow_definition(assembly: Assembly, first: str) -> State:
    """The definition of the machine that starts with a state."""
    machines = assembly.properties("AWS::StepFunctions::StateMachine").values()
    definitions = [json.loads(text(machine["DefinitionString"])) for machine in machines]
    return next(each for each in definitions if each["StartAt"] == first)


@pytest.fixture
def definition(assembly: Assembly) -> State:
    return workflow_definition(assembly, "Prepare")


def test_every_step_is_a_task_that_calls_its_function(definition: State) -> None:
    tasks = dict(_tasks(definition))

    assert set(tasks) == set(STATES)
    for name, task in tasks.items():
        assert f"{name}Function" in task["Resource"]


def test_every_task_and_the_machine_have_a_limit(definition: State) -> None:
    assert definition["TimeoutSeconds"] > 0
    for name, task in _tasks(definition):
        assert task["TimeoutSeconds"] > STATES[name].timeout_seconds


def test_the_machine_outlives_every_rollout(definition: State) -> None:
    """Step Functions ends an execution after a year at the latest; the machine no sooner."""
    longest_bake = Rollout.model_fields["maximum_bake_minutes"].metadata
    (minutes,) = (each.le for each in longest_bake if hasattr(each, "le"))

    assert definition["TimeoutSeconds"] == SECONDS_A_YEAR
    assert definition["TimeoutSeconds"] > 10 * minutes * 60


def test_every_task_repeats_services_errors_and_timeouts_apart(definition: State) -> None:
    for _, task in _tasks(definition):
        services, timeouts = task["Retry"][:2]
        assert "Lambda.TooManyRequestsException" in services["ErrorEquals"]
        assert timeouts["ErrorEquals"] == ["States.Timeout", "Sandbox.Timedout"]
        for retry in (services, timeouts):
            assert "States.ALL" not in retry["ErrorEquals"]
            assert retry["BackoffRate"] == 2
            assert retry["JitterStrategy"] == "FULL"


def test_a_single_failure_ends_no_rollout(definition: State) -> None:
    """States.ALL stands alone and last, as Step Functions wants it."""
    repeated = {name: task["Retry"][2:] for name, task in _tasks(definition)}

    assert {name for name, more in repeated.items() if more} == {
        "RollOut",
        "WatchRollOut",
        "Replay",
    }
    for more in filter(None, repeated.values()):
        ((errors, attempts),) = [(each["ErrorEquals"], each["MaxAttempts"]) for each in more]
        assert (errors, attempts) == (["States.ALL"], 3)


def test_every_answer_is_added_under_its_steps_name(definition: State) -> None:
    states = definition["States"]

    for name, step in STATES.items():
        if name not in {*MAPS, "Conclude"}:
            assert states[name]["ResultPath"] == f"$.{step.name}"
    for name, mapped in MAPS.items():
        assert states[mapped]["ResultPath"] == f"$.{STATES[name].name}"


def test_the_map_hands_train_what_it_reads(definition: State, assembly: Assembly) -> None:
    candidates = definition["States"]["TrainCandidates"]

    given = {key.removesuffix(".$"): path for key, path in candidates["ItemSelector"].items()}

    assert set(given) == set(messages.TrainInput.model_fields)
    assert given["candidate"] == "$$.Map.Item.Value"
    assert candidates["ItemsPath"] == "$.plan_candidates.candidates"
    assert candidates["MaxConcurrency"] == assembly.stage.train_concurrency


def test_the_map_hands_replay_what_it_reads(definition: State) -> None:
    parts = definition["States"]["ReplayCaptures"]

    given = {key.removesuffix(".$"): path for key, path in parts["ItemSelector"].items()}

    assert set(given) == set(rollout_messages.ReplayInput.model_fields)
    assert given["part"] == "$$.Map.Item.Value"
    assert parts["ItemsPath"] == "$.plan_replay.parts"


def test_every_failure_is_concluded(definition: State) -> None:
    states = definition["States"]

    for name in {*STATES, *MAPS.values()} - {*MAPS, "Conclude"}:
        (catch,) = states[name]["Catch"]
        assert catch == {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Conclude"}


GATES = ("PreparePassed", "EvaluatePassed", "JudgeReplayPassed")
ENDINGS = ("Conclude", "ErrorWasCaught", "Succeeded")


def test_goes_through_the_steps_in_order_when_all_is_well(definition: State) -> None:
    path = list(_walk(definition, {key: [True] for key in GATES}))

    assert path == [
        "Prepare",
        "PreparePassed",
        "PlanCandidates",
        "TrainCandidates",
        "Export",
        "Evaluate",
        "EvaluatePassed",
        "Register",
        "PlanReplay",
        "ReplayCaptures",
        "JudgeReplay",
        "JudgeReplayPassed",
        "RollOut",
        "RollOutBakes",
        *ENDINGS,
    ]


def test_watches_a_share_until_it_may_rise_and_then_the_next(definition: State) -> None:
    facts = {key: [True] for key in GATES}

    path = list(_walk(definition, {**facts, "RollOutBakes": [True, True], "BakesOn": [True]}))

    first = path.index("RollOut")
    assert path[first:] == [
        *("RollOut", "RollOutBakes", "WatchRollOut", "BakesOn", "WaitForBake"),
        *("WatchRollOut", "BakesOn"),
        *("RollOut", "RollOutBakes", "WatchRollOut", "BakesOn"),
        *("RollOut", "RollOutBakes", *ENDINGS),
    ]


def test_asks_for_what_the_steps_answer(definition: State) -> None:
    states = definition["States"]

    (bakes,), (waits,) = states["RollOutBakes"]["Choices"], states["BakesOn"]["Choices"]

    assert bakes["Variable"] == "$.roll_out.status"
    assert bakes["StringEquals"] == RolloutStatus.BAKING
    assert waits["Variable"] == "$.watch_roll_out.verdict"
    assert waits["StringEquals"] == rollout_messages.WatchVerdict.WAIT
    assert states["WaitForBake"]["SecondsPath"] == "$.watch_roll_out.wait_seconds"
    assert {"status", "verdict", "wait_seconds"} <= {
        *rollout_messages.RollOutOutput.model_fields,
        *rollout_messages.WatchRollOutOutput.model_fields,
    }


def test_a_year_of_looks_fits_the_history_of_an_execution() -> None:
    """25,000 events are the most; a look takes nine, everything else some hundreds."""
    looks = MANY_CHECKS + SECONDS_A_YEAR / PATIENT_CHECK_SECONDS

    assert 9 * looks < 20_000


@pytest.mark.parametrize("refusing", GATES)
def test_a_refusal_is_concluded_and_succeeds(definition: State, refusing: str) -> None:
    path = list(_walk(definition, {**{key: [True] for key in GATES}, refusing: [False]}))

    assert path[-4:] == [refusing, *ENDINGS]
    assert "RollOut" not in path


def test_a_caught_error_is_concluded_and_fails(definition: State) -> None:
    path = list(_walk(definition, {"ErrorWasCaught": [True]}, start="Conclude"))

    assert path == ["Conclude", "ErrorWasCaught", "Failed"]
    assert definition["States"]["Failed"] == {
        "Type": "Fail",
        "ErrorPath": "$.error.Error",
        "CausePath": "$.error.Cause",
    }


def test_a_failing_conclusion_fails_the_execution(definition: State) -> None:
    (catch,) = definition["States"]["Conclude"]["Catch"]

    assert catch["Next"] == "Failed"


def test_logs_every_event_without_the_executions_data(assembly: Assembly) -> None:
    for machine in assembly.properties("AWS::StepFunctions::StateMachine").values():
        assert machine["StateMachineType"] == "STANDARD"
        assert machine["TracingConfiguration"] == {"Enabled": True}
        assert machine["LoggingConfiguration"]["Level"] == "ALL"
        assert machine["LoggingConfiguration"]["IncludeExecutionData"] is False


def _tasks(definition: State) -> Iterator[tuple[str, State]]:
    for name, state in definition["States"].items():
        if state["Type"] == "Task":
            yield name, state
        elif state["Type"] == "Map":
            yield from _tasks(state["ItemProcessor"])


def _walk(
    definition: State, facts: dict[str, list[bool]], *, start: str | None = None
) -> Iterator[str]:
    """The states of an execution: `facts` are each choice's answers in turn, then always no."""
    name = start or definition["StartAt"]
    asked = {choice: iter(answers) for choice, answers in facts.items()}
    while True:
        yield name
        state = definition["States"][name]
        if state["Type"] in {"Succeed", "Fail"}:
            return
        if state["Type"] != "Choice":
            name = state["Next"]
            continue
        (choice,) = state["Choices"]
        is_true = next(asked.get(name, iter(())), False)
        name = choice["Next"] if is_true else state["Default"]


def test_conclude_reads_nothing_that_no_state_writes() -> None:
    fields = rollout_messages.ConcludeInput.model_fields
    written = {function_named(d.name).name for d in STATES.values()} | {"error"}

    read = {field.alias or name for name, field in fields.items()}

    assert read - set(WorkflowInput.model_fields) <= written
