import pytest

from functions.contracts.model_spec import Training
from functions.core.row_counts import (
    EARLIER_TIMES,
    count_judged_rows,
    plan_row_counts,
    plan_row_spans,
)


def training(window_rows: object) -> Training:
    return Training(metric="r2_score", window_rows=window_rows)  # type: ignore[arg-type]


@pytest.mark.parametrize("chosen", [None, "auto"])
def test_halves_all_rows(chosen: object) -> None:
    assert plan_row_counts(training(chosen), available=900) == (900, 450, 225, 112)


@pytest.mark.parametrize("available", [101, 4_321, 1_000_000])
def test_takes_at_most_twice_all_rows_together(available: int) -> None:
    counts = plan_row_counts(training("auto"), available=available)

    assert sum(counts) < 2 * available
    assert min(counts) >= 100


@pytest.mark.parametrize("since", [100, 777, 9_999])
def test_always_tries_one_count_with_most_rows_since_a_change_and_none_before(since: int) -> None:
    counts = plan_row_counts(training("auto"), available=25_600)

    assert any(since / 2 < count <= since for count in counts)


def test_tries_the_rows_since_a_change_too() -> None:
    counts = plan_row_counts(training(None), available=900, since_change=300)

    assert counts == (900, 450, 300, 225, 112)


def test_takes_numbers_as_they_are_less_the_held_out_rows() -> None:
    listed = plan_row_counts(training((400, 5_000)), available=900, held_out=100)
    single = plan_row_counts(training(500), available=900, held_out=100)

    assert listed == (900, 300)
    assert single == (400,)


def test_takes_all_where_there_are_few() -> None:
    assert plan_row_counts(training("auto"), available=60) == (60,)


def test_judges_by_half_the_rows_at_most() -> None:
    assert count_judged_rows(50, labelled_rows=120) == 60


def earlier_times(chosen: object, available: int, since: int, earlier: list[int]) -> list[tuple]:
    spans = plan_row_spans(
        training(chosen), available=available, since_change=since, held_out=100, earlier=earlier
    )
    counts = plan_row_counts(
        training(chosen), available=available, since_change=since, held_out=100
    )
    assert [(span.rows, span.skipped) for span in spans[: len(counts)]] == [(n, 0) for n in counts]
    return [(span.rows, span.skipped) for span in spans[len(counts) :]]


def test_tries_the_rows_of_each_time_between_changes_but_the_one_that_just_ended() -> None:
    assert earlier_times("auto", 9_000, 500, [6_000, 4_000, 1_500]) == [
        (3_000, 6_000),
        (2_000, 4_000),
        (2_500, 1_500),
    ]


@pytest.mark.parametrize("earlier", [[], [9_000], [500, 200, 0, -50]])
def test_tries_no_earlier_time_where_none_is_known(earlier: list[int]) -> None:
    assert earlier_times("auto", 9_000, 500, earlier) == []


def test_counts_a_change_that_was_found_twice_once() -> None:
    assert earlier_times("auto", 9_000, 500, [4_000, 4_000, 3_950]) == [(5_000, 4_000)]


def test_looks_no_further_back_than_the_model_says() -> None:
    assert earlier_times(5_100, 9_000, 500, [7_000, 4_000]) == [(1_000, 4_000)]


def test_tries_the_newest_earlier_times_and_never_more_rows_than_there_are() -> None:
    earlier = list(range(1_000, 9_000, 500))

    times = earlier_times("auto", 9_000, 500, earlier)

    assert len(times) == EARLIER_TIMES
    assert times[-1] == (500, 1_000)
    assert sum(rows for rows, _ in times) <= 9_000
