from datetime import timedelta

import pytest

from functions.contracts.model_spec import Bound, Gates, Retraining, Training
from functions.core.backtest_baselines import replay_schedule, schedule_windows, score_windows
from functions.core.backtest_history import HistoryError
from functions.core.backtest_run import first_version, keep_parameters
from functions.core.retraining_policy import Action
from tests.unit.core.backtest_world import Slopes, history, replayed, spec, workshop

REVERSED = [2.0] * 8 + [-2.0] * 8


def test_carries_on_while_nothing_changes() -> None:
    steps = replayed(history([2.0] * 12))

    assert {step.version.number for step in steps} == {1}
    assert Action.RETRAIN not in {step.decision.action for step in steps}


def test_retrains_within_a_window_of_a_reversal_and_answers_with_what_it_learned() -> None:
    of = history(REVERSED)

    steps = replayed(of)

    started = [step.started for step in steps if step.started is not None]
    assert started[0].window == 8
    assert started[0].run.promoted
    assert of.moment(int(of.bounds[8])) == started[0].since
    assert steps[9].version.number == 2
    scores = score_windows(workshop(of), [step.version for step in steps])
    assert scores[8] < 0.3
    assert scores[9:].min() > 0.75


def test_learns_only_from_rows_whose_labels_have_come() -> None:
    of = history(REVERSED)

    steps = replayed(of, delay_days=3)

    started = [step.started for step in steps if step.started is not None]
    assert started[0].window == 11
    for step in steps:
        assert step.labelled_rows == int(of.bounds[max(step.window - 2, 0)])
        if step.started is not None and step.started.run.challenger is not None:
            assert step.started.run.challenger.end <= step.labelled_rows


def test_judges_on_rows_that_no_candidate_learned_from() -> None:
    made = workshop(history(REVERSED))
    champion = first_version(made)

    run = made.retrain(champion, start=6000, end=8000)

    assert run.challenger is not None
    assert (run.challenger.cut, run.challenger.end) == (7334, 8000)
    assert isinstance(made.fitter, Slopes)
    assert max(last for _, last in made.fitter.fitted) == 7334


def test_learns_from_the_rows_of_an_earlier_time_where_its_world_comes_back() -> None:
    of = history([2.0] * 2 + [-2.0] * 8 + [2.0] * 3, first=3000, rows=250, seed=1)
    by_loss = spec().model_copy(update={"training": Training(metric="log_loss_error")})

    steps = replayed(of, by_loss)

    back = next(step.started for step in steps if step.window == 10)
    assert back is not None
    assert back.run.promoted
    assert back.run.challenger is not None
    learned = back.run.challenger.cut - back.run.challenger.skipped
    assert (learned - back.run.challenger.rows, learned) == (0, int(of.bounds[2]))
    assert steps[11].version is back.run.challenger


def test_is_declined_by_the_budget_and_says_so() -> None:
    none_a_month = Retraining(cool_down_minutes=10**6)
    steps = replayed(history([*REVERSED, *[2.0] * 8]), spec(retraining=none_a_month))

    declined = [step.declined for step in steps if step.declined is not None]
    assert sum(step.started is not None for step in steps) == 1
    assert declined
    assert "retraining.cool_down_minutes = 1000000" in declined[0]


def test_starts_nothing_where_alarms_may_not() -> None:
    steps = replayed(history(REVERSED), spec(retraining=Retraining(on_alarm=False)))

    assert not any(step.started for step in steps)
    assert "retraining.on_alarm is false" in str(steps[-1].declined)


def test_refuses_a_first_stretch_without_one_of_the_classes() -> None:
    of = history([2.0] * 4)
    of.y[: of.first_rows] = 1

    with pytest.raises(HistoryError, match="have not every class of y"):
        first_version(workshop(of))


def test_searches_parameters_once_where_asked() -> None:
    made = workshop(history([2.0] * 4))

    assert len(keep_parameters(made).points) == 1


def test_spreads_a_schedule_over_the_windows() -> None:
    assert schedule_windows(10, 2, 0.0) == (0, 5)
    assert schedule_windows(10, 2, 0.99) == (4, 9)


def test_gives_a_schedule_the_labels_that_had_come_and_no_more() -> None:
    of = history(REVERSED)
    made = workshop(of)
    assert isinstance(made.fitter, Slopes)
    first = first_version(made)
    heard: list[int] = []

    late = replay_schedule(made, first, runs=2, label_delay=timedelta(days=100), told=heard.append)

    never = score_windows(made, [first] * of.windows)
    assert late.tolist() == never.tolist()
    assert heard == [2, 4, 6, 8]


def test_holds_what_was_over_too_soon_before_and_goes_home_at_once() -> None:
    """Turned for five days of every ten, and labels come after three: learned when it is over."""
    turns = [slope for slope in (2.0, -2.0, 2.0, -2.0, 2.0) for _ in range(5)]
    steps = replayed(history(turns), delay_days=3)

    promoted = [
        step.window for step in steps if step.started is not None and step.started.run.promoted
    ]
    held = [
        step.window
        for step in steps
        if step.started is not None
        and step.started.run.went_back is not None
        and step.started.run.went_back.held_until is not None
    ]

    assert promoted == [8, 13]
    assert held == [18]
    assert steps[-1].version.fitted.slope > 0.0  # type: ignore[attr-defined]


def test_learns_a_time_that_comes_back_to_stay_once_it_has_lasted() -> None:
    turns = [2.0] * 5 + [-2.0] * 5 + [2.0] * 5 + [-2.0] * 20
    steps = replayed(history(turns), delay_days=3)

    held = [step.window for step in steps if step.decision.action is Action.HOLD]
    runs = [step.window for step in steps if step.started is not None]

    assert held
    assert runs[-1] > held[-1]
    assert steps[-1].version.fitted.slope < 0.0  # type: ignore[attr-defined]


def test_tries_again_with_more_rows_what_was_better_and_fell_short_of_a_gate() -> None:
    """The change that is found takes in the window before it: those after it change once more."""
    of = history([2.0] * 6 + [-2.0] * 14)
    bar = Gates(absolute={"roc_auc_score": Bound(minimum=0.86)})

    steps = replayed(of, spec().model_copy(update={"gates": bar}))

    runs = [step.started.run for step in steps if step.started is not None]
    held = [step.window for step in steps if "fell short of its gates" in step.decision.reason]
    assert [(run.promoted, run.falls_short) for run in runs[:2]] == [(False, True), (True, False)]
    assert held
    assert not any(step.declined for step in steps)
