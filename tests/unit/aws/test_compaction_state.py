"""Which objects are looked for, and what looking costs."""

from datetime import timedelta

import pytest

from tests.fakes.object_store import CountingStore, InMemoryObjectStore
from tests.unit.aws.compaction_world import HOUR, NOW, START, compact, deliver, request


def test_reads_each_object_once() -> None:
    store = InMemoryObjectStore()
    deliver(store, [request("a")], name="one")
    compact(store)
    deliver(store, [request("b")], hour=29, name="two")

    assert compact(store).objects == 1
    assert compact(store).objects == 0


def test_looks_again_where_it_is_told_to() -> None:
    store = InMemoryObjectStore()
    deliver(store, [request("a")])
    compact(store)
    deliver(store, [request("b")], name="behind its back")

    assert compact(store).objects == 0
    assert compact(store, since=START).objects == 1


def test_finds_late_deliveries_into_old_folders_once_an_hour() -> None:
    store = InMemoryObjectStore()
    deliver(store, [request("a")], hour=5)
    compact(store)
    deliver(store, [request("b")], hour=5, name="late")

    assert compact(store, now=NOW + timedelta(minutes=59)).objects == 0
    assert compact(store, now=NOW + timedelta(minutes=60)).objects == 1


@pytest.mark.slow
def test_reads_and_lists_no_more_however_much_history_there_is() -> None:
    calls = {days: _calls_of_a_run(days) for days in (2, 4, 20)}

    assert calls[2] == calls[4] == calls[20]


def _calls_of_a_run(days: int) -> dict[str, int]:
    """Return what the run after so many days of captures asks of the bucket, after an hour."""
    store = CountingStore()
    end = START + timedelta(days=days)
    for hour in range(24 * days):
        deliver(store, [request(f"r{hour}", hour=hour)], hour=hour)
    compact(store, now=end)
    deliver(store, [request("new", hour=24 * days)], hour=24 * days)
    store.calls.clear()

    output = compact(store, now=end + HOUR)

    assert (output.objects, output.rows) == (1, 2)
    return dict(store.calls)
