"""A watch made anew of windows and runs is the one that grew with them."""

from datetime import datetime, timedelta

import pytest

from functions.contracts.maintenance import Maintenance
from functions.contracts.messages import TriggerKind, WentBack
from functions.contracts.release import Outcome
from functions.core.change_detection import Sums
from functions.core.label_watch import (
    REFERENCE_ROWS,
    MaturedWindow,
    Watch,
    is_confirmed,
    make_watch,
    open_change,
    runs_about_changes,
    tell_in_vain,
)
from tests.unit.core.labels_world import DAY, FIRST, run_about

REFERENCE = {"loss": Sums(1000, 100.0, 20.0)}
DELAY = timedelta(hours=5)


def window(number: int, mean: float, rows: int = 400) -> MaturedWindow:
    start = FIRST + number * DAY
    sums = Sums(rows, rows * mean, rows * mean * mean + rows * 0.01)
    return MaturedWindow(start, start + DAY, {"loss": sums})


WINDOWS = [window(number, 0.1 + 0.1 * (number >= 3)) for number in range(8)]


def known_at(window_number: int) -> Watch:
    """The watch that grew with the windows up to one."""
    watch = Watch(REFERENCE, 0)
    for each in WINDOWS[: window_number + 1]:
        watch = watch.adding(each.watched)
    return watch


def test_knows_all_windows_where_no_run_was_about_them() -> None:
    made = make_watch(REFERENCE, WINDOWS, [], delay=DELAY)

    assert made == known_at(7)


def test_takes_as_usual_what_a_run_found_nothing_better_for() -> None:
    run = run_about(FIRST + 3 * DAY, at=FIRST + 5 * DAY + DELAY)

    made = make_watch(REFERENCE, WINDOWS, [run], delay=DELAY)

    grown = known_at(4).accepting(3)
    for each in WINDOWS[5:]:
        grown = grown.adding(each.watched)
    assert made == grown


def test_follows_one_run_after_another() -> None:
    first = run_about(FIRST + 3 * DAY, at=FIRST + 5 * DAY)
    again = run_about(FIRST + 5 * DAY, at=FIRST + 7 * DAY + DELAY)

    made = make_watch(REFERENCE, WINDOWS, [again, first], delay=DELAY)

    grown = known_at(3).accepting(3)
    grown = grown.adding(WINDOWS[4].watched).adding(WINDOWS[5].watched).adding(WINDOWS[6].watched)
    assert made == grown.accepting(1).adding(WINDOWS[7].watched)


def test_changes_nothing_for_a_run_that_followed_an_older_change_up() -> None:
    first = run_about(FIRST + 3 * DAY, at=FIRST + 5 * DAY)
    follow_up = run_about(FIRST + 3 * DAY, at=FIRST + 8 * DAY)

    made = make_watch(REFERENCE, WINDOWS, [follow_up, first], delay=DELAY)

    assert made == make_watch(REFERENCE, WINDOWS, [first], delay=DELAY)


def test_takes_a_window_that_a_run_was_about_though_its_labels_came_later_than_now() -> None:
    run = run_about(FIRST + 3 * DAY, at=FIRST + 4 * DAY)

    made = make_watch(REFERENCE, WINDOWS[:4], [run], delay=10 * DAY)

    assert made == known_at(3).accepting(3)


def test_compares_a_version_of_before_with_its_first_rows() -> None:
    log_loss = Sums(400, 80.0, 20.0)
    windows = [
        MaturedWindow(each.start, each.end, {**each.watched, "log loss": log_loss})
        for each in WINDOWS
    ]

    made = make_watch(None, windows, [], delay=DELAY)

    count = -(-REFERENCE_ROWS // 400)
    assert made is not None
    assert (made.first, len(made.windows)) == (count, len(windows) - count)
    assert set(made.reference) == {"loss"}
    assert made.reference["loss"].rows == 400 * count
    assert make_watch(None, windows[: count - 1], [], delay=DELAY) is None


@pytest.mark.parametrize(
    ("outcome", "champion", "is_open"),
    [
        (Outcome.PROMOTED, 1, True),
        (Outcome.ROLLED_BACK, 2, False),
        (Outcome.REJECTED_BY_GATES, 2, False),
        (Outcome.REJECTED_BY_GATES, 1, True),
    ],
)
def test_closes_a_change_that_was_learned_and_tried_again_for_nothing(
    outcome: Outcome, champion: int, is_open: bool
) -> None:
    """Of a champion 2 that nothing was accepted of, so that its own run's change was older."""
    run = run_about(FIRST, at=FIRST + DAY, outcome=outcome, champion=champion, rows=70)

    found = open_change(
        Watch(REFERENCE, 0), [run], Maintenance(), champion=2, start=5, until=FIRST + 2 * DAY
    )

    assert (found is not None) is is_open
    if found is not None:
        assert (found.start, found.rows_tried, found.is_confirmed) == (5, 70, True)


HELD = WentBack(to=FIRST, held_until=FIRST + 5 * DAY)


@pytest.mark.parametrize(
    ("day", "champion", "held_until"),
    [(4, 1, HELD.held_until), (5, 1, None), (4, 2, None)],
    ids=["held", "no longer", "of another champion"],
)
def test_holds_what_the_last_run_found_until_it_is_seen_to_last(
    day: int, champion: int, held_until: datetime | None
) -> None:
    run = run_about(FIRST + 2 * DAY, at=FIRST + 3 * DAY).model_copy(update={"went_back": HELD})
    until = FIRST + day * DAY

    found = open_change(known_at(3), [run], Maintenance(), champion=champion, start=0, until=until)

    assert (found.held_until if found else None) == held_until


def test_keeps_a_change_open_until_what_came_since_is_as_before() -> None:
    run = run_about(FIRST + 3 * DAY, at=FIRST + 4 * DAY)
    stayed = known_at(3).accepting(3).adding(WINDOWS[4].watched)
    faded = known_at(3).accepting(3)
    for number in range(4, 100):
        faded = faded.adding(window(number, 0.1).watched)

    until = FIRST + 5 * DAY
    assert open_change(stayed, [run], Maintenance(), champion=1, start=0, until=until) is not None
    assert is_confirmed(stayed, Maintenance())
    assert not is_confirmed(faded, Maintenance())


def test_counts_no_run_that_tried_nothing_about_a_change() -> None:
    tried = run_about(FIRST, at=FIRST + DAY)
    others = (
        run_about(None, at=FIRST + 2 * DAY),
        run_about(FIRST, at=FIRST + 3 * DAY, outcome=Outcome.NO_NEW_DATA),
        run_about(FIRST, at=FIRST + 4 * DAY, outcome=Outcome.FAILED),
        run_about(FIRST, at=FIRST + 5 * DAY).model_copy(update={"outcome": None}),
    )

    assert runs_about_changes((*others, tried)) == (tried,)


def test_says_which_run_was_in_vain_for_what_labels_do_not_show() -> None:
    refused = run_about(None, at=FIRST).model_copy(update={"kind": TriggerKind.DRIFT_ALARM})

    assert tell_in_vain([refused], 1) == (
        "run-01 found nothing better for it: labels decide from then on"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"outcome": Outcome.PROMOTED},
        {"outcome": Outcome.FAILED},
        {"champion": 2},
        {"since": FIRST},
        {"kind": TriggerKind.PERSON},
    ],
    ids=["promoted", "failed", "of another champion", "about labels", "of a person"],
)
def test_no_other_run_was_in_vain(changes: dict[str, object]) -> None:
    refused = run_about(None, at=FIRST).model_copy(update={"kind": TriggerKind.DRIFT_ALARM})

    assert tell_in_vain([refused.model_copy(update=changes)], 1) is None
