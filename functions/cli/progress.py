"""An execution's history as people follow it: which state runs, for how long, and what it said."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from functions.aws.executions import HistoryEvent

_FAILURES = ("TaskFailed", "TaskTimedOut", "LambdaFunctionFailed", "LambdaFunctionTimedOut")
_SUCCESSES = ("TaskSucceeded", "LambdaFunctionSucceeded")
_ENDS = ("ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted")
_SHOWN = ("Task", "Map")
"""Choices, passes and ends take no time and decide nothing that another line does not say."""


MAP_ANSWERS = {"TrainCandidates": "train", "ReplayCaptures": "replay"}
"""Where a Map gathers its tasks' answers, which bear the task's name."""


class StateStatus(StrEnum):
    """How far a state is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class StateProgress:
    """One state of an execution; `remark` is its own sentence about what it found.

    `earlier` says how often the execution was in it before: a rollout's states come again.
    """

    name: str
    status: StateStatus
    started_at: datetime
    ended_at: datetime | None = None
    remark: str = ""
    earlier: int = 0

    def seconds(self, now: datetime) -> float:
        """Return how long the state took, or has taken by now."""
        return ((self.ended_at or now) - self.started_at).total_seconds()


def follow(events: Iterable[HistoryEvent]) -> tuple[StateProgress, ...]:
    """Return the working states of a history in the order in which each was entered last."""
    states: list[StateProgress] = []
    for event in events:
        if event.type.endswith("StateEntered"):
            _enter(states, event)
        elif states and states[-1].status is StateStatus.RUNNING:
            states[-1] = _advance(states[-1], event)
    return tuple(states)


def _enter(states: list[StateProgress], event: HistoryEvent) -> None:
    is_shown = event.type.startswith(_SHOWN)
    inside_a_map = bool(states) and states[-1].status is StateStatus.RUNNING
    if is_shown and not inside_a_map:
        name = str(event.details["name"])
        before = next((state for state in states if state.name == name), None)
        earlier = before.earlier + 1 if before else 0
        states[:] = [state for state in states if state is not before]
        states.append(StateProgress(name, StateStatus.RUNNING, event.at, earlier=earlier))


def _advance(state: StateProgress, event: HistoryEvent) -> StateProgress:
    if event.type in _ENDS:
        return replace(state, status=StateStatus.FAILED, ended_at=event.at, remark=_failure(event))
    if event.type in _FAILURES:
        return replace(state, remark=_failure(event))
    if event.type in _SUCCESSES:
        return replace(state, remark="")
    is_own_exit = event.type.endswith("StateExited") and event.details.get("name") == state.name
    return _exit(state, event) if is_own_exit else state


def _exit(state: StateProgress, event: HistoryEvent) -> StateProgress:
    """End a state; a failure that nothing has made good was caught by the workflow."""
    said = answer_remark(state.name, str(event.details.get("output", "")))
    return replace(
        state,
        status=StateStatus.FAILED if state.remark else StateStatus.DONE,
        ended_at=event.at,
        remark=state.remark or said,
    )


def _failure(event: HistoryEvent) -> str:
    cause = str(event.details.get("cause", ""))
    try:
        parsed = json.loads(cause)
    except ValueError:
        parsed = None
    if isinstance(parsed, dict):
        cause = str(parsed.get("errorMessage", cause))
    return f"{event.details.get('error', event.type)}: {cause}".strip().rstrip(":")


def answer_remark(state: str, output: str) -> str:
    """Return what a state's answer says, in a few words; nothing if it says nothing of note."""
    key = "".join(f"_{c.lower()}" if c.isupper() else c for c in state).lstrip("_")
    key = MAP_ANSWERS.get(state, key)
    try:
        content = json.loads(output)
    except ValueError:
        return ""
    answer = content.get(key) if isinstance(content, dict) else None
    if isinstance(answer, list):
        return _best(answer)
    return _sentence(answer) if isinstance(answer, dict) else ""


def _best(runs: list[dict[str, Any]]) -> str:
    """Tell how many candidates were tried and what the best of them reached."""
    metric = str(runs[0].get("metric", "")) if runs else ""
    values = [float(run["value"]) for run in runs if "value" in run]
    if not metric or not values:
        return f"{len(runs)} parts" if any("part" in run for run in runs) else _runs(runs)
    best = max(values) if metric.endswith("_score") else min(values)
    return f"{_runs(runs)}, the best has {metric} {best:.4f} on validation rows"


def _runs(runs: list[dict[str, Any]]) -> str:
    return f"{len(runs)} run{'' if len(runs) == 1 else 's'}"


def _sentence(answer: dict[str, Any]) -> str:
    if "candidates" in answer:
        return f"{len(answer['candidates'])} candidates"
    return f"version {answer['number']}" if "number" in answer else str(answer.get("reason", ""))
