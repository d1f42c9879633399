"""Which alarms are news, and whose."""

import pytest

from functions.contracts.alerts import Severity
from functions.core.alert_news import News, Reports, find_condition, why_silent
from tests.unit.core.alert_world import MODEL, alarm, condition, report, state

LABELS = condition("label_change", Severity.RETRAIN)
PAGE = condition("accuracy_score < 0.85")


def news(
    of: str = "PageAccuracyScore0.85",
    reports: Reports = Reports(),  # noqa: B008 - it is frozen
    *,
    becomes: str = "ALARM",
    was: str = "OK",
) -> News:
    conditions = {each.metric_name: each for each in (LABELS, PAGE)}
    message = alarm(of, state=becomes, old_state=was)
    return News(message, "prod", "car", conditions.get(of), reports)


def of_labels(*, now: bool, before: bool | None, held_back: str | None = None) -> Reports:
    newest = report(state(LABELS, holds=now, held_back=held_back))
    return Reports(newest, None if before is None else report(state(LABELS, holds=before)))


def test_finds_the_condition_by_the_metric() -> None:
    found = find_condition(MODEL.alerts.conditions, alarm("PageDataFault"))

    assert found is not None
    assert found.text == "data_fault"
    assert find_condition(MODEL.alerts.conditions, alarm("Heartbeat")) is None


@pytest.mark.parametrize(
    ("becomes", "was", "is_told"),
    [
        ("ALARM", "OK", True),
        ("ALARM", "INSUFFICIENT_DATA", True),
        ("OK", "ALARM", True),
        ("OK", "INSUFFICIENT_DATA", False),
        ("INSUFFICIENT_DATA", "ALARM", False),
    ],
)
def test_a_page_is_told_when_it_begins_and_when_it_is_over(
    becomes: str, was: str, *, is_told: bool
) -> None:
    assert (why_silent(news(becomes=becomes, was=was)) is None) is is_told


@pytest.mark.parametrize(
    ("now", "before", "is_told"),
    [(True, False, True), (True, None, True), (True, True, False), (False, True, True)],
)
def test_what_retrains_is_told_in_its_first_window(
    now: bool, before: bool | None, is_told: bool
) -> None:
    found = why_silent(news("RetrainLabelChange", of_labels(now=now, before=before)))

    assert (found is None) is is_told


def test_what_was_held_back_before_is_told_when_it_asks() -> None:
    before = report(state(LABELS, held_back="a data fault"))
    reports = Reports(report(state(LABELS)), before)

    assert why_silent(news("RetrainLabelChange", reports)) is None


@pytest.mark.parametrize(("now", "is_told"), [(True, False), (False, True)])
def test_what_retrains_is_over_when_the_newest_window_says_so(now: bool, is_told: bool) -> None:
    reports = of_labels(now=now, before=True)

    found = why_silent(news("RetrainLabelChange", reports, becomes="OK", was="ALARM"))

    assert (found is None) is is_told


@pytest.mark.parametrize(
    ("becomes", "was", "reports", "severity"),
    [
        ("ALARM", "INSUFFICIENT_DATA", 0, Severity.NOTE),
        ("OK", "ALARM", 1, Severity.NOTE),
        ("ALARM", "INSUFFICIENT_DATA", 1, Severity.PAGE),
        ("ALARM", "OK", 0, Severity.PAGE),
        ("OK", "ALARM", 2, Severity.PAGE),
    ],
)
def test_silence_pages_unless_the_model_is_fresh(
    becomes: str, was: str, reports: int, severity: Severity
) -> None:
    found = news("Heartbeat", Reports(*[report()] * reports), becomes=becomes, was=was)

    assert found.is_heartbeat
    assert found.severity is severity


def test_what_is_of_no_condition_is_told_loudly() -> None:
    assert news("SomebodysMetric").severity is Severity.PAGE
