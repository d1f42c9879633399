from collections.abc import Mapping
from datetime import datetime, timedelta

import numpy as np
import pytest

from functions.contracts.faults import DataFault, FaultKind
from functions.contracts.hourly import HourGroup, HourRecord
from functions.contracts.profile import Profile
from functions.core.data_faults import ACTIONS, find_data_faults, observe_hour
from functions.core.data_faults_traffic import ObservedHour
from functions.core.profile import ProfileMismatchError, profile_matrix
from tests.bench.data_faults_table import CLEAN, Draw
from tests.unit.core.data_fault_world import (
    CAR,
    HOURS,
    INJECTIONS,
    LOAN,
    NOW,
    Injection,
    draw,
    judge,
    observe,
    past_of,
    split,
    swapped,
    world,
)

SINCE = 15
ROWS = 6_000


def injected(injection: Injection, *, until: int = HOURS) -> tuple[DataFault, ...]:
    rng = np.random.default_rng(1)
    parts = split(draw(world(injection.model).before, ROWS, rng))
    for hour in range(SINCE, until):
        parts[hour] = injection.change(parts[hour], rng)
    here = world(injection.model)
    return find_data_faults(here.schema, here.reference, observe(here.schema, parts))


def clean(rows: int = ROWS, **counts: list[int]) -> tuple[ObservedHour, ...]:
    parts = split(draw(world(LOAN).before, rows, np.random.default_rng(2)))
    return observe(world(LOAN).schema, parts, **counts)


def group(version: int, schema_id: str, rows: int, profile: Profile | None) -> HourGroup:
    return HourGroup(
        version=version,
        schema_id=schema_id,
        variant="champion",
        rows=rows,
        requests=5,
        profile=profile,
    )


def faults_of(
    hours: tuple[ObservedHour, ...], past: Mapping[datetime, int] | None = None
) -> tuple[DataFault, ...]:
    return find_data_faults(world(LOAN).schema, world(LOAN).reference, hours, past_rows=past)


@pytest.mark.slow
@pytest.mark.parametrize("injection", INJECTIONS, ids=lambda one: f"{one.name} {one.column}")
def test_holds_an_injected_fault_and_says_since_when(injection: Injection) -> None:
    (fault,) = injected(injection)

    assert fault.kind in injection.kinds
    assert (injection.column in fault.columns) is bool(injection.column)
    assert fault.since == NOW - timedelta(hours=HOURS - SINCE)
    assert fault.action == f"hold, do not retrain; {ACTIONS[fault.kind]}"


def test_still_finds_a_fault_that_has_ended() -> None:
    swap = Injection("", LOAN, "", (), swapped(LOAN, "car_value", "driver_tenure"))

    (fault,) = injected(swap, until=SINCE + 3)

    assert fault.kind is FaultKind.COLUMNS_SWAPPED
    assert fault.columns == ("car_value", "driver_tenure")


@pytest.mark.slow
@pytest.mark.parametrize("model", [LOAN, CAR])
@pytest.mark.parametrize("kind", CLEAN, ids=lambda kind: kind.__name__)
def test_calls_no_real_shift_a_fault(kind: Draw, model: str) -> None:
    rng = np.random.default_rng(5)

    assert judge(model, kind(model, 3_000, rng), past_of(125, rng)) == ()


@pytest.mark.parametrize(
    ("rows", "kind"), [(0, FaultKind.VOLUME_GONE), (3000, FaultKind.VOLUME_TRIPLED)]
)
def test_finds_a_volume_beyond_any_season(rows: int, kind: FaultKind) -> None:
    rng, before = np.random.default_rng(4), world(LOAN).before
    parts = [draw(before, 1000 if hour < SINCE else rows, rng) for hour in range(HOURS)]
    hours = observe(world(LOAN).schema, parts)

    (fault,) = faults_of(hours, past_of(1000, np.random.default_rng(3)))

    assert fault.kind is kind
    assert fault.since == hours[SINCE].hour
    assert fault.columns == ()
    assert "rows in 1 hours that had" in fault.evidence


def test_tells_each_of_several_faults() -> None:
    broken = [0] * SINCE + [200] * (HOURS - SINCE)
    hours = clean(lines=[250] * HOURS, corrupt_lines=broken, duplicate_rows=broken)

    faults = faults_of(hours)

    assert [fault.kind for fault in faults] == [FaultKind.SCHEMA_BREAK, FaultKind.ROWS_DUPLICATED]
    assert {fault.since for fault in faults} == {hours[SINCE].hour}
    assert faults[0].sentence == (
        "200 of 250 capture lines are corrupt, since 2026-03-30T03:00Z: hold, do not retrain; find "
        "the sender whose requests or captures changed their form"
    )


def test_judges_hours_without_rows_and_no_hours() -> None:
    assert faults_of(tuple(ObservedHour(NOW + timedelta(hours=i)) for i in range(3))) == ()
    assert faults_of(()) == ()


def test_leaves_personal_features_alone() -> None:
    schema = world(LOAN).schema
    hidden = schema.model_copy(
        update={"features": tuple(f.model_copy(update={"pii": True}) for f in schema.features)}
    )
    empty = np.full((500, len(schema.features)), np.nan, np.float32)
    hours = (ObservedHour(NOW, profile_matrix(schema, empty), rows=500),)

    assert len(faults_of(hours)) == len(schema.features)
    assert find_data_faults(hidden, world(LOAN).reference, hours) == ()


def test_refuses_profiles_of_other_columns() -> None:
    with pytest.raises(ProfileMismatchError, match="is none of car_value"):
        find_data_faults(world(LOAN).schema, world(CAR).reference, clean())


def test_reads_an_hours_record() -> None:
    schema = world(LOAN).schema
    profile = profile_matrix(schema, world(LOAN).before[:10])
    record = HourRecord(
        model=LOAN,
        hour=NOW,
        lines=9,
        corrupt_lines=1,
        duplicate_rows=2,
        groups=(
            group(1, "a", 10, profile).model_copy(update={"failures": 4}),
            group(2, "a", 10, profile),
            group(3, "b", 7, profile),
            group(9, "c", 3, None),
        ),
    )

    hour = observe_hour(record, "a", is_complete=False)

    assert hour.profile is not None
    assert (hour.profile.rows, hour.rows, hour.unknown_rows) == (20, 30, 3)
    assert (hour.lines, hour.corrupt_lines, hour.duplicate_rows) == (9, 1, 2)
    assert (hour.requests, hour.refused, hour.is_complete) == (20, 4, False)
    assert observe_hour(record, "none").profile is None


def test_says_what_to_do_about_each_kind() -> None:
    assert set(ACTIONS) == set(FaultKind)
