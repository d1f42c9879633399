from datetime import UTC, datetime, timedelta

from functions.aws.hourly_records import find_first_hour
from functions.contracts.keys import JSON_TYPE, hourly_record, hourly_rows
from tests.fakes.object_store import CountingStore

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_finds_the_oldest_hour_that_has_a_record() -> None:
    store = CountingStore()
    for ahead in (5, 0, -1):
        store.write(hourly_record("car", NEW_YEAR + ahead * HOUR), b"{}", content_type=JSON_TYPE)
    store.write(hourly_rows("car", NEW_YEAR - 9 * HOUR, "a" * 64), b"", content_type="x")
    store.write(hourly_record("cab", NEW_YEAR - 9 * HOUR), b"{}", content_type=JSON_TYPE)
    store.calls.clear()

    assert find_first_hour(store, "car") == NEW_YEAR - HOUR
    assert dict(store.calls) == {"first_key": 1}


def test_a_model_without_records_has_no_first_hour() -> None:
    assert find_first_hour(CountingStore(), "car") is None
