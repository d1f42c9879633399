"""How retraining is asked for: an alarm, a topic, and start_retraining that decides (D7)."""

from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.components.function import PlatformFunction
from infra.components.topic import PlatformTopic


class RetrainingTrigger(Construct):
    """The topic of the drift alarms, and the function that it wakes.

    `undelivered` takes the messages that SNS could not hand to the function.
    """

    def __init__(
        self, scope: Construct, id_: str, *, starter: PlatformFunction, undelivered: sqs.IQueue
    ) -> None:
        super().__init__(scope, id_)
        self.topic = PlatformTopic(self, "Retraining", display_name="Windvane retraining").topic
        self.topic.add_subscription(
            subscriptions.LambdaSubscription(starter.function, dead_letter_queue=undelivered)
        )
