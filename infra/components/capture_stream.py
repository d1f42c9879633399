"""The way of a capture: log line, subscription, function, stream, bucket (D10)."""

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kinesisfirehose as firehose
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from functions.contracts import keys
from functions.contracts.log_lines import RECORD_KEY
from infra.components.foundation import Foundation
from infra.components.function import PlatformFunction
from infra.components.key_patterns import DELIVERY_ERRORS_PREFIX

BUFFER_SECONDS = 300
"""Drift is looked at hourly; a longer buffer makes fewer and larger objects."""

BUFFER_MIB = 64


class DeliveryStreams(Construct):
    """Two Firehose streams into the captures bucket: what was answered, and what came true."""

    def __init__(self, scope: Construct, id_: str, *, foundation: Foundation) -> None:
        super().__init__(scope, id_)
        self._foundation = foundation
        self._role = foundation.platform.roles.delivery
        self._log_group = logs.LogGroup(
            self,
            "Logs",
            retention=foundation.stage.log_retention,
            removal_policy=foundation.stage.removal_policy,
        )
        self._permissions = iam.Policy(self, "Permissions", roles=[self._role])
        self.captures = self._stream("Captures", keys.CAPTURES_PREFIX)
        self.ground_truth = self._stream("GroundTruth", keys.GROUND_TRUTH_PREFIX)

    def _stream(self, id_: str, prefix: str) -> firehose.CfnDeliveryStream:
        log_stream = logs.LogStream(self, f"{id_}Logs", log_group=self._log_group)
        self._permissions.add_statements(
            iam.PolicyStatement(
                actions=["logs:PutLogEvents"],
                resources=[
                    f"arn:{Aws.PARTITION}:logs:{Aws.REGION}:{Aws.ACCOUNT_ID}:log-group:"
                    f"{self._log_group.log_group_name}:log-stream:{log_stream.log_stream_name}"
                ],
            )
        )
        bucket = self._foundation.captures.bucket
        stream = firehose.CfnDeliveryStream(
            self,
            id_,
            delivery_stream_type="DirectPut",
            delivery_stream_encryption_configuration_input=(
                firehose.CfnDeliveryStream.DeliveryStreamEncryptionConfigurationInputProperty(
                    key_type="AWS_OWNED_CMK"
                )
            ),
            extended_s3_destination_configuration=(
                firehose.CfnDeliveryStream.ExtendedS3DestinationConfigurationProperty(
                    bucket_arn=bucket.bucket_arn,
                    role_arn=self._role.role_arn,
                    prefix=prefix,
                    error_output_prefix=(
                        f"{DELIVERY_ERRORS_PREFIX}{prefix}!{{firehose:error-output-type}}/"
                    ),
                    compression_format="GZIP",
                    buffering_hints=firehose.CfnDeliveryStream.BufferingHintsProperty(
                        interval_in_seconds=BUFFER_SECONDS, size_in_m_bs=BUFFER_MIB
                    ),
                    cloud_watch_logging_options=(
                        firehose.CfnDeliveryStream.CloudWatchLoggingOptionsProperty(
                            enabled=True,
                            log_group_name=self._log_group.log_group_name,
                            log_stream_name=log_stream.log_stream_name,
                        )
                    ),
                )
            ),
        )
        stream.node.add_dependency(self._permissions)
        return stream


class CaptureStream(Construct):
    """Hands a function's captures and ground truths to `collector`, which sends them on.

    What it cannot send on goes to `undelivered`, its dead-letter queue.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        source: logs.ILogGroup,
        collector: PlatformFunction,
        streams: DeliveryStreams,
        undelivered: sqs.IQueue,
    ) -> None:
        super().__init__(scope, id_)
        self._keep_failures(collector, undelivered)
        collector.allow(
            ["firehose:PutRecordBatch"], [streams.captures.attr_arn, streams.ground_truth.attr_arn]
        )
        permission = lambda_.CfnPermission(
            self,
            "Permission",
            action="lambda:InvokeFunction",
            function_name=collector.arn,
            principal="logs.amazonaws.com",
            source_account=Aws.ACCOUNT_ID,
            source_arn=source.log_group_arn,
        )
        # A term, not a JSON pattern: the embedded cloud knows terms alone, and the function reads
        # every line strictly anyhow.
        subscription = logs.CfnSubscriptionFilter(
            self,
            "Subscription",
            log_group_name=source.log_group_name,
            destination_arn=collector.arn,
            filter_pattern=logs.FilterPattern.all_terms(RECORD_KEY).log_pattern_string,
        )
        subscription.add_resource_dependency(permission)

    def _keep_failures(self, collector: PlatformFunction, queue: sqs.IQueue) -> None:
        """Send a batch that was tried in vain to the queue by the second of two ways.

        Lambda's own dead-letter setting sends the event as it is, which the embedded cloud does not
        do; a destination sends it with the error, which it does. On AWS a batch comes twice, and is
        delivered once.
        """
        kept = lambda_.CfnEventInvokeConfig(
            self,
            "Failures",
            function_name=collector.function.function_name,
            qualifier="$LATEST",
            destination_config=lambda_.CfnEventInvokeConfig.DestinationConfigProperty(
                on_failure=lambda_.CfnEventInvokeConfig.OnFailureProperty(
                    destination=queue.queue_arn
                )
            ),
        )
        # Lambda asks whether the role may send before it takes the setting.
        kept.node.add_dependency(collector.policy)
