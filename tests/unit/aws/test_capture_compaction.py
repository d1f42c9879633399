"""No capture is lost and none counts twice, whenever runs stop and however many there are."""

from datetime import timedelta
from itertools import count

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.aws import capture_compaction
from functions.contracts import keys
from functions.contracts.hourly import HourRecord, PartKind
from functions.core.conditional_writes import ObjectChangedError
from functions.core.profile import Profile, profile_matrix, profile_predictions, sum_profiles
from tests.fakes.object_store import InMemoryObjectStore
from tests.unit.aws.compaction_world import (
    HOUR,
    NOW,
    SPEC,
    START,
    StoppedError,
    StoppingStore,
    answers,
    compact,
    deliver,
    failure,
    ids,
    records,
    request,
    run_at_once,
)
from tests.unit.core.drift_world import rows

NAMES = "abcde"


def counted(store: InMemoryObjectStore) -> Profile:
    """The merged profile of all hours."""
    found = [group.profile for record in records(store) for group in record.groups]
    return sum_profiles([profile for profile in found if profile is not None])


def expected_profile(names: list[str]) -> Profile:
    matrix = np.concatenate([np.ceil(rows(2, seed=sum(name.encode()) + 2)) for name in names])
    prediction = profile_predictions(SPEC.task, answers(len(matrix)))
    profile = profile_matrix(SPEC.feature_schema, matrix)
    return profile.model_copy(update={"prediction": prediction})


def test_leaves_a_record_and_rows_of_each_hour() -> None:
    store = InMemoryObjectStore()
    deliver(store, [request("a"), request("b", hour=1), failure("f")], hour=1)

    output = compact(store)

    assert (output.objects, output.rows, output.hours, output.pending_objects) == (1, 4, 2, 0)
    first, second = records(store)
    (group,) = first.groups
    assert (group.version, group.variant, group.rows) == (1, "champion", 2)
    assert (group.requests, group.failures) == (1, 1)
    assert group.profile == expected_profile(["a"])
    assert (first.lines, second.lines, second.hour) == (2, 1, START + HOUR)
    assert ids(store) == [(0, "a/0"), (0, "a/1"), (1, "b/0"), (1, "b/1")]
    assert ids(store, PartKind.FAILURES) == [(0, "f")]


def test_adds_a_late_capture_to_the_hour_of_its_prediction() -> None:
    store = InMemoryObjectStore()
    deliver(store, [request("a")])
    compact(store)
    deliver(store, [request("b")], hour=29)

    compact(store)

    (record,) = records(store)
    assert record.rows == 4
    assert len(record.sources) == 2


def test_counts_a_row_once_across_objects_and_hours_of_arrival() -> None:
    store = InMemoryObjectStore()
    deliver(store, [request("a"), request("b"), failure("f")])
    compact(store)
    deliver(store, [request("b"), request("c"), failure("f"), failure("g")], hour=29)

    output = compact(store)

    (record,) = records(store)
    assert (record.rows, record.duplicate_rows, output.duplicate_rows) == (6, 3, 3)
    assert record.groups[0].failures == 2
    assert counted(store) == expected_profile(["a", "b", "c"])


def test_keeps_the_earliest_of_two_predictions_that_come_together() -> None:
    store = InMemoryObjectStore()
    deliver(store, [request("a", minute=5, version=2), request("a", minute=3)])

    compact(store)

    (record,) = records(store)
    assert [(group.version, group.rows) for group in record.groups] == [(1, 2)]


def test_counts_an_id_of_another_hour_as_another_prediction() -> None:
    store = InMemoryObjectStore()
    deliver(store, [request("a"), request("a", hour=1)])

    compact(store)

    assert [record.rows for record in records(store)] == [2, 2]


def test_keeps_versions_and_variants_apart_and_models() -> None:
    store = InMemoryObjectStore()
    other = request("c").replace('"car"', '"bus"')
    canary = request("d").replace('"variant":"champion"', '"variant":"canary"')
    deliver(store, [request("a"), request("b", version=2), other, canary])

    compact(store)

    (record,) = records(store)
    assert [(group.version, group.variant) for group in record.groups] == [
        (1, "canary"),
        (1, "champion"),
        (2, "champion"),
    ]
    assert record.rows == 6


def test_keeps_rows_of_an_unknown_version_without_a_profile() -> None:
    store = InMemoryObjectStore()
    deliver(store, [request("a", version=9)])

    compact(store)

    (record,) = records(store)
    assert (record.groups[0].rows, record.groups[0].profile) == (2, None)
    assert len(ids(store)) == 2


def test_joins_small_files_as_they_come() -> None:
    store = InMemoryObjectStore()
    for number in range(16):
        deliver(store, [request(f"r{number}")], hour=29, name=f"{number:02}")
        compact(store, now=NOW + timedelta(minutes=number))

    (record,) = records(store)
    assert len(record.parts) == 1
    written = [key for key in store.versions if "/rows/" in key]
    assert len(written) == 16
    assert len(ids(store)) == 32


def test_leaves_to_the_next_run_what_it_has_no_time_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture_compaction, "BATCH_OBJECTS", 2)
    store = InMemoryObjectStore()
    for hour in range(5):
        deliver(store, [request(f"r{hour}", hour=hour)], hour=hour)
    ticks = count()

    def clock() -> object:
        return NOW + timedelta(minutes=next(ticks))

    output = capture_compaction.compact_captures(
        store,
        lambda _model, _number: None,
        now=clock,  # type: ignore[arg-type]  # a moment, each time a later one
        until=NOW + timedelta(minutes=1),
    )

    assert (output.objects, output.pending_objects) == (2, 3)
    assert [record.hour for record in records(store)] == [START + 3 * HOUR, START + 4 * HOUR]
    assert compact(store).objects == 3
    assert len(records(store)) == 5


def test_takes_an_object_on_however_large_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture_compaction, "BATCH_BYTES", 1)
    store = InMemoryObjectStore()
    deliver(store, [request("a"), request("b")])
    deliver(store, [request("c")], name="y")

    assert compact(store).objects == 2


def test_gives_up_a_record_that_others_change_each_time() -> None:
    class Contended(InMemoryObjectStore):
        def replace(
            self, key: str, body: bytes, *, expected: str | None, content_type: str
        ) -> None:
            if "/records/" in key:
                msg = "others wrote it"
                raise ObjectChangedError(msg)
            super().replace(key, body, expected=expected, content_type=content_type)

    store = Contended()
    deliver(store, [request("a")])

    with pytest.raises(ObjectChangedError, match="20 times in a row; the next run goes on"):
        compact(store)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=5),
)
def test_loses_and_doubles_nothing_whenever_runs_are_stopped(
    objects: list[list[str]], stops: list[tuple[int, bool]]
) -> None:
    store = StoppingStore()
    for number, names in enumerate(objects):
        deliver(store, [request(name) for name in names], hour=number, name=f"{number}")
    for stop, is_done in stops:
        store.stop_at, store.is_done, store.writes = stop, is_done, 0
        try:
            compact(store)
        except StoppedError:
            continue
    store.stop_at = None

    compact(store)

    require_each_once(store, objects)


@pytest.mark.parametrize("is_done", [False, True], ids=["before", "after"])
def test_can_be_stopped_at_each_write(is_done: bool) -> None:
    objects = [["a", "b"], ["b", "c"], ["d"]]
    for stop in count():
        store = StoppingStore()
        for number, names in enumerate(objects):
            lines = [request(name) for name in names]
            deliver(store, [*lines, request("other", hour=3)], hour=number, name=f"{number}")
        store.stop_at, store.is_done, store.writes = stop, is_done, 0
        try:
            compact(store)
            break
        except StoppedError:
            store.stop_at = None
        compact(store, now=NOW + HOUR)

        (first, second) = records(store)
        assert (first.rows, second.rows) == (8, 2)
        assert len(first.sources) == len(second.sources) == 3
    assert stop >= 8  # files, records, ledgers and the cursor


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4), min_size=1, max_size=4),
    st.lists(st.integers(0, 1), max_size=24),
)
def test_loses_and_doubles_nothing_when_two_run_at_once(
    objects: list[list[str]], order: list[int]
) -> None:
    store = InMemoryObjectStore()
    for number, names in enumerate(objects):
        deliver(store, [request(name) for name in names], hour=number, name=f"{number}")

    run_at_once(store, order)

    require_each_once(store, objects)


def require_each_once(store: InMemoryObjectStore, objects: list[list[str]]) -> None:
    """Require each row in the files and in the counts once, and each object in the record."""
    names = sorted({name for names in objects for name in names})
    assert ids(store) == [(0, f"{name}/{row}") for name in names for row in (0, 1)]
    (record,) = records(store)
    # S3 deletes a version some days after another of its key came.
    newest = {item.key: item.s3_version_id for item in store.list(keys.HOURLY_PREFIX)}
    named = {part.stored.key: part.stored.s3_version_id for part in record.parts}
    assert named.items() <= newest.items()
    assert record.rows == 2 * len(names)
    assert record.groups[0].requests == len(names)
    assert counted(store) == expected_profile(names)
    assert len(set(record.sources)) == len(record.sources) == len(objects)
    delivered = 2 * sum(len(names) for names in objects)
    assert record.duplicate_rows == delivered - record.rows
    assert record.lines == delivered // 2
    assert compact(store, now=NOW + HOUR).objects == 0
    held = store.find(keys.hourly_record("car", START))
    assert held is not None
    assert HourRecord.model_validate_json(held.body) == record
