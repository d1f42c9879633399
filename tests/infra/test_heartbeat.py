"""The heartbeat's alarm: it does not ring while runs come, and rings when they stay away."""

from datetime import UTC, datetime, timedelta

import pytest

from infra.components.heartbeat import LATE, MOST, Silence, allowed_silence, hours_text
from tests.alarms.evaluation import Missing, Rule, State, states_over

BELOW = "LessThanThreshold"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
START = datetime(2026, 3, 1, 0, 58, 30, tzinfo=UTC)
"""Near the end of an hour: a run that is a little late falls into the next period."""


@pytest.mark.parametrize(
    ("schedule", "period", "periods"),
    [
        ("rate(5 minutes)", timedelta(minutes=5), 14),
        ("rate(1 hour)", HOUR, 3),
        ("rate(1 day)", HOUR, 49),
        ("cron(0 3 ? * MON-FRI *)", HOUR, 145),
        ("rate(6 days)", HOUR, 168),
    ],
)
def test_waits_for_two_runs_and_a_repetition(
    schedule: str, period: timedelta, periods: int
) -> None:
    assert allowed_silence(schedule) == Silence(period, periods)


@pytest.mark.parametrize("schedule", ["rate(7 days)", "cron(0 3 1 * ? *)", "cron(0 3 L * ? *)"])
def test_has_no_alarm_where_cloudwatch_cannot_look_so_far_back(schedule: str) -> None:
    assert allowed_silence(schedule) is None


@pytest.mark.parametrize("minutes", [1, 5, 15, 59, 60, 61, 90, 240, 720, 1440, 4320, 9360])
def test_keeps_within_what_cloudwatch_takes(minutes: int) -> None:
    silence = allowed_silence(f"rate({minutes} minutes)")

    assert silence is not None
    assert silence.period * silence.periods <= (MOST if silence.period >= HOUR else DAY)
    assert silence.period.total_seconds() % 60 == 0


@pytest.mark.parametrize("further", [0, 2])
@pytest.mark.parametrize("minutes", [5, 59, 60, 90, 720, 1440, 8640])
def test_rings_when_runs_stay_away_and_not_when_one_is_late(minutes: int, further: int) -> None:
    """However many periods CloudWatch looks further back."""
    pause = timedelta(minutes=minutes)
    silence = allowed_silence(f"rate({minutes} minutes)")
    assert silence is not None
    runs = [START + number * pause + (number % 2) * LATE * 0.9 for number in range(6)]
    rule = Rule(silence.period, silence.periods, silence.periods, 1.0, BELOW, Missing.BREACHING)
    beats = {rule.start_of(run): 1.0 for run in runs}
    until = runs[-1] + 2 * silence.period * (silence.periods + further)

    states = states_over(rule, beats, START, until, further=further)

    (_, beating), (rang, rings) = states[-2:]
    assert len(states) == 3
    assert (beating, rings) == (State.OK, State.ALARM)
    assert rang > runs[-1] + pause
    assert rang <= runs[-1] + silence.period * (silence.periods + further + 1)


def test_says_hours_as_people_do() -> None:
    assert hours_text(3 * HOUR) == "3 hours"
    assert hours_text(timedelta(minutes=70)) == "1.17 hours"
    assert hours_text(7 * DAY) == "7 days"
