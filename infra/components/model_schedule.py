"""Regular work on a model: a function called by EventBridge Scheduler."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.components.function import PlatformFunction
from infra.stage import Stage

MAXIMUM_EVENT_AGE_SECONDS = 3600
"""A call that is an hour late is not made: the next one is due."""

MAXIMUM_RETRIES = 5

SCHEDULED_TIME = "<aws.scheduler.scheduled-time>"
"""Scheduler writes the moment in its place: the same in every repetition of one call."""


@dataclass(frozen=True, slots=True)
class ScheduledCall:
    """When a function is called, and with what."""

    expression: str
    payload: Mapping[str, object]
    description: str


class FunctionSchedules(Construct):
    """Schedules that call one function, by a role that can do that and nothing else."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        target: PlatformFunction,
        undelivered: sqs.IQueue,
        stage: Stage,
    ) -> None:
        super().__init__(scope, id_)
        self._target = target
        self._undelivered = undelivered
        self._state = "ENABLED" if stage.are_schedules_enabled else "DISABLED"
        self._role = iam.Role(
            self,
            "Role",
            description=f"Schedules call {target.name}",
            assumed_by=iam.ServicePrincipal(
                "scheduler.amazonaws.com",
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            ),
        )
        self._permissions = iam.Policy(
            self,
            "Permissions",
            roles=[self._role],
            statements=[
                iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[target.arn]),
                iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[undelivered.queue_arn]),
            ],
        )

    def add(self, id_: str, call: ScheduledCall) -> None:
        """Call the function as `call` says."""
        schedule = scheduler.CfnSchedule(
            self,
            id_,
            description=call.description,
            schedule_expression=call.expression,
            schedule_expression_timezone="UTC",
            state=self._state,
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=self._target.arn,
                role_arn=self._role.role_arn,
                input=json.dumps(dict(call.payload)),
                dead_letter_config=scheduler.CfnSchedule.DeadLetterConfigProperty(
                    arn=self._undelivered.queue_arn
                ),
                retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
                    maximum_event_age_in_seconds=MAXIMUM_EVENT_AGE_SECONDS,
                    maximum_retry_attempts=MAXIMUM_RETRIES,
                ),
            ),
        )
        schedule.node.add_dependency(self._permissions)
