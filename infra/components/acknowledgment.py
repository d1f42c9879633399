"""Accepted security findings: one rule on one construct, and the control that makes up for it."""

from aws_cdk import Acknowledgment, Stack, Validations
from constructs import IConstruct

from infra.bundling.target import LAMBDA_PYTHON


def acknowledge(construct: IConstruct, rule: str, reason: str) -> None:
    """Accept a finding of cdk-nag on a construct; `reason` names the compensating control."""
    Validations.of(construct).acknowledge(Acknowledgment(id=rule, reason=reason))


def acknowledge_runtime(stack: Stack) -> None:
    """Accept that a stack's functions run on a Python before the newest that Lambda has.

    On the stack, since its functions share the reason: all of them move when the bundles do.
    """
    acknowledge(
        stack,
        "AwsSolutions-L1",
        f"AWS supports python{LAMBDA_PYTHON} until 2029; the bundles hold bytecode and wheels of "
        "this very version, and the runtime and the bundles take it from one value in the code",
    )
