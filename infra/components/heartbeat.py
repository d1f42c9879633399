"""An alarm that rings because of silence: a model's windows are not judged any more."""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sns as sns
from constructs import Construct

from functions.contracts.metrics import Metric, namespace
from functions.contracts.model_spec import ModelSpec
from functions.contracts.schedules import longest_pause
from infra.components.alarm import AlarmRule, add_alarm
from infra.stage import Stage

HOUR = timedelta(hours=1)
SHORT = timedelta(minutes=5)

MOST = timedelta(days=7)
"""CloudWatch looks back no longer; by periods shorter than an hour a day, which is enough here."""

MARGIN = timedelta(hours=12)
"""What must be left of the week beyond a pause, or a run that is merely late would ring."""

LATE = timedelta(hours=1)
"""A call that failed is repeated for so long (`model_schedule.MAXIMUM_EVENT_AGE_SECONDS`)."""


@dataclass(frozen=True, slots=True)
class Silence:
    """How many periods without a heartbeat are too many."""

    period: timedelta
    periods: int


class Heartbeat(Construct):
    """Tells `alarms` when two runs in a row were missed, and when there was one again.

    Silence is what is wrong, so missing data breach. There is no alarm for a schedule so rare that
    CloudWatch cannot tell a missed run from the next pause: more than six days and a half.
    """

    def __init__(
        self, scope: Construct, id_: str, *, spec: ModelSpec, stage: Stage, alarms: sns.ITopic
    ) -> None:
        super().__init__(scope, id_)
        silence = allowed_silence(spec.drift.schedule)
        if silence is None:
            return
        rule = AlarmRule(
            metric=cloudwatch.Metric(
                namespace=namespace(stage.name, spec.name),
                metric_name=Metric.HEARTBEAT.value,
                statistic=cloudwatch.Stats.SUM,
                period=Duration.seconds(int(silence.period.total_seconds())),
            ),
            threshold=1,
            periods=silence.periods,
            advice=(
                f"No window of {spec.name} on {stage.name} was judged for "
                f"{hours_text(silence.period * silence.periods)}, its schedule is "
                f"{spec.drift.schedule}. What hinders it: windvane drift {spec.name} --stage "
                f"{stage.name}, the log of detect_drift, and the queue FailedDetections."
            ),
            missing=cloudwatch.TreatMissingData.BREACHING,
            is_too_little=True,
        )
        add_alarm(self, "Silent", rule, alarms, over=alarms)


def allowed_silence(schedule: str) -> Silence | None:
    """Return how long a schedule's runs may be silent; None if CloudWatch cannot look so far back.

    Examples
    --------
    >>> allowed_silence("rate(1 hour)")
    Silence(period=datetime.timedelta(seconds=3600), periods=3)
    """
    pause = longest_pause(schedule)
    if pause is None:
        return None
    if pause < HOUR:
        return Silence(SHORT, ceil((2 * pause + LATE) / SHORT))
    if pause + MARGIN > MOST:
        return None
    return Silence(HOUR, ceil(min(2 * pause + LATE, MOST) / HOUR))


def hours_text(duration: timedelta) -> str:
    """Return a duration in hours, or in days from two on."""
    hours = duration / HOUR
    return f"{hours:.3g} hours" if duration < timedelta(days=2) else f"{hours / 24:.3g} days"
