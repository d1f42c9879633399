"""The two alarms of a model that ask for retraining."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sns as sns
from constructs import Construct

from functions.contracts.metrics import Metric, namespace
from infra.components.alarm import AlarmRule, add_alarm
from infra.stage import Stage

PERIOD = Duration.minutes(5)
"""Each breach is an alarm of its own: it is over when none is reported for this long."""


class DriftAlarms(Construct):
    """Raised by every window that drifted; start_retraining tells the model by the namespace.

    `asking` are the alarms that ask for retraining.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        model: str,
        stage: Stage,
        retraining: sns.ITopic,
        notifications: sns.ITopic,
    ) -> None:
        super().__init__(scope, id_)
        asking: list[cloudwatch.Alarm] = []
        for metric, what in (
            (Metric.DATA_DRIFT_BREACH, "inputs"),
            (Metric.PREDICTION_DRIFT_BREACH, "predictions"),
        ):
            breach = cloudwatch.Metric(
                namespace=namespace(stage.name, model),
                metric_name=metric.value,
                statistic=cloudwatch.Stats.MAXIMUM,
                period=PERIOD,
            )
            advice = (
                f"The {what} of {model} on {stage.name} have drifted from the reference. "
                f"Retraining is asked for by itself; read the report with: windvane drift {model} "
                f"--stage {stage.name}"
            )
            rule = AlarmRule(metric=breach, threshold=1, advice=advice)
            asking.append(add_alarm(self, metric.value, rule, retraining, notifications))
        self.asking = tuple(asking)
