"""A backtest decides by what production would know: faults, limits of scores, what is listed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from functions.contracts.alerts import Alerts, ConditionKind
from functions.core import budget
from functions.core.backtest import Replay, Step, sound_history
from functions.core.backtest_baselines import replay_schedule
from functions.core.backtest_evidence import stays_open
from functions.core.backtest_run import first_version
from functions.core.policy_evidence import OpenChange
from functions.core.retraining_policy import Action
from tests.unit.core.backtest_world import Slopes, history, replayed, spec, workshop

OPEN = OpenChange(start=3000, rows_tried=500)
REVERSED = [2.0] * 6 + [-2.0] * 4


def actions(steps: tuple[Step, ...]) -> list[Action]:
    return [step.decision.action for step in steps]


def test_what_is_held_is_held_against_the_champion_of_then() -> None:
    held = replace(OPEN, held_until=datetime(2026, 3, 1, tzinfo=UTC))

    assert (stays_open(OPEN), stays_open(held), stays_open(None)) == (OPEN, None, None)


@pytest.mark.parametrize(("remembered", "known"), [(366, 3), (30, 2)], ids=["a year", "a month"])
def test_knows_no_change_whose_runs_have_left_the_book(
    remembered: int, known: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "YEAR", timedelta(days=remembered))
    turns = [*[2.0] * 5, *[-2.0] * 15, *[2.0] * 25, *[-2.0] * 15, *[2.0] * 2]

    steps = replayed(history(turns, rows=250))

    asked = {step.window: step.decision for step in steps if step.started is not None}
    changes = [asked[window].since for window in (5, 20, 45)]
    assert [each.since for each in asked[45].earlier] == changes[:2]
    assert [each.since for each in asked[60].earlier] == changes[-known:]


def test_holds_while_a_column_is_stuck() -> None:
    of = history(REVERSED)
    of.x[of.bounds[6] :] = 0.5

    steps = replayed(of)

    assert set(actions(steps)[6:]) == {Action.HOLD}
    assert {step.decision.about for step in steps[6:]} == {ConditionKind.DATA_FAULT}
    assert not any(step.started for step in steps)


def test_pages_for_a_score_of_labelled_rows_where_nothing_is_retrained() -> None:
    alerts = Alerts(page=("roc_auc_score < 0.6",), retrain=(), note=())

    steps = replayed(history(REVERSED), spec(alerts=alerts))

    assert actions(steps) == [Action.CARRY_ON] * 6 + [Action.PAGE] * 4
    assert "0.6 is the least that is wanted, by 500 labelled rows" in steps[6].decision.reason


def test_retrains_for_a_score_below_its_target() -> None:
    alerts = Alerts(page=(), retrain=("roc_auc_score < 0.6",), note=())

    steps = replayed(history(REVERSED), spec(alerts=alerts))

    started = steps[6].started
    assert started is not None
    assert started.run.promoted
    assert steps[6].decision.about is ConditionKind.SCORE
    assert steps[7].version.number == 2


def test_judges_scores_only_of_rows_whose_labels_have_come() -> None:
    alerts = Alerts(page=("roc_auc_score < 0.6",), retrain=(), note=())

    steps = replayed(history(REVERSED), spec(alerts=alerts), delay_days=2)

    assert actions(steps) == [Action.CARRY_ON] * 8 + [Action.PAGE] * 2


def test_retrains_for_drift_where_it_is_listed_and_opens_no_change() -> None:
    of = history([2.0] * 8, rows=2000)
    of.x[of.bounds[4] :] += 1.0
    alerts = Alerts(page=(), retrain=("drift",), note=())

    steps = replayed(of, spec(alerts=alerts))

    first = next(step for step in steps if step.started is not None)
    assert first.decision.about is ConditionKind.INPUT_DRIFT
    assert first.decision.since is None
    assert {step.decision.about for step in steps} <= {
        None,
        ConditionKind.INPUT_DRIFT,
        ConditionKind.PREDICTION_DRIFT,
    }


def test_learns_nothing_of_windows_in_which_the_data_were_at_fault() -> None:
    of = history([2.0] * 6 + [-2.0] * 8)
    broken = slice(int(of.bounds[8]), int(of.bounds[10]))
    of.x[broken] = 0.5
    made = workshop(of)

    steps = Replay(made, timedelta(0)).run(told=lambda _step: None)

    assert [step.window for step in steps if step.is_left_out] == [8, 9]
    assert isinstance(made.fitter, Slopes)
    learned = np.unique(np.concatenate(made.fitter.learned))
    assert learned.max() > broken.stop, "rows after the fault are learned from"
    assert not np.isin(np.arange(broken.start, broken.stop), learned).any()
    assert steps[-1].labelled_rows == len(of.y) - 1000
    sound = sound_history(of, steps)
    assert (sound.windows, len(sound.y)) == (12, len(of.y) - 1000)


def test_a_schedule_learns_nothing_of_them_either() -> None:
    of = history([2.0] * 3 + [-2.0] * 9)
    broken = slice(int(of.bounds[5]), int(of.bounds[7]))
    of.x[broken] = 0.5
    made = workshop(of)
    assert isinstance(made.fitter, Slopes)
    first = first_version(made)

    replay_schedule(
        made,
        first,
        runs=3,
        label_delay=timedelta(0),
        told=lambda _done: None,
        learned=of.without(5).without(5),
    )

    learned = np.unique(np.concatenate(made.fitter.learned))
    assert learned.max() > broken.stop
    assert not np.isin(np.arange(broken.start, broken.stop), learned).any()


def test_holds_no_score_against_a_limit_where_the_newest_labels_are_of_a_window_at_fault() -> None:
    """Neither those of the fault nor, again, those of the window before it."""
    alerts = Alerts(page=("accuracy_score < 0.6",), retrain=(), note=())
    of = history([2.0] * 12)
    broken = slice(int(of.bounds[6]), int(of.bounds[7]))
    of.x[broken], of.y[broken] = 0.5, 0
    before = slice(int(of.bounds[5]), int(of.bounds[6]))
    of.y[before] = 1 - of.y[before]

    steps = replayed(of, spec(alerts=alerts), delay_days=2)

    actions_by_window = dict(enumerate(actions(steps)))
    assert actions_by_window[6] is Action.HOLD
    assert actions_by_window[7] is Action.PAGE, "labels of window 5 have come"
    assert actions_by_window[8] is Action.CARRY_ON, "labels of window 6 have come"
    assert actions_by_window[9] is Action.CARRY_ON
