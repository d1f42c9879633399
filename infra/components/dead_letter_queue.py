"""Where what could not be delivered or handled waits for a person."""

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.stage import Stage


class DeadLetterQueue(Construct):
    """An encrypted queue that keeps messages for 14 days, the longest that SQS can.

    `holds` says in the plural what lies in it, `remedy` what to do about it, for the alarm's text.
    """

    def __init__(
        self, scope: Construct, id_: str, *, holds: str, stage: Stage, remedy: str = "send again"
    ) -> None:
        super().__init__(scope, id_)
        self.holds = holds
        self.remedy = remedy
        self.queue = sqs.Queue(
            self,
            "Queue",
            retention_period=Duration.days(14),
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            removal_policy=stage.removal_policy,
        )
