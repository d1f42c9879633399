"""The batch workflow in the template."""

import json
from typing import Any

import pytest

from functions.contracts import keys
from functions.contracts.functions import FUNCTIONS
from functions.preparation.plan_batch import MAXIMUM_CHUNKS
from tests.infra.assembly import Assembly
from tests.infra.test_workflow import State, workflow_definition

STEPS = {d.state: d for d in FUNCTIONS if d.workflow == "batch"}


@pytest.fixture
def batch(assembly: Assembly) -> State:
    return workflow_definition(assembly, "PlanBatch")


def tasks(batch: State) -> dict[str, Any]:
    inner = batch["States"]["PredictChunks"]["ItemProcessor"]["States"]
    states = {**batch["States"], **inner}
    return {name: state for name, state in states.items() if state["Type"] == "Task"}


def test_every_step_is_a_task_with_a_limit_and_retries(batch: State) -> None:
    assert set(tasks(batch)) == set(STEPS)
    for name, task in tasks(batch).items():
        assert f"{name}Function" in task["Resource"]
        assert task["TimeoutSeconds"] > STEPS[name].timeout_seconds
        services, timeouts, *others = task["Retry"]
        assert "Lambda.TooManyRequestsException" in services["ErrorEquals"]
        assert timeouts["ErrorEquals"] == ["States.Timeout", "Sandbox.Timedout"]
        is_repeatable = name in {"PredictBatch", "FinishBatch"}
        assert [each["ErrorEquals"] for each in others] == [["States.ALL"]] * is_repeatable


def test_the_map_reads_its_items_from_the_chunk_list(batch: State) -> None:
    chunks = batch["States"]["PredictChunks"]

    assert chunks["ItemProcessor"]["ProcessorConfig"]["Mode"] == "DISTRIBUTED"
    assert chunks["ItemReader"]["Resource"].endswith(":s3:getObject")
    assert chunks["ItemReader"]["Parameters"]["Key.$"] == "$.plan_batch.chunk_list_key"
    assert chunks["ResultPath"] is None
    assert chunks["MaxConcurrency"] > 0


def test_the_answers_of_all_chunks_fit_the_state_of_an_execution(batch: State) -> None:
    inner = batch["States"]["PredictChunks"]["ItemProcessor"]["States"]

    last = inner[inner["PredictBatch"]["Next"]]

    assert last["End"] is True
    joined = json.dumps([last["Result"]] * MAXIMUM_CHUNKS, separators=(",", ":"))
    assert len(joined) < 256 * 1024


def test_whatever_fails_is_told(batch: State) -> None:
    for name in ("PlanBatch", "PredictChunks"):
        (caught,) = batch["States"][name]["Catch"]
        assert (caught["ErrorEquals"], caught["Next"]) == (["States.ALL"], "FinishBatch")
        assert caught["ResultPath"] == "$.error"
    after = batch["States"][batch["States"]["FinishBatch"]["Next"]]
    assert batch["States"][after["Choices"][0]["Next"]]["Type"] == "Fail"


def test_a_job_without_a_row_to_predict_has_no_map(batch: State) -> None:
    question = batch["States"][batch["States"]["PlanBatch"]["Next"]]

    assert question["Choices"][0]["Next"] == "PredictChunks"
    assert question["Default"] == "FinishBatch"


def test_the_machine_starts_its_own_children_and_nothing_else(assembly: Assembly) -> None:
    policies = assembly.properties("AWS::IAM::Policy")
    (policy,) = [body for path, body in policies.items() if "MapRuns" in path]

    actions = {
        action
        for statement in policy["PolicyDocument"]["Statement"]
        for action in (
            statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        )
    }

    assert actions == {
        "states:StartExecution",
        "states:DescribeExecution",
        "states:StopExecution",
    }


def test_every_key_of_a_job_lies_in_its_folder() -> None:
    made = [
        keys.batch_job("m", "j"),
        keys.batch_input("m", "j", "a.csv"),
        keys.batch_plan("m", "j"),
        keys.batch_chunk_list("m", "j"),
        keys.batch_chunk("m", "j", 3),
        keys.batch_rows("m", "j", 3),
        keys.batch_output("m", "j", 3),
        keys.batch_refused("m", "j"),
        keys.batch_result("m", "j", "report.json"),
    ]

    assert all(key.startswith(keys.batch_prefix("m", "j")) for key in made)
    assert len(set(made)) == len(made)
