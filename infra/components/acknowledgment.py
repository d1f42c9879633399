"""Accepted security findings: one rule on one construct, and the control that makes up for it."""

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def acknowledge(construct: IConstruct, rule: str, reason: str) -> None:
    """Accept a finding of cdk-nag on a construct; `reason` names the compensating control."""
    Validations.of(construct).acknowledge(Acknowledgment(id=rule, reason=reason))
