"""Who joins what came true with its predictions, every hour."""

from aws_cdk import aws_sqs as sqs
from constructs import Construct

from functions.contracts.settings import LabelSettings
from infra.components.foundation import Foundation
from infra.components.function import PlatformFunction
from infra.components.model_schedule import FunctionSchedules, ScheduledCall

SCHEDULE = "rate(1 hour)"

HORIZON_DAYS = 400
"""A year, and time to report it; at most as long as captures are kept."""


class LabelJoiner(Construct):
    """The function and its schedule, for all models at once: ground truth arrives in one stream.

    `undelivered` takes runs that failed; the next run does what they left.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        foundation: Foundation,
        undelivered: sqs.IQueue,
        has_models: bool,
    ) -> None:
        super().__init__(scope, id_)
        stage = foundation.stage
        self.function = PlatformFunction(
            self,
            "JoinGroundTruth",
            name="join_ground_truth",
            platform=foundation.platform,
            settings=LabelSettings(
                stage=stage.name,
                captures_bucket=foundation.captures.name,
                models_bucket=foundation.models.name,
                registry_table=foundation.registry.name,
                horizon_days=min(HORIZON_DAYS, stage.capture_days),
            ),
            dead_letters=undelivered,
        )
        foundation.registry.grant_read(self.function)
        schedules = FunctionSchedules(
            self, "Schedules", target=self.function, undelivered=undelivered, stage=stage
        )
        call = ScheduledCall(
            expression=SCHEDULE, payload={}, description="Join labels of all models"
        )
        if has_models:
            schedules.add("Join", call)
