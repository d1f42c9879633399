"""Workflow step RollOut: a registered version reaches callers, all at once or share by share."""

from dataclasses import dataclass
from datetime import datetime

from functions.contracts.naming import Alias, format_version
from functions.contracts.release import AliasPointer, GateReport
from functions.contracts.rollout import RolloutRecord, RolloutStatus
from functions.contracts.rollout_messages import (
    RollOutInput,
    RollOutOutput,
    WatchRollOutOutput,
    WatchVerdict,
)
from functions.contracts.rollout_policy import Rollout
from functions.core.baking import BakeTimes, bake_of_step, bake_times
from functions.core.ports import ObjectStore
from functions.core.promotion import Cause, ChampionChangedError
from functions.core.registry import HeldLease, SplitRegistry
from functions.core.rollouts import (
    RolloutOverError,
    RolloutOvertakenError,
    RolloutPausedError,
    RolloutPlan,
)
from functions.release import wiring
from functions.release.rollout_moves import abort_rollout, promote_challenger, raise_share
from functions.release.split_starts import promote_at_once, start_rollout

ACTOR = "the retraining workflow"
"""Who moves a share that a look at the guards was for or against."""


@dataclass(frozen=True, slots=True)
class RollOutPorts:
    """Where versions reach callers, and where the gates' report lies."""

    registry: SplitRegistry
    models: ObjectStore


def roll_out(
    message: RollOutInput,
    *,
    policy: Rollout,
    time_scale: float,
    ports: RollOutPorts,
    now: datetime,
) -> RollOutOutput:
    """Give the execution's version its next share, make it champion, or take its share back.

    The first call starts; each further one does what the last look at the rollout asked for, once,
    however often it is repeated. Raises ChampionChangedError if the champion is another than the
    one that the gates compared with, SplitTakenError if a rollout or an A/B test has the callers,
    StaleLeaseError if the execution has its model's lease no more: it gives no share and no
    champion, but takes its own share back all the same.
    """
    registry, times = ports.registry, bake_times(policy, time_scale)
    record = registry.find_rollout(message.model)

    if record is None or record.execution != message.execution:
        if message.watch_roll_out is not None:
            return _describe_displaced(message, message.watch_roll_out, registry)
        leased = RollOutPorts(_under_lease(message, registry), ports.models)
        return _start(message, policy, times, ports=leased, now=now)
    record = _apply(message, record, times, registry=registry, now=now)

    return _describe(record, registry)


def _start(
    message: RollOutInput, policy: Rollout, times: BakeTimes, *, ports: RollOutPorts, now: datetime
) -> RollOutOutput:
    number = message.register_.number
    pointer = ports.registry.find_alias(message.model, Alias.CHAMPION)
    cause = Cause(
        actor=f"{message.trigger.requested_by} ({message.trigger.kind})",
        reason=f"{message.execution}: {message.evaluate.reason}",
        at=now,
    )
    if pointer is None or pointer.number != number:
        _require_compared(message, pointer, ports.models)
    if pointer is None or pointer.number == number or not policy.shares:
        return _promote_at_once(message, pointer, cause, registry=ports.registry)
    plan = RolloutPlan(
        model=message.model,
        execution=message.execution,
        challenger=number,
        champion=pointer.number,
        shares=policy.shares,
        replay_report_key=message.judge_replay.report_key if message.judge_replay else None,
    )
    record = start_rollout(plan, bake_of_step(times, now), cause, registry=ports.registry)
    return _describe(record, ports.registry)


def _promote_at_once(
    message: RollOutInput, pointer: AliasPointer | None, cause: Cause, *, registry: SplitRegistry
) -> RollOutOutput:
    version = registry.get(message.model, message.register_.number)
    outcome = promote_at_once(version, pointer, cause, registry=registry)
    return RollOutOutput(
        status=RolloutStatus.PROMOTED,
        champion=outcome.pointer.number,
        previous=outcome.pointer.previous,
        revision=outcome.pointer.revision,
        reason=outcome.reason,
    )


def _apply(
    message: RollOutInput,
    record: RolloutRecord,
    times: BakeTimes,
    *,
    registry: SplitRegistry,
    now: datetime,
) -> RolloutRecord:
    """Do what the look asked for, unless it is done or somebody else decided in between."""
    look = message.watch_roll_out
    if record.is_over or look is None:
        return record
    cause = Cause(actor=ACTOR, reason=look.reason, at=now)
    try:
        if look.verdict is WatchVerdict.ABORT:
            record = abort_rollout(record, cause, registry=registry)
        elif look.verdict is WatchVerdict.ADVANCE and look.step == record.step:
            leased = _under_lease(message, registry)
            record = _advance(record, times, cause, registry=leased)
    except RolloutOvertakenError as error:
        overtaken = Cause(actor=ACTOR, reason=str(error), at=now)
        record = abort_rollout(record, overtaken, registry=registry)
    except (RolloutOverError, RolloutPausedError):
        record = registry.find_rollout(message.model) or record
    return record


def _under_lease(message: RollOutInput, registry: SplitRegistry) -> SplitRegistry:
    return registry.under_lease(HeldLease(message.execution, message.lease_token))


def _advance(
    record: RolloutRecord, times: BakeTimes, cause: Cause, *, registry: SplitRegistry
) -> RolloutRecord:
    following = record.step + 1
    if following == len(record.shares):
        return promote_challenger(record, cause, registry=registry)
    bake = bake_of_step(times, cause.at)
    return raise_share(record, following, bake, cause, registry=registry)


def _describe(record: RolloutRecord, registry: SplitRegistry) -> RollOutOutput:
    pointer = registry.find_alias(record.model, Alias.CHAMPION)
    champion = pointer.number if pointer else record.champion
    return RollOutOutput(
        status=record.status if record.is_over else RolloutStatus.BAKING,
        champion=champion,
        previous=pointer.previous if pointer else None,
        revision=pointer.revision if pointer else 0,
        reason=_sentence(record, champion),
        step=record.step,
        percent=_percent(record),
    )


def _describe_displaced(
    message: RollOutInput, look: WatchRollOutOutput, registry: SplitRegistry
) -> RollOutOutput:
    """Return the end of an execution's rollout after which another's began; raise if it has none.

    It was watched already, so it is never started again.
    """
    for record in registry.list_rollouts(message.model):
        if record.execution == message.execution and record.is_over:
            return _describe(record, registry)
    msg = f"the rollout of {message.execution} is gone: {look.reason}"
    raise RolloutOverError(msg)


def _sentence(record: RolloutRecord, found: int) -> str:
    """Return how far the rollout is; `found` is the champion's number now."""
    challenger = format_version(record.model, record.challenger)
    champion = format_version(record.model, record.champion)
    if record.is_over and found == record.challenger:
        return f"{challenger} is champion in place of {champion}: {record.reason}"
    if record.is_over:
        return f"{challenger} did not become champion: {record.reason}"
    return f"{record.percent:g} % of the callers get {challenger}, all others {champion}"


def _percent(record: RolloutRecord) -> float:
    if record.status is RolloutStatus.PROMOTED:
        return 100.0
    return 0.0 if record.status is RolloutStatus.ABORTED else record.percent


def _require_compared(
    message: RollOutInput, pointer: AliasPointer | None, models: ObjectStore
) -> None:
    """Raise ChampionChangedError if the gates' answer was about another champion."""
    report = GateReport.model_validate_json(models.read(message.evaluate.gate_report_key))
    champion = pointer.number if pointer else None
    if champion == report.champion_number:
        return
    compared, found = (
        format_version(report.model, each) if each else "no version"
        for each in (report.champion_number, champion)
    )
    name = format_version(report.model, message.register_.number)
    msg = (
        f"{name} was compared with {compared} as champion, but {found} is champion now; it stays "
        f"registered: promote {name} by hand, or retrain"
    )
    raise ChampionChangedError(msg)


def handler(event: dict[str, object], _context: object) -> dict[str, object]:
    """Lambda entry point."""
    message = RollOutInput.model_validate(event)
    output = roll_out(
        message,
        policy=wiring.model_spec(message.model).rollout,
        time_scale=wiring.settings().bake_time_scale,
        ports=RollOutPorts(registry=wiring.registry(), models=wiring.models_store()),
        now=wiring.now(),
    )
    return output.model_dump(mode="json")
