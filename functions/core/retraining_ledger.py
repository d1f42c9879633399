"""The ledger's port: what is decided about retraining is decided in one transaction."""

from typing import Protocol

from functions.contracts.errors import WindvaneError
from functions.contracts.release import ExecutionRecord
from functions.contracts.retraining import DecisionRecord, RetrainingBook


class LedgerMovedError(WindvaneError):
    """Somebody else decided about the model, or about the trigger, since the book was read."""


class RetrainingLedger(Protocol):
    """One book a model, and what was decided about each trigger."""

    def read(self, model: str) -> RetrainingBook:
        """Return the book as it is now; an empty one at revision 0 if nothing was decided yet."""
        ...

    def find_decision(self, model: str, trigger_id: str) -> DecisionRecord | None:
        """Return what was decided about a trigger, or None."""
        ...

    def list_decisions(self, model: str, *, limit: int) -> tuple[DecisionRecord, ...]:
        """Return the latest decisions, newest first."""
        ...

    def decide(
        self,
        decision: DecisionRecord,
        *,
        book: RetrainingBook | None = None,
        closed: ExecutionRecord | None = None,
    ) -> None:
        """Record a decision, the changed book and a run's end, all or nothing.

        `book.revision` is the one that was read; stored is the next. Raises LedgerMovedError if the
        trigger was decided upon already, or the book has another revision by now.
        """
        ...

    def write(self, book: RetrainingBook, *, closed: ExecutionRecord | None = None) -> None:
        """Store a changed book and a run's end; raise LedgerMovedError as `decide` does."""
        ...
