"""Which days of the label ledger there are."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from functions.contracts import keys
from functions.core.ports import ObjectInfo, ObjectStore

_DAY = timedelta(days=1)


def list_label_days(
    store: ObjectStore, model: str, first: date, last: date
) -> dict[date, ObjectInfo]:
    """Return the ledgers from one day to another, both included, by day; a listing a month."""
    days = tuple(days_between(first, last))
    return list_newest_label_days(store, model, days, most=len(days))


def list_newest_label_days(
    store: ObjectStore, model: str, days: Sequence[date], *, most: int
) -> dict[date, ObjectInfo]:
    """Return the newest ledgers among some days, by day, the oldest first; a listing a month.

    No month is listed that is older than one with the last that is wanted: where all days have
    labels, those before `most` cost nothing, and where labels come late, older days are found.
    """
    wanted = {keys.label_day(model, day): day for day in days}
    folders = sorted({key.rpartition("/")[0] for key in wanted}, reverse=True)
    found: dict[date, ObjectInfo] = {}
    for folder in folders:
        if len(found) >= most:
            break
        listed = store.list(f"{folder}/")
        found |= {wanted[item.key]: item for item in listed if item.key in wanted}
    return {day: found[day] for day in sorted(found)[-most:]}


def days_between(first: date, last: date) -> Iterator[date]:
    """Yield the days from one to another, both included."""
    return (first + number * _DAY for number in range((last - first).days + 1))
