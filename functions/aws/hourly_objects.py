"""Objects in folders of hours, as Firehose leaves captures and ground truth."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from functions.contracts.keys import hour_prefix
from functions.core.ports import ObjectInfo, ObjectStore

_HOUR = timedelta(hours=1)


def hours_between(start: datetime, end: datetime) -> Iterator[datetime]:
    """Yield the hours from that of `start` to that of `end`, both included, in UTC.

    Examples
    --------
    >>> day = datetime(2026, 3, 1, tzinfo=UTC)
    >>> [hour.hour for hour in hours_between(day.replace(minute=30), day.replace(hour=2))]
    [0, 1, 2]
    """
    hour = start.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    while hour <= end:
        yield hour
        hour += _HOUR


def list_hours(
    store: ObjectStore, prefix: str, start: datetime, end: datetime
) -> Iterator[ObjectInfo]:
    """Yield what arrived from the hour of `start` to that of `end`, hour by hour, in key order."""
    for hour in hours_between(start, end):
        yield from store.list(hour_prefix(prefix, hour))


def list_hours_back(
    store: ObjectStore, prefix: str, start: datetime, end: datetime
) -> Iterator[ObjectInfo]:
    """Yield the same from the newest back, without listing an hour before it is needed."""
    for hour in reversed(tuple(hours_between(start, end))):
        found = store.list(hour_prefix(prefix, hour))
        yield from sorted(found, key=lambda item: (item.modified_at, item.key), reverse=True)
