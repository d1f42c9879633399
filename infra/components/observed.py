"""What the monitoring stack watches of the others."""

from dataclasses import dataclass

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_stepfunctions as sfn

from infra.components.function import PlatformFunction


@dataclass(frozen=True, slots=True)
class Observed:
    """The parts of training and serving that have alarms and a place on the dashboards."""

    steps: tuple[PlatformFunction, ...]
    machine: sfn.StateMachine
    predict: PlatformFunction
    api: apigateway.RestApi
