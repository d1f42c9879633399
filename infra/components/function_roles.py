"""One role for each function, made where the data are, so that a bucket can name its readers.

What a function may do in S3 stands in the bucket's own policy, by role and key; all else stands in
the function's policy, beside the function.
"""

from collections.abc import Mapping
from types import MappingProxyType

from aws_cdk import aws_iam as iam
from constructs import Construct

from functions.contracts.functions import FUNCTIONS
from infra.components.acknowledgment import acknowledge


class FunctionRoles(Construct):
    """The functions' roles by function name, those of Firehose and batch, and who may trace."""

    def __init__(self, scope: Construct, id_: str) -> None:
        super().__init__(scope, id_)
        self.tracing = _tracing_policy(self)
        self.by_function: Mapping[str, iam.Role] = MappingProxyType(
            {definition.name: self._function_role(definition.name) for definition in FUNCTIONS}
        )
        self.delivery = iam.Role(
            self,
            "Delivery",
            description="Firehose writes captures and ground truth",
            assumed_by=iam.ServicePrincipal("firehose.amazonaws.com"),
        )

        self.batch_workflow = iam.Role(
            self,
            "BatchWorkflow",
            description="The batch workflow runs its steps and reads its chunk lists",
            assumed_by=iam.ServicePrincipal("states.amazonaws.com"),
            managed_policies=[self.tracing],
        )

    def _function_role(self, name: str) -> iam.Role:
        return iam.Role(
            self,
            "".join(word.capitalize() for word in name.split("_")),
            description=f"The function {name}",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            managed_policies=[self.tracing],
        )


def _tracing_policy(scope: Construct) -> iam.ManagedPolicy:
    policy = iam.ManagedPolicy(
        scope,
        "Tracing",
        description="Sending X-Ray traces",
        statements=[
            iam.PolicyStatement(
                actions=["xray:PutTraceSegments", "xray:PutTelemetryRecords"], resources=["*"]
            )
        ],
    )
    acknowledge(
        policy,
        "AwsSolutions-IAM5[Resource::*]",
        (
            "X-Ray knows no resources to name; the policy holds the two actions that send traces, "
            "none that reads, and it is the one place where they are granted"
        ),
    )
    return policy
