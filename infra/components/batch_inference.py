"""Batch inference: its steps, what each may do, and the workflow over them."""

from constructs import Construct

from functions.contracts.functions import FUNCTIONS
from functions.contracts.settings import BatchSettings, FunctionSettings
from infra.components.batch_workflow import BatchWorkflow
from infra.components.foundation import Foundation
from infra.components.function import PlatformFunction
from infra.components.log_delivery import LogDelivery
from infra.components.step_settings import release_settings

STEPS = tuple(definition for definition in FUNCTIONS if definition.workflow == "batch")


class BatchInference(Construct):
    """Plans, answers and writes down many rows with one version."""

    def __init__(
        self, scope: Construct, id_: str, *, foundation: Foundation, log_delivery: LogDelivery
    ) -> None:
        super().__init__(scope, id_)
        batch = BatchSettings(
            stage=foundation.stage.name,
            data_bucket=foundation.data.name,
            models_bucket=foundation.models.name,
            registry_table=foundation.registry.name,
            notification_topic_arn=foundation.notifications.topic_arn,
        )
        settings: dict[type[FunctionSettings], FunctionSettings] = {BatchSettings: batch}
        self.steps = {
            step.name: PlatformFunction(
                self,
                str(step.state),
                name=step.name,
                platform=foundation.platform,
                settings=settings.get(step.settings) or release_settings(foundation),
            )
            for step in STEPS
        }
        for function in self.steps.values():
            foundation.registry.grant_read(function)
        self.steps["finish_batch"].allow(["sns:Publish"], [foundation.notifications.topic_arn])
        self.workflow = BatchWorkflow(
            self,
            "Workflow",
            steps=self.steps,
            log_delivery=log_delivery,
            foundation=foundation,
        )
