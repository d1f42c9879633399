"""How people are told of alarms: the alarms, a topic, and notify that says what to do."""

from collections.abc import Mapping

from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from functions.contracts.alerts import Severity
from functions.contracts.settings import NotifySettings
from infra.components.dead_letter_queue import DeadLetterQueue
from infra.components.foundation import Foundation
from infra.components.function import PlatformFunction
from infra.components.topic import PlatformTopic


class Notifier(Construct):
    """The topic of all alarms about models, and the function that it wakes.

    A team's own alarm may publish to the topic, too: on a metric of no condition it is told as a
    page, with its own description. `untold` holds the alarms that the function could not tell.
    """

    def __init__(self, scope: Construct, id_: str, *, foundation: Foundation) -> None:
        super().__init__(scope, id_)
        self.untold = DeadLetterQueue(
            self,
            "UntoldAlarms",
            holds="Alarms about models",
            remedy="read them in CloudWatch, then empty the queue",
            stage=foundation.stage,
        )
        undelivered = self.untold.queue
        told: Mapping[Severity, sns.ITopic] = foundation.told
        self.function = PlatformFunction(
            self,
            "Notify",
            name="notify",
            platform=foundation.platform,
            settings=NotifySettings(
                stage=foundation.stage.name,
                captures_bucket=foundation.captures.name,
                page_topic_arn=told[Severity.PAGE].topic_arn,
                retrain_topic_arn=told[Severity.RETRAIN].topic_arn,
                note_topic_arn=told[Severity.NOTE].topic_arn,
            ),
            dead_letters=undelivered,
        )
        self.function.allow(["sns:Publish"], [topic.topic_arn for topic in told.values()])
        self.topic = PlatformTopic(self, "Alarms", display_name="Windvane alarms").topic
        self.topic.add_subscription(
            subscriptions.LambdaSubscription(self.function.function, dead_letter_queue=undelivered)
        )
