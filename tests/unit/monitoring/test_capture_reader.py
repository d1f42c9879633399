"""A window's captured rows, read and profiled."""

import gzip
import itertools
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest

from functions.contracts.capture import FailureLine
from functions.contracts.drift import WindowCounts
from functions.contracts.feature_schema import FeatureSchema
from functions.core.capture_redaction import hash_columns
from functions.core.hourly_lines import BROKEN_LINE_BYTES
from functions.core.profile import ColumnProfile, Profile
from functions.monitoring.capture_reader import (
    Window,
    arrival_hours,
    read_window,
)
from tests.fakes.object_store import InMemoryObjectStore
from tests.unit.core.drift_world import SCHEMA, Matrix, personal, profile, rows, spec
from tests.unit.monitoring.world import END, START, capture, compact, put, window

TICK = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def read(*contents: bytes, of: Window | None = None) -> tuple[Profile, WindowCounts]:
    """Read a window whose first hour holds these objects."""
    store = InMemoryObjectStore()
    for index, content in enumerate(contents):
        put(store, content, name=f"{index}")
    return read_compacted(store, of or window())


def read_compacted(store: InMemoryObjectStore, of: Window) -> tuple[Profile, WindowCounts]:
    compact(store, of.spec)
    return read_window(store, of)


def prediction_rows(found: Profile) -> int:
    column: ColumnProfile | None = found.prediction
    assert column is not None
    return column.rows


def test_profiles_the_rows_and_the_answers() -> None:
    matrix = rows(40, seed=1)

    found, counts = read(capture(matrix))

    assert found == profile(matrix)
    assert counts == WindowCounts(objects=1, lines=1)


def test_finds_nothing_in_an_empty_bucket() -> None:
    found, counts = read()

    assert found.rows == prediction_rows(found) == 0
    assert [column.name for column in found.features] == list(SCHEMA.names)
    assert counts == WindowCounts()


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("joint", [b"\n", b""], ids=["lines", "joined"])
def test_reads_several_documents_of_an_object(pack: type[bytes], joint: bytes) -> None:
    parts = rows(5, seed=1), rows(7, seed=2)
    lines = [capture(part, inference_id=f"r{i}").strip() for i, part in enumerate(parts)]

    found, counts = read(pack(joint.join(lines)))

    assert found == profile(np.concatenate(parts))
    assert counts == WindowCounts(objects=1, lines=2)


def test_says_the_same_in_however_many_runs_the_rows_came() -> None:
    whole = [np.ceil(rows(9, seed=i)) for i in range(5)]  # their totals are exact
    store = InMemoryObjectStore()
    for index, matrix in enumerate(whole):
        put(store, capture(matrix, inference_id=f"r{index}"), name=f"{index}")
        compact(store, now=END + index * MINUTE)

    found, _ = read_window(store, window())

    at_once = profile(np.concatenate(whole))
    assert found.rows == 45
    assert found.features == at_once.features
    assert prediction_rows(found) == 45


def test_counts_corrupt_lines_and_reads_the_others() -> None:
    matrix = rows(4, seed=1)
    line = capture(matrix)
    contents = (
        b"no line of ours\n" + line,
        capture(matrix, inference_id="cut")[:-9] + b"\n",
        gzip.compress(line)[:-9],
        line.replace(b'"n":4', b'"n":3'),
        line.replace(b'"rows":"', b'"rows":"!'),
        line.replace(b'"n":4', b'"n":2'),
    )

    found, counts = read(*contents)

    assert found == profile(matrix)
    of_broken_gzip = -(-len(contents[2]) // BROKEN_LINE_BYTES)
    assert counts == WindowCounts(objects=5, lines=5, corrupt_lines=5 + of_broken_gzip)


def test_counts_each_row_once() -> None:
    matrix = rows(6, seed=1)
    line = capture(matrix)

    found, counts = read(line + line, gzip.compress(line))

    assert found == profile(matrix)
    assert counts.duplicate_rows == 12


def test_counts_the_rows_that_only_one_of_two_lines_has() -> None:
    matrix = rows(6, seed=1)
    whole = capture(matrix)
    head = capture(matrix[:4]).replace(b'"n_request":4', b'"n_request":6')

    found, counts = read(head, whole)

    assert found == profile(matrix)
    assert counts.duplicate_rows == 4


@pytest.mark.parametrize(
    ("at", "expected"),
    [(START - TICK, 0), (START, 3), (END - TICK, 3), (END, 0)],
    ids=["before", "start", "last", "end"],
)
def test_takes_the_start_in_and_leaves_the_end_out(at: datetime, expected: int) -> None:
    found, counts = read(capture(rows(3, seed=1), at=at))

    assert found.rows == expected
    assert counts.lines == (expected > 0)


def test_compares_moments_and_not_their_offsets() -> None:
    tokyo = timezone(timedelta(hours=9))

    found, _ = read(capture(rows(3, seed=1), at=START.astimezone(tokyo)))

    assert found.rows == 3


@pytest.mark.parametrize("late", [0, 1, 20])
def test_takes_rows_in_whenever_they_arrive(late: int) -> None:
    store = InMemoryObjectStore()
    put(store, capture(rows(3, seed=1), at=END - TICK), hour=END + late * HOUR)

    found, _ = read_compacted(store, window())

    assert found.rows == 3


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (START + 20 * MINUTE, END, 40),
        (START, START + 20 * MINUTE, 20),
        (START + 10 * MINUTE, START + 15 * MINUTE, 5),
        (START - HOUR, START + MINUTE, 1),
    ],
)
def test_cuts_an_hour_to_the_moment(start: datetime, end: datetime, expected: int) -> None:
    matrix = rows(60, seed=1)
    store = InMemoryObjectStore()
    put(
        store,
        b"".join(
            capture(matrix[i : i + 1], inference_id=f"r{i}", at=START + i * MINUTE)
            for i in range(60)
        ),
    )
    compact(store)

    found, _ = read_window(store, replace(window(), start=start, end=end))

    inside = [i for i in range(60) if start <= START + i * MINUTE < end]
    assert len(inside) == expected
    assert found.features == profile(matrix[inside]).features
    assert prediction_rows(found) == expected


def test_cuts_an_hour_of_several_versions_and_schemas() -> None:
    turned = SCHEMA.features[1].model_copy(update={"categories": ("gas", "diesel", "none")})
    other = spec(FeatureSchema(features=(SCHEMA.features[0], turned, SCHEMA.features[2])))
    store = InMemoryObjectStore()
    put(
        store,
        capture(rows(3, seed=1))
        + capture(rows(4, seed=2), inference_id="b", version=2)
        + capture(rows(5, seed=3), inference_id="c", described=other),
    )
    compact(store)

    found, counts = read_window(store, replace(window(), end=END - MINUTE))

    assert (found.rows, prediction_rows(found)) == (7, 3)
    assert (counts.other_version_rows, counts.other_schema_rows) == (4, 5)


@pytest.mark.parametrize("offset", [timedelta(0), timedelta(hours=5, minutes=45)])
def test_names_the_folders_in_utc(offset: timedelta) -> None:
    zone = timezone(offset)
    start, end = START + timedelta(minutes=59), START + timedelta(hours=12, minutes=1)

    hours = list(arrival_hours(start.astimezone(zone), end.astimezone(zone)))

    assert [hours[0], hours[-1]] == [START, START + 13 * HOUR]
    assert all(hour.utcoffset() == timedelta(0) for hour in hours)
    assert all(later - hour == HOUR for hour, later in itertools.pairwise(hours))


def test_leaves_other_models_out_without_a_word() -> None:
    bus = spec().model_copy(update={"model": "bus"})

    found, counts = read(capture(rows(3, seed=1), described=bus))

    assert found.rows == 0
    assert counts == WindowCounts()


def test_counts_rows_of_another_schema_and_leaves_them_out() -> None:
    turned = SCHEMA.features[1].model_copy(update={"categories": ("gas", "diesel", "none")})
    other = spec(FeatureSchema(features=(SCHEMA.features[0], turned, SCHEMA.features[2])))

    found, counts = read(capture(rows(3, seed=1), described=other))

    assert found.rows == 0
    assert counts == WindowCounts(objects=1, lines=1, other_schema_rows=3)


def test_takes_the_inputs_but_not_the_answers_of_another_version() -> None:
    own, others = rows(3, seed=1), rows(4, seed=2)

    found, counts = read(capture(own), capture(others, inference_id="b", version=2))

    assert found == profile(np.concatenate((own, others)), answered=own)
    assert counts.other_version_rows == 4


def test_reads_personal_features_as_missing() -> None:
    matrix = rows(5, seed=1)
    described = spec(personal("amount"))

    found, _ = read(capture(matrix, described=described), of=window(described))

    hidden: Matrix = matrix.copy()
    hidden[:, 0] = np.nan
    assert found == profile(hidden, answered=matrix)
    assert found.features[0].missing == 5


def test_reads_only_captures() -> None:
    store = InMemoryObjectStore()
    store.write("ground_truth/2026/03/01/12/x", capture(rows(3, seed=1)), content_type="")

    _, counts = read_window(store, window())

    assert counts.objects == 0


def test_passes_over_requests_that_were_not_answered() -> None:
    matrix = rows(5, seed=1)
    failure = FailureLine(id="f", model="car", version=1, at=START, status=500, error="E")

    found, counts = read(capture(matrix) + failure.model_dump_json().encode())

    assert found == profile(matrix)
    assert counts == WindowCounts(objects=1, lines=2)


@pytest.mark.parametrize("name", SCHEMA.names)
def test_profiles_no_hash(name: str) -> None:
    schema = personal(name)
    matrix = rows(20, seed=1)
    hashes = hash_columns(schema, matrix, (SCHEMA.names.index(name),), secret=b"k")
    lines = capture(hashes, described=spec())
    renamed = lines.replace(SCHEMA.schema_id.encode(), schema.schema_id.encode())

    found, counts = read(renamed, of=window(spec(schema)))

    (column,) = [column for column in found.features if column.name == name]
    assert (counts.corrupt_lines, column.rows, column.missing) == (0, 20, 20)
