"""Every alarm of the platform goes off and ends: by real failures, or by what AWS would emit.

The embedded cloud counts failures, throttles and durations of functions as AWS does, and emits no
metric of queues, workflows, streams and APIs, nor of filters on a log. It looks only at the time
that an alarm covers, at all dimensions at once; so each alarm is driven twice: in the embedded
cloud as it is now, and days ago, where `tests/alarms/evaluation.py` looks at the alarm's own
dimensions, period by period.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

import pytest

from functions.aws import clients
from functions.cli import wiring
from functions.cli.demo.waiting import wait_for
from functions.cli.stage import DeployedStage
from functions.contracts.metrics import stage_namespace
from tests.alarms.cases import CASES, AlarmCase, Driver, cases_of
from tests.alarms.evaluation import State, rule_of, states_over
from tests.alarms.log_filters import LogFilter
from tests.alarms.readings import Deployed, deployed_alarms, let_look, read_series
from tests.alarms.serving_lines import failed_answers, lost_captures, refused_answers

ABOUT_TO_PASS = timedelta(seconds=12)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SECONDS = 120.0
MANY = 1e6
"""So often a percentile's value is put that no real one matters beside it."""

Driven = tuple[AlarmCase, Deployed]


@pytest.fixture
def alarms(stage: DeployedStage) -> list[Driven]:
    """The deployed alarms that are no model's, with their cases."""
    found = []
    for alarm in deployed_alarms(clients.make_client("cloudwatch")):
        (case,) = cases_of(alarm)
        if alarm["Namespace"].startswith("AWS/"):
            found.append((case, alarm))
        elif alarm["Namespace"] == stage_namespace(stage.name):
            found.append((as_counted(case, alarm), alarm))
    return found


def as_counted(case: AlarmCase, alarm: Deployed) -> AlarmCase:
    """Return the case with what the deployed filter counts of lines that serving really writes."""
    (held,) = clients.make_client("logs").describe_metric_filters(
        metricNamespace=alarm["Namespace"], metricName=alarm["MetricName"]
    )["metricFilters"]
    (counted,) = held["metricTransformations"]
    filter_ = LogFilter(
        held["filterPattern"], counted["metricValue"], float(counted["defaultValue"])
    )
    lines = {"FailedAnswers": failed_answers(12), "LostCaptureRows": lost_captures(1)}
    bad = filter_.count(lines[alarm["MetricName"]])
    good = filter_.count(refused_answers())
    return replace(case, bad=bad, good=good)


def test_what_aws_emits_lets_the_deployed_alarms_ring_and_end(alarms: list[Driven]) -> None:
    put = [driven for driven in alarms if driven[0].driver is Driver.PUT]
    names = {alarm["AlarmName"] for _, alarm in put}

    rang: set[str] = set()

    def ring() -> bool | None:
        """Emit anew at each look: on a slow day the first have passed before the last ring."""
        emit([nearly_over(case, alarm, wiring.now()) for case, alarm in put])
        rang.update(names_in(State.ALARM))
        return True if names <= rang else None

    wait_for(ring, what=f"ALARM of {len(names)} alarms", seconds=SECONDS)
    emit([now_well(case, alarm) for case, alarm in put])
    wait_for_states(names, State.OK)

    driven = {case.name for case, _ in put}
    assert driven == {case.name for case in CASES if case.driver is Driver.PUT}
    assert len(put) > len(CASES)


def test_each_rings_by_its_own_dimensions_and_ends(alarms: list[Driven]) -> None:
    """One after the other, an hour each, days ago; no other may ring in that hour."""
    start = (wiring.now() - 5 * DAY).replace(minute=0, second=0, microsecond=0)
    end = start + len(alarms) * HOUR
    data: list[Emitted] = []
    for number, (case, alarm) in enumerate(alarms):
        data += a_bad_time(case, alarm, start + number * HOUR)
    emit(data)

    cloudwatch = clients.make_client("cloudwatch")
    for number, (_, alarm) in enumerate(alarms):
        series = read_series(cloudwatch, alarm, start, end)
        states = states_over(rule_of(alarm), series, start - HOUR, end)
        assert [state for _, state in states[1:]] == [State.OK, State.ALARM, State.OK], alarm
        (rang, _), (over, _) = states[-2:]
        assert start + number * HOUR < rang < over < start + (number + 1) * HOUR


def test_a_function_s_failure_rings_and_ends(alarms: list[Driven]) -> None:
    """Notify does not understand what it is told here, and fails for real.

    In the embedded cloud the alarms of all functions ring then; by its own dimension one does.
    """
    watched = [alarm for _, alarm in alarms if alarm["MetricName"] == "Errors"]
    (failing,) = (alarm for alarm in watched if "NotifyErrors" in alarm["AlarmName"])
    functions = clients.make_client("lambda")

    before = wiring.now()
    answer = functions.invoke(FunctionName=dimension(failing), Payload=b'"no event of ours"')
    wait_for_states({alarm["AlarmName"] for alarm in watched}, State.ALARM)

    assert answer["FunctionError"]
    assert_rings_and_ends(failing, before)


def test_a_throttled_prediction_rings_and_ends(alarms: list[Driven]) -> None:
    (alarm,) = (alarm for _, alarm in alarms if alarm["MetricName"] == "Throttles")
    functions, predict = clients.make_client("lambda", max_attempts=1), dimension(alarm)

    before = wiring.now()
    functions.put_function_concurrency(FunctionName=predict, ReservedConcurrentExecutions=0)
    try:
        with pytest.raises(functions.exceptions.TooManyRequestsException):
            functions.invoke(FunctionName=predict, Payload=b"{}")
    finally:
        functions.delete_function_concurrency(FunctionName=predict)
    wait_for_states({alarm["AlarmName"]}, State.ALARM)

    assert_rings_and_ends(alarm, before)


def assert_rings_and_ends(alarm: Deployed, before: datetime) -> None:
    """Judge what the embedded cloud counted, as time goes on; then let it forget what it counted.

    For five minutes it would end other tests' rollouts by this failure.
    """
    rule = rule_of(alarm)
    cloudwatch = clients.make_client("cloudwatch")
    series = read_series(cloudwatch, alarm, before, wiring.now() + rule.period)
    states = states_over(rule, series, before - HOUR, before + HOUR)
    emit([datum(alarm, -sum(series.values()), wiring.now(), unit="Count")])

    assert [state for _, state in states[-2:]] == [State.ALARM, State.OK]


Emitted = tuple[str, dict[str, Any]]
"""A namespace, and a datum in it."""


def nearly_over(case: AlarmCase, alarm: Deployed, now: datetime) -> Emitted:
    """What is wrong, at the beginning of the time that the embedded cloud looks at."""
    rule = rule_of(alarm)
    at = now - rule.periods * rule.period + ABOUT_TO_PASS
    return datum(alarm, case.bad, at, unit=case.unit)


def now_well(case: AlarmCase, alarm: Deployed) -> Emitted:
    return datum(alarm, case.good, wiring.now(), unit=case.unit, often=100 * MANY)


def a_bad_time(case: AlarmCase, alarm: Deployed, start: datetime) -> Iterator[Emitted]:
    """Two periods well, as many wrong as the alarm needs, two well again."""
    rule = rule_of(alarm)
    values = [case.good] * 2 + [case.bad] * rule.periods + [case.good] * 2
    for number, value in enumerate(values):
        yield datum(alarm, value, start + (number + 0.5) * rule.period, unit=case.unit)


def datum(
    alarm: Deployed, value: float, at: datetime, *, unit: str, often: float = MANY
) -> Emitted:
    """A datum as AWS emits it for the alarm's resource."""
    is_percentile = "ExtendedStatistic" in alarm
    values = {"Values": [value], "Counts": [often]} if is_percentile else {"Value": value}
    return alarm["Namespace"], {
        "MetricName": alarm["MetricName"],
        "Dimensions": alarm["Dimensions"],
        "Timestamp": at,
        "Unit": unit,
        **values,
    }


def emit(data: Iterable[Emitted]) -> None:
    cloudwatch = clients.make_client("cloudwatch")
    for space, some in groupby(sorted(data, key=itemgetter(0)), key=itemgetter(0)):
        cloudwatch.put_metric_data(Namespace=space, MetricData=[each for _, each in some])


def dimension(alarm: Deployed) -> str:
    (found,) = alarm["Dimensions"]
    return str(found["Value"])


def wait_for_states(names: set[str], state: State) -> None:
    def look() -> bool | None:
        let_look(clients.make_client("cloudwatch"))
        return True if names <= names_in(state) else None

    wait_for(look, what=f"{state} of {len(names)} alarms", seconds=SECONDS)


def names_in(state: State) -> set[str]:
    """Return the alarms that are in a state."""
    alarms = deployed_alarms(clients.make_client("cloudwatch"))
    return {alarm["AlarmName"] for alarm in alarms if alarm["StateValue"] == state}
