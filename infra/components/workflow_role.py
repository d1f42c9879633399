"""Who a workflow is: it may run its steps and deliver its logs."""

from collections.abc import Mapping

from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.components.function import PlatformFunction
from infra.components.log_delivery import LogDelivery


def add_workflow_role(
    scope: Construct,
    *,
    steps: Mapping[str, PlatformFunction],
    tracing: iam.IManagedPolicy,
    log_delivery: LogDelivery,
) -> tuple[iam.Role, iam.Policy]:
    """Return a role that may run the steps and deliver logs, and the policy that says so."""
    role = iam.Role(
        scope,
        "Role",
        description="The retraining workflow runs its steps",
        assumed_by=iam.ServicePrincipal("states.amazonaws.com"),
        managed_policies=[tracing, log_delivery.policy],
    )
    return role, allow_steps(scope, role, steps)


def allow_steps(
    scope: Construct, role: iam.IRole, steps: Mapping[str, PlatformFunction]
) -> iam.Policy:
    """Let a workflow's role run its steps; return the policy that says so."""
    return iam.Policy(
        scope,
        "Permissions",
        roles=[role],
        statements=[
            iam.PolicyStatement(
                actions=["lambda:InvokeFunction"],
                resources=[step.arn for step in steps.values()],
            )
        ],
    )
