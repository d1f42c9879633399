"""Who may emit the metrics of models, and in which namespaces (D8)."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from constructs import Construct

from functions.contracts.metrics import namespace
from functions.contracts.model_spec import ModelSpec
from infra.components.acknowledgment import acknowledge
from infra.components.foundation import Foundation


def allow_model_metrics(
    scope: Construct,
    *,
    functions: Sequence[str],
    foundation: Foundation,
    models: Sequence[ModelSpec],
) -> None:
    """Let functions put metrics into the models' namespaces; without a model, into none.

    It is one policy of several roles: it is accepted once that it names no resource.
    """
    namespaces = [namespace(foundation.stage.name, spec.name) for spec in models]
    if not namespaces:
        return
    policy = iam.Policy(
        scope,
        "ModelMetrics",
        roles=[foundation.platform.roles.by_function[name] for name in functions],
        statements=[
            iam.PolicyStatement(
                actions=["cloudwatch:PutMetricData"],
                resources=["*"],
                conditions={"StringEquals": {"cloudwatch:namespace": namespaces}},
            )
        ],
    )
    acknowledge(
        policy,
        "AwsSolutions-IAM5[Resource::*]",
        (
            "PutMetricData knows no resources to name; the condition limits it to the namespaces "
            "of this stage's models"
        ),
    )
