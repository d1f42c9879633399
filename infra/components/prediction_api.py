"""The prediction API: HTTPS, signed requests only, one function behind every route (D12)."""

from aws_cdk import Aws, RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.components.acknowledgment import acknowledge
from infra.components.function import PlatformFunction
from infra.stage import Stage

API_STAGE = "v1"
"""The stage of API Gateway, the first part of every path."""


class PredictionApi(Construct):
    """A REST API that hands every request below its root to `function`.

    Callers sign with IAM (`execute-api:Invoke`); there is no CORS, so no browser of another origin.
    API Gateway takes bodies of up to 10 MB, Lambda 6 MB after encoding: the function refuses what
    is larger with 413.
    """

    def __init__(
        self, scope: Construct, id_: str, *, function: PlatformFunction, stage: Stage
    ) -> None:
        super().__init__(scope, id_)
        self.access_log = logs.LogGroup(
            self, "AccessLog", retention=stage.log_retention, removal_policy=stage.removal_policy
        )
        self.api = apigateway.RestApi(
            self,
            "Api",
            description=f"Windvane {stage.name}: predictions",
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            # The role is the account's for all its APIs: it outlives this one.
            cloud_watch_role=True,
            cloud_watch_role_removal_policy=RemovalPolicy.RETAIN,
            deploy_options=self._deployment(stage),
        )
        # Its address is published once, under the name that the command line reads.
        self.api.node.try_remove_child("Endpoint")
        self.method = self.api.root.add_resource("{proxy+}").add_method(
            "ANY",
            apigateway.LambdaIntegration(function.function, proxy=True, allow_test_invoke=False),
            authorization_type=apigateway.AuthorizationType.IAM,
        )
        self._acknowledge()

    @property
    def url(self) -> str:
        """The address of the API, without a slash at its end."""
        return (
            f"https://{self.api.rest_api_id}.execute-api.{Aws.REGION}.{Aws.URL_SUFFIX}/{API_STAGE}"
        )

    def _deployment(self, stage: Stage) -> apigateway.StageOptions:
        return apigateway.StageOptions(
            stage_name=API_STAGE,
            throttling_rate_limit=stage.api_requests_per_second,
            throttling_burst_limit=stage.api_burst,
            tracing_enabled=True,
            logging_level=apigateway.MethodLoggingLevel.ERROR,
            data_trace_enabled=False,
            access_log_destination=apigateway.LogGroupLogDestination(self.access_log),
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
                "every request must be signed by a principal of the account, and the stage is "
                "throttled; a web ACL costs more idle than all the rest together"
            ),
        )
        acknowledge(
            self.method,
            "AwsSolutions-COG4",
            "callers are services: the method is authorized by IAM signatures instead",
        )
