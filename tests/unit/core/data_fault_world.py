"""The models' own sample data as hours of traffic, with faults and real shifts put in at will."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
from numpy.typing import NDArray

from functions.contracts.faults import FaultKind
from functions.contracts.feature_schema import FeatureSchema
from functions.contracts.model_folder import load_model_spec
from functions.contracts.profile import Profile
from functions.core.data_faults import find_data_faults
from functions.core.data_faults_traffic import ObservedHour
from functions.core.encoding import encode_columns
from functions.core.profile import profile_matrix
from tests.models.sample_data import read_columns

NOW = datetime(2026, 3, 30, 12, tzinfo=UTC)
HOURS = 24
PAST_DAYS = 15
REFERENCE_ROWS = 4_000

Matrix = NDArray[np.float32]
Change = Callable[[Matrix, np.random.Generator], Matrix]


@dataclass(frozen=True)
class World:
    """One model's rows: what it was judged on, and rows before and after the data's own change."""

    schema: FeatureSchema
    reference: Profile
    before: Matrix
    after: Matrix

    def column(self, name: str) -> int:
        return self.schema.names.index(name)


@dataclass(frozen=True)
class Injection:
    """A fault: what it does to a column's values, and how it has to be called."""

    name: str
    model: str
    column: str
    kinds: tuple[FaultKind, ...]
    change: Change


@cache
def world(model: str) -> World:
    spec = load_model_spec(model)
    schema = FeatureSchema.model_validate({"features": [f.model_dump() for f in spec.features]})
    before, after = (
        encode_columns(schema, read_columns(model, f"{file}.parquet", schema.names))
        for file in ("reference", "production")
    )
    held_out = before[-REFERENCE_ROWS:]
    return World(schema, profile_matrix(schema, held_out), before[:-REFERENCE_ROWS], after)


def draw(rows: Matrix, count: int, rng: np.random.Generator) -> Matrix:
    """Return rows drawn with replacement beyond what there is; a copy."""
    drawn: Matrix = rows[rng.choice(len(rows), count, replace=count > len(rows))]
    return drawn


def observe(
    schema: FeatureSchema, parts: Sequence[Matrix], **counts: Sequence[int]
) -> tuple[ObservedHour, ...]:
    """Return hours of these rows, the last of them complete at NOW."""
    first = NOW - timedelta(hours=len(parts))
    return tuple(
        ObservedHour(
            hour=first + timedelta(hours=index),
            profile=profile_matrix(schema, part) if len(part) else None,
            rows=len(part),
            **{name: int(values[index]) for name, values in counts.items()},
        )
        for index, part in enumerate(parts)
    )


def split(matrix: Matrix, weights: NDArray[np.float64] | None = None) -> list[Matrix]:
    """Return rows in 24 hours, alike or by weights."""
    shares = np.ones(HOURS) if weights is None else weights
    ends = np.round(np.cumsum(shares) / shares.sum() * len(matrix)).astype(int)
    return np.split(matrix, ends[:-1])


def past_of(rows: int, rng: np.random.Generator) -> Mapping[datetime, int]:
    """Return two weeks of hours before the window, of about so many rows each."""
    first = NOW - timedelta(hours=HOURS)
    counts = rng.poisson(rows, PAST_DAYS * 24)
    return {first - timedelta(hours=1 + i): int(count) for i, count in enumerate(counts)}


def judge(
    model: str, parts: Sequence[Matrix], past: Mapping[datetime, int] | None = None
) -> tuple[FaultKind, ...]:
    told = find_data_faults(
        world(model).schema,
        world(model).reference,
        observe(world(model).schema, parts),
        past_rows=past,
    )
    return tuple(fault.kind for fault in told)


def on_column(model: str, name: str, change: Callable[[Matrix], Matrix]) -> Change:
    def changed(rows: Matrix, _rng: np.random.Generator) -> Matrix:
        index = world(model).column(name)
        rows[:, index] = change(rows[:, index])
        return rows

    return changed


def on_some(model: str, name: str, share: float, value: float) -> Change:
    def changed(rows: Matrix, rng: np.random.Generator) -> Matrix:
        rows[rng.random(len(rows)) < share, world(model).column(name)] = value
        return rows

    return changed


def swapped(model: str, one: str, other: str) -> Change:
    def changed(rows: Matrix, _rng: np.random.Generator) -> Matrix:
        pair = [world(model).column(name) for name in (one, other)]
        rows[:, pair] = rows[:, pair[::-1]]
        return rows

    return changed


def doubled(rows: Matrix, _rng: np.random.Generator) -> Matrix:
    return np.repeat(rows[: (len(rows) + 1) // 2], 2, axis=0)


def _of_column(
    name: str, model: str, column: str, kind: FaultKind, change: Callable[[Matrix], Matrix]
) -> Injection:
    return Injection(name, model, column, (kind,), on_column(model, column, change))


def _of_some(
    name: str, model: str, column: str, kind: FaultKind, share: float, value: float
) -> Injection:
    return Injection(name, model, column, (kind,), on_some(model, column, share, value))


LOAN, CAR = "loan_default", "car_price"
_UNIT, _SWAP = FaultKind.UNIT_CHANGED, FaultKind.COLUMNS_SWAPPED

INJECTIONS = (
    _of_column("times 1,000", LOAN, "car_value", _UNIT, lambda x: x * 1000),
    _of_column("a thousandth", CAR, "km_driven", _UNIT, lambda x: x / 1000),
    _of_column("times 100", LOAN, "debt_to_income_ratio", _UNIT, lambda x: x * 100),
    _of_column("°C to °F", LOAN, "loan_length", _UNIT, lambda x: x * 1.8 + 32),
    _of_column("miles for km", LOAN, "loan_length", _UNIT, lambda x: x / 1.609344),
    _of_column("sign flipped", CAR, "price_new", FaultKind.SIGN_FLIPPED, lambda x: -x),
    Injection("swapped", CAR, "km_driven", (_SWAP,), swapped(CAR, "km_driven", "price_new")),
    Injection(
        "swapped", LOAN, "loan_length", (_SWAP,), swapped(LOAN, "loan_length", "driver_tenure")
    ),
    _of_some("40% missing", CAR, "km_driven", FaultKind.VALUES_MISSING, 0.4, np.nan),
    _of_column("stuck", LOAN, "driver_tenure", FaultKind.VALUE_STUCK, lambda x: x * 0 + 3.5),
    _of_column("stuck", CAR, "fuel", FaultKind.VALUE_STUCK, lambda x: x * 0 + 2),
    _of_some("15% a new category", CAR, "fuel", FaultKind.CATEGORIES_NEW, 0.15, -1),
    _of_column(
        "all categories renamed",
        LOAN,
        "salary_range",
        FaultKind.CATEGORIES_RENAMED,
        lambda x: x * 0 - 1,
    ),
    _of_column(
        "one category renamed",
        LOAN,
        "size_of_downpayment",
        FaultKind.CATEGORIES_RENAMED,
        lambda x: np.where(x == 2, -1, x),
    ),
    _of_column(
        "clipped at its 80th percentile",
        CAR,
        "price_new",
        FaultKind.VALUES_CLIPPED,
        lambda x: np.minimum(x, 39_000),
    ),
    _of_some("20% are 0", LOAN, "car_value", FaultKind.DEFAULT_VALUE, 0.2, 0.0),
    _of_some("20% are -1", CAR, "car_age", FaultKind.DEFAULT_VALUE, 0.2, -1.0),
    _of_some("20% are 9999", CAR, "door_count", FaultKind.DEFAULT_VALUE, 0.2, 9999.0),
    Injection("each row twice", LOAN, "", (FaultKind.ROWS_DUPLICATED,), doubled),
)
"""Of the values; the traffic's own faults have no column and are put in by the tests."""
