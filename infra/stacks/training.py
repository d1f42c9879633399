"""The retraining workflow and its steps."""

from aws_cdk import Stack
from constructs import Construct

from functions.contracts.functions import function_named
from functions.contracts.outputs import stack_name
from infra.components.batch_inference import BatchInference
from infra.components.foundation import Foundation
from infra.components.function import PlatformFunction
from infra.components.log_delivery import LogDelivery
from infra.components.published import publish
from infra.components.retraining_workflow import STEPS, RetrainingWorkflow
from infra.components.step_settings import step_settings

REGISTRY_READERS = (
    "prepare",
    "evaluate",
    "register",
    "plan_replay",
    "replay",
    "judge_replay",
    "roll_out",
    "watch_roll_out",
    "conclude",
)


class TrainingStack(Stack):
    """The functions of preparation, training and release, and the state machine over them."""

    def __init__(self, scope: Construct, *, foundation: Foundation) -> None:
        stage = foundation.stage
        name = stack_name(stage.name, "training")
        super().__init__(scope, name, termination_protection=stage.is_protected)
        settings = step_settings(foundation)
        self.steps = {
            step: PlatformFunction(
                self,
                function_named(step).state or step,
                name=step,
                platform=foundation.platform,
                settings=settings[function_named(step).group],
            )
            for step in STEPS
        }
        for step in REGISTRY_READERS:
            foundation.registry.grant_read(self.steps[step])
        for step in ("register", "roll_out", "conclude"):
            foundation.registry.grant_append(self.steps[step])
        self.steps["conclude"].allow(["sns:Publish"], [foundation.notifications.topic_arn])

        log_delivery = LogDelivery(self, "LogDelivery")
        self.workflow = RetrainingWorkflow(
            self,
            "Workflow",
            steps=self.steps,
            tracing=foundation.platform.roles.tracing,
            log_delivery=log_delivery,
            stage=stage,
        )
        roles = foundation.platform.roles.by_function
        self.workflow.grant_start(roles["start_retraining"], roles["reconcile"])
        self.batch = BatchInference(self, "Batch", foundation=foundation, log_delivery=log_delivery)
        publish(self, "state_machine_arn", self.workflow.machine.state_machine_arn)
        publish(self, "batch_state_machine_arn", self.batch.workflow.machine.state_machine_arn)
