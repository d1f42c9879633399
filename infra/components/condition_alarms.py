"""One alarm for each condition of `[alerts]`, on the metric that says whether it holds."""

from collections.abc import Mapping
from types import MappingProxyType

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sns as sns
from constructs import Construct

from functions.contracts.alerts import MEANINGS, Condition, Severity
from functions.contracts.messages import ASKING, TriggerKind
from functions.contracts.metrics import namespace
from functions.contracts.model_spec import ModelSpec
from infra.components.alarm import AlarmRule, add_alarm
from infra.stage import Stage

PERIOD = Duration.minutes(5)
"""Each window's word is a data point of its own."""

MISSING_DATA: Mapping[Severity, cloudwatch.TreatMissingData] = MappingProxyType(
    {
        # An episode lasts until a window says otherwise: nothing is told between two windows.
        Severity.PAGE: cloudwatch.TreatMissingData.IGNORE,
        Severity.NOTE: cloudwatch.TreatMissingData.IGNORE,
        # Each window asks anew, so the alarm is over soon after it has asked.
        Severity.RETRAIN: cloudwatch.TreatMissingData.NOT_BREACHING,
    }
)
"""What silence means between two windows, by severity."""


class ConditionAlarms(Construct):
    """The alarms of a model's conditions; all of them tell `alarms`, in and out of ALARM.

    Those of severity retrain ask `retraining`, too: they are `asking`, by what they ask as.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        spec: ModelSpec,
        stage: Stage,
        alarms: sns.ITopic,
        retraining: sns.ITopic,
    ) -> None:
        super().__init__(scope, id_)
        self.asking: dict[TriggerKind, list[cloudwatch.IAlarm]] = {}
        for condition in spec.alerts.conditions:
            rule = _rule(condition, spec.name, stage.name)
            asks = condition.severity is Severity.RETRAIN
            topics = (alarms, retraining) if asks else (alarms,)
            alarm = add_alarm(self, condition.metric_name, rule, *topics, over=alarms)
            if asks:
                self.asking.setdefault(ASKING[condition.kind], []).append(alarm)


def _rule(condition: Condition, model: str, stage: str) -> AlarmRule:
    return AlarmRule(
        metric=cloudwatch.Metric(
            namespace=namespace(stage, model),
            metric_name=condition.metric_name,
            statistic=cloudwatch.Stats.MAXIMUM,
            period=PERIOD,
        ),
        threshold=1,
        advice=(
            f"{model} on {stage}: {condition.text}: {MEANINGS[condition.kind]}. "
            f"What was found: windvane drift {model} --stage {stage}"
        ),
        missing=MISSING_DATA[condition.severity],
    )
