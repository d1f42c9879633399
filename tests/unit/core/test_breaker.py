"""Three refused candidates in a row want a person."""

import pytest

from functions.contracts.model_spec import Retraining
from functions.contracts.release import Outcome
from functions.contracts.retraining import RetrainingBook
from functions.core.breaker import REJECTIONS, count_rejections, refuse_for_breaker, reset
from tests.fakes.retraining import run_once

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
