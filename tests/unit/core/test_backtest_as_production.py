"""A backtest, which remembers, decides as production, which makes all anew of its ledgers."""

import re
from datetime import datetime, timedelta

import numpy as np
import pytest

from functions.contracts.alerts import Alerts, ConditionKind
from functions.contracts.fault_book import FaultBook
from functions.contracts.faults import FaultKind
from functions.contracts.labels import HeldOutLosses, LabelGroup, LabelHour
from functions.contracts.messages import WentBack
from functions.contracts.release import Outcome
from functions.contracts.retraining import RetrainingRun
from functions.core.backtest import Step
from functions.core.backtest_history import History
from functions.core.fault_book import JudgedWindow, is_left_out, note_faults
from functions.core.fault_hours import FaultHours, FoundFault
from functions.core.label_findings import LabelledHours, WatchedModel, find_in_labels
from functions.core.labelled_sums import numeric_counts, sum_scores, written_sums
from functions.core.policy_evidence import EarlierChange
from functions.core.retraining_policy import Action, PolicyDecision, decide_action
from functions.core.watched_losses import watch_losses
from tests.unit.core.backtest_world import history, replayed, spec
from tests.unit.core.fault_world import fault
from tests.unit.core.labels_world import BINARY, DAY, FIRST, run_about, watched

ALERTS = Alerts(page=(), retrain=("label_change",), note=("harder_rows",))


HOUR = timedelta(hours=1)


def ledger_hour(of: History, step: Step, delay: timedelta) -> LabelHour:
    """The labels of a window, as JoinGroundTruth writes them down."""
    first, last = of.rows_of(step.window)
    took = np.full(last - first, max(delay - HOUR, timedelta(0)) / timedelta(seconds=1))
    group = LabelGroup(
        version=step.version.number,
        variant="champion",
        labelled=last - first,
        delay=numeric_counts(took.astype(np.float32)),
        sums=sum_scores(
            BINARY, of.y[first:last], step.version.fitted.answer(np.arange(first, last))
        ),
    )
    return LabelHour(hour=_begin(step.window) + timedelta(hours=9), groups=(group,))


def ledger_run(of: History, step: Step) -> RetrainingRun:
    """A run, as the model's book knows it."""
    assert step.started is not None
    assert step.decision.start is not None
    since = int(np.searchsorted(of.bounds, step.decision.start))
    back = step.started.run.went_back
    outcome = Outcome.PROMOTED if step.started.run.promoted else Outcome.REJECTED_BY_GATES
    return run_about(
        _begin(since),
        at=_begin(step.window + 1),
        outcome=outcome,
        champion=step.version.number,
        rows=step.decision.rows,
    ).model_copy(
        update={
            "falls_short": step.started.run.falls_short,
            "went_back": back
            and WentBack(
                to=in_production(of, back.to),
                held_until=in_production(of, back.held_until) if back.held_until else None,
            ),
        }
    )


def in_production(of: History, moment: datetime) -> datetime:
    """A moment of the history, as the windows of production are dated."""
    return moment + (_begin(0) - of.moment(of.first_rows))


def faults_on_record(steps: tuple[Step, ...]) -> FaultBook:
    """What DetectDrift has written down of each window's fault, if it was held for one."""
    told = fault(FaultKind.VALUE_STUCK, "x")
    held = [step for step in steps if step.decision.about is ConditionKind.DATA_FAULT]
    book = FaultBook(model="tiny")
    for step in held:
        start, end = _begin(step.window), _begin(step.window + 1)
        found = FoundFault(told, FaultHours(start, end, end, is_over=True))
        window = JudgedWindow(start, end, 1, is_current=True, has_verdict=True)
        book = note_faults(book, [found], window, now=end)
    return book


def decided_in_production(
    of: History, steps: tuple[Step, ...], *, delay_days: int = 0
) -> PolicyDecision:
    """What production decides after the last of some windows."""
    now = _begin(steps[-1].window + 1)
    version = steps[-1].version
    truth = of.y[version.cut : version.end]
    losses = watch_losses(BINARY, truth, version.fitted.answer(np.arange(version.cut, version.end)))
    runs = [ledger_run(of, step) for step in reversed(steps[:-1]) if step.started is not None]
    model = WatchedModel(
        version=version.number,
        held_out=HeldOutLosses(rows=len(truth), losses=written_sums(losses)),
        runs=tuple(runs),
        maintenance=spec().maintenance,
        window=DAY,
    )
    book = faults_on_record(steps)
    delay = timedelta(days=delay_days)
    labelled = steps[: max(len(steps) - delay_days, 0)]
    told = watched(ledger_hour(of, step, delay) for step in labelled)
    sound = [hour for hour in told if not is_left_out(book, hour.hour)]
    hours = LabelledHours.of(sound, until=now)
    found = find_in_labels(hours, model, until=now)
    return decide_action(found.evidence, spec().maintenance, ALERTS)


def _begin(window: int) -> datetime:
    return FIRST + window * DAY


def _undated(reason: str) -> str:
    return re.sub(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}", "then", reason)


THERE_AND_BACK = [slope for slope in (2.0, -2.0, 2.0, -2.0, 2.0) for _ in range(5)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("slopes", "delay_days"),
    [
        ([2.0] * 12, 0),
        ([2.0] * 6 + [-2.0] * 14, 0),
        ([2.0] * 4 + [0.0] * 16, 0),
        (THERE_AND_BACK, 0),
        (THERE_AND_BACK, 3),
    ],
    ids=["calm", "reversed", "nothing to learn", "there and back", "too late"],
)
def test_decides_as_production_does_after_every_window(
    slopes: list[float], delay_days: int
) -> None:
    of = history(slopes)
    steps = replayed(of, spec(alerts=ALERTS), delay_days=delay_days)

    for count in range(1, len(steps) + 1):
        decided = decided_in_production(of, steps[:count], delay_days=delay_days)
        expected = steps[count - 1].decision
        assert (decided.action, decided.rows) == (expected.action, expected.rows)
        assert decided.earlier == tuple(
            EarlierChange(in_production(of, each.since), each.rows) for each in expected.earlier
        )
        assert _undated(decided.reason) == _undated(expected.reason)
        if expected.start is not None:
            assert decided.start == expected.start - of.first_rows


def test_decides_as_production_does_though_data_were_at_fault() -> None:
    """Windows 8 and 9 are stuck at a value, and their labels come out as no model says."""
    of = history([2.0] * 6 + [-2.0] * 12)
    broken = slice(int(of.bounds[8]), int(of.bounds[10]))
    of.x[broken], of.y[broken] = 0.5, 0
    steps = replayed(of, spec(alerts=ALERTS))

    held = [step.window for step in steps if step.is_left_out]

    assert held == [8, 9]
    assert any(step.started for step in steps[:8])
    for count in range(1, len(steps) + 1):
        decided, expected = decided_in_production(of, steps[:count]), steps[count - 1].decision
        if steps[count - 1].is_left_out:
            assert expected.action is Action.HOLD
            continue
        assert (decided.action, decided.rows) == (expected.action, expected.rows)
        assert decided.reason == expected.reason
