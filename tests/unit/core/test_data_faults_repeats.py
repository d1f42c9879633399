"""Smoke tests and health probes are no data faults; a broken column beside them is one."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pytest

from functions.contracts.faults import DataFault, FaultKind
from functions.contracts.feature_schema import Feature, FeatureSchema, FeatureType
from functions.core.data_faults import find_data_faults
from functions.core.data_faults_repeats import leave_repeats
from functions.core.data_faults_values import ColumnPair
from functions.core.profile import profile_matrix
from tests.unit.core.data_fault_world import CAR, HOURS, LOAN, Matrix, draw, observe, split, world

NEEDED = 500
ROWS = 6_000


def request(
    model: str, count: int, *, seed: int = 3, values: Mapping[str, float] = MappingProxyType({})
) -> Matrix:
    """Return one row of the model, again and again."""
    row = draw(world(model).before, 1, np.random.default_rng(seed))
    for name, value in values.items():
        row[0, world(model).column(name)] = value
    return np.repeat(row, count, axis=0)


def faults(model: str, parts: list[Matrix], needed: int = NEEDED) -> tuple[DataFault, ...]:
    here = world(model)
    hours = observe(here.schema, parts)
    return find_data_faults(here.schema, here.reference, hours, rows_needed=needed)


def alone(model: str, rows: Matrix) -> list[Matrix]:
    nothing = world(model).before[:0]
    return [*[nothing] * (HOURS - 1), rows]


def traffic(model: str, seed: int = 1) -> list[Matrix]:
    return split(draw(world(model).before, ROWS, np.random.default_rng(seed)))


def pairs(model: str, rows: Matrix) -> list[ColumnPair]:
    here = world(model)
    now = profile_matrix(here.schema, rows)
    columns = zip(here.schema.features, here.reference.features, now.features, strict=True)
    return [ColumnPair(*column, error=1e-6) for column in columns]


@pytest.mark.slow
@pytest.mark.parametrize("count", [40, 150, 400])
@pytest.mark.parametrize("model", [CAR, LOAN])
def test_a_window_of_one_request_shows_no_fault(model: str, count: int) -> None:
    parts = alone(model, request(model, count))

    assert faults(model, parts) == ()
    assert faults(model, parts, needed=0)


def test_one_request_in_as_many_rows_as_are_judged_is_told() -> None:
    assert faults(LOAN, alone(LOAN, request(LOAN, 600)))


def test_a_few_requests_of_a_smoke_test_show_no_fault() -> None:
    several = [request(CAR, 20, seed=seed) for seed in range(8)]

    assert faults(CAR, alone(CAR, np.concatenate(several))) == ()


@pytest.mark.slow
@pytest.mark.parametrize("count", [40, 400])
@pytest.mark.parametrize(
    ("model", "values"),
    [
        (CAR, {}),
        (LOAN, {}),
        (CAR, {"km_driven": np.nan}),
        (CAR, {"fuel": -1.0}),
        (LOAN, {"car_value": 0.0, "loan_length": -1.0}),
    ],
)
def test_one_request_in_a_quiet_hour_of_usual_traffic_shows_no_fault(
    model: str, values: dict[str, float], count: int
) -> None:
    parts = traffic(model)
    parts[-1] = np.concatenate([parts[-1][:12], request(model, count, values=values)])

    assert faults(model, parts) == ()
    assert faults(model, parts, needed=0)


@pytest.mark.slow
@pytest.mark.parametrize("probes", [0, 40])
@pytest.mark.parametrize(("model", "column"), [(LOAN, "driver_tenure"), (CAR, "fuel")])
def test_a_stuck_column_is_found_with_and_without_probes(
    model: str, column: str, probes: int
) -> None:
    parts = traffic(model)
    stuck = request(model, probes)
    value = stuck[0, world(model).column(column)] if probes else 2.0
    for hour in range(12, HOURS):
        parts[hour] = np.concatenate([parts[hour], stuck])
        parts[hour][:, world(model).column(column)] = value

    (fault,) = faults(model, parts)

    assert (fault.kind, fault.columns) == (FaultKind.VALUE_STUCK, (column,))


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        (FaultKind.UNIT_CHANGED, lambda values: values * 1000),
        (FaultKind.VALUES_MISSING, lambda values: values * np.nan),
    ],
)
def test_a_broken_column_of_a_small_window_is_found_beside_probes(
    kind: FaultKind, change: object
) -> None:
    rows = draw(world(CAR).before, 300, np.random.default_rng(2))
    column = world(CAR).column("km_driven")
    rows[:, column] = change(rows[:, column])  # type: ignore[operator]  # one of the two above

    (fault,) = faults(CAR, alone(CAR, np.concatenate([rows, request(CAR, 40)])))

    assert (fault.kind, fault.columns) == (kind, ("km_driven",))


def test_leaves_one_row_of_a_repeated_request() -> None:
    usual = draw(world(CAR).before, 100, np.random.default_rng(4))

    left = leave_repeats(pairs(CAR, np.concatenate([usual, request(CAR, 60)]))).pairs

    assert {pair.current.rows for pair in left} <= set(range(97, 105))
    same = pairs(CAR, usual)
    assert leave_repeats(same).pairs == same


def test_leaves_rows_without_any_value_of_a_column_as_they_are() -> None:
    usual = draw(world(CAR).before, 100, np.random.default_rng(4))
    usual[:, world(CAR).column("km_driven")] = np.nan
    same = pairs(CAR, usual)

    assert leave_repeats(same).pairs == same


def weather(count: int, seed: int) -> Matrix:
    """Return the least and the greatest whole °F of a day, and one of three places."""
    rng = np.random.default_rng(seed)
    middle, half = rng.normal(50.0, 12.0, count), rng.normal(7.0, 2.0, count)
    columns = (np.round(middle - half), np.round(middle + half), rng.choice(3, count))
    return np.stack(columns, axis=1).astype(np.float32)


@pytest.mark.parametrize("count", [300, 1_000])
def test_two_columns_that_break_together_are_no_request(count: int) -> None:
    columns = ("coldest", "warmest")
    features = [Feature(name=name, type=FeatureType.NUMBER) for name in (*columns, "place")]
    schema = FeatureSchema(features=tuple(features))
    parts = split(weather(count, 2))
    for part in parts[12:]:
        part[:, :2] = (part[:, :2] - 32.0) / 1.8

    told = find_data_faults(
        schema, profile_matrix(schema, weather(4_000, 1)), observe(schema, parts), rows_needed=800
    )

    assert {(fault.kind, *fault.columns) for fault in told} == {
        (FaultKind.UNIT_CHANGED, name) for name in columns
    }


def test_two_columns_that_are_stuck_together_are_no_request() -> None:
    rows = draw(world(LOAN).before, 300, np.random.default_rng(2))
    both = [world(LOAN).column(name) for name in ("loan_length", "driver_tenure")]
    rows[:, both] = rows[0, both]

    told = faults(LOAN, alone(LOAN, rows))

    assert {fault.columns for fault in told if fault.kind is FaultKind.VALUE_STUCK} == {
        ("loan_length",),
        ("driver_tenure",),
    }


def test_requests_in_as_many_rows_as_are_judged_are_told_as_such() -> None:
    *columns, repeats = faults(LOAN, alone(LOAN, request(LOAN, 600)))

    assert {fault.kind for fault in columns} == {FaultKind.VALUE_STUCK}
    assert (repeats.kind, repeats.columns) == (FaultKind.ROWS_DUPLICATED, ())
    assert repeats.evidence.startswith("one request came again and again in 600 rows")
    assert "mark probes" in repeats.action
