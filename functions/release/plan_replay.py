"""Workflow step PlanReplay: which captured rows the candidate has to answer before any caller."""

import json
from datetime import datetime

from functions.contracts import keys
from functions.contracts.naming import Alias, format_version
from functions.contracts.release import AliasPointer
from functions.contracts.replay_plan import ReplayFile, ReplayPart, ReplayPlan
from functions.contracts.rollout_messages import PlanReplayInput, PlanReplayOutput
from functions.contracts.rollout_policy import ReplayPolicy
from functions.core.rollout_evidence import predict_the_same
from functions.core.stored_specs import read_spec
from functions.release import wiring
from functions.release.captured_traffic import ROWS_PER_PART, Traffic, find_traffic, find_truths
from functions.release.ports import ReplayPorts


def plan_replay(
    message: PlanReplayInput, *, policy: ReplayPolicy, ports: ReplayPorts, now: datetime
) -> PlanReplayOutput:
    """Return the parts of the replay, or why there is nothing to replay."""
    model, number = message.model, message.register_.number
    pointer = ports.registry.find_alias(model, Alias.CHAMPION)
    if pointer is None:
        return _no_replay(f"{model} has no champion to be compared with")
    if why := _why_not(model, number, pointer, policy, ports):
        return _no_replay(why)
    known = {version.number for version in ports.registry.list_versions(model)}
    traffic = find_traffic(
        ports.captures,
        model,
        maximum_rows=policy.maximum_rows,
        is_usable=known.__contains__,
        now=now,
    )
    if traffic.since is None or traffic.until is None:
        return _no_replay(f"no captured request of {model} was found")
    truths = find_truths(ports.captures, model, traffic, now=now)

    plan = ReplayPlan(
        model=model,
        execution=message.execution,
        champion=pointer.number,
        challenger=number,
        since=traffic.since,
        until=traffic.until,
        rows=traffic.rows,
        labelled_rows=len(truths),
        unreadable=traffic.unreadable,
        parts=divide(traffic),
    )

    truths_key = keys.replay_truths(model, message.execution)
    ports.models.write(truths_key, json.dumps(truths).encode(), content_type=keys.JSON_TYPE)
    plan_key = keys.replay_plan(model, message.execution)
    ports.models.write(plan_key, plan.model_dump_json().encode(), content_type=keys.JSON_TYPE)
    return PlanReplayOutput(
        parts=tuple(range(len(plan.parts))),
        rows=plan.rows,
        labelled_rows=plan.labelled_rows,
        reason=f"{plan.rows:,} captured rows, {plan.labelled_rows:,} of them with their outcome",
    )


def _no_replay(why: str) -> PlanReplayOutput:
    return PlanReplayOutput(reason=f"not replayed: {why}")


def _why_not(
    model: str, number: int, champion: AliasPointer, policy: ReplayPolicy, ports: ReplayPorts
) -> str | None:
    """Return why there is nothing to compare; None if there is."""
    if champion.number == number:
        return f"{format_version(model, number)} is champion already"
    if policy.maximum_rows == 0:
        return "rollout.replay.maximum_rows is 0"
    if _predict_the_same(model, (champion.number, number), ports):
        return None
    names = " and ".join(format_version(model, each) for each in (champion.number, number))
    return f"{names} predict different things"


def _predict_the_same(model: str, numbers: tuple[int, int], ports: ReplayPorts) -> bool:
    specs = (ports.registry.get(model, number).artifact.spec for number in numbers)
    champion, challenger = (read_spec(spec, ports.models) for spec in specs)
    return predict_the_same(champion, challenger)


def divide(traffic: Traffic) -> tuple[ReplayPart, ...]:
    """Return the found objects in parts of at least `ROWS_PER_PART` rows, but the last."""
    parts: list[ReplayPart] = []
    held: list[ReplayFile] = []
    rows = 0
    for file, count in traffic.files:
        held.append(file)
        rows += count
        if rows >= ROWS_PER_PART:
            parts.append(ReplayPart(files=tuple(held), rows=rows))
            held, rows = [], 0
    if held:
        parts.append(ReplayPart(files=tuple(held), rows=rows))
    return tuple(parts)


def handler(event: dict[str, object], _context: object) -> dict[str, object]:
    """Lambda entry point."""
    message = PlanReplayInput.model_validate(event)
    output = plan_replay(
        message,
        policy=wiring.model_spec(message.model).rollout.replay,
        ports=wiring.replay_ports(),
        now=wiring.now(),
    )
    return output.model_dump(mode="json")
