"""Every alarm of the templates is driven both ways by a test, and means what was meant.

That drive is `tests/workflow/test_alerts.py` and `test_platform_alarms.py`; here each alarm of each
kind of stage must be of a case that they drive, and a life of its metric is judged as CloudWatch
judges it.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from functions.contracts.alerts import Alerts, ConditionKind
from functions.contracts.metrics import FAILED_ANSWERS
from tests.alarms.cases import CASES, OURS, AlarmCase, cases_of
from tests.alarms.evaluation import EPOCH, Missing, State, rule_of, states_over
from tests.infra.assembly import PROJECT, Assembly, Resource
from tests.workflow.alarmed import ALERTS

START = datetime(2026, 3, 1, tzinfo=UTC)
PERIODS = 10


def alarms_of(assembly: Assembly) -> Mapping[str, Resource]:
    return assembly.properties("AWS::CloudWatch::Alarm")


def case_of(alarm: Resource) -> AlarmCase:
    (case,) = cases_of(alarm)
    return case


def test_every_alarm_is_of_one_case(any_api: Assembly) -> None:
    found = {path: len(cases_of(alarm)) for path, alarm in alarms_of(any_api).items()}

    assert len(found) > 40
    assert {path: count for path, count in found.items() if count != 1} == {}


def test_so_is_every_alarm_of_every_stage(assembly: Assembly) -> None:
    found = {path: len(cases_of(alarm)) for path, alarm in alarms_of(assembly).items()}

    assert {path: count for path, count in found.items() if count != 1} == {}


def test_an_alarm_that_nobody_drives_is_refused(prod: Assembly) -> None:
    alarm = next(each for each in alarms_of(prod).values() if each["MetricName"] == "Throttles")

    assert len(cases_of(alarm)) == 1
    assert cases_of({**alarm, "MetricName": "ConcurrentExecutions"}) == []
    assert cases_of({**alarm, "Dimensions": [{"Name": "Resource", "Value": "predict"}]}) == []
    assert cases_of({**alarm, "Namespace": "Windvane/prod"}) == []


def test_every_condition_there_is_has_its_alarm_driven() -> None:
    driven = {condition.kind for condition in Alerts(**ALERTS).conditions}

    assert driven == set(ConditionKind)


def test_missing_data_mean_what_was_meant(any_api: Assembly) -> None:
    found = {
        path: (alarm["TreatMissingData"], alarm.get("ExtendedStatistic") or alarm["Statistic"])
        for path, alarm in alarms_of(any_api).items()
    }
    meant = {
        path: (case_of(alarm).missing.value, case_of(alarm).statistic)
        for path, alarm in alarms_of(any_api).items()
    }

    assert found == meant


@pytest.mark.parametrize("further", [0, 2])
def test_every_alarm_goes_off_and_ends(any_api: Assembly, further: int) -> None:
    """Well, wrong, well again: whatever CloudWatch looks further back."""
    lives = {path: life(alarm, further) for path, alarm in alarms_of(any_api).items()}

    wanted = {path: expected(alarm) for path, alarm in alarms_of(any_api).items()}
    assert lives == wanted


def expected(alarm: Resource) -> list[State]:
    """Before the first period has data, silence is what is wrong with the heartbeat."""
    begins = [State.ALARM] if case_of(alarm).missing is Missing.BREACHING else []
    return [State.INSUFFICIENT_DATA, *begins, State.OK, State.ALARM, State.OK]


def life(alarm: Resource, further: int) -> list[State]:
    """The states of an alarm that is new, well, wrong for as long as it needs, and well."""
    case, rule = case_of(alarm), rule_of(alarm)
    first = EPOCH + ((START - EPOCH) // rule.period + 1) * rule.period
    wrong = rule.periods + further
    values = [case.good] * PERIODS + [case.bad] * wrong + [case.good] * PERIODS
    series = {first + number * rule.period: value for number, value in enumerate(values)}
    end = first + (len(values) + 1) * rule.period
    return [state for _, state in states_over(rule, series, START, end, further=further)]


def test_every_case_is_of_some_alarm(any_api: Assembly) -> None:
    found = {case_of(alarm) for alarm in alarms_of(any_api).values()}

    other = {"rest": "ApiId", "http": "ApiName"}[any_api.stage.api]
    assert [case.dimension for case in CASES if case not in found] == [other]


def test_a_bad_minute_between_good_ones_is_no_outage(prod: Assembly) -> None:
    """Two bad minutes with a good one between them are not two on end, for that one counts 0."""
    (alarm,) = (each for each in alarms_of(prod).values() if each["MetricName"] == FAILED_ANSWERS)
    (filter_,) = (
        transformation
        for each in prod.properties("AWS::Logs::MetricFilter").values()
        for transformation in each["MetricTransformations"]
        if transformation["MetricName"] == FAILED_ANSWERS
    )
    rule = rule_of(alarm)
    values = dict(enumerate([50.0, filter_.get("DefaultValue"), 50.0, filter_.get("DefaultValue")]))
    series = {START + n * rule.period: v for n, v in values.items() if v is not None}

    states = [state for _, state in states_over(rule, series, START, START + 9 * rule.period)]

    assert states == [State.INSUFFICIENT_DATA, State.OK]


def test_the_page_says_of_each_what_drives_it() -> None:
    page = (PROJECT / "docs" / "reference" / "alarms.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.split("|")] for line in page if line.startswith("| ")]

    for case in CASES:
        named = case.name.split()[-1] if case.source == OURS else case.metric
        (row,) = [row for row in rows if f"`{named}`" in row[1]]
        assert re.search(rf"\b{case.driver}\b", row[-2]), case.name
