"""Three refused candidates in a row want a person."""

from datetime import timedelta

import pytest

from functions.contracts.messages import CandidateFindings, WentBack
from functions.contracts.model_spec import Retraining
from functions.contracts.release import Outcome
from functions.contracts.retraining import Lease, RetrainingBook
from functions.core.breaker import REJECTIONS, count_rejections, refuse_for_breaker, reset
from functions.core.lease import free, take
from tests.fakes.documents import NOW
from tests.fakes.retraining import run_once, trigger

POLICY = Retraining(rejected_in_a_row=3)


def after(*outcomes: Outcome) -> RetrainingBook:
    book = RetrainingBook(model="m")
    for outcome in outcomes:
        book = run_once(book, outcome)
    return book


@pytest.mark.parametrize("outcome", sorted(REJECTIONS))
def test_opens_at_the_last_of_so_many_refused_candidates(outcome: Outcome) -> None:
    assert refuse_for_breaker(after(outcome, outcome), POLICY, 1) is None

    refusal = refuse_for_breaker(after(outcome, outcome, outcome), POLICY, 1)

    assert refusal == (
        "3 candidates in a row were refused (retraining.rejected_in_a_row = 3): look at windvane "
        "runs list m, then close the breaker: windvane retraining reset m"
    )


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.NO_NEW_DATA, Outcome.REJECTED_DATA])
def test_a_run_without_a_candidate_changes_nothing(outcome: Outcome) -> None:
    refused = Outcome.REJECTED_BY_GATES

    assert count_rejections(after(refused, outcome, refused, outcome), 1) == 2


def test_a_promotion_begins_the_count_anew() -> None:
    refused = Outcome.ROLLED_BACK

    assert count_rejections(after(refused, refused, Outcome.PROMOTED, refused), 1) == 1


@pytest.mark.parametrize("champion", [None, 2])
def test_another_champion_closes_it(champion: int | None) -> None:
    book = after(*[Outcome.REJECTED_BY_REPLAY] * 3)

    assert refuse_for_breaker(book, POLICY, champion) is None


def test_a_person_closes_it() -> None:
    book = reset(after(*[Outcome.REJECTED_BY_REPLAY] * 3))

    assert refuse_for_breaker(book, POLICY, 1) is None


def lease_about(book: RetrainingBook, day: int) -> Lease:
    """The lease of a run about what began on a day."""
    about = trigger(f"change {book.newest_token}").model_copy(
        update={"since": NOW + timedelta(days=day)}
    )
    return Lease(model="m", execution="e", token=book.newest_token + 1, trigger=about, taken_at=NOW)


def after_changes(*runs: tuple[int, Outcome]) -> RetrainingBook:
    """The book after runs about the changes of some days."""
    book = RetrainingBook(model="m")
    for day, outcome in runs:
        lease = lease_about(book, day)
        book = free(take(book, lease, now=NOW), outcome, training_seconds=1, champion=1, now=NOW)
    return book


def test_a_run_that_finds_nothing_better_than_what_was_learned_of_a_change_does_not_count() -> None:
    promoted, refused = Outcome.PROMOTED, Outcome.REJECTED_BY_GATES
    book = after_changes((1, promoted), (1, refused))

    assert count_rejections(book, 1) == 0

    again = after_changes((1, promoted), (1, refused), (1, refused), (2, refused), (2, refused))

    assert count_rejections(again, 1) == 3


@pytest.mark.parametrize(
    ("day", "outcome"),
    [
        (2, Outcome.REJECTED_BY_GATES),
        (1, Outcome.REJECTED_BY_REPLAY),
        (1, Outcome.ROLLED_BACK),
    ],
    ids=["of another change", "in its replay", "in its rollout"],
)
def test_any_other_refusal_after_a_promotion_counts(day: int, outcome: Outcome) -> None:
    assert count_rejections(after_changes((1, Outcome.PROMOTED), (day, outcome)), 1) == 1


@pytest.mark.parametrize(
    "after_that", [None, Outcome.FAILED, Outcome.NO_NEW_DATA], ids=["the last", "failed", "no data"]
)
def test_counts_a_candidate_that_is_held_and_says_why(after_that: Outcome | None) -> None:
    """What was learned would be over before it is of use: labels are too late."""
    held = WentBack(to=NOW, held_until=NOW + timedelta(days=9))
    book = RetrainingBook(model="m")
    for day in (1, 2, 3):
        lease = lease_about(book, day)
        book = free(
            take(book, lease, now=NOW, champion=1),
            Outcome.REJECTED_BY_GATES,
            training_seconds=1,
            champion=1,
            now=NOW,
            found=CandidateFindings(went_back=held),
        )
    if after_that is not None:
        book = run_once(book, after_that)

    refusal = refuse_for_breaker(book, POLICY, 1)

    assert refusal is not None
    assert refusal.startswith("3 times in a row what was learned had gone before it was of use")


def test_counts_a_change_once_that_was_held_and_is_learned_when_it_has_lasted() -> None:
    book = after_turns(*LATE[:2])
    back = WentBack(to=NOW, learned=True)
    held = back.model_copy(update={"held_until": NOW + timedelta(days=34)})
    for ran, outcome, went_back in (
        (22, Outcome.REJECTED_BY_GATES, held),
        (34, Outcome.PROMOTED, back),
    ):
        at = NOW + timedelta(days=ran)
        lease = lease_about(book, 16).model_copy(update={"taken_at": at})
        book = free(
            take(book, lease, now=at, champion=3),
            outcome,
            training_seconds=1,
            champion=4 if outcome is Outcome.PROMOTED else 3,
            now=at,
            found=CandidateFindings(went_back=went_back),
        )

    assert count_rejections(book, 4) == 2


def test_failures_between_do_not_hide_what_was_learned() -> None:
    runs = (1, Outcome.PROMOTED), (1, Outcome.FAILED), (1, Outcome.REJECTED_BY_GATES)

    assert count_rejections(after_changes(*runs), 1) == 0


def after_turns(*days: tuple[float, float, bool]) -> RetrainingBook:
    """The book after a promotion for each change: when it began, when the run was, if it returned.

    Each makes the next version champion.
    """
    book = RetrainingBook(model="m")
    for number, (began, ran, returned) in enumerate(days, start=1):
        about = trigger(f"change {number}").model_copy(
            update={"since": NOW + timedelta(days=began)}
        )
        at = NOW + timedelta(days=ran)
        lease = Lease(model="m", execution="e", token=number, trigger=about, taken_at=at)
        book = free(
            take(book, lease, now=at, champion=number),
            Outcome.PROMOTED,
            training_seconds=1,
            champion=number + 1,
            now=at,
            found=CandidateFindings(went_back=WentBack(to=NOW, learned=returned)),
        )
    return book


LATE = ((0, 6, False), (8, 14, True), (16, 22, True), (24, 30, True))
"""A world that turns every eight days, and labels that come after six."""


def test_opens_where_labels_come_later_than_the_world_turns_back() -> None:
    assert refuse_for_breaker(after_turns(*LATE[:3]), POLICY, 4) is None

    refusal = refuse_for_breaker(after_turns(*LATE), POLICY, 5)

    assert refusal is not None
    assert refusal.startswith("3 times in a row what was learned had gone before it was of use")
    assert refuse_for_breaker(after_turns(*LATE), POLICY, 1) is None


@pytest.mark.parametrize(
    "days",
    [
        ((0, 2, False), (8, 10, True), (16, 18, True), (24, 26, True)),
        ((0, 6, False), (8, 14, False), (16, 22, False), (24, 30, False)),
        (*LATE[:3], (40, 41, True), (48, 49, True)),
    ],
    ids=["learned in time", "never back to an earlier time", "in time again"],
)
def test_stays_closed_where_learning_is_of_use(days: tuple[tuple[float, float, bool], ...]) -> None:
    assert count_rejections(after_turns(*days), len(days) + 1) == 0


def test_counts_a_change_that_came_too_late_once() -> None:
    followed = (*LATE[:2], (8, 15, True), (8, 17, True))

    assert count_rejections(after_turns(*followed), 5) == 1
    assert count_rejections(after_turns(*LATE[:2], (8, 15, False)), 4) == 1
