"""All that watches one model; made from its folder and from nothing else."""

from dataclasses import dataclass

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from functions.contracts.messages import TriggerKind
from functions.contracts.model_spec import ModelSpec
from infra.components.condition_alarms import ConditionAlarms
from infra.components.dashboard import ModelDashboard
from infra.components.heartbeat import Heartbeat
from infra.components.model_schedule import SCHEDULED_TIME, FunctionSchedules, ScheduledCall
from infra.components.reconciler import Reconciler
from infra.stage import Stage


@dataclass(frozen=True, slots=True)
class Watched:
    """What the monitors of all models share."""

    stage: Stage
    api: apigateway.RestApi | apigatewayv2.HttpApi
    machine: sfn.StateMachine
    retraining: sns.ITopic
    alarms: sns.ITopic
    drift_schedules: FunctionSchedules
    training_schedules: FunctionSchedules
    reconciler: Reconciler


class ModelMonitor(Construct):
    """A model's schedules, the alarms of its conditions, its heartbeat and its dashboard."""

    def __init__(self, scope: Construct, id_: str, *, spec: ModelSpec, watched: Watched) -> None:
        super().__init__(scope, id_)
        watched.drift_schedules.add(id_, _drift_call(spec))
        if spec.training.schedule is not None:
            watched.training_schedules.add(id_, _training_call(spec, spec.training.schedule))
        conditions = ConditionAlarms(
            self,
            "Conditions",
            spec=spec,
            stage=watched.stage,
            alarms=watched.alarms,
            retraining=watched.retraining,
        )
        watched.reconciler.watch(spec.name, conditions.asking)
        Heartbeat(self, "Heartbeat", spec=spec, stage=watched.stage, alarms=watched.alarms)
        ModelDashboard(
            self,
            "Dashboard",
            spec=spec,
            stage=watched.stage,
            api=watched.api,
            machine=watched.machine,
        )


def _drift_call(spec: ModelSpec) -> ScheduledCall:
    return ScheduledCall(
        expression=spec.drift.schedule,
        payload={"model": spec.name},
        description=f"Look for drift of {spec.name}",
    )


def _training_call(spec: ModelSpec, expression: str) -> ScheduledCall:
    return ScheduledCall(
        expression=expression,
        payload={
            "model": spec.name,
            "kind": TriggerKind.SCHEDULE.value,
            "id": SCHEDULED_TIME,
            "reason": f"the schedule {expression}",
            "requested_by": "schedule",
        },
        description=f"Ask for retraining of {spec.name}",
    )
