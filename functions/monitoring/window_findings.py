"""What a window shows beside drift: data faults, and estimated quality."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from functions.aws.compaction_state import ArrivedLines, read_arrived
from functions.aws.hourly_objects import hours_between
from functions.aws.hourly_records import read_volumes
from functions.contracts.estimates import Estimator, QualityEstimate
from functions.contracts.faults import DataFault, FaultKind
from functions.contracts.hourly import HourRecord
from functions.core.conditional_writes import ConditionalStore
from functions.core.data_faults import find_data_faults, observe_hour
from functions.core.data_faults_traffic import ObservedHour
from functions.core.estimates import estimate_quality
from functions.core.profile import Profile
from functions.monitoring.capture_reader import Window, sum_estimates

PAST = timedelta(days=14)
"""How far back the volume of an hour is compared with that of its weekday and time of day."""

DELIVERY = timedelta(minutes=15)
"""After its end an hour is complete: the delivery stream buffers for minutes."""

OF_MANY_ROWS = frozenset({FaultKind.VOLUME_TRIPLED, FaultKind.ROWS_DUPLICATED})
"""Faults that are none in a window too small to be judged: somebody tries the model, twice over."""

_WEEK = timedelta(days=7)
_HOUR = timedelta(hours=1)
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Compared:
    """The profiles of the reference and of a window, and how many rows a verdict on it needs."""

    reference: Profile
    current: Profile
    rows_needed: int


@dataclass(frozen=True, slots=True)
class WindowFindings:
    """What was found in a window's hours."""

    estimates: tuple[QualityEstimate, ...]
    faults: tuple[DataFault, ...]
    hours: tuple[ObservedHour, ...]


def find_in_window(
    store: ConditionalStore,
    window: Window,
    records: Sequence[HourRecord],
    *,
    compared: Compared,
    estimator: Estimator | None,
    settled_at: datetime | None,
) -> WindowFindings:
    """Return the data faults of a window, and its quality as it is estimated without labels.

    Parameters
    ----------
    store : ConditionalStore
        Of hourly records.
    window : Window
    records : sequence of HourRecord
        Of the window, by `read_hours`.
    compared : Compared
    estimator : Estimator or None
        Of the window's version.
    settled_at : datetime or None
        Captures that arrived before are all in the records; None: not even those.

    Notes
    -----
    Lines that name no model count against all of the stage's, in the hour in which they arrived.
    """
    arrived = read_arrived(store, hours_between(window.start, window.end - _TICK))
    hours = observe_window(window, records, settled_at, arrived)
    faults = find_data_faults(
        window.spec.feature_schema,
        compared.reference,
        hours,
        past_rows=read_past_rows(store, window, hours),
        rows_needed=compared.rows_needed,
    )
    if compared.current.rows < compared.rows_needed:
        faults = tuple(fault for fault in faults if fault.kind not in OF_MANY_ROWS)
    sums = sum_estimates(window, records)
    estimates = estimate_quality(estimator, compared.current.prediction, sums)
    return WindowFindings(estimates, faults, hours)


def observe_window(
    window: Window,
    records: Sequence[HourRecord],
    settled_at: datetime | None,
    arrived: Mapping[datetime, ArrivedLines] | None = None,
) -> tuple[ObservedHour, ...]:
    """Return what is known of each hour of a window, those without captures too.

    An hour's volume counts from `DELIVERY` after its end on. Of an hour that the window cuts, a
    capture that was delivered twice lies in it or beside it, nobody knows.
    """
    held = {record.hour: record for record in records}
    lines = arrived or {}
    observed = []
    for hour in hours_between(window.start, window.end - _TICK):
        record = held.get(hour, HourRecord(model=window.spec.model, hour=hour))
        is_settled = settled_at is not None and hour + _HOUR + DELIVERY <= settled_at
        is_whole = window.has_all_of(record)
        seen = observe_hour(record, window.schema_id, is_complete=is_settled and is_whole)
        came = lines.get(hour, ArrivedLines())
        # Ledgers of earlier releases say how many lines are corrupt, and of how many they do not.
        nameless = min(came.corrupt, came.lines)
        seen = replace(seen, stage_lines=came.lines, nameless_lines=nameless)
        observed.append(seen if is_whole else replace(seen, duplicate_rows=0))
    return tuple(observed)


def read_past_rows(
    store: ConditionalStore, window: Window, hours: Sequence[ObservedHour]
) -> dict[datetime, int]:
    """Return the rows of the same hours one and two weeks before, as far as they are on record.

    No other hours are read: a day's volume says little of the next, which may be a Saturday, and a
    model in its first week has no usual volume yet.
    """
    first = window.start - PAST
    wanted = {
        hour.hour - weeks * _WEEK
        for hour in hours
        for weeks in range(1, (window.end - first) // _WEEK + 1)
    }
    past = sorted(hour for hour in wanted if first - _HOUR < hour < hours[0].hour)
    found = read_volumes(store, window.spec.model, past)
    return {volume.hour: volume.rows for volume in found}
