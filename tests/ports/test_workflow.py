"""What the Step Functions adapter does with names."""

import pytest

from functions.aws.clients import make_client
from functions.aws.workflow import StepFunctionsStarter


@pytest.fixture
def starter(aws: None) -> StepFunctionsStarter:  # noqa: ARG001 - the fixture's effect is wanted
    client = make_client("stepfunctions")
    machine = client.create_state_machine(
        name="retraining",
        definition='{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}',
        roleArn="arn:aws:iam::123456789012:role/workflow",
    )
    return StepFunctionsStarter(client, machine["stateMachineArn"])


def test_starts_an_execution_by_name(starter: StepFunctionsStarter) -> None:
    started = starter.start("m-person-1", "{}")

    assert started.started_now
    assert started.arn.endswith(":execution:retraining:m-person-1")
    assert starter.status("m-person-1") == "RUNNING"
    assert starter.exists("m-person-1")


def test_returns_the_execution_that_a_name_already_has(starter: StepFunctionsStarter) -> None:
    first = starter.start("m-person-1", "{}")

    again = starter.start("m-person-1", '{"other": 1}')

    assert again.arn == first.arn
    assert not again.started_now


def test_knows_that_a_name_never_ran(starter: StepFunctionsStarter) -> None:
    assert starter.status("never") is None
    assert not starter.exists("never")


def test_remembers_an_execution_that_ended(
    starter: StepFunctionsStarter,
    aws: None,  # noqa: ARG001 - the fixture's effect is wanted
) -> None:
    started = starter.start("m-person-1", "{}")

    make_client("stepfunctions").stop_execution(executionArn=started.arn)

    assert starter.status("m-person-1") == "ABORTED"
    assert starter.exists("m-person-1")
