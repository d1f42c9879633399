"""Who may emit drift metrics, and in which namespaces (D8)."""

from collections.abc import Sequence

from functions.contracts.metrics import namespace
from functions.contracts.model_spec import ModelSpec
from infra.components.acknowledgment import acknowledge
from infra.components.function import PlatformFunction
from infra.stage import Stage


def allow_drift_metrics(
    function: PlatformFunction, *, stage: Stage, models: Sequence[ModelSpec]
) -> None:
    """Let a function put metrics into the models' namespaces; without a model, into none."""
    namespaces: list[object] = [namespace(stage.name, spec.name) for spec in models]
    if not namespaces:
        return
    function.allow(
        ["cloudwatch:PutMetricData"],
        ["*"],
        {"StringEquals": {"cloudwatch:namespace": namespaces}},
    )
    acknowledge(
        function.policy,
        "AwsSolutions-IAM5[Resource::*]",
        (
            "PutMetricData knows no resources to name; the condition limits it to the namespaces "
            "of this stage's models"
        ),
    )
