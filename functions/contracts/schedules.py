"""Schedule expressions as EventBridge Scheduler reads them, checked before anything is deployed."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

_RATE = re.compile(r"rate\((?P<value>\d+) (?P<unit>minute|hour|day)(?P<plural>s?)\)")
_CRON = re.compile(r"cron\((?P<fields>[^()]*)\)")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_FIELDS = ("minutes", "hours", "day of month", "month", "day of week", "year")
_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2199))
_NAMES: dict[int, tuple[str, ...]] = {3: _MONTHS, 4: _DAYS}
_DAY_OF_MONTH, _DAY_OF_WEEK = 2, 4
_SPECIAL = {
    _DAY_OF_MONTH: re.compile(r"\?|L|LW|([1-9]|[12]\d|3[01])W"),
    _DAY_OF_WEEK: re.compile(r"\?|L|([1-7]|[A-Z]{3})(L|#[1-5])"),
}

EXAMPLES = "rate(1 hour), rate(12 hours) or cron(0 3 1 * ? *), which is 03:00 UTC on the first"


def find_schedule_mistake(expression: str) -> str | None:
    """Return what is wrong with a recurring schedule, or None.

    Examples
    --------
    >>> find_schedule_mistake("rate(1 hour)")
    >>> find_schedule_mistake("rate(1 hours)")
    'write rate(1 hour)'
    >>> find_schedule_mistake("cron(0 3 * * * *)")
    'exactly one of day of month and day of week must be ?'
    """
    if rate := _RATE.fullmatch(expression):
        value, unit = int(rate["value"]), rate["unit"]
        right = f"rate({value} {unit}{'s' if value > 1 else ''})"
        return (
            None if value >= 1 and expression == right else f"write {right if value else EXAMPLES}"
        )
    if cron := _CRON.fullmatch(expression):
        return next(_cron_mistakes(cron["fields"].split()), None)
    return f"write {EXAMPLES}"


def _cron_mistakes(fields: list[str]) -> Iterator[str]:
    if len(fields) != len(_FIELDS):
        yield f"a cron expression has 6 fields ({', '.join(_FIELDS)}), this one has {len(fields)}"
        return
    for index, field in enumerate(fields):
        if not all(_part_fits(index, part) for part in field.split(",")):
            low, high = _RANGES[index]
            yield f"{_FIELDS[index]} is {field!r}: write *, or numbers from {low} to {high}"
    if (fields[_DAY_OF_MONTH] == "?") == (fields[_DAY_OF_WEEK] == "?"):
        yield "exactly one of day of month and day of week must be ?"


def _part_fits(index: int, part: str) -> bool:
    if index in _SPECIAL and _SPECIAL[index].fullmatch(part):
        return True
    start, _, step = part.partition("/")
    if "/" in part and not (step.isdecimal() and int(step) > 0):
        return False
    if start == "*":
        return True
    ends = [_number(index, end) for end in start.split("-")]
    low, high = _RANGES[index]
    return len(ends) <= len(_RANGES[index]) and all(
        end is not None and low <= end <= high for end in ends
    )


def _number(index: int, text: str) -> int | None:
    names = _NAMES.get(index, ())
    if text in names:
        return names.index(text) + 1
    return int(text) if text.isdecimal() else None


_UNITS = {"minute": 1, "hour": 60, "day": 24 * 60}
_DAY_MINUTES = 24 * 60
_YEAR = 5
_FIRST, _LAST = date(2023, 11, 1), date(2028, 4, 1)
"""Days that hold every kind of year's end and of February."""


def longest_pause(expression: str) -> timedelta | None:
    """Return the longest time between two runs of a schedule that has no mistake.

    None if that is not told: a day of the month or week is written as L, W or #, or no day fits;
    such a schedule runs once a month or less. Years are taken for any.

    Examples
    --------
    >>> longest_pause("rate(12 hours)") == longest_pause("cron(0 6,18 * * ? *)")
    True
    >>> longest_pause("cron(0 8-17 ? * MON-FRI *)").total_seconds() / 3600
    63.0
    >>> longest_pause("cron(0 3 L * ? *)")
    """
    if rate := _RATE.fullmatch(expression):
        return timedelta(minutes=int(rate["value"]) * _UNITS[rate["unit"]])
    cron = _CRON.fullmatch(expression)
    fields = cron["fields"].split() if cron else []
    written = [_written(index, field) for index, field in enumerate(fields[:_YEAR])]
    if not written or any(values is None for values in written):
        return None
    minutes, hours, *dates = [values or frozenset() for values in written]
    runs = sorted(60 * hour + minute for hour in hours for minute in minutes)
    days = [day for day in _all_days() if _is_day(day, *dates)]
    if not runs or len(days) <= 1:
        return None
    overnight = max((b - a).days for a, b in pairwise(days)) * _DAY_MINUTES + runs[0] - runs[-1]
    return timedelta(minutes=max(overnight, *(b - a for a, b in pairwise(runs)), 0))


def _written(index: int, field: str) -> frozenset[int] | None:
    """Return the numbers that a field stands for, None if it has a special sign."""
    low, high = _RANGES[index]
    if field == "?":
        return frozenset(range(low, high + 1))
    found: set[int] = set()
    for part in field.split(","):
        start, _, step = part.partition("/")
        ends = [low, high] if start == "*" else [_number(index, end) for end in start.split("-")]
        first, last = ends[0], ends[-1] if len(ends) > 1 or not step else high
        if first is None or last is None:
            return None
        found.update(range(first, last + 1, int(step or 1)))
    return frozenset(found)


def _is_day(
    day: date, of_month: frozenset[int], months: frozenset[int], of_week: frozenset[int]
) -> bool:
    return (
        day.day in of_month and day.month in months and day.isoweekday() % len(_DAYS) + 1 in of_week
    )


def _all_days() -> Iterator[date]:
    return (_FIRST + timedelta(days=number) for number in range((_LAST - _FIRST).days))
