"""The retraining ledger: items beside the registry's, in the same DynamoDB table."""

import hashlib
from datetime import datetime
from itertools import islice
from typing import Any

from functions.aws import registry_items as items
from functions.aws.registry_store import ABSENT, RegistryStore, TransactionConflictError, document
from functions.contracts.release import ExecutionRecord
from functions.contracts.retraining import DecisionRecord, RetrainingBook
from functions.core.retraining_ledger import LedgerMovedError

_DIGITS = 32


class DynamoLedger:
    """All that the ledger's port asks for; `client` is a DynamoDB client."""

    def __init__(self, client: Any, table: str) -> None:  # noqa: ANN401 - boto3 has no types
        self._store = RegistryStore(client, table)

    def read(self, model: str) -> RetrainingBook:
        """Return the book as it is now; an empty one if nothing was decided yet."""
        found = self._store.find_document(model, items.RETRAINING, RetrainingBook)
        return found or RetrainingBook(model=model)

    def find_decision(self, model: str, trigger_id: str) -> DecisionRecord | None:
        """Return what was decided about a trigger, or None."""
        key = items.trigger_key(_digest(trigger_id))
        return self._store.find_document(model, key, DecisionRecord)

    def list_decisions(self, model: str, *, limit: int) -> tuple[DecisionRecord, ...]:
        """Return the latest decisions, newest first."""
        found = self._store.documents(model, items.DECISIONS, DecisionRecord)
        return tuple(islice(found, limit))

    def decide(
        self,
        decision: DecisionRecord,
        *,
        book: RetrainingBook | None = None,
        closed: ExecutionRecord | None = None,
    ) -> None:
        """Record a decision and what it changes in one transaction; see the port."""
        digest = _digest(decision.trigger.id)
        lasting = {"expires_at": _expiry(decision.at), **document(decision)}
        writes = {
            "trigger": self._store.put(
                items.item(decision.model, items.trigger_key(digest), **lasting), ABSENT
            ),
            "decision": self._store.put(
                items.item(decision.model, items.decision_key(decision.at, digest), **lasting)
            ),
        }
        self._transact(decision.model, writes | self._changes(book, closed))

    def write(self, book: RetrainingBook, *, closed: ExecutionRecord | None = None) -> None:
        """Store a changed book and a run's end in one transaction; see the port."""
        self._transact(book.model, self._changes(book, closed))

    def _changes(
        self, book: RetrainingBook | None, closed: ExecutionRecord | None
    ) -> dict[str, dict[str, Any]]:
        writes = {}
        if book is not None:
            writes["book"] = self._put_book(book)
        if closed is not None:
            record = items.item(closed.model, items.run_key(closed.execution), **document(closed))
            writes["run"] = self._store.put(record)
        return writes

    def _put_book(self, book: RetrainingBook) -> dict[str, Any]:
        held = {"lease_token": {"N": str(book.lease.token)}} if book.lease else {}
        following = book.model_copy(update={"revision": book.revision + 1})
        item = items.item(
            book.model,
            items.RETRAINING,
            revision={"N": str(following.revision)},
            **held,
            # The command line writes it, too, and may be newer than what is deployed.
            **document(following, exclude_defaults=True),
        )
        if not book.revision:
            return self._store.put(item, ABSENT)
        expected = {":revision": {"N": str(book.revision)}}
        return self._store.put(item, "revision = :revision", expected)

    def _transact(self, model: str, writes: dict[str, dict[str, Any]]) -> None:
        moved = f"others decided about {model} at the same moment; look again and decide again"
        try:
            failed = self._store.transact(writes, token=None)
        except TransactionConflictError as error:
            raise LedgerMovedError(moved) from error
        if failed:
            raise LedgerMovedError(moved)


def _digest(trigger_id: str) -> str:
    return hashlib.sha256(trigger_id.encode()).hexdigest()[:_DIGITS]


def _expiry(at: datetime) -> dict[str, str]:
    return {"N": str(int(at.timestamp()) + items.DECISION_LIFETIME_SECONDS)}
