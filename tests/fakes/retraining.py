"""Triggers, leases, runs and decisions for tests of the retraining ledger."""

from datetime import datetime, timedelta

from functions.contracts.messages import Decision, Trigger, TriggerKind
from functions.contracts.release import Outcome
from functions.contracts.retraining import DecisionRecord, Lease, RetrainingBook
from functions.core.lease import free, take
from tests.fakes.documents import NOW


def trigger(
    identity: str = "a@1",
    *,
    kind: TriggerKind = TriggerKind.DRIFT_ALARM,
    requested_at: datetime = NOW,
) -> Trigger:
    return Trigger(
        kind=kind, id=identity, reason="psi 0.4", requested_by="alarm", requested_at=requested_at
    )


def decision(identity: str = "a@1", *, model: str = "m", minutes: float = 0.0) -> DecisionRecord:
    return DecisionRecord(
        model=model,
        trigger=trigger(identity),
        decision=Decision.STARTED,
        reason="psi 0.4",
        at=NOW + timedelta(minutes=minutes),
    )


def taken(
    book: RetrainingBook,
    execution: str,
    *,
    at: datetime = NOW,
    kind: TriggerKind = TriggerKind.DRIFT_ALARM,
) -> RetrainingBook:
    """The book after an execution took the lease."""
    lease = Lease(
        model=book.model,
        execution=execution,
        token=book.newest_token + 1,
        trigger=trigger(f"trigger of {execution}", kind=kind, requested_at=at),
        taken_at=at,
    )
    return take(book, lease, now=at)


def ended(
    book: RetrainingBook,
    outcome: Outcome = Outcome.PROMOTED,
    *,
    seconds: float = 60.0,
    champion: int | None = 1,
    at: datetime = NOW,
) -> RetrainingBook:
    """The book after the execution that has the lease ended."""
    return free(book, outcome, training_seconds=seconds, champion=champion, now=at)


def run_once(
    book: RetrainingBook,
    outcome: Outcome = Outcome.PROMOTED,
    *,
    at: datetime = NOW,
    kind: TriggerKind = TriggerKind.DRIFT_ALARM,
    seconds: float = 60.0,
) -> RetrainingBook:
    """The book after one more run, which began and ended at a moment."""
    name = f"run-{book.newest_token + 1}"
    return ended(taken(book, name, at=at, kind=kind), outcome, at=at, seconds=seconds)
