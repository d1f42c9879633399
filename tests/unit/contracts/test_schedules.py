"""Schedule expressions, as EventBridge Scheduler reads them."""

from datetime import timedelta

import pytest

from functions.contracts.schedules import find_schedule_mistake, longest_pause


@pytest.mark.parametrize(
    "expression",
    [
        "rate(1 minute)",
        "rate(90 minutes)",
        "rate(7 days)",
        "cron(0 3 * * ? *)",
        "cron(*/15 8-17 ? * MON-FRI *)",
        "cron(0,30 0 1,15 JAN-MAR ? 2026-2030)",
        "cron(0 10 L * ? *)",
        "cron(0 10 15W * ? *)",
        "cron(0 10 ? * 6#3 *)",
        "cron(0 10 ? * FRIL *)",
        "cron(5/10 * * * ? *)",
    ],
)
def test_accepts(expression: str) -> None:
    assert find_schedule_mistake(expression) is None


@pytest.mark.parametrize(
    ("expression", "remedy"),
    [
        ("rate(1 hours)", "write rate(1 hour)"),
        ("rate(2 hour)", "write rate(2 hours)"),
        ("rate(0 hours)", "write rate(1 hour), rate(12 hours) or cron(0 3 1 * ? *)"),
        ("rate(1 week)", "write rate(1 hour), rate(12 hours) or cron(0 3 1 * ? *)"),
        ("rate(1.5 hours)", "write rate(1 hour)"),
        ("at(2026-01-01T00:00:00)", "write rate(1 hour)"),
        ("hourly", "write rate(1 hour)"),
        ("cron(0 3 * * ?)", "a cron expression has 6 fields"),
        ("cron(0 3 * * * *)", "exactly one of day of month and day of week must be ?"),
        ("cron(0 3 ? * ? *)", "exactly one of day of month and day of week must be ?"),
        ("cron(60 3 * * ? *)", "minutes is '60': write *, or numbers from 0 to 59"),
        ("cron(0 24 * * ? *)", "hours is '24'"),
        ("cron(0 3 0 * ? *)", "day of month is '0'"),
        ("cron(0 3 1 13 ? *)", "month is '13'"),
        ("cron(0 3 ? * 8 *)", "day of week is '8'"),
        ("cron(0 3 1 * ? 1969)", "year is '1969'"),
        ("cron(0/0 3 1 * ? *)", "minutes is '0/0'"),
        ("cron(1-2-3 3 1 * ? *)", "minutes is '1-2-3'"),
        ("cron(0 3 1 * ? *) ", "write rate(1 hour)"),
    ],
)
def test_refuses(expression: str, remedy: str) -> None:
    assert str(find_schedule_mistake(expression)).startswith(remedy)


@pytest.mark.parametrize(
    ("expression", "hours"),
    [
        ("rate(5 minutes)", 1 / 12),
        ("rate(2 days)", 48),
        ("cron(0/15 * * * ? *)", 0.25),
        ("cron(0 8-17 * * ? *)", 15),
        ("cron(30 6,18 * * ? *)", 12),
        ("cron(0 3 ? * MON-FRI *)", 72),
        ("cron(0 3 ? * 1 *)", 168),
        ("cron(0 3 1 * ? *)", 31 * 24),
        ("cron(0 3 */2 * ? *)", 48),
        ("cron(0 3 31 * ? *)", 61 * 24),
        ("cron(0 3 * JAN-MAR ? *)", 276 * 24),
    ],
)
def test_knows_the_longest_pause(expression: str, hours: float) -> None:
    assert find_schedule_mistake(expression) is None
    assert longest_pause(expression) == timedelta(hours=hours)


@pytest.mark.parametrize(
    "expression",
    ["cron(0 3 L * ? *)", "cron(0 3 15W * ? *)", "cron(0 3 ? * 2#1 *)", "cron(0 3 ? * FRI-MON *)"],
)
def test_does_not_guess_the_pause_of_rare_schedules(expression: str) -> None:
    assert longest_pause(expression) is None
