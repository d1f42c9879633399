"""Faults of the traffic as a whole: no rows, far too many, unreadable ones, or each one twice."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from functions.contracts.faults import FaultKind
from functions.contracts.profile import CODE_BITS, Profile
from functions.core.data_faults_odds import share_bounds
from functions.core.data_faults_values import ColumnFault
from functions.core.profile import NumericProfile, counted_codes
from functions.core.significance import MINIMUM_RATE_RISE

TRAFFIC_TESTS = 7
"""Shares that are judged of each group of hours; they share the error."""

LEAST_RATIO, MOST_RATIO = 0.25, 2.0
"""Of the usual volume; seasons of half as much and half as much again lie well between."""

REPEATED_SHARE = 0.1
"""Deliveries are made at least once; beyond one row in ten more than once, a sender repeats."""

NAMELESS = "capture lines of all models together are corrupt and name no model"

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ObservedHour:
    """What is known of an hour of the window; an hour without captures must be there too.

    `unknown_rows` are of a schema or version that nobody knows, `refused` are requests that got no
    answer. `stage_lines` arrived in the hour for all models of the stage, `nameless_lines` of them
    can neither be read nor told whose they are. A last hour that is not over is not complete, and
    its volume is not judged.
    """

    hour: datetime
    profile: Profile | None = None
    rows: int = 0
    lines: int = 0
    corrupt_lines: int = 0
    stage_lines: int = 0
    nameless_lines: int = 0
    unknown_rows: int = 0
    requests: int = 0
    refused: int = 0
    duplicate_rows: int = 0
    is_complete: bool = True


def find_volume_fault(
    hours: Sequence[ObservedHour], past: Mapping[datetime, int], error: float
) -> ColumnFault | None:
    """Return whether some hours have far fewer or far more rows than the same hours before.

    Parameters
    ----------
    hours : sequence of ObservedHour
    past : mapping of datetime to int
        Rows an hour before `hours`; an hour between two that are there had none. With a week of
        them an hour is compared with those of its weekday, with those of its time of day where the
        day before is among them; else nothing is judged.
    error : float
    """
    usual = [_usual_rows(hour.hour, past) for hour in hours if hour.is_complete]
    known = [bounds for bounds in usual if bounds is not None]
    if not known or len(known) < len(usual):
        return None
    rows = sum(hour.rows for hour in hours if hour.is_complete)
    low, high = (sum(bounds[side] for bounds in known) for side in (0, 1))
    told = f"{rows:,} rows in {len(known)} hours that had {low:,} to {high:,} before"
    if share_bounds(rows, rows + low, error)[1] < LEAST_RATIO / (1.0 + LEAST_RATIO):
        return ColumnFault(FaultKind.VOLUME_GONE, told)
    if share_bounds(rows, rows + high, error)[0] > MOST_RATIO / (1.0 + MOST_RATIO) and high:
        return ColumnFault(FaultKind.VOLUME_TRIPLED, told)
    return None


def find_line_faults(hours: Sequence[ObservedHour], error: float) -> Iterator[ColumnFault]:
    """Yield what of some hours cannot be read, is of an unknown schema, was refused or repeated."""
    counted = (
        "lines",
        "corrupt_lines",
        "stage_lines",
        "nameless_lines",
        "rows",
        "unknown_rows",
        "duplicate_rows",
        "requests",
        "refused",
    )
    lines, corrupt, arrived, nameless, rows, unknown, repeated, requests, refused = (
        sum(getattr(hour, name) for hour in hours) for name in counted
    )
    for part, whole, most, words in (
        (corrupt, lines, MINIMUM_RATE_RISE, "capture lines are corrupt"),
        (nameless, arrived, MINIMUM_RATE_RISE, NAMELESS),
        (unknown, rows, MINIMUM_RATE_RISE, "rows are of a schema that the model does not have"),
        (refused, requests + refused, 0.5, "requests were not answered"),
    ):
        if part > most * whole and share_bounds(part, whole, error)[0] > most:
            yield ColumnFault(FaultKind.SCHEMA_BREAK, f"{part:,} of {whole:,} {words}")
    if (
        repeated > rows * REPEATED_SHARE
        and share_bounds(repeated, rows + repeated, error)[0] > REPEATED_SHARE
    ):
        yield ColumnFault(
            FaultKind.ROWS_DUPLICATED,
            f"{repeated:,} of {rows + repeated:,} rows were delivered before",
        )


def find_multiples(profile: Profile, error: float) -> ColumnFault | None:
    """Return whether every row comes twice (or more often) under inference ids of its own.

    Notes
    -----
    Of a value that n rows have independently of each other, n being about Poisson, the chance that
    n is even is at most a half, given that it is not zero. So if all counts of m values are even,
    the chance is at most ``2^-m``. The column with the most values decides.
    """
    best: tuple[int, str] = (0, "")
    for column in profile.features:
        if isinstance(column, NumericProfile):
            counted = counted_codes(column, CODE_BITS)
            if len(counted.counts) and not (counted.counts % 2).any():
                best = max(best, (len(counted.counts), column.name))
    if np.exp2(-best[0]) * len(profile.features) >= error:
        return None
    return ColumnFault(
        FaultKind.ROWS_DUPLICATED,
        f"each of the {best[0]:,} values of {best[1]} occurs an even number of times in "
        f"{profile.rows:,} rows, as if every row came twice",
    )


def _usual_rows(hour: datetime, past: Mapping[datetime, int]) -> tuple[int, int] | None:
    """Return the least and the most rows that the same hour had before; None: nobody knows."""
    if not past:
        return None
    first, last, step = min(past), max(past), _WEEK
    if hour - _WEEK < first:
        step = _DAY
        if hour - _DAY > last:  # what is known is of other weekdays, and not of the days before
            return None
    found = []
    same = hour - step
    while same >= first:
        if same <= last:
            found.append(past.get(same, 0))
        same -= step
    return (min(found), max(found)) if found else None
