"""The state machine of a workflow: Standard, traced, logged without what its executions hold."""

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.stage import Stage


def add_machine(
    scope: Construct,
    definition: sfn.IChainable,
    *,
    role: iam.IRole,
    timeout: Duration,
    stage: Stage,
) -> sfn.StateMachine:
    """Return the state machine of a definition; what the role may do is granted elsewhere."""
    log_group = logs.LogGroup(
        scope, "Logs", retention=stage.log_retention, removal_policy=stage.removal_policy
    )
    return sfn.StateMachine(
        scope,
        "Machine",
        definition_body=sfn.DefinitionBody.from_chainable(definition),
        state_machine_type=sfn.StateMachineType.STANDARD,
        timeout=timeout,
        # By ARN: CDK would add its own, wider grants to the role, and depend on it twice.
        role=iam.Role.from_role_arn(scope, "FixedRole", role.role_arn, mutable=False),
        tracing_enabled=True,
        logs=sfn.LogOptions(
            destination=log_group, level=sfn.LogLevel.ALL, include_execution_data=False
        ),
        removal_policy=stage.removal_policy,
    )
