"""A report's scores over time: those of the report before it, and this window's.

What is read is bounded by 31 days, never by history: the newest earlier report, the listing of
three months of label days, and of those days the ones that changed since and their windows'
neighbors.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from pydantic import ValidationError

from functions.aws.parallel_reads import read_objects
from functions.contracts import keys
from functions.contracts.drift import DriftReport, ScorePoint
from functions.contracts.labels import LabelDay
from functions.contracts.model_spec import ModelSpec
from functions.contracts.score_limits import score_limits, watched_scores
from functions.core.alert_states import remember_asking
from functions.core.ports import ObjectInfo, ObjectStore
from functions.core.score_points import (
    MOST_AGE,
    days_of,
    extend_history,
    realize_points,
    window_points,
)
from functions.monitoring.label_ledger_days import list_label_days
from functions.monitoring.log import write_log

_JSON_NAME = "drift.json"
_MOMENT = "%Y-%m-%dT%H%M%SZ"


def add_history(store: ObjectStore, report: DriftReport, spec: ModelSpec) -> DriftReport:
    """Return a report with its history, and the limits that its scores are held against.

    Its conditions know then when each asked last.

    Parameters
    ----------
    store : ObjectStore
        Of captures, label days and reports.
    report : DriftReport
        With its estimates, before it is stored.
    spec : ModelSpec
        Names the scores and their limits.
    """
    before = find_report_before(store, report.model, report.window_end)
    earlier = before.history if before else ()
    known = before.ledger_days if before else {}
    points = extend_history(earlier, window_points(report, watched_scores(spec)))
    last = report.window_end.astimezone(UTC)
    listed = list_label_days(store, report.model, (last - MOST_AGE).date(), last.date())

    fresh = _refresh(store, points, listed, known, spec)

    alerts_before = before.alerts if before else ()
    return report.model_copy(
        update={
            "alerts": remember_asking(report.alerts, alerts_before, at=report.window_end),
            "history": fresh,
            "ledger_days": {str(day): item.s3_version_id for day, item in listed.items()},
            "limits": score_limits(spec),
        }
    )


def find_report_before(store: ObjectStore, model: str, end: datetime) -> DriftReport | None:
    """Return a model's newest report of a window that ended before, at most 31 days ago.

    None if there is none, or if it cannot be read: one that a later release wrote is no reason to
    judge no window any more.
    """
    end = end.astimezone(UTC)
    month_ago = end - MOST_AGE
    prefix = keys.drift_reports_prefix(model)
    days = [f"{end:%Y-%m-%d}", f"{end - timedelta(days=1):%Y-%m-%d}"]
    months = dict.fromkeys(f"{end - timedelta(days=back):%Y-%m}" for back in range(32))
    for part in (*days, *months):
        found = [
            (moment, item.key)
            for item in store.list(f"{prefix}{part}")
            if (moment := _window_end(item.key)) is not None and month_ago <= moment < end
        ]
        if found:
            return _read_report(store, model, max(found)[1])
    return None


def _read_report(store: ObjectStore, model: str, key: str) -> DriftReport | None:
    try:
        return DriftReport.model_validate_json(store.read(key))
    except ValidationError as error:
        problems = error.error_count()
        write_log("drift.report_unreadable", {"model": model, "key": key, "problems": problems})
        return None


def _window_end(key: str) -> datetime | None:
    folder, _, name = key.rpartition("/")
    if name != _JSON_NAME:
        return None
    try:
        return datetime.strptime(folder.rpartition("/")[2], _MOMENT).replace(tzinfo=UTC)
    except ValueError:
        return None


def _refresh(
    store: ObjectStore,
    points: Iterable[ScorePoint],
    listed: dict[date, ObjectInfo],
    known: dict[str, str],
    spec: ModelSpec,
) -> tuple[ScorePoint, ...]:
    """Return points with their labels; those whose days did not change stay as they were.

    A window that began before the days that are looked at keeps the last value it was given.
    """
    points = tuple(points)
    newest = points[-1].window_end
    oldest = (newest - MOST_AGE).astimezone(UTC).date()
    changed = {day for day, item in listed.items() if known.get(str(day)) != item.s3_version_id}
    stale = [
        point
        for point in points
        if days_of(point)[0] >= oldest
        and (point.window_end == newest or changed.intersection(days_of(point)))
    ]
    needed = sorted({day for point in stale for day in days_of(point)}.intersection(listed))
    bodies = read_objects(store, [listed[day] for day in needed])
    ledger = [LabelDay.model_validate_json(body) for _, body in bodies]
    fresh = iter(realize_points(spec.task, stale, ledger))
    is_stale = {id(point) for point in stale}
    return tuple(next(fresh) if id(point) in is_stale else point for point in points)
