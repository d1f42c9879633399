"""Whether a window shows a fault of the data, and which: hold, tell somebody, never retrain on it.

A fault is told apart from a changed world by what no shift of a population does: rows that fit the
reference after a simple map (another unit, swapped columns), values that the reference never has
and that all are one, rates beyond what the model's own description allows, volumes beyond any
season. Each hour is judged, and so are the last 2, 3, 4, 6, 8, 12, … hours and the whole window: a
fault is seen when it has just begun, and when its rows are few. All tests of a window share one
false fault rate.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from functions.contracts.faults import DataFault, FaultKind
from functions.contracts.feature_schema import FeatureSchema
from functions.contracts.hourly import HourRecord
from functions.contracts.profile import Profile
from functions.core.attribution_hour import find_change_hour
from functions.core.data_faults_maps import MAP_TESTS, find_swaps, find_unit_fault
from functions.core.data_faults_repeats import leave_repeats, tell_repeats
from functions.core.data_faults_traffic import (
    TRAFFIC_TESTS,
    ObservedHour,
    find_line_faults,
    find_multiples,
    find_volume_fault,
)
from functions.core.data_faults_values import (
    VALUE_TESTS,
    ColumnFault,
    ColumnPair,
    find_value_faults,
)
from functions.core.profile import ProfileMismatchError, sum_profiles

FALSE_FAULT_RATE = 0.001
"""The chance of any fault in a window without one."""

LEAST_ROWS = 30
"""Groups of fewer rows are not judged for their values: no test of ours can decide on them."""

ACTIONS = {
    FaultKind.SCHEMA_BREAK: "find the sender whose requests or captures changed their form",
    FaultKind.UNIT_CHANGED: "ask the owner of the source whether its unit changed",
    FaultKind.SIGN_FLIPPED: "ask the owner of the source whether its sign changed",
    FaultKind.COLUMNS_SWAPPED: "look at the query or mapping that fills these columns",
    FaultKind.VALUES_MISSING: "look at the source or join that fills this column",
    FaultKind.VALUE_STUCK: "look whether the source is still updated",
    FaultKind.DEFAULT_VALUE: "find who writes this value where the true one is not known",
    FaultKind.VALUES_CLIPPED: "find who cuts values off here, or which range has run out",
    FaultKind.CATEGORIES_NEW: "ask what the new values mean; list them as categories",
    FaultKind.CATEGORIES_RENAMED: "ask who renamed the categories, and map them back",
    FaultKind.VOLUME_GONE: "look whether callers reach the endpoint and captures arrive",
    FaultKind.VOLUME_TRIPLED: "look for a caller that repeats itself, or a new one",
    FaultKind.ROWS_DUPLICATED: "find the caller that repeats itself; mark probes as such",
}
"""What a person should do, by kind; nothing is retrained meanwhile."""


@dataclass(frozen=True, slots=True)
class _Scope:
    """Some hours in a row, added up, and the error of each test of them."""

    hours: tuple[ObservedHour, ...]
    profile: Profile | None
    error: float


def find_data_faults(
    schema: FeatureSchema,
    reference: Profile,
    hours: Sequence[ObservedHour],
    *,
    past_rows: Mapping[datetime, int] | None = None,
    rows_needed: int = 0,
    false_fault_rate: float = FALSE_FAULT_RATE,
) -> tuple[DataFault, ...]:
    """Return the data faults of a window, one a column and kind.

    Parameters
    ----------
    schema : FeatureSchema
        Of the version that the reference belongs to; features marked `pii` are not judged.
    reference : Profile
    hours : sequence of ObservedHour
        All of the window, in order, those without captures too.
    past_rows : mapping of datetime to int, optional
        Rows of each hour before the window, a day of them at least; without, the volume is not
        judged.
    rows_needed : int, default 0
        Of a verdict on the window. A request that came again and again is one row; in as many rows
        as that it is also a fault of its own.
    false_fault_rate : float
        The chance of any fault in a window without one; divided among all tests.

    Raises
    ------
    ProfileMismatchError
        If a profile is not of the schema's columns.
    """
    if not hours:
        return ()
    _check_columns(schema, reference, hours)
    groups = _groups(hours)
    judged = sum(sum(hour.rows for hour in group) >= LEAST_ROWS for group in groups)
    column_tests = judged * len(schema.features) * (VALUE_TESTS + MAP_TESTS)
    tests = len(groups) * TRAFFIC_TESTS + column_tests
    scopes = _scopes(groups, false_fault_rate / (2 * tests))
    found = [
        fault
        for scope in scopes
        for fault in (
            *_traffic_faults(scope, past_rows or {}),
            *_column_faults(schema, reference, scope, hours, rows_needed),
        )
    ]
    return _most_telling(found)


def _most_telling(found: Sequence[DataFault]) -> tuple[DataFault, ...]:
    """Return one fault a column, and one a kind of those that concern all rows.

    The kinds stand in FaultKind in the order in which they explain: a swap also looks like a unit.
    """
    order = list(FaultKind)
    told: dict[str, DataFault] = {}
    for fault in sorted(found, key=lambda fault: order.index(fault.kind)):
        names = fault.columns or (fault.kind.value,)
        if not any(name in told for name in names):
            told.update(dict.fromkeys(names, fault))
    return tuple({id(fault): fault for fault in told.values()}.values())


def observe_hour(record: HourRecord, schema_id: str, *, is_complete: bool = True) -> ObservedHour:
    """Return what an hour's record says of faults; rows of another known version's schema pass."""
    profiles = [group.profile for group in record.groups if group.schema_id == schema_id]
    return ObservedHour(
        hour=record.hour,
        # An answer is another version's: only inputs are looked at.
        profile=_sum_inputs(profiles),
        rows=record.rows,
        lines=record.lines,
        corrupt_lines=record.corrupt_lines,
        unknown_rows=sum(group.rows for group in record.groups if group.profile is None),
        requests=sum(group.requests for group in record.groups),
        refused=sum(group.failures for group in record.groups),
        duplicate_rows=record.duplicate_rows,
        is_complete=is_complete,
    )


def _check_columns(
    schema: FeatureSchema, reference: Profile, hours: Sequence[ObservedHour]
) -> None:
    for profile in (reference, *(hour.profile for hour in hours)):
        names = None if profile is None else tuple(column.name for column in profile.features)
        if names is not None and names != schema.names:
            msg = f"a profile of {', '.join(names)} is none of {', '.join(schema.names)}"
            raise ProfileMismatchError(msg)


def _groups(hours: Sequence[ObservedHour]) -> list[tuple[ObservedHour, ...]]:
    """Return each hour, the last 2, 3, 4, 6, 8, 12, … hours, and all of them."""
    count = len(hours)
    lengths = {min(step << power, count) for power in range(count.bit_length()) for step in (2, 3)}
    return [*((hour,) for hour in hours), *(tuple(hours[-n:]) for n in sorted(lengths) if n > 1)]


def _scopes(groups: Sequence[tuple[ObservedHour, ...]], error: float) -> list[_Scope]:
    """Return groups with their sums; each longer one ends with the one before, already added up."""
    scopes: list[_Scope] = []
    for group in groups:
        shorter = scopes[-1] if scopes and group[-1] is scopes[-1].hours[-1] else None
        added = [
            hour.profile for hour in group[: len(group) - (len(shorter.hours) if shorter else 0)]
        ]
        profiles = [*added, shorter.profile if shorter else None]
        scopes.append(_Scope(group, _sum_inputs(profiles), error))
    return scopes


def _sum_inputs(profiles: Iterable[Profile | None]) -> Profile | None:
    """Return the profile of some rows together, without their answers."""
    inputs = [
        profile if profile.prediction is None else profile.model_copy(update={"prediction": None})
        for profile in profiles
        if profile is not None
    ]
    return inputs[0] if len(inputs) == 1 else sum_profiles(inputs) if inputs else None


def _traffic_faults(scope: _Scope, past_rows: Mapping[datetime, int]) -> Iterator[DataFault]:
    since = scope.hours[0].hour
    volume = find_volume_fault(scope.hours, past_rows, scope.error)
    traffic = [*([volume] if volume else []), *find_line_faults(scope.hours, scope.error)]
    if scope.profile is not None and scope.profile.rows >= LEAST_ROWS:
        repeated = find_multiples(scope.profile, scope.error)
        traffic += [repeated] if repeated else []
    for fault in traffic:
        yield _told(fault, (), since)


def _column_faults(
    schema: FeatureSchema,
    reference: Profile,
    scope: _Scope,
    hours: Sequence[ObservedHour],
    rows_needed: int,
) -> Iterator[DataFault]:
    if scope.profile is None or scope.profile.rows < LEAST_ROWS:
        return
    pairs = [
        ColumnPair(feature, past, now, scope.error)
        for feature, past, now in zip(
            schema.features, reference.features, scope.profile.features, strict=True
        )
        if not feature.pii and now.rows
    ]
    for fault, columns in _judge_columns(pairs, rows_needed):
        first = scope.hours[0].hour
        onsets = (
            _onset(pair, hours, schema, first) for pair in pairs if pair.feature.name in columns
        )
        since = min(onsets, default=first)
        yield _told(fault, columns, since)


def _judge_columns(
    pairs: Sequence[ColumnPair], rows_needed: int
) -> list[tuple[ColumnFault, tuple[str, ...]]]:
    """Return the faults of some rows' columns; a repeated request is one row."""
    found = list(_find_column_faults(pairs))
    if not found:
        return found
    left = leave_repeats(pairs)
    if left.repeats >= rows_needed:
        return [*found, (tell_repeats(left), ())] if rows_needed else found
    if not left.requests:
        return found
    may_tell = left.pairs[0].current.rows >= LEAST_ROWS
    again = list(_find_column_faults(left.pairs)) if may_tell else []
    told = {name for _, columns in again for name in columns}
    # What is left may be too few rows to tell a fault by; the requests explain only what is gone.
    kept = [fault for fault in found if not told.intersection(fault[1])]
    return [*again, *(fault for fault in kept if all(map(left.is_unlike, fault[1])))]


def _find_column_faults(
    pairs: Sequence[ColumnPair],
) -> Iterator[tuple[ColumnFault, tuple[str, ...]]]:
    for swap in find_swaps(pairs):
        yield ColumnFault(FaultKind.COLUMNS_SWAPPED, swap.evidence), swap.columns
    for pair in pairs:
        told = find_unit_fault(pair) or next(find_value_faults(pair), None)
        if told is not None:
            yield told, (pair.feature.name,)


def _onset(
    pair: ColumnPair, hours: Sequence[ObservedHour], schema: FeatureSchema, otherwise: datetime
) -> datetime:
    """Return the likeliest hour in which a column changed."""
    index = schema.names.index(pair.feature.name)
    columns = [None if h.profile is None else h.profile.features[index] for h in hours]
    change = find_change_hour(pair.reference, columns)
    return otherwise if change is None else hours[change.likeliest].hour


def _told(fault: ColumnFault, columns: tuple[str, ...], since: datetime) -> DataFault:
    return DataFault(
        kind=fault.kind,
        columns=columns,
        since=since,
        evidence=fault.evidence,
        action=f"hold, do not retrain; {ACTIONS[fault.kind]}",
    )
