"""A Step Functions state machine as a WorkflowStarter."""

from typing import Any

from botocore.exceptions import ClientError

from functions.core.ports import StartedExecution


class StepFunctionsStarter:
    """Starts executions by name; `client` is a Step Functions client."""

    def __init__(self, client: Any, state_machine_arn: str) -> None:  # noqa: ANN401 - boto3 has no types
        self._client = client
        self._state_machine_arn = state_machine_arn

    def start(self, name: str, payload: str) -> StartedExecution:
        """Start an execution; one of that name that exists already is returned instead.

        AWS answers a repeated start of a running execution as if it were new, and refuses the name
        of an ended one; MiniStack refuses both. Each means that the work was started before.
        """
        try:
            answer = self._client.start_execution(
                stateMachineArn=self._state_machine_arn, name=name, input=payload
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
                raise
            return StartedExecution(arn=self._execution_arn(name), started_now=False)
        return StartedExecution(arn=answer["executionArn"], started_now=True)

    def exists(self, name: str) -> bool:
        """Return whether an execution of that name was started, ended or not."""
        return self.status(name) is not None

    def status(self, name: str) -> str | None:
        """Return an execution's status, such as RUNNING; None if there is none of that name."""
        try:
            answer = self._client.describe_execution(executionArn=self._execution_arn(name))
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExecutionDoesNotExist":
                raise
            return None
        return str(answer["status"])

    def _execution_arn(self, name: str) -> str:
        return f"{self._state_machine_arn.replace(':stateMachine:', ':execution:')}:{name}"
