"""What a backtest came to: every window, every run, and the baselines beside them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from functions.core.backtest import Started, Step
from functions.core.backtest_baselines import Scores
from functions.core.backtest_history import History
from functions.core.retraining_policy import Action
from functions.core.scores import gain

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class BacktestResult:
    """The steps of the policy, and each window's score under it and under the baselines.

    `schedule` is the mean over the phases of a schedule with as many runs; it is `never` where the
    policy ran nothing. `first_rows` trained the first champion. Costs are in `retraining`'s unit.
    """

    model: str
    metric: str
    history: History
    steps: tuple[Step, ...]
    policy: Scores
    never: Scores
    schedule: Scores
    cost_per_second: float
    notes: tuple[str, ...] = ()

    @property
    def started(self) -> tuple[Started, ...]:
        """The runs, in their order."""
        return tuple(step.started for step in self.steps if step.started is not None)

    @property
    def means(self) -> Mapping[str, float]:
        """The mean over the windows in which all three are defined; NaN if there is none."""
        defined = ~np.isnan(self.policy) & ~np.isnan(self.never) & ~np.isnan(self.schedule)
        named = {"policy": self.policy, "never": self.never, "schedule": self.schedule}
        return {
            name: float(scores[defined].mean()) if defined.any() else math.nan
            for name, scores in named.items()
        }

    @property
    def training_seconds(self) -> float:
        """How long all candidates of all runs took."""
        return sum(started.run.seconds for started in self.started)

    def against(self, baseline: str) -> float:
        """Return by how much the policy's mean is better than a baseline's."""
        return gain(self.metric, self.means["policy"], self.means[baseline])


def document_of(result: BacktestResult) -> dict[str, object]:
    """Return the result as one JSON document; scores that are not defined are null."""
    started = result.started
    return {
        "schema_version": SCHEMA_VERSION,
        "model": result.model,
        "metric": result.metric,
        "rows": len(result.history.y),
        "first_rows": result.history.first_rows,
        "windows": result.history.windows,
        "mean": {name: _number(value) for name, value in result.means.items()},
        "gain": {name: _number(result.against(name)) for name in ("never", "schedule")},
        "training_runs": len(started),
        "promotions": sum(each.run.promoted for each in started),
        "declined": sum(step.declined is not None for step in result.steps),
        "training_seconds": round(result.training_seconds, 3),
        "estimated_cost": result.training_seconds * result.cost_per_second,
        "notes": list(result.notes),
        "runs": [_run(each) for each in started],
        "per_window": [_window(result, step) for step in result.steps],
    }


def told_steps(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Return the steps worth telling: a run, a declined one, or another action than before."""
    told, before = [], Action.CARRY_ON
    for step in steps:
        action = step.decision.action
        if action is not before or step.started is not None or step.declined is not None:
            told.append(step)
        before = action
    return tuple(told)


def _run(started: Started) -> dict[str, object]:
    run, challenger = started.run, started.run.challenger
    return {
        "window": started.window,
        "at": _moment(started.at),
        "cause": started.cause,
        "since": _moment(started.since),
        "promoted": run.promoted,
        "reason": run.reason,
        "version": challenger.number if challenger and run.promoted else None,
        "candidates": run.candidates,
        "trained_rows": challenger.rows if challenger else None,
        "judged_rows": challenger.end - challenger.cut if challenger else None,
        "parameters": dict(challenger.parameters) if challenger else None,
        "scores": dict(challenger.scores) if challenger else None,
        "seconds": round(run.seconds, 3),
    }


def _window(result: BacktestResult, step: Step) -> dict[str, object]:
    history, window = result.history, step.window
    first, last = history.rows_of(window)
    return {
        "window": window,
        "end": _moment(history.ends[window]),
        "rows": last - first,
        "labelled_rows": step.labelled_rows,
        "version": step.version.number,
        "policy": _number(float(result.policy[window])),
        "never": _number(float(result.never[window])),
        "schedule": _number(float(result.schedule[window])),
        "estimated": step.estimate.value if step.estimate else None,
        "drift": step.drift.verdict.value,
        "action": step.decision.action.value,
        "reason": step.decision.reason,
        "declined": step.declined,
    }


def _moment(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
