"""Scores over time: a point a window, estimated at once and realized as its labels come.

A window's labels mature for weeks, so points are written anew as the ledger grows. What is kept is
bounded, in time and in number; where windows are many, the older ones are thinned first.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from functions.contracts.drift import DriftReport, ScorePoint
from functions.contracts.estimates import QualityVerdict
from functions.contracts.labels import LabelDay
from functions.contracts.model_spec import Task
from functions.core.hourly_lines import hour_of
from functions.core.labelled_sums import merge_sums, score_sums

MOST_POINTS = 200
"""Of a report: about 40 KB of its JSON."""

MOST_AGE = timedelta(days=31)
"""Of a window's end; labels that come later are the ledger's alone."""

LEAST_LABELS = 30
"""Of a window, before its realized score is told as a metric: fewer say next to nothing."""

_DAY = timedelta(days=1)
_ENDS = 2


def window_points(report: DriftReport, metrics: Sequence[str]) -> tuple[ScorePoint, ...]:
    """Return a window's points, one a score, with what is estimated of it and no labels yet.

    What too few rows are estimated at is left out: one such window would flatten all others.
    """
    estimates = {
        estimate.metric: estimate
        for estimate in report.estimates
        if estimate.verdict is not QualityVerdict.NOT_JUDGED
    }
    return tuple(
        ScorePoint(
            metric=metric,
            window_start=report.window_start,
            window_end=report.window_end,
            version=report.model_version,
            estimated=estimates[metric].value if metric in estimates else None,
            sampling_error=estimates[metric].sampling_error if metric in estimates else None,
        )
        for metric in metrics
    )


def extend_history(
    earlier: Iterable[ScorePoint], added: Sequence[ScorePoint]
) -> tuple[ScorePoint, ...]:
    """Return a history with a window more, within `MOST_AGE` and `MOST_POINTS`.

    Parameters
    ----------
    earlier : iterable of ScorePoint
        Points of the window itself, or of later ones, are left out.
    added : sequence of ScorePoint
        Of one window, each of another score; at least one.

    Returns
    -------
    tuple of ScorePoint
        The oldest first. Of too many windows the one goes first whose neighbors are closest to
        each other for its age, so that what is older is thinner; never the first or the last.
    """
    end = added[-1].window_end
    windows: dict[datetime, list[ScorePoint]] = {}
    for point in earlier:
        if end - MOST_AGE <= point.window_end < end:
            windows.setdefault(point.window_end, []).append(point)
    windows[end] = list(added)
    kept = sorted(windows)
    most = max(_ENDS, MOST_POINTS // max(len(points) for points in windows.values()))
    while len(kept) > most:
        gaps = [
            (later - sooner) / (end - moment + _DAY)
            for sooner, moment, later in zip(kept, kept[1:], kept[2:], strict=False)
        ]
        del kept[1 + gaps.index(min(gaps))]
    return tuple(point for moment in kept for point in windows[moment])


def days_of(point: ScorePoint) -> tuple[date, ...]:
    """Return the days, in UTC, whose predictions a point is about."""
    first = point.window_start.astimezone(UTC).date()
    last = (point.window_end.astimezone(UTC) - timedelta(microseconds=1)).date()
    return tuple(first + number * _DAY for number in range((last - first).days + 1))


def realize_points(
    task: Task, points: Iterable[ScorePoint], ledger: Sequence[LabelDay]
) -> tuple[ScorePoint, ...]:
    """Return points with what their labels say; `ledger` holds all days that they are about.

    Rows count that the point's version answered in an hour that begins within the window, or holds
    its start: a window is judged by whole hours.
    """
    hours = [hour for day in ledger for hour in day.hours]
    known: dict[tuple[datetime, datetime, int], tuple[int, dict[str, float]]] = {}
    realized = []
    for point in points:
        span = (hour_of(point.window_start), point.window_end, point.version)
        if span not in known:
            sums = merge_sums(
                [
                    group.sums
                    for hour in hours
                    if span[0] <= hour.hour < span[1]
                    for group in hour.groups
                    if group.version == point.version
                ]
            )
            known[span] = (sums.rows, score_sums(task, sums))
        rows, scores = known[span]
        labels = {"labelled_rows": rows, "realized": scores.get(point.metric)}
        realized.append(point.model_copy(update=labels))
    return tuple(realized)


def newest_realized(points: Sequence[ScorePoint], metric: str) -> float | None:
    """Return a score of the newest window with `LEAST_LABELS` labelled rows; None: there is none.

    Parameters
    ----------
    points : sequence of ScorePoint
        A history, the oldest first.
    metric : str
        The score.
    """
    enough = (
        point.realized
        for point in reversed(points)
        if point.metric == metric
        and point.realized is not None
        and point.labelled_rows >= LEAST_LABELS
    )
    return next(enough, None)
