"""Alarms: each has a metric, a limit, and somebody who is told."""

from dataclasses import dataclass

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct


@dataclass(frozen=True, slots=True)
class AlarmRule:
    """When an alarm is raised; `advice` is for the person who reads it at three in the morning."""

    metric: cloudwatch.IMetric
    threshold: float
    advice: str
    periods: int = 1


def add_alarm(scope: Construct, id_: str, rule: AlarmRule, *topics: sns.ITopic) -> cloudwatch.Alarm:
    """Return an alarm that tells the topics when the metric reaches the threshold.

    Nothing measured is nothing wrong: everything here is quiet when nobody uses it.
    """
    alarm = cloudwatch.Alarm(
        scope,
        id_,
        metric=rule.metric,
        threshold=rule.threshold,
        evaluation_periods=rule.periods,
        comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        alarm_description=rule.advice,
    )
    for topic in topics:
        alarm.add_alarm_action(actions.SnsAction(topic))
    return alarm
