"""The breaker: after so many refused candidates in a row a person has to look."""

from functions.contracts.messages import TriggerKind
from functions.contracts.model_spec import Retraining
from functions.contracts.release import Outcome
from functions.contracts.retraining import RetrainingBook, RetrainingRun
from functions.core.returns import first_promotions, was_too_short

REJECTIONS = frozenset({Outcome.REJECTED_BY_GATES, Outcome.REJECTED_BY_REPLAY, Outcome.ROLLED_BACK})
"""Ends of a run whose candidate was not good enough."""

WITH_CANDIDATE = REJECTIONS | {Outcome.PROMOTED}
"""Ends of a run that had one."""


def count_outcome(book: RetrainingBook, outcome: Outcome, champion: int | None) -> RetrainingBook:
    """Return the book after the end of its newest run.

    A promotion begins the count anew, unless what was learned of the change before it had gone
    again sooner than it took to learn it. Such a change counts as a refusal if the world went back
    to an earlier time: then callers would have been served better by what was replaced, and where
    labels come later than the world turns, that is how it will go on. Else it leaves the count.

    A candidate that is held, for what it learned may be over before it is of use, is refused too.

    Runs without a candidate (refused or no new data, a failure) say nothing about candidates. Nor
    does the run that ends what was learned of a change: it tried again, with more rows, what had
    been promoted, and the gates found nothing better than that.
    """
    if outcome is Outcome.PROMOTED:
        if not _came_too_late(book):
            return reset(book)
        replaced = book.newest_run.champion if book.newest_run else None
        before = count_rejections(book, replaced)
        return _counted(book, before + _went_back(book), champion)
    if outcome not in REJECTIONS or _ends_learning(book, outcome):
        return book
    return _counted(book, count_rejections(book, champion) + 1, champion)


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
    tried = (run for run in book.runs if run.kind is not TriggerKind.DRILL)
    newest = next((run for run in tried if run.outcome in WITH_CANDIDATE), None)
    if newest is not None and (newest.outcome is Outcome.PROMOTED or newest.is_held):
        what = "times in a row what was learned had gone before it was of use: labels are too late"
    else:
        what = "candidates in a row were refused"
    return (
        f"{rejections} {what} (retraining.rejected_in_a_row = {policy.rejected_in_a_row}): look at "
        f"windvane runs list {book.model}, then close the breaker: windvane retraining reset "
        f"{book.model}"
    )


def reset(book: RetrainingBook) -> RetrainingBook:
    """Return the book with a closed breaker."""
    return book.model_copy(update={"rejected_in_a_row": 0, "rejected_champion": None})


def _ends_learning(book: RetrainingBook, outcome: Outcome) -> bool:
    """Return whether the newest run is about the change that the run before it was promoted for."""
    newest = book.newest_run
    if newest is None or newest.since is None or outcome is not Outcome.REJECTED_BY_GATES:
        return False
    before = next((run for run in book.runs[1:] if run.outcome in WITH_CANDIDATE), None)
    return (
        before is not None and before.outcome is Outcome.PROMOTED and before.since == newest.since
    )


def _counted(book: RetrainingBook, count: int, champion: int | None) -> RetrainingBook:
    return book.model_copy(update={"rejected_in_a_row": count, "rejected_champion": champion})


def _promoted_before(book: RetrainingBook) -> list[RetrainingRun]:
    """Return the runs before the newest that were promoted for a change, newest first."""
    return [
        run for run in book.runs[1:] if run.outcome is Outcome.PROMOTED and run.since is not None
    ]


def _came_too_late(book: RetrainingBook) -> bool:
    """Return whether the newest run's change came soon after the one before it was learned of.

    Sooner than that one took to learn of: from its beginning to the first promotion for it.
    """
    newest = book.newest_run
    if newest is None or newest.since is None:
        return False
    learned = first_promotions(book.runs[1:], newest.since)
    if not learned:
        return False
    began = max(learned)
    return was_too_short(began, learned[began], newest.since)


def _went_back(book: RetrainingBook) -> bool:
    """Return whether the newest run is the first about its change to learn from an earlier time.

    One that was held before, and has lasted since, was counted then.
    """
    newest = book.newest_run
    if newest is None or not newest.returned:
        return False
    counted = [run for run in _promoted_before(book) if run.returned]
    counted += [run for run in book.runs[1:] if run.is_held]
    return not any(run.since == newest.since for run in counted)
