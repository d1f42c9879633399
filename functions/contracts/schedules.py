"""Schedule expressions as EventBridge Scheduler reads them, checked before anything is deployed."""

import re
from collections.abc import Iterator

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
