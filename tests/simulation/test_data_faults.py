"""Data faults are held: a person is paged, and StartRetraining is never asked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pytest

from functions.contracts.alerts import ConditionKind, Severity
from functions.contracts.capture import PROBE_ID
from functions.contracts.faults import FaultKind
from tests.simulation.stream import HOUR, RETRAIN_ON_DRIFT, SCHEMA, WEEK, Stream, model_spec
from tests.simulation.world import DAY, START, World
from tests.unit.core.drift_world import Matrix

pytestmark = pytest.mark.slow

HOUR_ROWS = 100
JUDGED_EVERY = 6 * HOUR
BASKET, AGE, DEVICE = range(3)

Change = Callable[[Matrix, np.random.Generator], Matrix]


@dataclass(frozen=True)
class Fault:
    """What breaks as the world begins: the rows, or the lines on their way."""

    name: str
    kind: FaultKind
    change: Change = lambda rows, _rng: rows
    deliver: Callable[[list[str]], list[str]] = list
    earlier: timedelta = DAY


def draw_usual(_hour: datetime, rng: np.random.Generator) -> Matrix:
    columns = (
        rng.lognormal(4.5, 0.4, HOUR_ROWS),
        rng.normal(40.0, 10.0, HOUR_ROWS),
        rng.choice(3, HOUR_ROWS, p=[0.6, 0.3, 0.1]),
    )
    return np.stack(columns, axis=1).astype(np.float32)


def on_column(column: int, change: Callable[[Matrix], Matrix]) -> Change:
    def changed(rows: Matrix, _rng: np.random.Generator) -> Matrix:
        rows[:, column] = change(rows[:, column])
        return rows

    return changed


def on_every(step: int, column: int, value: float) -> Change:
    def changed(rows: Matrix, _rng: np.random.Generator) -> Matrix:
        rows[::step, column] = value
        return rows

    return changed


def in_fahrenheit(rows: Matrix, _rng: np.random.Generator) -> Matrix:
    rows[:, [BASKET, AGE]] = rows[:, [BASKET, AGE]] * 1.8 + 32.0
    return rows


def swap(rows: Matrix, _rng: np.random.Generator) -> Matrix:
    return rows[:, [AGE, BASKET, DEVICE]]


def repeat(rows: Matrix, _rng: np.random.Generator) -> Matrix:
    return np.repeat(rows, 2, axis=0)


def triple(rows: Matrix, rng: np.random.Generator) -> Matrix:
    return np.concatenate([rows, draw_usual(START, rng), draw_usual(START, rng)])


def rename_schema(lines: list[str]) -> list[str]:
    """Return lines of a schema that no version has."""
    return [line.replace(SCHEMA.schema_id, "f" * len(SCHEMA.schema_id)) for line in lines]


def cut_short(lines: list[str]) -> list[str]:
    """Return lines of which the end was lost."""
    return [line[: len(line) // 2] for line in lines]


def garble(lines: list[str]) -> list[str]:
    """Return lines of which nobody can tell what they were."""
    return ["x" * len(line) for line in lines]


FAULTS = (
    Fault("times 1,000", FaultKind.UNIT_CHANGED, on_column(BASKET, lambda x: x * 1000)),
    Fault("a hundredth", FaultKind.UNIT_CHANGED, on_column(BASKET, lambda x: x / 100)),
    Fault("°F for °C, twice", FaultKind.UNIT_CHANGED, in_fahrenheit),
    Fault("sign flipped", FaultKind.SIGN_FLIPPED, on_column(BASKET, np.negative)),
    Fault("columns swapped", FaultKind.COLUMNS_SWAPPED, swap),
    Fault("half missing", FaultKind.VALUES_MISSING, on_every(2, BASKET, np.nan)),
    Fault("stuck", FaultKind.VALUE_STUCK, on_every(1, AGE, 41.5)),
    Fault("a default value", FaultKind.DEFAULT_VALUE, on_every(4, BASKET, -1.0)),
    Fault("clipped", FaultKind.VALUES_CLIPPED, on_column(AGE, lambda x: np.minimum(x, 45.0))),
    Fault("a new category", FaultKind.CATEGORIES_NEW, on_every(5, DEVICE, -1.0)),
    Fault("categories renamed", FaultKind.CATEGORIES_RENAMED, on_every(1, DEVICE, -1.0)),
    Fault("another schema", FaultKind.SCHEMA_BREAK, deliver=rename_schema),
    Fault("lines cut short", FaultKind.SCHEMA_BREAK, deliver=cut_short),
    Fault("lines garbled", FaultKind.SCHEMA_BREAK, deliver=garble),
    Fault("each row twice", FaultKind.ROWS_DUPLICATED, repeat),
    Fault("volume gone", FaultKind.VOLUME_GONE, lambda rows, _rng: rows[:3], earlier=WEEK + DAY),
    Fault("volume tripled", FaultKind.VOLUME_TRIPLED, triple, earlier=WEEK + DAY),
)
"""One of each kind of fault, and some of them in several ways."""


def world_with(seed: int, fault: Fault) -> tuple[World, Stream]:
    """Return a day of a fault that begins with the world, and what was made of it."""
    world = World(seed)
    reference = [draw_usual(START, np.random.default_rng(seed + 1 + i)) for i in range(100)]

    def draw(hour: datetime, rng: np.random.Generator) -> Matrix:
        rows = draw_usual(hour, rng)
        return rows if hour < world.start else fault.change(rows, rng)

    stream = Stream(
        world,
        draw,
        np.concatenate(reference),
        model_spec(alerts=RETRAIN_ON_DRIFT),
        judged_every=JUDGED_EVERY,
    )
    stream.begin(earlier=fault.earlier)
    stream.deliver = fault.deliver
    world.pass_time(DAY + HOUR)
    return world, stream


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_data_fault_pages_and_asks_for_no_retraining(seed: int, fault: Fault) -> None:
    world, stream = world_with(seed, fault)

    found = [{each.kind for each in report.faults} for report in stream.reports]
    world.require(all(fault.kind in kinds for kinds in found), f"{found} instead of {fault.kind}")
    for report in stream.reports:
        states = {(state.kind, state.severity): state for state in report.alerts}
        world.require(states[ConditionKind.DATA_FAULT, Severity.PAGE].holds, "nobody was paged")
        drift = states[ConditionKind.INPUT_DRIFT, Severity.RETRAIN]
        held = drift.held_back is not None
        world.require(held == drift.holds, f"drift that holds is held back: {drift}")
    world.require(world.decisions() == [], f"{world.decisions()} though the data were broken")


def test_the_same_drift_without_a_fault_is_retrained_on(seed: int) -> None:
    def move(rows: Matrix, rng: np.random.Generator) -> Matrix:
        rows[:, AGE] += rng.normal(8.0, 3.0, len(rows))
        return rows

    world, stream = world_with(seed, Fault("moved", FaultKind.UNIT_CHANGED, move))

    world.require(not any(report.faults for report in stream.reports), "a shift is no fault")
    world.require(len(world.starts()) >= 1, "real drift was not retrained on")


@pytest.mark.parametrize("name", [PROBE_ID, "check"])
def test_what_is_marked_as_a_probe_is_no_traffic(seed: int, name: str) -> None:
    def ask_again(lines: list[str]) -> list[str]:
        probes = [line.replace('"id":"', f'"id":"{name}-{i}-') for i in range(3) for line in lines]
        return lines + probes

    usual = Fault("usual", FaultKind.VOLUME_TRIPLED, deliver=ask_again, earlier=WEEK + DAY)
    world, stream = world_with(seed, usual)

    told = {fault.kind for report in stream.reports for fault in report.faults}
    is_marked = name == PROBE_ID
    world.require((not told) is is_marked, f"{told} of probes that are called {name}")
    world.require(world.decisions() == [], "probes were retrained on")


def test_there_is_a_fault_of_each_kind() -> None:
    assert {fault.kind for fault in FAULTS} == set(FaultKind)
