"""Alarms: each has a metric, a limit, and somebody who is told."""

from dataclasses import dataclass

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

_REACHED = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
_BELOW = cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD


@dataclass(frozen=True, slots=True)
class AlarmRule:
    """When an alarm is raised; `advice` is for the person who reads it at three in the morning.

    `missing` is what a period without a data point means. The default: nothing measured is nothing
    wrong, for nearly everything here is quiet when nobody uses it.
    """

    metric: cloudwatch.IMetric
    threshold: float
    advice: str
    periods: int = 1
    missing: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING
    is_too_little: bool = False


def add_alarm(
    scope: Construct,
    id_: str,
    rule: AlarmRule,
    *topics: sns.ITopic,
    over: sns.ITopic | None = None,
) -> cloudwatch.Alarm:
    """Return an alarm that tells the topics when the metric reaches the threshold.

    Where too little is what is wrong, when it falls below. `over` is told when all is well again.
    """
    alarm = cloudwatch.Alarm(
        scope,
        id_,
        metric=rule.metric,
        threshold=rule.threshold,
        evaluation_periods=rule.periods,
        comparison_operator=_BELOW if rule.is_too_little else _REACHED,
        treat_missing_data=rule.missing,
        alarm_description=rule.advice,
    )
    for topic in topics:
        alarm.add_alarm_action(actions.SnsAction(topic))
    if over is not None:
        alarm.add_ok_action(actions.SnsAction(over))
    return alarm
