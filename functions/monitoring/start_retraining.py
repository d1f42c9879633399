"""StartRetraining: decide about a trigger, and start the retraining workflow once (D7)."""

from datetime import datetime

from functions.contracts.errors import WindvaneError
from functions.contracts.messages import (
    Decision,
    RetrainingAnswer,
    RetrainingRequest,
    WorkflowInput,
)
from functions.contracts.model_spec import Retraining
from functions.contracts.naming import Alias
from functions.core.alarm_message import SnsEvent, order_of_alarm, read_alarm
from functions.core.registry import ModelRegistry
from functions.core.retraining import (
    RetrainingDecision,
    RetrainingOrder,
    RetrainingState,
    decide_retraining,
    execution_name,
    order_of,
)
from functions.monitoring import wiring
from functions.monitoring.log import write_log
from functions.monitoring.ports import RetrainingPorts

ATTEMPTS = 3
"""How often a claim may be lost to another trigger before the delivery is given up."""


class ClaimLostError(WindvaneError):
    """Other triggers were faster, again and again; the next delivery tries once more."""


def start_retraining(
    order: RetrainingOrder, *, policy: Retraining, ports: RetrainingPorts, now: datetime
) -> RetrainingAnswer:
    """Start the workflow for a trigger, or say why not.

    Raises
    ------
    ClaimLostError
        If the last start changed each time between reading and claiming it.
    """
    execution = execution_name(
        order.model, order.trigger, _champion_dataset(ports.registry, order.model)
    )
    for _ in range(ATTEMPTS):
        state = _read_state(order, execution, ports)

        decision = decide_retraining(order, policy, state, now=now)

        if decision.decision is not Decision.STARTED:
            return _decline(order, decision, ports, now)
        if state.is_claimed or ports.ledger.claim(
            order.model, execution, at=now, expected=state.last_start
        ):
            return _start(order, execution, decision, ports=ports, now=now)
    msg = f"{execution} lost the claim of {order.model} {ATTEMPTS} times to other triggers"
    raise ClaimLostError(msg)


def handler(event: dict[str, object], _context: object) -> dict[str, object]:
    """Lambda entry point: an SNS event of alarms, or a RetrainingRequest."""
    now = wiring.now()
    if "Records" not in event:
        return _answer(order_of(RetrainingRequest.model_validate(event), now), now)
    stage = wiring.retraining_settings().stage
    messages = SnsEvent.model_validate(event).messages
    return {"answers": [answer_alarm(message, stage, now) for message in messages]}


def answer_alarm(text: str, stage: str, now: datetime) -> dict[str, object]:
    """Return the answer to an alarm's message."""
    alarm = read_alarm(text)
    order = order_of_alarm(alarm, stage)
    if order is not None:
        return _answer(order, now)
    ignored = RetrainingAnswer(
        decision=Decision.IGNORED, reason=f"{alarm.name} is {alarm.state}, which asks for nothing"
    )
    write_log("retraining.ignored", {"reason": ignored.reason})
    return ignored.model_dump(mode="json")


def _answer(order: RetrainingOrder, now: datetime) -> dict[str, object]:
    policy = wiring.model_spec(order.model).retraining
    answer = start_retraining(order, policy=policy, ports=wiring.retraining_ports(), now=now)
    written = answer.model_dump(mode="json")
    write_log("retraining.decided", {"model": order.model, "trigger": order.trigger.id, **written})
    return written


def _champion_dataset(registry: ModelRegistry, model: str) -> str | None:
    pointer = registry.find_alias(model, Alias.CHAMPION)
    return registry.get(model, pointer.number).dataset_version if pointer else None


def _read_state(order: RetrainingOrder, execution: str, ports: RetrainingPorts) -> RetrainingState:
    last_start = ports.ledger.last_start(order.model)
    return RetrainingState(
        execution=execution,
        decided=ports.ledger.find_request(order.model, order.trigger.id),
        last_start=last_start,
        is_running=last_start is not None and ports.workflow.is_running(last_start[0]),
        is_started=last_start is not None and ports.workflow.exists(last_start[0]),
    )


def _decline(
    order: RetrainingOrder,
    decision: RetrainingDecision,
    ports: RetrainingPorts,
    now: datetime,
) -> RetrainingAnswer:
    """Record a refusal; what was recorded about a trigger first stays."""
    ports.ledger.record_request(order.model, order.trigger.id, decision.reason, at=now)
    return RetrainingAnswer(decision=decision.decision, reason=decision.reason)


def _start(
    order: RetrainingOrder,
    execution: str,
    decision: RetrainingDecision,
    *,
    ports: RetrainingPorts,
    now: datetime,
) -> RetrainingAnswer:
    payload = WorkflowInput(model=order.model, execution=execution, trigger=order.trigger)
    started = ports.workflow.start(execution, payload.model_dump_json())
    ports.ledger.record_request(order.model, order.trigger.id, decision.reason, at=now)
    if started.started_now:
        chosen, reason = Decision.STARTED, decision.reason
    else:
        chosen, reason = Decision.DUPLICATE, f"{execution} was started by an earlier delivery"
    return RetrainingAnswer(
        decision=chosen, reason=reason, execution=execution, execution_arn=started.arn
    )
