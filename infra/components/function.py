"""The only place that creates a Lambda function."""

from dataclasses import dataclass

from aws_cdk import Duration, Size
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from functions.contracts.functions import (
    SERVING_MEMORY,
    FunctionDefinition,
    Group,
    function_named,
)
from functions.contracts.settings import FunctionSettings
from infra.components.bundle_shelf import BundleShelf
from infra.components.function_roles import FunctionRoles
from infra.stage import Stage

MB_PER_VCPU = 1769
"""Lambda gives one vCPU for each 1,769 MB of memory."""


@dataclass(frozen=True, slots=True)
class FunctionPlatform:
    """What every function of a stage is made with."""

    stage: Stage
    shelf: BundleShelf
    roles: FunctionRoles


class PlatformFunction(Construct):
    """The function of that name, made from its definition, with its own log group and policy.

    The policy starts with writing to the function's own log group; `allow` adds to it, and nothing
    else does. `dead_letters` is where events of an asynchronous caller go after the last retry;
    None: every caller waits for the answer.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        platform: FunctionPlatform,
        settings: FunctionSettings,
        dead_letters: sqs.IQueue | None = None,
    ) -> None:
        super().__init__(scope, id_)
        definition = function_named(name)
        stage, role = platform.stage, platform.roles.by_function[name]
        self.name = name
        self.timeout = Duration.seconds(definition.timeout_seconds)
        self.log_group = logs.LogGroup(
            self,
            "Logs",
            retention=stage.log_retention_of(definition.group),
            removal_policy=stage.removal_policy,
        )
        self._permissions = iam.Policy(self, "Permissions", roles=[role])
        self.function = lambda_.Function(
            self,
            "Function",
            description=f"Windvane {stage.name}: {name}",
            code=platform.shelf.code(definition.group),
            handler=definition.handler,
            runtime=stage.runtime,
            architecture=stage.architecture,
            memory_size=definition.memory_mb,
            timeout=self.timeout,
            ephemeral_storage_size=Size.mebibytes(definition.ephemeral_storage_mb),
            environment={**settings.to_env(), **library_environment(definition)},
            # Without updates: CDK would add its own, wider grants to the role, in the role's stack.
            role=role.without_policy_updates(),
            tracing=lambda_.Tracing.ACTIVE,
            log_group=self.log_group,
            dead_letter_queue=dead_letters,
        )
        self.function.node.add_dependency(self._permissions)
        self.allow(["logs:CreateLogStream", "logs:PutLogEvents"], [self.log_group.log_group_arn])
        if dead_letters is not None:
            self.allow(["sqs:SendMessage"], [dead_letters.queue_arn])

    @property
    def arn(self) -> str:
        """The function's ARN."""
        return self.function.function_arn

    @property
    def policy(self) -> iam.Policy:
        """All that the function may do outside the buckets and besides tracing."""
        return self._permissions

    def allow(
        self,
        actions: list[str],
        resources: list[str],
        conditions: dict[str, dict[str, object]] | None = None,
    ) -> None:
        """Let the function do something with some resources."""
        self._permissions.add_statements(
            iam.PolicyStatement(actions=actions, resources=resources, conditions=conditions)
        )


def library_environment(definition: FunctionDefinition) -> dict[str, str]:
    """Return how libraries run: what serves keeps its memory, and idle threads of OpenMP sleep.

    Spinning takes the vCPU's paid time.
    """
    openmp = {"OMP_NUM_THREADS": str(thread_count(definition)), "OMP_WAIT_POLICY": "PASSIVE"}
    return {**openmp, **(SERVING_MEMORY if definition.group is Group.SERVING else {})}


def thread_count(definition: FunctionDefinition) -> int:
    """Return how many threads numeric libraries may use: the vCPUs, in serving one (D17)."""
    if definition.group is Group.SERVING:
        return 1
    return max(1, definition.memory_mb // MB_PER_VCPU)
