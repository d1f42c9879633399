"""How an alarm ends rollouts at once: alarms, a topic, and abort_roll_out that does it."""

from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.components.function import PlatformFunction
from infra.components.topic import PlatformTopic


class RolloutAbort(Construct):
    """The topic that ends rollouts, and the function behind it.

    The prediction API's alarms publish to it. A team's own alarm may, too: on a metric in a model's
    namespace it ends that model's rollout. `undelivered` takes the messages that SNS could not hand
    to the function.
    """

    def __init__(
        self, scope: Construct, id_: str, *, function: PlatformFunction, undelivered: sqs.IQueue
    ) -> None:
        super().__init__(scope, id_)
        self.topic = PlatformTopic(self, "Aborts", display_name="Windvane rollout aborts").topic
        self.topic.add_subscription(
            subscriptions.LambdaSubscription(function.function, dead_letter_queue=undelivered)
        )
