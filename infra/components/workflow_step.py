"""A step of a workflow: the call of a function, with its limit and its retries."""

from aws_cdk import Duration
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from functions.contracts.functions import function_named
from infra.components.function import PlatformFunction

# A step's own limit ends it first and says so; the task's limit is for an answer that never comes.
ANSWER_MARGIN_SECONDS = 30

SERVICE_ERRORS = [
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
]
"""Lambda's own troubles: the step did nothing wrong, and may not have run at all."""

TIMEOUTS = ["States.Timeout", "Sandbox.Timedout"]
"""A step took too long: once again, in case it was the machine."""

REPEATABLE = frozenset({"roll_out", "watch_roll_out", "replay", "predict_batch", "finish_batch"})
"""Steps that do the same once however often they are called, and that a single failure must not
end: of a rollout, or of hours of a batch."""


def workflow_step(
    scope: Construct, step: PlatformFunction, *, result_path: str | None = None
) -> tasks.LambdaInvoke:
    """Return the state of a function; its answer is added under its name, or as `result_path`."""
    definition = function_named(step.name)
    task = tasks.LambdaInvoke(
        scope,
        definition.state or definition.name,
        lambda_function=step.function,
        payload_response_only=True,
        result_path=result_path or f"$.{definition.name}",
        task_timeout=sfn.Timeout.duration(
            Duration.seconds(definition.timeout_seconds + ANSWER_MARGIN_SECONDS)
        ),
        retry_on_service_exceptions=False,
    )
    task.add_retry(
        errors=SERVICE_ERRORS,
        interval=Duration.seconds(2),
        backoff_rate=2.0,
        max_attempts=6,
        max_delay=Duration.seconds(60),
        jitter_strategy=sfn.JitterType.FULL,
    )
    task.add_retry(
        errors=TIMEOUTS,
        interval=Duration.seconds(10),
        backoff_rate=2.0,
        max_attempts=1,
        jitter_strategy=sfn.JitterType.FULL,
    )
    if step.name in REPEATABLE:
        task.add_retry(
            errors=["States.ALL"],
            interval=Duration.seconds(5),
            backoff_rate=2.0,
            max_attempts=3,
            jitter_strategy=sfn.JitterType.FULL,
        )
    return task
