"""One execution at a time, and none that writes after it lost its lease."""

import pytest

from functions.contracts.release import Outcome
from functions.contracts.retraining import RetrainingBook
from functions.core.lease import StaleLeaseError, is_dead, require_lease, was_concluded
from tests.fakes.retraining import ended, taken

EMPTY = RetrainingBook(model="m")
HELD = taken(EMPTY, "a")


def test_gives_each_lease_a_higher_token() -> None:
    again = taken(ended(HELD), "b")

    assert HELD.lease is not None
    assert again.lease is not None
    assert (HELD.lease.token, again.lease.token) == (1, 2)
    assert [(run.execution, run.token) for run in again.runs] == [("b", 2), ("a", 1)]


def test_lets_the_holder_write() -> None:
    require_lease(HELD, "a", 1)


@pytest.mark.parametrize(
    ("book", "token", "reason"),
    [
        (EMPTY, 1, r"a lost its lease on m \(token 1\), nobody has it"),
        (ended(HELD), 1, "nobody has it"),
        (taken(ended(HELD), "b"), 1, r"b has it now \(token 2\); it writes nothing more"),
        (HELD, 0, "a was started without a lease: start it with windvane train m"),
    ],
)
def test_refuses_a_stale_token(book: RetrainingBook, token: int, reason: str) -> None:
    with pytest.raises(StaleLeaseError, match=reason):
        require_lease(book, "a", token)


def test_remembers_how_a_run_ended() -> None:
    book = ended(HELD, Outcome.ROLLED_BACK, seconds=12.0)

    assert book.lease is None
    assert (book.runs[0].outcome, book.runs[0].training_seconds) == (Outcome.ROLLED_BACK, 12.0)
    assert was_concluded(book, 1, Outcome.ROLLED_BACK)
    assert not was_concluded(book, 1, Outcome.PROMOTED)
    assert not was_concluded(HELD, 1, Outcome.PROMOTED)


@pytest.mark.parametrize(
    ("book", "status", "expected"),
    [
        (HELD, "RUNNING", False),
        (HELD, None, False),
        (HELD, "FAILED", True),
        (HELD, "TIMED_OUT", True),
        (HELD, "ABORTED", True),
        (HELD, "SUCCEEDED", True),
        (ended(HELD), "SUCCEEDED", False),
        (EMPTY, None, False),
    ],
)
def test_knows_a_dead_execution(book: RetrainingBook, status: str | None, expected: bool) -> None:
    assert is_dead(book, status) is expected
