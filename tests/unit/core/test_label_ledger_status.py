from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from functions.contracts.labels import DayIndex, LabelDay, LabelGroup, LabelHour, PredictedRows
from functions.contracts.model_spec import Task
from functions.core.label_ledger_status import quantile, summarize_windows
from functions.core.labelled_sums import numeric_counts, sum_scores
from functions.core.scores import score_outputs
from tests.fakes.documents import NOW, stored_object

MIDNIGHT = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
DAY = timedelta(days=1)
TASK = Task.BINARY_CLASSIFICATION


def _index(day: datetime, *predicted: tuple[int, int, int]) -> DayIndex:
    return DayIndex(
        day=day.date(),
        records={},
        ids=stored_object("ids"),
        answers=stored_object("answers"),
        predicted=tuple(
            PredictedRows(hour=hour, version=version, variant="champion", rows=rows)
            for hour, version, rows in predicted
        ),
    )


def _group(rows: int, *, version: int = 1, seed: int = 0) -> tuple[LabelGroup, Any, Any]:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, rows)
    positive = rng.random(rows).astype(np.float32)
    outputs = np.stack([1 - positive, positive], axis=1)
    delay = numeric_counts(np.arange(1, rows + 1, dtype=np.float32) * 60)
    sums = sum_scores(TASK, truth, outputs)
    group = LabelGroup(version=version, variant="champion", labelled=rows, delay=delay, sums=sums)
    return group, truth, outputs


def _ledger(day: datetime, *hours: tuple[int, LabelGroup]) -> LabelDay:
    return LabelDay(
        model="car",
        day=day.date(),
        entries=stored_object("entries"),
        hours=tuple(
            LabelHour(hour=day + timedelta(hours=hour), groups=(group,), contradictions=1)
            for hour, group in hours
        ),
    )


def test_a_window_is_the_sum_of_its_hours() -> None:
    first, truth, outputs = _group(30, seed=1)
    second, more_truth, more_outputs = _group(20, version=2, seed=2)

    (window,) = summarize_windows(
        TASK,
        [_index(MIDNIGHT, (3, 1, 60), (8, 2, 40))],
        [_ledger(MIDNIGHT, (3, first), (8, second))],
        window=(MIDNIGHT, MIDNIGHT + DAY),
        step=DAY,
    )

    expected = score_outputs(
        TASK, np.concatenate([truth, more_truth]), np.concatenate([outputs, more_outputs])
    )
    assert (window.start, window.end) == (MIDNIGHT, MIDNIGHT + DAY)
    assert window.total.scores == pytest.approx(expected, abs=1e-12)
    assert (window.total.coverage, window.contradictions) == (0.5, 2)
    assert window.groups[2, "champion"].scores == pytest.approx(
        score_outputs(TASK, more_truth, more_outputs), abs=1e-12
    )


def test_delays_are_of_the_labels_that_have_come() -> None:
    group, _, _ = _group(10)

    (window,) = summarize_windows(
        TASK,
        [_index(MIDNIGHT, (3, 1, 60))],
        [_ledger(MIDNIGHT, (3, group))],
        window=(MIDNIGHT, MIDNIGHT + DAY),
        step=DAY,
    )

    assert (window.total.median_delay_seconds, window.total.most_delay_seconds) == (300.0, 540.0)


def test_cuts_a_time_into_windows_and_leaves_out_what_is_beyond() -> None:
    group, _, _ = _group(5)
    start = MIDNIGHT + timedelta(hours=2)

    windows = summarize_windows(
        TASK,
        [_index(MIDNIGHT, (1, 1, 9), (2, 1, 10), (5, 1, 20)), _index(MIDNIGHT + DAY, (0, 1, 7))],
        [_ledger(MIDNIGHT, (1, group), (5, group))],
        window=(start, MIDNIGHT + timedelta(hours=24)),
        step=timedelta(hours=3),
    )

    assert [
        (window.start, window.total.predicted, window.total.labelled) for window in windows
    ] == [
        (start, 10, 0),
        (start + timedelta(hours=3), 20, 5),
    ]
    assert windows[0].total.coverage == 0.0
    assert windows[0].total.scores == {}
    assert windows[0].total.median_delay_seconds is None


@pytest.mark.parametrize(("share", "value"), [(0.5, 2.0), (0.9, 4.0), (0.25, 1.0)])
def test_a_quantile_is_a_number_that_occurred(share: float, value: float) -> None:
    assert quantile(numeric_counts(np.float32([4, 1, 3, 2])), share) == value


def test_no_numbers_have_no_quantile() -> None:
    assert quantile(numeric_counts(np.empty(0, np.float32)), 0.5) is None
