"""A person closes the breaker: retraining may start by itself again."""

from datetime import datetime

from functions.contracts.messages import Decision, Trigger, TriggerKind
from functions.contracts.retraining import DecisionRecord
from functions.core.breaker import reset
from functions.core.retraining_ledger import LedgerMovedError, RetrainingLedger

ATTEMPTS = 10
"""How often triggers may write to the ledger in between."""


def close_breaker(
    model: str, *, actor: str, reason: str, ledger: RetrainingLedger, now: datetime
) -> int:
    """Begin the count of refused candidates anew, on record; return how many there were.

    Raises LedgerMovedError if triggers write to the ledger at every attempt.
    """
    trigger = Trigger(
        kind=TriggerKind.PERSON,
        id=f"close_breaker@{now.isoformat()}",
        reason=reason,
        requested_by=actor,
        requested_at=now,
    )
    for _ in range(ATTEMPTS):
        book = ledger.read(model)
        decision = DecisionRecord(
            model=model,
            trigger=trigger,
            decision=Decision.BREAKER_CLOSED,
            reason=f"closed by {actor} after {book.rejected_in_a_row} refused candidates: {reason}",
            at=now,
        )
        try:
            ledger.decide(decision, book=reset(book))
        except LedgerMovedError:
            continue
        return book.rejected_in_a_row
    msg = f"the ledger of {model} changed {ATTEMPTS} times meanwhile; try again"
    raise LedgerMovedError(msg)
