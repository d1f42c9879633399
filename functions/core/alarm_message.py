"""A CloudWatch alarm's message, and the retraining that it asks for."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import Field, ValidationError

from functions.contracts.alerts import Alerts, Severity
from functions.contracts.base import StepInput, Timestamp
from functions.contracts.errors import WindvaneError
from functions.contracts.messages import ASKING, Trigger, TriggerKind
from functions.contracts.metrics import namespace
from functions.contracts.naming import MODEL_NAME_PATTERN
from functions.core.retraining_order import RetrainingOrder

ALARM = "ALARM"
"""The state that asks for something; OK and INSUFFICIENT_DATA do not."""

OK = "OK"

INSUFFICIENT_DATA = "INSUFFICIENT_DATA"
"""The state that every alarm is made in."""

_SHOWN_NAME = 120
_SHOWN_REASON = 500


@dataclass(frozen=True, slots=True)
class Ignored:
    """An alarm asks for nothing; `reason` says why."""

    reason: str


class MalformedAlarmError(WindvaneError):
    """A message is no alarm of one metric."""


class ForeignAlarmError(WindvaneError):
    """An alarm watches another namespace than that of a model of this stage."""


class AlarmTrigger(StepInput):
    """What an alarm watches."""

    namespace: str = Field(alias="Namespace")
    metric_name: str = Field(default="", alias="MetricName")


class AlarmMessage(StepInput):
    """What we read of the JSON that CloudWatch sends to SNS."""

    name: str = Field(alias="AlarmName", min_length=1)
    arn: str = Field(default="", alias="AlarmArn")
    description: str | None = Field(default=None, alias="AlarmDescription")
    state: str = Field(alias="NewStateValue")
    old_state: str = Field(default="", alias="OldStateValue")
    reason: str = Field(default="", alias="NewStateReason")
    changed_at: Timestamp = Field(alias="StateChangeTime")
    trigger: AlarmTrigger = Field(alias="Trigger")


class SnsMessage(StepInput):
    """What we read of an SNS notification."""

    message: str = Field(alias="Message")


class SnsRecord(StepInput):
    """One notification of an SNS event."""

    sns: SnsMessage = Field(alias="Sns")


class SnsEvent(StepInput):
    """What SNS invokes a function with."""

    records: tuple[SnsRecord, ...] = Field(alias="Records")

    @property
    def messages(self) -> tuple[str, ...]:
        """The notifications' texts."""
        return tuple(record.sns.message for record in self.records)


def read_alarm(text: str) -> AlarmMessage:
    """Return an alarm's message; raise MalformedAlarmError."""
    try:
        return AlarmMessage.model_validate_json(text)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in p['loc']) or 'message'}: {p['msg']}"
            for p in error.errors(include_input=False)
        )
        msg = f"the message is no CloudWatch alarm of one metric: {problems}"
        raise MalformedAlarmError(msg) from error


def order_of_alarm(
    alarm: AlarmMessage, stage: str, find_alerts: Callable[[str], Alerts]
) -> RetrainingOrder | Ignored:
    """Return the order that an alarm gives, or why it gives none.

    It gives one if it goes into ALARM for a condition that the model's `[alerts]` lists under
    retrain. The trigger's id is made of the alarm and the moment of its change, so that it is the
    same in every delivery, and another when the alarm goes off again.

    Parameters
    ----------
    alarm : AlarmMessage
    stage : str
    find_alerts : callable
        Returns `[alerts]` of a model.

    Raises
    ------
    ForeignAlarmError
        If the alarm's namespace is not that of a model of this stage.
    """
    model = _model_of(alarm, stage)
    if alarm.state != ALARM:
        return Ignored(f"{alarm.name} is {alarm.state}, which asks for nothing")
    kind = asked_by(alarm.trigger.metric_name, find_alerts(model))
    if kind is None:
        return Ignored(
            f"{alarm.name} watches {alarm.trigger.metric_name or 'no metric'}, which is no "
            f"condition that model.toml of {model} lists under retrain"
        )
    moment = alarm.changed_at.isoformat()
    digest = hashlib.sha256(f"{alarm.arn}\n{alarm.name}\n{moment}".encode()).hexdigest()[:16]
    trigger = Trigger(
        kind=kind,
        id=f"{alarm.name[:_SHOWN_NAME]}@{moment}#{digest}",
        reason=f"{alarm.name}: {alarm.reason}"[:_SHOWN_REASON],
        requested_by=alarm.arn or alarm.name,
        requested_at=alarm.changed_at,
    )
    return RetrainingOrder(model, trigger)


def asked_by(metric_name: str, alerts: Alerts) -> TriggerKind | None:
    """Return what asks where a metric says that its condition holds; None if it may not ask.

    Examples
    --------
    >>> asked_by("RetrainLabelChange", Alerts()).value
    'label_alarm'
    >>> asked_by("PageDataFault", Alerts()) is asked_by("RetrainInputDrift", Alerts()) is None
    True
    """
    return next(
        (
            ASKING[condition.kind]
            for condition in alerts.conditions
            if condition.severity is Severity.RETRAIN
            and condition.metric_name == metric_name
            and condition.kind in ASKING
        ),
        None,
    )


def find_model(alarm: AlarmMessage, stage: str) -> str | None:
    """Return the model of a stage in whose namespace an alarm watches, or None."""
    pattern = re.escape(namespace(stage, "")) + f"({MODEL_NAME_PATTERN})"
    found = re.fullmatch(pattern, alarm.trigger.namespace)
    return found[1] if found else None


def _model_of(alarm: AlarmMessage, stage: str) -> str:
    found = find_model(alarm, stage)
    if found is None:
        msg = (
            f"alarm {alarm.name} watches {alarm.trigger.namespace!r}, which is not the namespace "
            f"of a model of stage {stage}: {namespace(stage, '<model>')}"
        )
        raise ForeignAlarmError(msg)
    return found
