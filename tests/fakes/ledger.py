"""The retraining ledger in memory."""

from dataclasses import dataclass, field

from functions.contracts.release import ExecutionRecord
from functions.contracts.retraining import DecisionRecord, RetrainingBook
from functions.core.retraining_ledger import LedgerMovedError


@dataclass
class InMemoryLedger:
    """Books and decisions in dictionaries; ends of runs go to `executions`, the registry's."""

    executions: dict[tuple[str, str], ExecutionRecord] = field(default_factory=dict)
    books: dict[str, RetrainingBook] = field(default_factory=dict)
    decisions: dict[tuple[str, str], DecisionRecord] = field(default_factory=dict)

    def read(self, model: str) -> RetrainingBook:
        return self.books.get(model) or RetrainingBook(model=model)

    def find_decision(self, model: str, trigger_id: str) -> DecisionRecord | None:
        return self.decisions.get((model, trigger_id))

    def list_decisions(self, model: str, *, limit: int) -> tuple[DecisionRecord, ...]:
        found = [each for (name, _), each in self.decisions.items() if name == model]
        return tuple(sorted(found, key=lambda each: each.at, reverse=True)[:limit])

    def decide(
        self,
        decision: DecisionRecord,
        *,
        book: RetrainingBook | None = None,
        closed: ExecutionRecord | None = None,
    ) -> None:
        key = (decision.model, decision.trigger.id)
        self._check(decision.model, book)
        if key in self.decisions:
            raise LedgerMovedError(_moved(decision.model))
        self.decisions[key] = decision
        self._store(book, closed)

    def write(self, book: RetrainingBook, *, closed: ExecutionRecord | None = None) -> None:
        self._check(book.model, book)
        self._store(book, closed)

    def _check(self, model: str, book: RetrainingBook | None) -> None:
        if book is not None and self.read(model).revision != book.revision:
            raise LedgerMovedError(_moved(model))

    def _store(self, book: RetrainingBook | None, closed: ExecutionRecord | None) -> None:
        if book is not None:
            self.books[book.model] = book.model_copy(update={"revision": book.revision + 1})
        if closed is not None:
            self.executions[closed.model, closed.execution] = closed


def _moved(model: str) -> str:
    return f"others decided about {model} at the same moment; look again and decide again"
