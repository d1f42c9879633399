"""What the monitoring stack watches of the others."""

from dataclasses import dataclass

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_stepfunctions as sfn

from infra.components.function import PlatformFunction


@dataclass(frozen=True, slots=True)
class Observed:
    """The parts of training and serving that have alarms and a place on the dashboards.

    `token_check` is None where no function of ours checks tokens.
    """

    steps: tuple[PlatformFunction, ...]
    machine: sfn.StateMachine
    batch_machine: sfn.StateMachine
    predict: PlatformFunction
    token_check: PlatformFunction | None
    api: apigateway.RestApi | apigatewayv2.HttpApi
