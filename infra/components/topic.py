"""An SNS topic that alarms and functions publish to."""

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct


class PlatformTopic(Construct):
    """A topic reached by TLS alone; the account's own CloudWatch alarms may publish to it.

    A topic with a policy loses SNS's default one, so the alarms must be named.
    """

    def __init__(self, scope: Construct, id_: str, *, display_name: str) -> None:
        super().__init__(scope, id_)
        self.topic = sns.Topic(self, "Topic", display_name=display_name, enforce_ssl=True)
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )
