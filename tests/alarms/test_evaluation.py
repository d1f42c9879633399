"""Alarms are judged as CloudWatch's guide says: its own examples, and a life of each treatment."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.alarms.evaluation import Missing, Rule, State, judge, rule_of, state_at, states_over

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PERIOD = timedelta(minutes=5)
THREE = Rule(PERIOD, 3, 3, 1.0, "GreaterThanOrEqualToThreshold", Missing.MISSING)
POINTS = {"0": False, "X": True, "-": None}
LETTERS = {"O": State.OK, "A": State.ALARM, "I": State.INSUFFICIENT_DATA}
TREATMENTS = (Missing.MISSING, Missing.IGNORE, Missing.BREACHING, Missing.NOT_BREACHING)


@pytest.mark.parametrize(
    ("enough", "points", "states"),
    [
        (3, "0-X-X", "OOOO"),
        (3, "0----", "OOOO"),
        (3, "-----", "IRAO"),
        (3, "0XX-X", "AAAA"),
        (3, "----X", "IRAO"),
        (3, "X----", "ARAO"),
        (2, "0-X-X", "AAAA"),
        (2, "00X0X", "AAAA"),
        (2, "0-X--", "OOAO"),
        (2, "----0", "OOAO"),
        (2, "----X", "IRAO"),
    ],
)
@pytest.mark.parametrize("before", [State.OK, State.ALARM])
def test_judges_the_guide_s_examples_as_the_guide_does(
    enough: int, points: str, states: str, before: State
) -> None:
    """The guide's two tables: three of three and two of three points, of five looked at.

    A column is a treatment: R, the state is retained.
    """
    found = [
        judge(
            replace(THREE, enough=enough, missing=missing),
            [POINTS[point] for point in points],
            before,
        )
        for missing in TREATMENTS
    ]

    assert found == [LETTERS.get(letter, before) for letter in states]


@pytest.mark.parametrize(
    ("missing", "further", "lives"),
    [
        (Missing.NOT_BREACHING, 0, {1: State.OK, 3: State.ALARM, 4: State.OK}),
        (Missing.NOT_BREACHING, 2, {1: State.OK, 3: State.ALARM, 6: State.OK}),
        (Missing.IGNORE, 0, {2: State.OK, 3: State.ALARM}),
        (Missing.BREACHING, 0, {1: State.ALARM, 2: State.OK, 3: State.ALARM}),
        (Missing.MISSING, 0, {2: State.OK, 3: State.ALARM, 4: State.INSUFFICIENT_DATA}),
    ],
)
def test_lives_through_a_breach_and_the_silence_after_it(
    missing: Missing, further: int, lives: dict[int, State]
) -> None:
    """A period of nothing, one that is well, one that breaches, then nothing any more."""
    rule = replace(THREE, periods=1, enough=1, missing=missing)
    series = {NOON + PERIOD: 0.0, NOON + 2 * PERIOD: 4.0}

    found = states_over(rule, series, NOON, NOON + 12 * PERIOD, further=further)

    assert found[0] == (NOON, State.INSUFFICIENT_DATA)
    assert {(moment - NOON) // PERIOD: state for moment, state in found[1:]} == lives


def test_looks_at_whole_periods_only() -> None:
    rule = replace(THREE, periods=1, enough=1, missing=Missing.NOT_BREACHING)
    series = {NOON: 1.0}

    before, after = (
        state_at(rule, series, NOON + timedelta(minutes=minutes), State.OK) for minutes in (4, 5)
    )

    assert (before, after) == (State.OK, State.ALARM)


def test_reads_a_rule_of_a_template_and_of_a_description() -> None:
    described = {
        "Period": 300,
        "EvaluationPeriods": 3,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    }

    assert rule_of(described) == THREE
    assert rule_of({**described, "DatapointsToAlarm": 2, "TreatMissingData": "ignore"}) == replace(
        THREE, enough=2, missing=Missing.IGNORE
    )
