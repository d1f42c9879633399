"""How CloudWatch decides an alarm's state, as its guide says, missing data included.

The embedded cloud looks at an alarm only when somebody emits, at all points of its time at once,
of whatever dimensions; of silence it knows nothing. This looks as CloudWatch does: at the newest
points of the alarm's own series, one a period, a few periods further back than it must, and fills
what is missing as the alarm says. It looks at the end of whole periods; CloudWatch looks each
minute, so it is in the same state then, and has perhaps been for some minutes.

Source: *Configuring how CloudWatch alarms treat missing data*,
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

Series = Mapping[datetime, float]
"""The value of each period, by its start; a period without data is not in it."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

FURTHER = 2
"""So many periods CloudWatch looks further back in its guide's example; it promises no number."""


class State(StrEnum):
    """An alarm's state."""

    OK = "OK"
    ALARM = "ALARM"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"


class Missing(StrEnum):
    """What a period without data means."""

    MISSING = "missing"
    IGNORE = "ignore"
    BREACHING = "breaching"
    NOT_BREACHING = "notBreaching"


_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanOrEqualToThreshold": operator.le,
    "LessThanThreshold": operator.lt,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """When an alarm rings: `enough` of the newest `periods` periods are beyond the threshold."""

    period: timedelta
    periods: int
    enough: int
    threshold: float
    comparison: str
    missing: Missing

    def breaks(self, value: float) -> bool:
        """Say whether a value is beyond the threshold."""
        return _COMPARISONS[self.comparison](value, self.threshold)

    def start_of(self, moment: datetime) -> datetime:
        """Return when the period began that a moment lies in."""
        return moment - (moment - EPOCH) % self.period


def rule_of(alarm: Mapping[str, Any]) -> Rule:
    """Return the rule of an alarm, as a template has it or DescribeAlarms answers."""
    periods = int(alarm["EvaluationPeriods"])
    return Rule(
        period=timedelta(seconds=int(alarm["Period"])),
        periods=periods,
        enough=int(alarm.get("DatapointsToAlarm") or periods),
        threshold=float(alarm["Threshold"]),
        comparison=str(alarm["ComparisonOperator"]),
        missing=Missing(alarm.get("TreatMissingData") or Missing.MISSING),
    )


def judge(rule: Rule, points: Sequence[bool | None], before: State) -> State:
    """Return the state after a look at some periods, the oldest first.

    A point says whether its period breaches, None that it has no data. What is missing is filled
    only where fewer points are real than the rule needs.
    """
    real = [point for point in points if point is not None]
    newest = real[-rule.periods :]
    lacking = rule.periods - len(newest)
    if not lacking or rule.missing in (Missing.BREACHING, Missing.NOT_BREACHING):
        filled = lacking if rule.missing is Missing.BREACHING else 0
        return State.ALARM if sum(newest) + filled >= rule.enough else State.OK
    if sum(newest) >= rule.enough or False in newest:
        return State.ALARM if sum(newest) >= rule.enough else State.OK
    if rule.missing is Missing.IGNORE:
        return before
    oldest = next((age for age, point in _aged(points) if point), 0)
    return State.ALARM if oldest >= rule.enough else State.INSUFFICIENT_DATA


def _aged(points: Sequence[bool | None]) -> list[tuple[int, bool | None]]:
    """Return points with their ages in periods, 1 the newest; the oldest first."""
    return [(len(points) - place, point) for place, point in enumerate(points)]


def state_at(
    rule: Rule, series: Series, moment: datetime, before: State, *, further: int = FURTHER
) -> State:
    """Return the state at the end of the last whole period before a moment."""
    end = rule.start_of(moment)
    starts = [end - age * rule.period for age in range(rule.periods + further, 0, -1)]
    points = [rule.breaks(series[start]) if start in series else None for start in starts]
    return judge(rule, points, before)


def states_over(
    rule: Rule, series: Series, start: datetime, end: datetime, *, further: int = FURTHER
) -> list[tuple[datetime, State]]:
    """Return each state that an alarm comes into between two moments, and when.

    It is new at the start: without data.
    """
    changes = [(start, State.INSUFFICIENT_DATA)]
    moment = rule.start_of(start) + rule.period
    while moment <= end:
        state = state_at(rule, series, moment, changes[-1][1], further=further)
        if state is not changes[-1][1]:
            changes.append((moment, state))
        moment += rule.period
    return changes
