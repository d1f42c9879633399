from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from functions.core.backtest_history import Cutting, History, HistoryError, cut_history

DAY = 86_400_000_000


def cut(days: np.ndarray, cutting: Cutting) -> History:
    times = (days * DAY).astype(np.int64)
    return cut_history(np.arange(len(days), dtype=np.float32)[:, np.newaxis], days, times, cutting)


def test_sorts_rows_by_time_and_keeps_those_of_one_time_in_order() -> None:
    days = np.concatenate([np.arange(1000, 2000), np.arange(1000), np.full(5, 1999)])

    found = cut(days, Cutting(rows=100))

    assert (np.diff(found.times) >= 0).all()
    assert found.x[-6:, 0].tolist() == [999.0, 2000.0, 2001.0, 2002.0, 2003.0, 2004.0]


def test_cuts_windows_of_rows_after_the_first_champion_s() -> None:
    found = cut(np.arange(4000), Cutting(rows=500, first_share=0.25))

    assert found.first_rows == 1000
    assert [found.rows_of(window) for window in range(found.windows)] == [
        (1000 + 500 * window, 1500 + 500 * window) for window in range(6)
    ]


@pytest.mark.parametrize(("left", "windows"), [(249, 6), (250, 7)])
def test_takes_half_a_window_at_the_end_for_one(left: int, windows: int) -> None:
    assert (
        cut(np.arange(4000 + left), Cutting(rows=500, first_share=1000 / 4250)).windows == windows
    )


def test_cuts_windows_of_time_and_leaves_empty_ones_out() -> None:
    days = np.concatenate([np.arange(0, 1000, 0.5), np.arange(1030, 1060, 0.05)])

    found = cut(days, Cutting(length=timedelta(days=10), first_share=0.6))

    sizes = np.diff(found.bounds)
    assert (sizes > 0).all()
    assert found.bounds[-1] == len(days)
    assert found.ends[0] - timedelta(days=10) == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(
        days=float(days[found.first_rows])
    )
    assert all(later > earlier for earlier, later in zip(found.ends, found.ends[1:], strict=False))


def test_cuts_a_hundred_windows_if_nobody_says() -> None:
    assert cut(np.arange(50_000), Cutting()).windows == 100


def test_dates_a_window_s_end_after_its_last_row() -> None:
    found = cut(np.arange(4000), Cutting(rows=500))

    for window in range(found.windows):
        _, last = found.rows_of(window)
        assert found.moment(last - 1) < found.ends[window]


@pytest.mark.parametrize(
    ("rows", "cutting", "words"),
    [
        (1000, Cutting(), "1,000 rows are too few: of the first 20%"),
        (4000, Cutting(rows=5000), "write a shorter --window"),
        (4000, Cutting(rows=1), "3,200 windows, more than 2,000: write a longer --window"),
    ],
)
def test_refuses_a_history_that_is_too_short(rows: int, cutting: Cutting, words: str) -> None:
    with pytest.raises(HistoryError, match=words):
        cut(np.arange(rows), cutting)


def test_leaves_a_window_out_and_keeps_the_places_of_what_is_before() -> None:
    found = cut(np.arange(4000), Cutting(rows=500, first_share=0.25))

    left = found.without(2).without(3)

    assert left.windows == 4
    assert [left.rows_of(window) for window in range(4)] == [
        (1000, 1500),
        (1500, 2000),
        (2000, 2500),
        (2500, 3000),
    ]
    kept = [*range(2000), *range(2500, 3000), *range(3500, 4000)]
    assert left.rows.tolist() == left.x[:, 0].tolist() == left.y.tolist() == kept
    assert left.ends == (*found.ends[:2], found.ends[3], found.ends[5])
    assert found.windows == 6, "the history itself stays as it is"


def test_the_last_window_can_be_left_out_and_all_others() -> None:
    found = cut(np.arange(2000), Cutting(rows=500, first_share=0.5))

    none = found.without(1).without(0)

    assert (none.windows, none.first_rows, len(none.y)) == (0, 1000, 1000)
