"""What Step Functions needs of a role in order to log, in one policy for every workflow."""

from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.components.acknowledgment import acknowledge

ACTIONS = [
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
]
"""As Step Functions' guide lists them."""


class LogDelivery(Construct):
    """A managed policy that lets the workflows deliver their logs."""

    def __init__(self, scope: Construct, id_: str) -> None:
        super().__init__(scope, id_)
        self.policy = iam.ManagedPolicy(
            self,
            "Policy",
            description="Workflows deliver their logs",
            statements=[iam.PolicyStatement(actions=ACTIONS, resources=["*"])],
        )
        acknowledge(
            self.policy,
            "AwsSolutions-IAM5[Resource::*]",
            (
                "the log delivery API knows no resources to name (Step Functions' guide); it can "
                "send the workflows' logs somewhere and read none; they hold no execution data"
            ),
        )
