"""Who looks at levels every quarter of an hour: what an event that got lost would have started."""

from collections.abc import Mapping, Sequence

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from functions.contracts.messages import TriggerKind
from functions.contracts.settings import ReconcileSettings
from infra.components.foundation import Foundation
from infra.components.function import PlatformFunction
from infra.components.model_schedule import FunctionSchedules, ScheduledCall

SCHEDULE = "rate(15 minutes)"


class Reconciler(Construct):
    """The function and its schedules, one a model; it may read the alarms it is told of, no other.

    `machine_arn` is the retraining workflow; `undelivered` takes looks that could not be made.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        foundation: Foundation,
        machine_arn: str,
        undelivered: sqs.IQueue,
    ) -> None:
        super().__init__(scope, id_)
        self.function = PlatformFunction(
            self,
            "Reconcile",
            name="reconcile",
            platform=foundation.platform,
            settings=ReconcileSettings(
                stage=foundation.stage.name,
                captures_bucket=foundation.captures.name,
                registry_table=foundation.registry.name,
                state_machine_arn=machine_arn,
                notification_topic_arn=foundation.notifications.topic_arn,
            ),
            dead_letters=undelivered,
        )
        foundation.registry.grant_read(self.function)
        foundation.registry.grant_append(self.function)
        self.function.allow(["sns:Publish"], [foundation.notifications.topic_arn])
        self._schedules = FunctionSchedules(
            self,
            "Schedules",
            target=self.function,
            undelivered=undelivered,
            stage=foundation.stage,
        )

    def watch(self, model: str, alarms: Mapping[TriggerKind, Sequence[cloudwatch.IAlarm]]) -> None:
        """Look at a model, and at the alarms that ask for its retraining, by what they speak of."""
        arns = [alarm.alarm_arn for some in alarms.values() for alarm in some]
        if arns:
            self.function.allow(
                ["cloudwatch:DescribeAlarms", "cloudwatch:DescribeAlarmHistory"], arns
            )
        names = {kind.value: [alarm.alarm_name for alarm in some] for kind, some in alarms.items()}
        self._schedules.add(
            model,
            ScheduledCall(
                expression=SCHEDULE,
                payload={"model": model, "alarms": names},
                description=f"Look whether retraining of {model} hangs or is due",
            ),
        )
