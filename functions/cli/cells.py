"""How values are written in tables and sentences."""

from collections.abc import Iterable
from datetime import UTC, datetime

MINUTE_SECONDS = 60
COUNT_FROM = 10
"""A whole number this large is a count, not a score that happens to be whole."""


def cell_text(value: object) -> str:
    """Return a value as it stands in a table.

    Examples
    --------
    >>> cell_text(0.97123), cell_text(12500), cell_text(None), cell_text(True)
    ('0.9712', '12,500', '', 'yes')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        is_count = isinstance(value, int) or (value.is_integer() and abs(value) >= COUNT_FROM)
        return f"{value:,.0f}" if is_count else f"{value:.4f}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    return "" if value is None else str(value)


def seconds_text(seconds: float) -> str:
    """Return a duration as people say it.

    Examples
    --------
    >>> seconds_text(4.21), seconds_text(83.0)
    ('4.2 s', '1 min 23 s')
    """
    if seconds < MINUTE_SECONDS:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), MINUTE_SECONDS)
    return f"{minutes} min {rest} s"


def listing(words: Iterable[str]) -> str:
    """Return words as a sentence lists them; `none` where there are none.

    Examples
    --------
    >>> listing(["a", "b", "c"])
    'a, b and c'
    """
    items = list(words)
    if not items:
        return "none"
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
