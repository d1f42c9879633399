"""A person closes the breaker."""

import pytest

from functions.contracts.messages import Decision
from functions.contracts.retraining import DecisionRecord, RetrainingBook
from functions.core.retraining_ledger import LedgerMovedError
from functions.monitoring.close_breaker import ATTEMPTS, close_breaker
from tests.fakes.documents import NOW
from tests.fakes.ledger import InMemoryLedger

OPEN = RetrainingBook(model="m", rejected_in_a_row=3, rejected_champion=1)


class BusyLedger(InMemoryLedger):
    """A ledger that others write to first, so many times."""

    losses: int = 0

    def decide(self, decision: DecisionRecord, **changes: object) -> None:  # type: ignore[override] # hands on what comes
        if self.losses:
            self.losses -= 1
            self.write(self.read("m"))
        super().decide(decision, **changes)  # type: ignore[arg-type] # as it came


def test_begins_the_count_anew_on_record() -> None:
    ledger = InMemoryLedger(books={"m": OPEN})

    before = close_breaker("m", actor="ann", reason="gate too strict", ledger=ledger, now=NOW)

    book = ledger.read("m")
    (decision,) = ledger.list_decisions("m", limit=9)
    assert (before, book.rejected_in_a_row, book.rejected_champion) == (3, 0, None)
    assert decision.decision is Decision.BREAKER_CLOSED
    assert decision.reason == "closed by ann after 3 refused candidates: gate too strict"


@pytest.mark.parametrize("losses", [ATTEMPTS - 1, ATTEMPTS])
def test_closes_it_while_others_write(losses: int) -> None:
    ledger = BusyLedger(books={"m": OPEN})
    ledger.losses = losses

    if losses == ATTEMPTS:
        with pytest.raises(LedgerMovedError, match="try again"):
            close_breaker("m", actor="ann", reason="", ledger=ledger, now=NOW)
    else:
        assert close_breaker("m", actor="ann", reason="", ledger=ledger, now=NOW) == 3
