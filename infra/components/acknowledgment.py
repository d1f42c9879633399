"""Accepted security findings: one rule on one construct, and the control that makes up for it."""

from aws_cdk import Acknowledgment, App, Validations
from constructs import IConstruct

from infra.bundling.target import LAMBDA_PYTHON


def acknowledge(construct: IConstruct, rule: str, reason: str) -> None:
    """Accept a finding of cdk-nag on a construct; `reason` names the compensating control."""
    Validations.of(construct).acknowledge(Acknowledgment(id=rule, reason=reason))


def acknowledge_runtime(app: App) -> None:
    """Accept that the functions run on a Python before the newest that Lambda has.

    On the app, since all its functions share the reason: they move when the bundles do.
    """
    acknowledge(
        app,
        "AwsSolutions-L1",
        f"AWS supports python{LAMBDA_PYTHON} until 2029; the bundles hold bytecode and wheels of "
        "this very version, and the runtime and the bundles take it from one value in the code",
    )
