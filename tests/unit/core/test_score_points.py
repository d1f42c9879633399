from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest

from functions.contracts.artifact import StoredObject
from functions.contracts.drift import ScorePoint
from functions.contracts.labels import LabelDay, LabelGroup, LabelHour
from functions.contracts.model_spec import Task
from functions.core.labelled_sums import numeric_counts, score_sums, sum_scores
from functions.core.score_points import (
    LEAST_LABELS,
    MOST_AGE,
    MOST_POINTS,
    days_of,
    extend_history,
    newest_realized,
    realize_points,
    window_points,
)
from tests.unit.monitoring.drift_report_world import ACCURACY, AUC, DAY, NOW, full_report

HOUR = timedelta(hours=1)
TASK = Task.BINARY_CLASSIFICATION


def point(hours_ago: float, *, metric: str = AUC, version: int = 1) -> ScorePoint:
    end = NOW - hours_ago * HOUR
    return ScorePoint(metric=metric, window_start=end - DAY, window_end=end, version=version)


def labels(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    truth = random.integers(0, 2, rows)
    positive = np.clip(0.3 * truth + 0.7 * random.random(rows), 0.0, 1.0).astype(np.float32)
    return truth, np.stack([1 - positive, positive], axis=1)


def ledger(*hours: tuple[float, int, int]) -> list[LabelDay]:
    """Days of hours with labels: how many hours ago, which version, which seed."""
    found: dict[str, list[LabelHour]] = {}
    for ago, version, seed in hours:
        hour = (NOW - ago * HOUR).replace(minute=0)
        group = LabelGroup(
            version=version,
            variant="champion",
            labelled=50,
            delay=numeric_counts(np.zeros(0, np.float32)),
            sums=sum_scores(TASK, *labels(50, seed)),
        )
        found.setdefault(str(hour.date()), []).append(LabelHour(hour=hour, groups=(group,)))
    entries = StoredObject(key="k", s3_version_id="v1", sha256="0" * 64, size_bytes=0)
    return [
        LabelDay.model_validate({"model": "car", "day": day, "entries": entries, "hours": held})
        for day, held in found.items()
    ]


def test_a_window_starts_with_its_estimates_alone() -> None:
    report = full_report()

    first, second, third = window_points(report, (AUC, ACCURACY, "brier_error"))

    assert (first.estimated, first.sampling_error, first.realized) == (0.918, 0.004, None)
    assert (second.metric, second.estimated) == (ACCURACY, 0.881)
    assert (third.estimated, third.version) == (None, 7)


def test_keeps_the_oldest_first_and_a_window_once() -> None:
    earlier = [point(3), point(1), point(0), point(-5)]

    history = extend_history(earlier, [point(0, version=2)])

    assert [(p.window_end, p.version) for p in history] == [
        (NOW - 3 * HOUR, 1),
        (NOW - HOUR, 1),
        (NOW, 2),
    ]


def test_forgets_what_is_older_than_a_month() -> None:
    ages = [MOST_AGE / HOUR, MOST_AGE / HOUR + 1]

    history = extend_history([point(age) for age in ages], [point(0)])

    assert [NOW - p.window_end for p in history] == [MOST_AGE, timedelta(0)]


@pytest.mark.parametrize("metrics", [(AUC,), (AUC, ACCURACY, "brier_error")])
def test_thins_the_older_windows_and_keeps_both_ends(metrics: tuple[str, ...]) -> None:
    history: tuple[ScorePoint, ...] = ()
    for hour in range(31 * 24, -1, -1):
        history = extend_history(history, [point(hour, metric=name) for name in metrics])

    ends = sorted({p.window_end for p in history})
    gaps = [(later - sooner) / HOUR for sooner, later in pairwise(ends)]
    assert len(history) <= MOST_POINTS
    assert len(ends) == MOST_POINTS // len(metrics)
    assert (NOW - ends[0], ends[-1]) == (MOST_AGE, NOW)
    assert gaps[-1] <= 2.0, "hours"
    assert max(gaps) <= 48.0
    assert sum(gaps[: len(gaps) // 2]) > 2 * sum(gaps[len(gaps) // 2 :])
    assert {p.metric for p in history if p.window_end == ends[7]} == set(metrics)


def test_names_every_day_that_a_window_is_about() -> None:
    midnight = NOW.replace(hour=0)
    whole = ScorePoint(window_start=midnight - DAY, window_end=midnight, version=1)

    assert [str(day) for day in days_of(point(0))] == ["2026-02-28", "2026-03-01"]
    assert [str(day) for day in days_of(whole)] == ["2026-02-28"]


def test_a_points_labels_are_those_of_its_version_in_its_hours() -> None:
    days = ledger((23, 1, 1), (2, 1, 2), (2, 2, 3), (25, 1, 4), (0, 1, 5))

    (found,) = realize_points(TASK, [point(0)], days)

    truth, outputs = (np.concatenate(both) for both in zip(labels(50, 1), labels(50, 2)))  # noqa: B905 - both have two
    assert found.labelled_rows == 100
    assert found.realized == pytest.approx(
        score_sums(TASK, sum_scores(TASK, truth, outputs))[AUC], abs=1e-12
    )


def test_a_window_is_whole_hours_from_the_one_that_holds_its_start() -> None:
    odd = point(0).model_copy(update={"window_start": NOW - 2 * HOUR + timedelta(minutes=20)})

    (found,) = realize_points(TASK, [odd], ledger((2, 1, 1), (3, 1, 2)))

    assert found.labelled_rows == 50


def test_without_labels_a_point_has_no_realized_score() -> None:
    known = point(0).model_copy(update={"realized": 0.9, "labelled_rows": 7})

    (found,) = realize_points(TASK, [known], [])

    assert (found.realized, found.labelled_rows) == (None, 0)


def test_tells_the_newest_score_that_enough_labels_say() -> None:
    points = [
        point(3).model_copy(update={"realized": 0.7, "labelled_rows": LEAST_LABELS}),
        point(2).model_copy(update={"realized": 0.8, "labelled_rows": LEAST_LABELS}),
        point(2, metric=ACCURACY).model_copy(update={"realized": 0.5, "labelled_rows": 999}),
        point(1).model_copy(update={"realized": 0.9, "labelled_rows": LEAST_LABELS - 1}),
        point(0),
    ]

    assert newest_realized(points, AUC) == 0.8
    assert newest_realized(points[3:], AUC) is None
