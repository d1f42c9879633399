"""What deployed stacks say of themselves."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.aws.stacks import CloudFormationStacks

OUTPUTS = [{"OutputKey": "ApiUrl", "OutputValue": "https://here"}]


class FakeClient:
    """Knows one stack; refuses as CloudFormation does."""

    def __init__(self, code: str = "ValidationError") -> None:
        self.code = code

    def describe_stacks(self, **call: str) -> dict[str, Any]:
        if call["StackName"] != "windvane-dev-serving":
            raise ClientError({"Error": {"Code": self.code}}, "DescribeStacks")
        return {"Stacks": [{"StackStatus": "CREATE_COMPLETE", "Outputs": OUTPUTS}]}


def test_reads_a_stacks_outputs() -> None:
    stacks = CloudFormationStacks(FakeClient())

    assert stacks.outputs("windvane-dev-serving") == {"ApiUrl": "https://here"}


def test_tells_that_a_stack_is_not_there() -> None:
    assert CloudFormationStacks(FakeClient()).outputs("windvane-prod-serving") is None


def test_does_not_take_a_refusal_for_an_absence() -> None:
    with pytest.raises(ClientError):
        CloudFormationStacks(FakeClient("AccessDenied")).outputs("windvane-prod-serving")
