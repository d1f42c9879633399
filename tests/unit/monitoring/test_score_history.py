import json
from datetime import date, datetime, timedelta

import pytest

from functions.contracts import keys
from functions.contracts.drift import DriftReport, ScoreLimit
from functions.contracts.model_spec import Bound, Gates
from functions.monitoring.score_history import add_history, find_report_before
from tests.fakes.object_store import CountingStore
from tests.unit.core.drift_world import model_spec
from tests.unit.core.test_score_points import ledger
from tests.unit.monitoring.drift_report_world import ACCURACY, AUC, DAY, NOW, full_report

SPEC = model_spec(name="loan_default")
HOUR = timedelta(hours=1)


def report_at(end: datetime) -> DriftReport:
    changes = {"window_start": end - DAY, "window_end": end, "model_version": 1, "history": ()}
    return full_report(1).model_copy(update=changes)


@pytest.fixture
def store() -> CountingStore:
    return CountingStore()


def keep(store: CountingStore, report: DriftReport) -> DriftReport:
    """Store a report with its history, as DetectDrift does."""
    report = add_history(store, report, SPEC)
    key = keys.drift_report(report.model, report.window_end, "json")
    store.write(key, report.model_dump_json().encode(), content_type="application/json")
    return report


def enter(store: CountingStore, *hours: tuple[float, int, int]) -> list[date]:
    """Write days of labels; see `ledger`."""
    days = ledger(*hours)
    for day in days:
        key = keys.label_day("loan_default", day.day)
        store.write(key, day.model_dump_json().encode(), content_type="application/json")
    return [day.day for day in days]


def test_the_first_report_has_this_window_alone(store: CountingStore) -> None:
    report = add_history(store, report_at(NOW), SPEC)

    (point,) = report.history
    assert (point.window_end, point.estimated, point.realized) == (NOW, 0.918, None)
    assert report.ledger_days == {}


def test_a_report_goes_on_where_the_one_before_ended(store: CountingStore) -> None:
    for hours in (5, 2, 1):
        keep(store, report_at(NOW - hours * HOUR))

    report = add_history(store, report_at(NOW), SPEC)

    assert [(NOW - point.window_end) / HOUR for point in report.history] == [5, 2, 1, 0]


def test_scores_of_earlier_windows_change_as_labels_come(store: CountingStore) -> None:
    keep(store, report_at(NOW - 2 * DAY))
    before = keep(store, report_at(NOW - HOUR))
    enter(store, (60, 1, 1), (3, 1, 2))

    report = add_history(store, report_at(NOW), SPEC)

    assert [point.labelled_rows for point in before.history] == [0, 0]
    assert [point.labelled_rows for point in report.history] == [50, 50, 50]
    assert report.history[0].realized != report.history[1].realized
    assert report.history[1].realized == report.history[2].realized


def test_reads_only_the_days_of_labels_that_changed(store: CountingStore) -> None:
    for days in (20, 10, 1):
        keep(store, report_at(NOW - days * DAY))
    enter(store, (20 * 24 + 3, 1, 1), (10 * 24 + 3, 1, 2), (30, 1, 3), (2, 1, 4))
    first = keep(store, report_at(NOW - HOUR))
    enter(store, (10 * 24 + 3, 1, 5))
    store.calls.clear()

    report = add_history(store, report_at(NOW), SPEC)

    assert store.calls["read"] == 1 + 3, "the report, the day that changed, this window's two"
    changed = [
        a.realized != b.realized for a, b in zip(first.history, report.history, strict=False)
    ]
    assert changed == [False, True, False, False]


def test_asks_no_more_however_many_reports_there_are(store: CountingStore) -> None:
    asked = []
    for days in (2, 25):
        for number in range(days, 0, -1):
            keep(store, report_at(NOW - number * DAY))
        store.calls.clear()
        add_history(store, report_at(NOW), SPEC)
        asked.append(dict(store.calls))

    assert asked[0] == asked[1]


def test_a_window_judged_again_takes_its_own_place(store: CountingStore) -> None:
    keep(store, report_at(NOW - HOUR))
    keep(store, report_at(NOW))

    again = add_history(store, report_at(NOW), SPEC)

    assert [(NOW - point.window_end) / HOUR for point in again.history] == [1, 0]


@pytest.mark.parametrize(
    ("ago", "is_found"),
    [(timedelta(0), False), (HOUR, True), (13 * HOUR, True), (30 * DAY, True), (32 * DAY, False)],
)
def test_finds_the_report_before_within_a_month(
    store: CountingStore, ago: timedelta, is_found: bool
) -> None:
    keep(store, report_at(NOW - ago))
    store.write(
        f"{keys.drift_reports_prefix('loan_default')}2026-03-01/other", b"", content_type=""
    )

    found = find_report_before(store, "loan_default", NOW)

    assert (found is not None) is is_found


def test_a_report_that_cannot_be_read_ends_only_the_history(store: CountingStore) -> None:
    before = keep(store, report_at(NOW - HOUR))
    newer = before.model_dump(mode="json") | {"of_a_later_release": 1}
    key = keys.drift_report(before.model, before.window_end, "json")
    store.write(key, json.dumps(newer).encode(), content_type="application/json")

    report = add_history(store, report_at(NOW), SPEC)

    assert [point.window_end for point in report.history] == [NOW]


def test_carries_the_limits_of_the_scores_it_follows(store: CountingStore) -> None:
    spec = model_spec(
        name="loan_default",
        alerts={"page": (f"{ACCURACY} < 0.85",), "retrain": (f"{ACCURACY} < 0.9",)},
        gates=Gates(absolute={AUC: Bound(minimum=0.95), "brier_error": Bound(maximum=0.1)}),
    )

    report = add_history(store, report_at(NOW), spec)

    assert report.limits == (
        ScoreLimit(metric=ACCURACY, limit=0.85, source="page"),
        ScoreLimit(metric=ACCURACY, limit=0.9, source="retrain"),
        ScoreLimit(metric=AUC, limit=0.95, source="gate"),
    )
    assert [point.metric for point in report.history] == [AUC, ACCURACY]
