"""The breaker: after so many refused candidates in a row a person has to look."""

from functions.contracts.model_spec import Retraining
from functions.contracts.release import Outcome
from functions.contracts.retraining import RetrainingBook

REJECTIONS = frozenset({Outcome.REJECTED_BY_GATES, Outcome.REJECTED_BY_REPLAY, Outcome.ROLLED_BACK})
"""Ends of a run whose candidate was not good enough."""


def count_outcome(book: RetrainingBook, outcome: Outcome, champion: int | None) -> RetrainingBook:
    """Return the book after a run's end.

    A promotion begins the count anew. Runs without a candidate (refused or no new data, a failure)
    say nothing about candidates. Nor does the run that ends what was learned of a change: it tried
    again, with more rows, what had been promoted, and the gates found nothing better than that.
    """
    if outcome is Outcome.PROMOTED:
        return reset(book)
    if outcome not in REJECTIONS or _ends_learning(book, outcome):
        return book
    before = count_rejections(book, champion)
    return book.model_copy(
        update={"rejected_in_a_row": before + 1, "rejected_champion": champion},
    )


def count_rejections(book: RetrainingBook, champion: int | None) -> int:
    """Return how many candidates in a row were refused; 0 once the champion is another one.

    A champion that changed since the last refusal was promoted or rolled back by a person.
    """
    return book.rejected_in_a_row if book.rejected_champion == champion else 0


def refuse_for_breaker(
    book: RetrainingBook, policy: Retraining, champion: int | None
) -> str | None:
    """Return why nothing starts by itself, or None while the breaker is closed."""
    rejections = count_rejections(book, champion)
    if rejections < policy.rejected_in_a_row:
        return None
    return (
        f"{rejections} candidates in a row were refused (retraining.rejected_in_a_row = "
        f"{policy.rejected_in_a_row}): look at windvane runs list {book.model}, then close the "
        f"breaker: windvane retraining reset {book.model}"
    )


def reset(book: RetrainingBook) -> RetrainingBook:
    """Return the book with a closed breaker."""
    return book.model_copy(update={"rejected_in_a_row": 0, "rejected_champion": None})


def _ends_learning(book: RetrainingBook, outcome: Outcome) -> bool:
    """Return whether the newest run is about the change that the run before it was promoted for."""
    newest = book.newest_run
    if newest is None or newest.since is None or outcome is not Outcome.REJECTED_BY_GATES:
        return False
    tried = {Outcome.PROMOTED, *REJECTIONS}
    before = next((run for run in book.runs[1:] if run.outcome in tried), None)
    return (
        before is not None and before.outcome is Outcome.PROMOTED and before.since == newest.since
    )
