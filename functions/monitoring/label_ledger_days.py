"""Which days of the label ledger there are."""

from collections.abc import Iterator
from datetime import date, timedelta

from functions.contracts import keys
from functions.core.ports import ObjectInfo, ObjectStore

_DAY = timedelta(days=1)


def list_label_days(
    store: ObjectStore, model: str, first: date, last: date
) -> dict[date, ObjectInfo]:
    """Return the ledgers from one day to another, both included, by day; a listing a month."""
    wanted = {keys.label_day(model, day): day for day in days_between(first, last)}
    folders = sorted({key.rpartition("/")[0] for key in wanted})
    items = (item for folder in folders for item in store.list(f"{folder}/"))
    return {wanted[item.key]: item for item in items if item.key in wanted}


def days_between(first: date, last: date) -> Iterator[date]:
    """Yield the days from one to another, both included."""
    return (first + number * _DAY for number in range((last - first).days + 1))
