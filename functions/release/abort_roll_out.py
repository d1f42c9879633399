"""AbortRollOut: an alarm ends rollouts at once, whatever the workflow is waiting for."""

from datetime import datetime

from functions.contracts.naming import format_version
from functions.contracts.rollout_messages import AbortRollOutOutput, EndedRollout
from functions.core.alarm_message import AlarmMessage, SnsEvent, read_alarm
from functions.core.promotion import Cause
from functions.core.registry import SplitRegistry
from functions.core.rollout_alarm import models_of_alarm, reason_of_alarm
from functions.core.rollouts import RolloutOverError
from functions.release import wiring
from functions.release.rollout_moves import abort_rollout


def abort_roll_out(
    alarm: AlarmMessage, *, stage: str, registry: SplitRegistry, now: datetime
) -> AbortRollOutOutput:
    """End the live rollouts that an alarm speaks about; all callers get the champion again."""
    models = models_of_alarm(alarm, stage, registry.list_models())
    cause = Cause(actor=f"alarm {alarm.name}", reason=reason_of_alarm(alarm), at=now)

    ended = tuple(
        each for each in (_abort(model, cause, registry=registry) for model in models) if each
    )

    if not models:
        reason = f"{alarm.name} is {alarm.state}, which ends nothing"
    else:
        reason = f"{alarm.name} ended {sum(each.aborted for each in ended)} rollouts"
    return AbortRollOutOutput(reason=reason, rollouts=ended)


def _abort(model: str, cause: Cause, *, registry: SplitRegistry) -> EndedRollout | None:
    record = registry.find_rollout(model)
    if record is None or record.is_over:
        return None
    try:
        abort_rollout(record, cause, registry=registry)
    except RolloutOverError as error:
        return EndedRollout(model=model, aborted=False, reason=str(error))
    name = format_version(model, record.challenger)
    return EndedRollout(model=model, aborted=True, reason=f"the rollout of {name} is over")


def handler(event: dict[str, object], _context: object) -> dict[str, object]:
    """Lambda entry point: an SNS event of alarms."""
    stage, now = wiring.settings().stage, wiring.now()
    outputs = [
        abort_roll_out(read_alarm(text), stage=stage, registry=wiring.registry(), now=now)
        for text in SnsEvent.model_validate(event).messages
    ]
    return {"answers": [output.model_dump(mode="json") for output in outputs]}
