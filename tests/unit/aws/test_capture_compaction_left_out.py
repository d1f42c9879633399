"""What is not among an hour's rows: lines that nobody can read, and probes."""

import gzip

import numpy as np

from functions.aws import compaction_state
from functions.aws.compaction_state import ArrivedLines
from functions.contracts import keys
from functions.contracts.capture import PROBE_ID
from tests.fakes.object_store import InMemoryObjectStore
from tests.unit.aws.compaction_world import (
    HOUR,
    START,
    compact,
    deliver,
    ids,
    records,
    request,
)


def test_says_what_nobody_can_read() -> None:
    store = InMemoryObjectStore()
    deliver(store, ["broken", request("a"), request("b").replace('"n":2', '"n":3')])

    output = compact(store)

    assert (output.rows, output.corrupt_lines) == (2, 2)
    assert compaction_state.corrupt_lines(store, [START]) == 1
    assert compaction_state.read_arrived(store, [START]) == {START: ArrivedLines(3, 1)}
    (record,) = records(store)
    assert (record.rows, record.lines, record.corrupt_lines) == (2, 2, 1)


def test_counts_an_unreadable_line_once_in_the_hour_that_it_names() -> None:
    store = InMemoryObjectStore()
    ancient = request("b").replace('"at":"2026', '"at":"1926').replace('"n":2', '"n":3')
    deliver(store, [request("a")[:-9], ancient], hour=1)
    compact(store)

    output = compact(store, since=START)

    assert output.corrupt_lines == 0
    first, second = records(store)
    assert (first.hour, first.rows, first.lines, first.corrupt_lines) == (START, 0, 1, 1)
    assert (second.hour, second.lines, second.corrupt_lines) == (START + HOUR, 1, 1)
    assert ids(store) == []


def test_counts_an_object_that_cannot_be_decompressed_by_its_bytes() -> None:
    store = InMemoryObjectStore()
    body = gzip.compress(np.random.default_rng(1).bytes(2000))[:1001]
    key = f"{keys.hour_prefix(keys.CAPTURES_PREFIX, START)}cut"
    store.write(key, body, content_type="application/octet-stream")

    compact(store)

    assert compaction_state.read_arrived(store, [START]) == {START: ArrivedLines(5, 5)}


def test_a_probe_counts_in_nothing_but_the_number_of_probes() -> None:
    store = InMemoryObjectStore()
    deliver(store, [request("a"), request(f"{PROBE_ID}-1", 1), request(PROBE_ID, 1, minute=1)])
    deliver(store, [request(PROBE_ID, 1, hour=1)], hour=1)

    output = compact(store)

    first, second = records(store)
    assert (output.rows, output.duplicate_rows, output.corrupt_lines) == (2, 0, 0)
    assert (first.rows, first.lines, first.probe_lines) == (2, 3, 2)
    assert (second.rows, second.lines, second.probe_lines, second.parts) == (0, 1, 1, ())
    assert ids(store) == [(0, "a/0"), (0, "a/1")]
    (group,) = first.groups
    assert (group.rows, group.requests, group.profile is not None) == (2, 1, True)
    assert second.groups == ()
