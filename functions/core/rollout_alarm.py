"""Which models' rollouts an alarm ends."""

import re
from collections.abc import Sequence

from functions.contracts.metrics import namespace
from functions.contracts.naming import MODEL_NAME_PATTERN
from functions.core.alarm_message import ALARM, AlarmMessage, ForeignAlarmError

SERVING_NAMESPACES = ("AWS/Lambda", "AWS/ApiGateway")
"""What AWS itself measures of the prediction API: no model is to blame, so every rollout ends."""

_SHOWN_REASON = 300


def models_of_alarm(alarm: AlarmMessage, stage: str, models: Sequence[str]) -> tuple[str, ...]:
    """Return the models whose rollouts an alarm ends; none unless it has gone into ALARM.

    Parameters
    ----------
    alarm : AlarmMessage
    stage : str
        Whose alarm it must be.
    models : sequence of str
        Every model that is registered.

    Raises
    ------
    ForeignAlarmError
        If it watches neither the prediction API nor a model of this stage.
    """
    found = alarm.trigger.namespace
    model = re.fullmatch(re.escape(namespace(stage, "")) + f"({MODEL_NAME_PATTERN})", found)
    if model is None and found not in SERVING_NAMESPACES:
        msg = (
            f"alarm {alarm.name} watches {found!r}, which is neither the prediction API "
            f"({', '.join(SERVING_NAMESPACES)}) nor a model of stage {stage}: "
            f"{namespace(stage, '<model>')}"
        )
        raise ForeignAlarmError(msg)
    if alarm.state != ALARM:
        return ()
    return (model[1],) if model else tuple(models)


def reason_of_alarm(alarm: AlarmMessage) -> str:
    """Return why a rollout ends, in the alarm's own words."""
    return f"alarm {alarm.name}: {alarm.reason}"[:_SHOWN_REASON].rstrip(": ")
