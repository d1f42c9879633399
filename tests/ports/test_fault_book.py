"""The record of a model's data faults, on every store that keeps it."""

import pytest

from functions.contracts.fault_book import FaultBook
from functions.core.conditional_writes import ConditionalStore
from functions.core.fault_book import change_fault_book, decide_fault, note_faults, read_fault_book
from tests.unit.core.fault_world import MODEL, book, decision, found, window


def noted(held: FaultBook) -> FaultBook:
    return note_faults(held, [found(10, 24)], window(0, 24), now=window(0, 24).end)


def test_is_empty_before_the_first_fault(store: ConditionalStore) -> None:
    assert read_fault_book(store, MODEL) == book()


def test_is_read_as_it_was_written(store: ConditionalStore) -> None:
    entered = change_fault_book(store, MODEL, noted)
    name = entered.faults[0].name

    decided = change_fault_book(store, MODEL, lambda held: decide_fault(held, name, decision()))

    assert read_fault_book(store, MODEL) == decided
    assert decided.faults[0].decisions == (decision(),)


@pytest.mark.parametrize("first", ["a window", "a person"])
def test_a_window_and_a_person_at_once_lose_nothing(store: ConditionalStore, first: str) -> None:
    name = change_fault_book(store, MODEL, noted).faults[0].name
    waiting = [True]

    def grow(held: FaultBook) -> FaultBook:
        later = window(24, 48)
        return note_faults(held, [found(24, 48)], later, now=later.end)

    def accept(held: FaultBook) -> FaultBook:
        return decide_fault(held, name, decision())

    slow, fast = (grow, accept) if first == "a person" else (accept, grow)

    def overtaken(held: FaultBook) -> FaultBook:
        if waiting:
            waiting.pop()
            change_fault_book(store, MODEL, fast)
        return slow(held)

    changed = change_fault_book(store, MODEL, overtaken)

    (fault,) = changed.faults
    assert fault.is_accepted
    assert fault.end == window(24, 48).end
    assert read_fault_book(store, MODEL) == changed
