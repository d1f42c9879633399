"""Labelled captures of hours in which the data were at fault are no training data."""

from datetime import datetime, timedelta

import pytest

from functions.contracts.faults import FaultKind
from functions.core.fault_book import change_fault_book
from tests.fakes.documents import NOW
from tests.unit.core.fault_world import book, decision, recorded
from tests.unit.preparation.world import (
    MODEL,
    World,
    capture_lines,
    csv_text,
    records,
    rows,
    truth_line,
)

DAY = timedelta(days=1)
FAULTY = recorded(0, 24).model_copy(
    update={
        "name": "unit_changed-income-20260201T00",
        "columns": ("income",),
        "start": NOW - 2 * DAY,
        "end": NOW - DAY,
    }
)
MOMENTS = {
    "before": NOW - 2 * DAY - timedelta(seconds=1),
    "first": NOW - 2 * DAY,
    "last": NOW - DAY - timedelta(seconds=1),
    "after": NOW - DAY,
}
TOLD = (
    "4 labelled captures were left out: unit_changed in income, "
    f"{NOW - 2 * DAY:%Y-%m-%d %H:%M} UTC to {NOW - DAY:%Y-%m-%d %H:%M} UTC; if it is no fault: "
    f"windvane faults accept {MODEL} {FAULTY.name}"
)


@pytest.fixture
def world() -> World:
    """Forty raw rows, and two labelled predictions at each of four moments."""
    world = World()
    world.add(csv_text(rows()))
    world.register()
    for name, at in MOMENTS.items():
        put(world, name, at)
    return world


def put(world: World, name: str, at: datetime) -> None:
    world.put_captures(
        name, "\n".join(capture_lines(records(2), inference_id=name, at=at)).encode()
    )
    truths = [truth_line(f"{name}/{row}", row) for row in range(2)]
    world.put_truths(name, "\n".join(truths).encode())


def note(world: World, **changes: object) -> None:
    entry = FAULTY.model_copy(update=changes)
    change_fault_book(world.captures, MODEL, lambda _: book(entry, model=MODEL))


def captured(world: World) -> int:
    manifest = world.manifest(world.prepare())
    return manifest.labelled_captures.rows if manifest.labelled_captures else 0


def test_leaves_out_the_rows_of_faulty_hours_and_says_so_everywhere(world: World) -> None:
    note(world)

    output = world.prepare()

    manifest = world.manifest(output)
    assert manifest.labelled_captures is not None
    assert (manifest.rows, manifest.labelled_captures.rows) == (44, 4)
    (left_out,) = manifest.left_out
    assert (left_out.fault, left_out.rows) == (FAULTY.name, 4)
    assert output.left_out == manifest.left_out
    assert output.reason.endswith("; 4 labelled captures left out for data faults (unit_changed)")
    assert TOLD in world.report(output).notes


def test_learns_from_them_once_a_person_has_accepted_the_change(world: World) -> None:
    note(world)
    held = world.prepare()
    note(world, decisions=(decision(),))

    learned = world.prepare()

    assert learned.dataset_version != held.dataset_version
    assert world.manifest(learned).rows == 48
    assert (learned.left_out, world.manifest(learned).left_out) == ((), ())
    assert "left out" not in learned.reason


def test_an_acceptance_that_is_revoked_leads_back_to_the_same_data(world: World) -> None:
    note(world)
    held = world.prepare()
    note(world, decisions=(decision(), decision(accepted=False)))

    assert world.prepare() == held


def test_a_fault_that_goes_on_keeps_out_all_rows_since(world: World) -> None:
    note(world, is_over=False)

    assert captured(world) == 2


@pytest.mark.parametrize("kind", [FaultKind.VOLUME_GONE, FaultKind.SCHEMA_BREAK])
def test_faults_of_the_traffic_keep_no_row_out(world: World, kind: FaultKind) -> None:
    note(world, kind=kind)

    assert captured(world) == 8


def test_another_models_fault_keeps_no_row_out(world: World) -> None:
    change_fault_book(world.captures, "other", lambda _: book(FAULTY, model="other"))

    assert captured(world) == 8


def test_goes_without_captures_if_all_are_left_out(world: World) -> None:
    note(world, start=NOW - 9 * DAY, is_over=False)

    output = world.prepare()

    assert output.passed
    assert world.manifest(output).labelled_captures is None
    assert sum(each.rows for each in output.left_out) == 8


def test_says_which_rows_are_left_out_though_the_data_are_known(world: World) -> None:
    """More of a fault's rows get labels: the data set stays as it is, and the count grows."""
    note(world)
    first = world.prepare()
    put(world, "later", NOW - 2 * DAY + timedelta(hours=1))

    again = world.prepare()

    assert again.dataset_version == first.dataset_version
    assert [each.rows for each in again.left_out] == [6]


def test_tells_the_faults_of_most_rows_where_there_are_many(world: World) -> None:
    """The output is the execution's state, which must not grow with history."""
    many = [
        FAULTY.model_copy(
            update={
                "name": f"fault-{number}",
                "start": NOW - 2 * DAY + number * timedelta(minutes=1),
                "end": NOW - 2 * DAY + (number + 1) * timedelta(minutes=1),
            }
        )
        for number in range(25)
    ]
    change_fault_book(world.captures, MODEL, lambda _: book(*many, model=MODEL))
    for number in range(1, 25):
        put(world, f"n{number}", NOW - 2 * DAY + number * timedelta(minutes=1))
    put(world, "more", NOW - 2 * DAY + timedelta(minutes=7))

    output = world.prepare()

    assert len(output.left_out) == 20
    assert (output.left_out[0].fault, output.left_out[0].rows) == ("fault-7", 4)
    assert len(world.manifest(output).left_out) == 25
    assert "52 labelled captures left out" in output.reason
