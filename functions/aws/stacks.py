"""The outputs of CloudFormation stacks."""

from typing import Any

from botocore.exceptions import ClientError


class CloudFormationStacks:
    """Reads what deployed stacks say of themselves; `client` is a CloudFormation client."""

    def __init__(self, client: Any) -> None:  # noqa: ANN401 - boto3 has no types
        self._client = client

    def outputs(self, name: str) -> dict[str, str] | None:
        """Return a stack's outputs by name, or None if there is no such stack."""
        try:
            answer = self._client.describe_stacks(StackName=name)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ValidationError":
                raise
            return None
        return {
            output["OutputKey"]: output["OutputValue"]
            for stack in answer["Stacks"]
            for output in stack.get("Outputs", ())
        }
