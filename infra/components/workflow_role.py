"""Who the retraining workflow is: it may run its steps and deliver its logs."""

from collections.abc import Mapping

from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.components.acknowledgment import acknowledge
from infra.components.function import PlatformFunction

LOG_DELIVERY_ACTIONS = [
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
]
"""What Step Functions needs of its role in order to log, as its guide lists it."""


def add_workflow_role(
    scope: Construct, *, steps: Mapping[str, PlatformFunction], tracing: iam.IManagedPolicy
) -> tuple[iam.Role, iam.Policy]:
    """Return a role that may run the steps and deliver logs, and the policy that says so."""
    role = iam.Role(
        scope,
        "Role",
        description="The retraining workflow runs its steps",
        assumed_by=iam.ServicePrincipal("states.amazonaws.com"),
        managed_policies=[tracing],
    )
    policy = iam.Policy(
        scope,
        "Permissions",
        roles=[role],
        statements=[
            iam.PolicyStatement(
                actions=["lambda:InvokeFunction"],
                resources=[step.arn for step in steps.values()],
            ),
            iam.PolicyStatement(actions=LOG_DELIVERY_ACTIONS, resources=["*"]),
        ],
    )
    acknowledge(
        policy,
        "AwsSolutions-IAM5[Resource::*]",
        (
            "the log delivery API knows no resources to name (Step Functions' guide); it can "
            "send this workflow's logs somewhere and read none, and they hold no execution data"
        ),
    )
    return role, policy
