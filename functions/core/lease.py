"""The lease: one execution of a model at a time, with a token that tells an old one from it.

The token rises with each lease and travels with the execution. Whoever writes for an execution
shows it; after the lease went to another, or was freed, it is stale and the write is refused.
"""

from datetime import datetime

from functions.contracts.errors import WindvaneError
from functions.contracts.messages import CandidateFindings, TriggerKind
from functions.contracts.release import Outcome
from functions.contracts.retraining import Lease, RetrainingBook, RetrainingRun
from functions.core.breaker import count_outcome
from functions.core.budget import keep_recent

NOTHING_FOUND = CandidateFindings()
"""Of a run without a candidate, or whose candidate showed nothing beside its scores."""

RUNNING = "RUNNING"
"""Step Functions' word for an execution that has not ended."""


class StaleLeaseError(WindvaneError):
    """An execution writes whose lease was freed or went to another."""


def take(
    book: RetrainingBook, lease: Lease, *, now: datetime, champion: int | None = None
) -> RetrainingBook:
    """Return the book in which an execution has the lease; nothing waits any more.

    What waits goes on to wait beside a fire drill.
    """
    run = RetrainingRun(
        execution=lease.execution,
        token=lease.token,
        kind=lease.trigger.kind,
        requested_at=lease.trigger.requested_at,
        started_at=lease.taken_at,
        champion=champion,
        since=lease.trigger.since,
        labelled_rows=lease.trigger.labelled_rows,
    )
    return book.model_copy(
        update={
            "newest_token": lease.token,
            "lease": lease,
            "runs": keep_recent((run, *book.runs), now=now),
            "waiting": book.waiting if lease.trigger.kind is TriggerKind.DRILL else None,
        }
    )


def require_lease(book: RetrainingBook, execution: str, token: int) -> None:
    """Raise StaleLeaseError unless the execution has the lease by this token."""
    if book.lease is None or book.lease.token != token:
        raise StaleLeaseError(stale(book.model, execution, token, book.lease))


def stale(model: str, execution: str, token: int, lease: Lease | None) -> str:
    """Return the sentence of a StaleLeaseError."""
    if token == 0:
        return f"{execution} was started without a lease: start it with windvane train {model}"
    holder = f"{lease.execution} has it now (token {lease.token})" if lease else "nobody has it"
    return (
        f"{execution} lost its lease on {model} (token {token}), {holder}; it writes nothing more"
    )


def was_concluded(book: RetrainingBook, token: int, outcome: Outcome) -> bool:
    """Return whether the run of a token ended so before: its answer was lost."""
    return any(
        run.token == token and run.ended_at is not None and run.outcome is outcome
        for run in book.runs
    )


def free(
    book: RetrainingBook,
    outcome: Outcome,
    *,
    training_seconds: float,
    champion: int | None,
    now: datetime,
    found: CandidateFindings = NOTHING_FOUND,
) -> RetrainingBook:
    """Return the book after the run that has the lease ended so; there must be one.

    `champion` is who is champion then, `found` what its candidate showed. A fire drill's
    candidate was bad on purpose and does not count towards the breaker.
    """
    token = book.newest_token
    ended = {
        "ended_at": now,
        "outcome": outcome,
        "training_seconds": training_seconds,
        "returned": found.went_back is not None and found.went_back.learned,
        "went_back": found.went_back,
        "falls_short": found.falls_short,
    }
    freed = book.model_copy(
        update={
            "lease": None,
            "runs": tuple(
                run.model_copy(update=ended) if run.token == token else run for run in book.runs
            ),
            "notices": (),
        }
    )
    is_drill = book.lease is not None and book.lease.trigger.kind is TriggerKind.DRILL
    return freed if is_drill else count_outcome(freed, outcome, champion)


def is_dead(book: RetrainingBook, status: str | None) -> bool:
    """Return whether the execution that has the lease ended without giving it back.

    `status` is Step Functions' of the newest run's execution, None if there is no such execution:
    then it was not started yet, and whoever comes next starts it.
    """
    return book.lease is not None and status is not None and status != RUNNING
