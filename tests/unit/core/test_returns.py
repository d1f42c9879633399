"""An earlier time that came back is learned at once, unless such a time was too short before."""

import math
from datetime import timedelta

import pytest

from functions.contracts.messages import TriggerKind, WentBack
from functions.contracts.release import Outcome
from functions.contracts.retraining import RetrainingRun
from functions.core.returns import (
    Tried,
    describe_return,
    explain_hold,
    find_releases,
    find_return,
)
from tests.fakes.retraining import trigger
from tests.unit.core.labels_world import DAY, FIRST, run_about

METRIC = "roc_auc_score"


def learned(began: float, at: float, *, back_to: float | None = None) -> RetrainingRun:
    """The run that was promoted on a day for what began on another."""
    run = run_about(FIRST + began * DAY, at=FIRST + at * DAY, outcome=Outcome.PROMOTED)
    went_back = WentBack(to=FIRST + back_to * DAY) if back_to is not None else None
    return run.model_copy(update={"went_back": went_back})


def release(*runs: RetrainingRun, ended: float, since: float) -> float | None:
    """From which day on what began on a day is learned, as it was before another day."""
    (found,) = find_releases_of(runs, (ended,), since)
    return found


def find_releases_of(
    runs: tuple[RetrainingRun, ...], ended: tuple[float, ...], since: float
) -> list[float | None]:
    changes = [FIRST + day * DAY for day in ended]
    found = find_releases(runs, changes, FIRST + since * DAY)
    return [None if moment is None else (moment - FIRST) / DAY for moment in found]


@pytest.mark.parametrize(
    ("tried", "expected"),
    [
        ([Tried(0.84), Tried(0.83, 500), Tried(0.4, 900)], 500),
        ([Tried(0.84), Tried(0.6, 500), Tried(0.83, 900)], 900),
        ([Tried(0.84), Tried(0.7, 500)], None),
        ([Tried(0.84), Tried(math.nan, 500)], None),
        ([Tried(0.84), Tried(0.80)], None),
        ([Tried(0.4), Tried(0.45, 500)], None),
        ([Tried(math.nan)], None),
        ([], None),
    ],
    ids=[
        "as good as what is new",
        "the best of two",
        "far less",
        "not to be scored",
        "none is earlier",
        "nothing is gained",
        "no score at all",
        "none",
    ],
)
def test_an_earlier_time_is_back_if_its_rows_alone_yield_most_of_the_gain(
    tried: list[Tried], expected: int | None
) -> None:
    assert find_return(tried, METRIC, champion=0.5) == expected


def test_of_a_loss_less_is_more() -> None:
    tried = [Tried(2.0), Tried(2.1, 300), Tried(9.0, 600)]

    assert find_return(tried, "mean_absolute_error", champion=5.0) == 300


def test_waits_for_a_time_that_was_over_sooner_than_it_took_to_learn() -> None:
    """From day 8 to 16, learned on day 14: it was wrong for six days and right for two."""
    runs = learned(8, 14), learned(16, 22, back_to=8)

    assert release(*runs, ended=16, since=24) == 24 + 1.5 * 8 + 6


def test_does_not_wait_for_the_time_before_all_changes() -> None:
    assert release(learned(8, 14), ended=8, since=16) is None


def test_waits_for_the_first_time_once_its_return_was_too_short() -> None:
    runs = learned(8, 14), learned(16, 22, back_to=8), learned(24, 30)

    assert find_releases_of(runs, (8, 16), 32) == [
        32 + 1.5 * 8 + 6,
        32 + 1.5 * 8 + 6,
    ]


@pytest.mark.parametrize(
    "runs",
    [
        (learned(8, 10), learned(16, 18, back_to=8)),
        (learned(8, 14), learned(16, 22, back_to=8), learned(80, 86)),
        (run_about(FIRST + 8 * DAY, at=FIRST + 14 * DAY), learned(16, 22, back_to=8)),
        (),
    ],
    ids=["learned soon", "times are long on the average", "was never learned", "no runs"],
)
def test_goes_back_at_once(runs: tuple[RetrainingRun, ...]) -> None:
    assert release(*runs, ended=16, since=90) is None


def test_does_not_hold_more_of_what_was_learned_already() -> None:
    runs = learned(8, 14), learned(16, 22, back_to=8)

    assert release(*runs, ended=16, since=24) is not None
    assert release(*runs, learned(24, 30), ended=16, since=24) is None


def test_runs_about_no_change_count_for_nothing() -> None:
    drifted = run_about(None, at=FIRST + 15 * DAY, outcome=Outcome.PROMOTED)

    assert release(learned(8, 14), drifted, learned(16, 22), ended=16, since=24) == 42


def test_the_order_of_runs_does_not_matter() -> None:
    runs = learned(8, 14), learned(8, 15), learned(16, 22, back_to=8)

    assert release(*runs, ended=16, since=24) == release(*reversed(runs), ended=16, since=24) == 42


ABOUT = trigger().model_copy(
    update={
        "since": FIRST + 24 * DAY,
        "earlier": (1600, 800),
        "earlier_since": (FIRST + 8 * DAY, FIRST + 16 * DAY),
        "releases": (None, FIRST + 42 * DAY),
    }
)


@pytest.mark.parametrize(
    ("rows", "passed", "day", "expected"),
    [
        (800, True, 30, WentBack(to=FIRST + 16 * DAY, learned=True, held_until=FIRST + 42 * DAY)),
        (800, True, 42, WentBack(to=FIRST + 16 * DAY, learned=True)),
        (800, False, 30, WentBack(to=FIRST + 16 * DAY, learned=True)),
        (1600, True, 30, WentBack(to=FIRST + 8 * DAY, learned=True)),
        (700, True, 30, None),
        (None, True, 30, None),
    ],
    ids=["held", "it lasted", "refused anyhow", "at once", "of no time", "nothing is back"],
)
def test_holds_who_would_be_promoted_for_a_time_that_may_be_too_short(
    rows: int | None, passed: bool, day: int, expected: WentBack | None
) -> None:
    found = describe_return(ABOUT, rows, learned=True, passed=passed, now=FIRST + day * DAY)

    assert found == expected


def test_a_trigger_of_an_earlier_release_holds_nothing() -> None:
    old = ABOUT.model_copy(update={"earlier_since": (), "releases": ()})

    assert describe_return(old, 800, learned=True, passed=True, now=FIRST) is None


@pytest.mark.parametrize("kind", [TriggerKind.PERSON, TriggerKind.SCHEDULE])
def test_holds_only_what_an_alarm_asks_for(kind: TriggerKind) -> None:
    asked = ABOUT.model_copy(update={"kind": kind})

    found = describe_return(asked, 800, learned=True, passed=True, now=FIRST + 30 * DAY)

    assert found == WentBack(to=FIRST + 16 * DAY, learned=True)


def test_says_from_when_on_it_is_learned() -> None:
    back = WentBack(to=FIRST, held_until=FIRST + timedelta(days=3, hours=2))

    said = explain_hold(back)

    assert f"before {FIRST:%Y-%m-%d %H:%M} UTC" in said
    assert f"learned from {back.held_until:%Y-%m-%d %H:%M} UTC on, if it lasts" in said
