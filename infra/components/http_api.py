"""An HTTP API: one route for each of ours, no default route; cheaper and sooner to answer (D12)."""

import json

import jsii
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from constructs import Construct

from functions.contracts.routes import ROUTES
from infra.components.prediction_api import (
    API_STAGE,
    Guarded,
    address_of,
    make_access_log,
)
from infra.stage import Stage

_LOGGED = {
    "requestId": "$context.requestId",
    "ip": "$context.identity.sourceIp",
    "caller": "$context.identity.caller",
    "user": "$context.identity.user",
    "subject": "$context.authorizer.claims.sub",
    "requestTime": "$context.requestTime",
    "routeKey": "$context.routeKey",
    "protocol": "$context.protocol",
    "status": "$context.status",
    "responseLength": "$context.responseLength",
}


class HttpPredictionApi(Construct):
    """The HTTP API of a stage: signed requests, or tokens that it checks itself.

    It has no API keys, no usage plans and no web ACL. There is no CORS, so no browser of another
    origin.
    """

    def __init__(self, scope: Construct, id_: str, *, guarded: Guarded) -> None:
        super().__init__(scope, id_)
        stage = guarded.stage
        self.api = apigatewayv2.HttpApi(
            self,
            "HttpApi",
            api_name=f"windvane-{stage.name}",
            description=f"Windvane {stage.name}: predictions",
            create_default_stage=False,
        )
        self._add_routes(guarded)
        apigatewayv2.HttpStage(
            self,
            "Stage",
            http_api=self.api,
            stage_name=API_STAGE,
            auto_deploy=True,
            detailed_metrics_enabled=True,
            throttle=apigatewayv2.ThrottleSettings(
                rate_limit=stage.api_requests_per_second, burst_limit=stage.api_burst
            ),
            access_log_settings=_AccessLog(self, stage),
        )

    @property
    def url(self) -> str:
        """The address of the API, without a slash at its end."""
        return address_of(self.api.api_id)

    def _add_routes(self, guarded: Guarded) -> None:
        integration = integrations.HttpLambdaIntegration(
            "Predict",
            guarded.function.function,
            payload_format_version=apigatewayv2.PayloadFormatVersion.VERSION_2_0,
            scope_permission_to_route=False,  # one permission for the API, not one a route
        )
        authorizer = _authorizer(guarded.stage)
        for route in ROUTES:
            self.api.add_routes(
                path=route.path,
                methods=[apigatewayv2.HttpMethod(route.method)],
                integration=integration,
                authorizer=authorizer,
            )


def _authorizer(stage: Stage) -> apigatewayv2.IHttpRouteAuthorizer:
    if stage.token is None:
        return authorizers.HttpIamAuthorizer()
    return authorizers.HttpJwtAuthorizer(
        "Tokens", stage.token.issuer, jwt_audience=list(stage.token.audiences)
    )


@jsii.implements(apigatewayv2.IAccessLogSettings)
class _AccessLog:
    """One JSON line a request: who asked for what, and how it ended; no body."""

    def __init__(self, scope: Construct, stage: Stage) -> None:
        self._destination = apigatewayv2.LogGroupLogDestination(make_access_log(scope, stage))

    @property
    def destination(self) -> apigatewayv2.IAccessLogDestination:
        """The log group that the lines go to."""
        return self._destination

    @property
    def format(self) -> apigateway.AccessLogFormat:
        """What a line says."""
        return apigateway.AccessLogFormat.custom(json.dumps(_LOGGED))
