"""Objects in folders of hours."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest

from functions.aws.hourly_objects import hours_between, list_hours, list_hours_back
from functions.contracts.keys import CAPTURES_PREFIX, hour_prefix
from functions.core.ports import ObjectInfo
from tests.fakes.object_store import InMemoryObjectStore

START = datetime(2026, 2, 28, 22, 40, tzinfo=UTC)
END = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)


class ListedStore(InMemoryObjectStore):
    """Remembers which folders were listed."""

    def __init__(self) -> None:
        super().__init__()
        self.listed: list[str] = []

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        self.listed.append(prefix)
        return super().list(prefix)


@pytest.fixture
def store() -> ListedStore:
    """Two objects in each hour from 21 to 2 o'clock."""
    store = ListedStore()
    for hours in range(-1, 5):
        folder = hour_prefix(CAPTURES_PREFIX, START + timedelta(hours=hours))
        for name in ("a", "b"):
            store.write(f"{folder}{name}", b"", content_type="")
    return store


def names(found: Iterator[ObjectInfo]) -> list[str]:
    return [item.key[-4:] for item in found]


@pytest.mark.parametrize("offset_hours", [-8, 0, 5])
def test_hours_are_those_of_utc(offset_hours: int) -> None:
    zone = timezone(timedelta(hours=offset_hours, minutes=30))

    hours = list(hours_between(START.astimezone(zone), END.astimezone(zone)))

    assert [hour.hour for hour in hours] == [22, 23, 0, 1]
    assert all(hour.utcoffset() == timedelta(0) for hour in hours)


def test_an_end_before_the_start_has_no_hours() -> None:
    assert list(hours_between(END, START)) == []


def test_lists_the_hours_of_both_ends(store: ListedStore) -> None:
    found = names(list_hours(store, CAPTURES_PREFIX, START, END))

    assert found == [f"{hour}/{name}" for hour in ("22", "23", "00", "01") for name in "ab"]


def test_lists_back_from_the_newest(store: ListedStore) -> None:
    found = names(list_hours_back(store, CAPTURES_PREFIX, START, END))

    assert found == [f"{hour}/{name}" for hour in ("01", "00", "23", "22") for name in "ba"]


def test_lists_no_hour_before_it_is_needed(store: ListedStore) -> None:
    next(list_hours_back(store, CAPTURES_PREFIX, START, END))

    assert store.listed == [hour_prefix(CAPTURES_PREFIX, END)]
