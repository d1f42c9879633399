from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.contracts import keys
from functions.contracts.fault_book import FaultBook
from functions.contracts.faults import FaultKind
from functions.core.conditional_writes import ObjectChangedError
from functions.core.fault_book import (
    ATTEMPTS,
    WRONG_ROWS,
    JudgedWindow,
    UnknownFaultError,
    accepted,
    change_fault_book,
    decide_fault,
    find_fault,
    is_left_out,
    leaves_rows_out,
    note_faults,
    read_fault_book,
    unaccepted,
)
from functions.core.fault_hours import FoundFault
from tests.fakes.object_store import InMemoryObjectStore
from tests.unit.core.fault_world import MODEL, book, decision, found, hour, recorded, window

GOLDEN = Path(__file__).parents[2] / "golden"
NAME = "unit_changed-amount-20260301T10"


def noted(held: FaultBook, faults: list[FoundFault], of: JudgedWindow) -> FaultBook:
    return note_faults(held, faults, of, now=of.end)


def test_enters_a_fault_with_its_hours() -> None:
    entry = noted(book(), [found(10, 24)], window(0, 24)).faults[0]

    assert (entry.name, entry.start, entry.end) == (NAME, hour(10), hour(24))
    assert (entry.is_over, entry.found_at, entry.model_version) == (False, hour(24), 1)
    assert entry.covers(hour(10))
    assert not entry.covers(hour(9.99))
    assert entry.covers(hour(500)), "one that is not over may last until now"


def test_the_same_window_again_changes_nothing() -> None:
    once = noted(book(), [found(10, 24)], window(0, 24))

    assert note_faults(once, [found(10, 24)], window(0, 24), now=hour(99)) == once


def test_a_fault_that_goes_on_is_one_entry() -> None:
    held = book()
    for end in range(24, 72, 6):
        start = max(end - 24, 10)
        held = noted(held, [found(start, end)], window(end - 24, end))

    (entry,) = held.faults
    assert (entry.name, entry.start, entry.end) == (NAME, hour(10), hour(66))
    assert not entry.is_over


def test_is_over_when_later_hours_are_sound() -> None:
    held = noted(book(), [found(10, 24)], window(0, 24))

    held = noted(held, [found(10, 22, is_over=True)], window(6, 30))

    (entry,) = held.faults
    assert (entry.end, entry.is_over) == (hour(24), True), "what a window saw is not taken back"
    assert not entry.covers(hour(24))


def test_an_end_that_becomes_uncertain_again_reopens_nothing() -> None:
    """As the last faulty rows leave the window."""
    held = book(recorded(10, 24))

    held = noted(held, [found(20, 44, likely_end=24)], window(20, 44))

    assert (held.faults[0].end, held.faults[0].is_over) == (hour(24), True)


def test_goes_on_if_later_hours_are_likeliest_to_show_it() -> None:
    held = noted(book(recorded(10, 24)), [found(20, 44)], window(20, 44))

    assert (held.faults[0].end, held.faults[0].is_over) == (hour(44), False)


def test_a_window_without_it_ends_it() -> None:
    held = book(recorded(10, 24, is_over=False))

    held = noted(held, [], window(1, 25))

    assert (held.faults[0].end, held.faults[0].is_over) == (hour(24), True)


def test_hours_that_nobody_judged_are_its_hours_too() -> None:
    held = noted(book(recorded(10, 24, is_over=False)), [], window(40, 64))

    assert (held.faults[0].end, held.faults[0].is_over) == (hour(40), True)


@pytest.mark.parametrize(
    "of",
    [
        pytest.param(window(1, 25, has_verdict=False), id="too few rows"),
        pytest.param(window(1, 25, is_current=False), id="an old window"),
        pytest.param(window(0, 24), id="no later hour"),
    ],
)
def test_a_window_that_says_nothing_of_now_ends_nothing(of: JudgedWindow) -> None:
    held = book(recorded(10, 24, is_over=False))

    assert noted(held, [], of) == held


def test_what_an_old_window_shows_is_over() -> None:
    held = noted(book(), [found(10, 24)], window(0, 24, is_current=False))

    assert (held.faults[0].end, held.faults[0].is_over) == (hour(24), True)


def test_comes_again_as_another_fault() -> None:
    held = noted(book(recorded(10, 24)), [found(30, 40)], window(16, 40))

    assert [entry.name for entry in held.faults] == [NAME, "unit_changed-amount-20260302T06"]


@pytest.mark.parametrize(
    "other", [found(10, 24, column="age"), found(10, 24, kind=FaultKind.VALUE_STUCK)]
)
def test_another_column_or_kind_is_another_fault(other: FoundFault) -> None:
    held = noted(book(), [found(10, 24), other], window(0, 24))

    assert len({entry.name for entry in held.faults}) == 2


@given(
    st.lists(
        st.tuples(st.integers(0, 23), st.integers(1, 24), st.booleans()), min_size=1, max_size=12
    )
)
def test_no_hour_of_a_fault_is_ever_given_back(seen: list[tuple[int, int, bool]]) -> None:
    held, covered = book(), set()
    for step, (start, length, is_over) in enumerate(seen):
        end = min(start + length, 24)
        held = noted(
            held, [found(step + start, step + end, is_over=is_over)], window(step, step + 24)
        )
        covered |= {step + each for each in range(start, end)}

        names = [entry.name for entry in held.faults]
        assert len(names) == len(set(names))
    assert all(is_left_out(held, hour(each)) for each in covered)


def test_accepted_it_holds_nothing_and_its_rows_are_kept() -> None:
    held = noted(book(), [found(10, 24)], window(0, 24))
    assert [each.recorded_as for each in unaccepted(held, [found(10, 24)])] == [NAME]

    held = decide_fault(held, NAME, decision())
    later = noted(held, [found(30, 54)], window(30, 54))

    assert unaccepted(later, [found(30, 54)]) == ()
    assert [each.recorded_as for each in accepted(later, [found(30, 54)])] == [NAME]
    assert not is_left_out(later, hour(50))
    assert later.faults[0].decisions == (decision(),)


def test_accepted_once_it_is_held_when_it_comes_again() -> None:
    held = book(recorded(10, 24, decisions=(decision(),)))

    held = noted(held, [found(30, 40)], window(16, 40))

    assert len(unaccepted(held, [found(30, 40)])) == 1
    assert is_left_out(held, hour(35))
    assert not is_left_out(held, hour(12))


def test_an_acceptance_is_revoked_and_both_are_kept() -> None:
    held = decide_fault(book(recorded(10, 24)), NAME, decision())
    revoked = decision(accepted=False, reason="euros again")

    held = decide_fault(held, NAME, revoked)

    assert held.faults[0].decisions == (decision(), revoked)
    assert is_left_out(held, hour(12))


@pytest.mark.parametrize("is_accepted", [True, False])
def test_a_decision_that_stands_is_not_entered_again(is_accepted: bool) -> None:
    held = book(recorded(10, 24, decisions=(decision(),) if is_accepted else ()))

    assert decide_fault(held, NAME, decision(accepted=is_accepted)) == held


def test_names_what_is_on_record_where_a_fault_is_not() -> None:
    with pytest.raises(UnknownFaultError, match=f"{MODEL} has no data fault x .*{NAME}"):
        find_fault(book(recorded(10, 24)), "x")
    with pytest.raises(UnknownFaultError, match="none at all"):
        decide_fault(book(), "x", decision())


@pytest.mark.parametrize("kind", FaultKind)
def test_wrong_values_are_left_out_and_volumes_are_not(kind: FaultKind) -> None:
    of_traffic = {FaultKind.SCHEMA_BREAK, FaultKind.VOLUME_GONE, FaultKind.VOLUME_TRIPLED}

    assert (kind in WRONG_ROWS) is (kind not in of_traffic)
    assert leaves_rows_out(recorded(0, 1, kind=kind)) is (kind not in of_traffic)


def test_an_unknown_model_has_an_empty_record() -> None:
    assert read_fault_book(InMemoryObjectStore(), MODEL) == book()


def test_writes_a_change_and_nothing_without_one() -> None:
    store = InMemoryObjectStore()

    changed = change_fault_book(store, MODEL, lambda held: noted(held, [found(1, 2)], window(0, 2)))

    assert read_fault_book(store, MODEL) == changed
    assert change_fault_book(store, MODEL, lambda held: held) == changed
    assert change_fault_book(store, "van", lambda held: held) == book(model="van")
    assert {key: len(bodies) for key, bodies in store.versions.items()} == {
        keys.fault_book(MODEL): 1
    }


class Contended(InMemoryObjectStore):
    """Before each of the first writes somebody else writes."""

    others = 0

    def replace(self, key: str, body: bytes, *, expected: str | None, content_type: str) -> None:
        if self.others:
            self.others -= 1
            held = read_fault_book(self, MODEL)
            entry = recorded(self.others * 10, self.others * 10 + 1)
            other = held.model_copy(update={"faults": (*held.faults, entry)})
            self.write(key, other.model_dump_json().encode(), content_type="x")
        super().replace(key, body, expected=expected, content_type=content_type)


def test_loses_nothing_of_what_others_write_in_between() -> None:
    store = Contended()
    store.others = 3

    changed = change_fault_book(
        store, MODEL, lambda held: noted(held, [found(90, 95)], window(71, 95))
    )

    assert len(changed.faults) == 4
    assert read_fault_book(store, MODEL) == changed


def test_gives_up_when_others_are_faster_each_time() -> None:
    store = Contended()
    store.others = ATTEMPTS

    with pytest.raises(ObjectChangedError, match=f"{ATTEMPTS} times in a row; try again"):
        change_fault_book(store, MODEL, lambda held: noted(held, [found(90, 95)], window(71, 95)))


def test_reads_the_record_it_once_wrote() -> None:
    text = (GOLDEN / "fault_book_v1.json").read_text(encoding="utf-8")

    assert FaultBook.model_validate_json(text) == book(
        recorded(10, 24, decisions=(decision(),)), recorded(30, 40, is_over=False, column="age")
    )
