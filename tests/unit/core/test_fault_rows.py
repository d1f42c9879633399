import numpy as np

from functions.contracts.fault_book import LeftOutRows
from functions.contracts.faults import FaultKind
from functions.core.fault_rows import describe_fault, leave_out_faulty, tell_left_out
from functions.core.labelled_captures import CapturedPart
from tests.unit.core.fault_world import book, decision, hour, recorded


def part(at: float, rows: int = 2) -> CapturedPart:
    names = tuple(f"{at}/{row}" for row in range(rows))
    return CapturedPart(1, "s", hour(at), names, np.zeros((rows, 3), np.float32))


def left_out(*rows: LeftOutRows) -> list[tuple[str, int]]:
    return [(each.fault, each.rows) for each in rows]


def test_leaves_out_the_hours_of_a_fault_and_counts_their_rows() -> None:
    parts = [part(9.9), part(10.0), part(15.5, rows=3), part(23.99), part(24.0)]

    kept, told = leave_out_faulty(parts, book(recorded(10, 24)))

    assert [each.at for each in kept] == [hour(9.9), hour(24.0)]
    assert left_out(*told) == [("unit_changed-amount-20260301T10", 7)]
    assert (told[0].start, told[0].end) == (hour(10), hour(24))


def test_leaves_out_everything_since_a_fault_that_is_not_over() -> None:
    kept, told = leave_out_faulty([part(5), part(50)], book(recorded(10, 24, is_over=False)))

    assert [each.at for each in kept] == [hour(5)]
    assert told[0].end is None


def test_counts_a_row_once_under_the_first_fault_of_its_hour() -> None:
    held = book(recorded(10, 24), recorded(20, 30, column="age"))

    _, told = leave_out_faulty([part(22), part(26, rows=5)], held)

    assert [rows for _, rows in left_out(*told)] == [2, 5]


def test_keeps_what_is_accepted_what_is_of_the_traffic_and_tells_nothing() -> None:
    held = book(
        recorded(10, 24, decisions=(decision(),)),
        recorded(10, 24, kind=FaultKind.VOLUME_GONE),
        recorded(50, 60),
    )
    parts = [part(12), part(23)]

    assert leave_out_faulty(parts, held) == (parts, ())


def test_says_how_many_rows_why_and_what_to_do_if_it_is_no_fault() -> None:
    _, told = leave_out_faulty([part(12, rows=1200)], book(recorded(10, 24)))

    assert tell_left_out("car", told) == (
        "1,200 labelled captures were left out: unit_changed in amount, 2026-03-01 10:00 UTC to "
        "2026-03-02 00:00 UTC; if it is no fault: windvane faults accept car "
        "unit_changed-amount-20260301T10",
    )


def test_describes_a_fault_of_all_rows_that_goes_on() -> None:
    entry = recorded(10, 24, is_over=False, kind=FaultKind.ROWS_DUPLICATED)
    entry = entry.model_copy(update={"columns": ()})

    assert describe_fault(entry) == "rows_duplicated, 2026-03-01 10:00 UTC until now"
