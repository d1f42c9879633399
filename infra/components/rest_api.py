"""A REST API: one method for each route, and nothing that catches the rest."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from constructs import Construct

from functions.contracts.access import BEARER_PATTERN, Authorization
from functions.contracts.routes import ROUTES
from infra.components.acknowledgment import acknowledge
from infra.components.prediction_api import (
    API_STAGE,
    Guarded,
    address_of,
    make_access_log,
)

JSON = "application/json"
_MEMBERS = {
    "message": "$context.error.messageString",  # SageMaker's clients, and MLflow's
    "error": "$context.error.messageString",  # those of the Open Inference Protocol
    "type": '"urn:windvane:problem:api_gateway"',
    "title": '"API Gateway refused the request"',
    "detail": "$context.error.messageString",
}
REFUSAL_TEMPLATE = "{" + ", ".join(f'"{name}": {text}' for name, text in _MEMBERS.items()) + "}"
"""A refusal of the API's own: a problem without its status, for an answer's template has none.

`messageString` comes with its quotation marks.
"""

VERDICT_MINUTES = 5
"""How long a token is not checked again; the prediction function looks at its end each time."""


class RestPredictionApi(Construct):
    """The REST API of a stage: API keys, tokens by a function of ours, or signed requests.

    There is no CORS, so no browser of another origin. All bodies count as binary, for clients of
    the Open Inference Protocol send none of the headers by which API Gateway would know: the
    function gets them as base64.
    """

    def __init__(self, scope: Construct, id_: str, *, guarded: Guarded) -> None:
        super().__init__(scope, id_)
        self._stage = guarded.stage
        self._access_log = make_access_log(self, guarded.stage)
        self.api = apigateway.RestApi(
            self,
            "Api",
            rest_api_name=f"windvane-{guarded.stage.name}",  # alarms tell stages apart by it
            description=f"Windvane {guarded.stage.name}: predictions",
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            binary_media_types=["*/*"],
            # The role is the account's for all its APIs: it outlives this one.
            cloud_watch_role=True,
            cloud_watch_role_removal_policy=RemovalPolicy.RETAIN,
            deploy_options=self._deployment(),
        )
        # Its address is published once, under the name that the command line reads.
        self.api.node.try_remove_child("Endpoint")
        self._add_routes(guarded)
        self._add_refusals()
        guarded.keys.limit(self.api)
        self._acknowledge()

    @property
    def url(self) -> str:
        """The address of the API, without a slash at its end."""
        return address_of(self.api.rest_api_id)

    def _add_routes(self, guarded: Guarded) -> None:
        integration = apigateway.LambdaIntegration(
            guarded.function.function,
            proxy=True,
            scope_permission_to_method=False,  # one permission for the API, not one a route
        )
        authorizer = self._authorizer(guarded)
        for route in ROUTES:
            self.api.root.resource_for_path(route.path).add_method(
                route.method,
                integration,
                authorization_type=_AUTHORIZATION_TYPES[self._stage.authorization],
                authorizer=authorizer,
                api_key_required=self._stage.authorization is Authorization.API_KEY,
            )

    def _add_refusals(self) -> None:
        """Let what the API itself refuses be read by the clients of each protocol."""
        for id_, kind in (
            ("RefusedByApi", apigateway.ResponseType.DEFAULT_4_XX),
            ("FailedByApi", apigateway.ResponseType.DEFAULT_5_XX),
        ):
            self.api.add_gateway_response(id_, type=kind, templates={JSON: REFUSAL_TEMPLATE})

    def _authorizer(self, guarded: Guarded) -> apigateway.IAuthorizer | None:
        """Return what checks tokens; it says who calls, not what they may do, so no is 401."""
        if guarded.token_check is None:
            return None
        self.api.add_gateway_response(
            "TokenRefused",
            type=apigateway.ResponseType.ACCESS_DENIED,
            status_code="401",
            response_headers={"WWW-Authenticate": "'Bearer'"},
            templates={JSON: REFUSAL_TEMPLATE},
        )
        return apigateway.TokenAuthorizer(
            self,
            "TokenCheck",
            handler=guarded.token_check.function,
            validation_regex=BEARER_PATTERN,
            results_cache_ttl=Duration.minutes(VERDICT_MINUTES),
        )

    def _deployment(self) -> apigateway.StageOptions:
        return apigateway.StageOptions(
            stage_name=API_STAGE,
            throttling_rate_limit=self._stage.api_requests_per_second,
            throttling_burst_limit=self._stage.api_burst,
            tracing_enabled=True,
            logging_level=apigateway.MethodLoggingLevel.ERROR,
            data_trace_enabled=False,
            access_log_destination=apigateway.LogGroupLogDestination(self._access_log),
            access_log_format=apigateway.AccessLogFormat.json_with_standard_fields(
                caller=True,
                http_method=True,
                ip=True,
                protocol=True,
                request_time=True,
                resource_path=True,
                response_length=True,
                status=True,
                user=True,
            ),
        )

    def _acknowledge(self) -> None:
        acknowledge(
            self.api.node.find_child("CloudWatchRole"),
            (
                "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
                "AmazonAPIGatewayPushToCloudWatchLogs]"
            ),
            (
                "API Gateway checks for this policy's actions when the account's role is set; only "
                "apigateway.amazonaws.com can assume the role, and bodies are never logged"
            ),
        )
        acknowledge(
            self.api,
            "AwsSolutions-APIG2",
            (
                "bodies are checked by the function against the model's own schema, which changes "
                "with a promotion and not with a deployment; a bad one is answered with 4xx"
            ),
        )
        acknowledge(
            self.api.deployment_stage,
            "AwsSolutions-APIG3",
            (
                "every request must be signed or carry a key or a token, and the stage is "
                "throttled; a web ACL costs more idle than all the rest together"
            ),
        )
        acknowledge(
            self.api,
            "AwsSolutions-COG4",
            (
                "callers are services, not people with a user pool: each method is authorized by "
                "the stage's choice of signatures, API keys or tokens, and the function again"
            ),
        )
        if self._stage.authorization is Authorization.API_KEY:
            acknowledge(
                self.api,
                "AwsSolutions-APIG4",
                (
                    "each method needs an API key of a client with a usage plan; the function "
                    "knows the clients by their keys and refuses a model that is not for them"
                ),
            )


_AUTHORIZATION_TYPES = {
    Authorization.IAM: apigateway.AuthorizationType.IAM,
    Authorization.API_KEY: apigateway.AuthorizationType.NONE,
    Authorization.JWT: apigateway.AuthorizationType.CUSTOM,
}
