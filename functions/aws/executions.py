"""Executions of a Step Functions state machine, read for people who watch them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError

from functions.contracts.errors import WindvaneError

_DETAILS = (
    "stateEnteredEventDetails",
    "stateExitedEventDetails",
    "mapStateStartedEventDetails",
    "mapIterationStartedEventDetails",
    "mapIterationSucceededEventDetails",
    "mapIterationFailedEventDetails",
    "taskFailedEventDetails",
    "taskTimedOutEventDetails",
    "lambdaFunctionFailedEventDetails",
    "lambdaFunctionTimedOutEventDetails",
    "executionFailedEventDetails",
    "executionTimedOutEventDetails",
    "executionAbortedEventDetails",
)


class UnknownExecutionError(WindvaneError):
    """The state machine has no execution of that name."""


@dataclass(frozen=True, slots=True)
class Execution:
    """One execution as it stands."""

    name: str
    arn: str
    status: str
    started_at: datetime
    stopped_at: datetime | None
    input: str = "{}"
    output: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """One event of an execution's history; `details` are those of its type, or empty."""

    id: int
    type: str
    at: datetime
    details: dict[str, Any]


class StepFunctionsExecutions:
    """Reads the executions of one state machine; `client` is a Step Functions client."""

    def __init__(self, client: Any, state_machine_arn: str) -> None:  # noqa: ANN401 - boto3 has no types
        self._client = client
        self._state_machine_arn = state_machine_arn

    def list(self, *, status: str | None = None, limit: int = 50) -> tuple[Execution, ...]:
        """Return the latest executions, newest first, without their input and output."""
        wanted = {"statusFilter": status} if status else {}
        pages = self._client.get_paginator("list_executions").paginate(
            stateMachineArn=self._state_machine_arn, **wanted
        )
        found = (_execution(item) for page in pages for item in page["executions"])
        return tuple(islice(found, limit))

    def describe(self, name: str) -> Execution:
        """Return an execution by its name; raise UnknownExecutionError."""
        try:
            return _execution(self._client.describe_execution(executionArn=self._arn(name)))
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExecutionDoesNotExist":
                raise
            msg = f"no execution is named {name!r}; `windvane runs list` shows them"
            raise UnknownExecutionError(msg) from error

    def history(self, name: str) -> Iterator[HistoryEvent]:
        """Yield an execution's events, oldest first."""
        pages = self._client.get_paginator("get_execution_history").paginate(
            executionArn=self._arn(name), includeExecutionData=True
        )
        for page in pages:
            for event in page["events"]:
                details: dict[str, Any] = next((event[key] for key in _DETAILS if key in event), {})
                yield HistoryEvent(event["id"], event["type"], event["timestamp"], details)

    def map_failure(self, name: str) -> Execution | None:
        """Return the first child of an execution's Distributed Map that failed, or None."""
        runs = self._client.list_map_runs(executionArn=self._arn(name))["mapRuns"]
        for run in runs:
            failed = self._client.list_executions(
                mapRunArn=run["mapRunArn"], statusFilter="FAILED", maxResults=1
            )["executions"]
            for child in failed:
                found = self._client.describe_execution(executionArn=child["executionArn"])
                return _execution(found)
        return None

    def _arn(self, name: str) -> str:
        return f"{self._state_machine_arn.replace(':stateMachine:', ':execution:')}:{name}"


def largest_state_bytes(events: tuple[HistoryEvent, ...]) -> int:
    """Return the size of the largest state that an execution handed on."""
    texts = (event.details.get("input") or event.details.get("output") or "" for event in events)
    return max((len(text.encode()) for text in texts), default=0)


def _execution(item: dict[str, Any]) -> Execution:
    error = item.get("error")
    if error and item.get("cause"):
        error = f"{error}: {_readable_cause(item['cause'])}"
    return Execution(
        name=item["name"],
        arn=item["executionArn"],
        status=item["status"],
        started_at=item["startDate"],
        stopped_at=item.get("stopDate"),
        input=item.get("input", "{}"),
        output=item.get("output"),
        error=error,
    )


def _readable_cause(cause: str) -> str:
    """Return the message inside a Lambda function's error, or the cause as it is."""
    try:
        parsed = json.loads(cause)
    except ValueError:
        return cause
    return str(parsed.get("errorMessage", cause)) if isinstance(parsed, dict) else cause
