"""In which hours of a window a data fault is, from its earliest hour to its end.

Both ends are places of one change, `core.attribution_hour`: forward in time for the beginning, back
from the window's end for the end. Of the hours that may be either, the fault is given all: a sound
hour that is not learned from costs little, a faulty one that is learned from costs a model.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.contracts.faults import DataFault
from functions.contracts.feature_schema import FeatureSchema
from functions.contracts.profile import ColumnProfile, Profile
from functions.core.attribution_hour import find_change_hour
from functions.core.data_faults_traffic import ObservedHour

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class FaultHours:
    """Whole hours from `start` to before `end`.

    `likely_end` is the likeliest end, not the latest; `is_over` says that sound rows came later.
    """

    start: datetime
    end: datetime
    likely_end: datetime
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class FoundFault:
    """A data fault of a window, and its hours there."""

    fault: DataFault
    hours: FaultHours


def find_fault_hours(
    schema: FeatureSchema,
    reference: Profile,
    hours: Sequence[ObservedHour],
    fault: DataFault,
) -> FaultHours:
    """Return the hours of a window that a fault may be in.

    Parameters
    ----------
    schema : FeatureSchema
    reference : Profile
    hours : sequence of ObservedHour
        Of the window, in order, those without captures too; at least one.
    fault : DataFault
        That was found in them. One without columns is in all of them: no hour stands out.

    Returns
    -------
    FaultHours
        At least 95% of the posterior of either end lies within them. An end after which no hour
        has rows is none: the fault may go on.
    """
    columns = [_column(schema, reference, hours, name) for name in fault.columns]
    first = min((_earliest(past, found) for past, found in columns), default=0)
    ends = [_sound_hours(past, found[first:]) for past, found in columns]
    sound = min((least for least, _ in ends), default=0)
    likely = min((likeliest for _, likeliest in ends), default=0)
    last = hours[-1].hour + _HOUR
    return FaultHours(
        start=hours[first].hour,
        end=last - sound * _HOUR,
        likely_end=last - max(likely, sound) * _HOUR,
        is_over=sound > 0,
    )


def _column(
    schema: FeatureSchema, reference: Profile, hours: Sequence[ObservedHour], name: str
) -> tuple[ColumnProfile, list[ColumnProfile | None]]:
    index = schema.names.index(name)
    columns = [None if each.profile is None else each.profile.features[index] for each in hours]
    return reference.features[index], columns


def _earliest(reference: ColumnProfile, hours: Sequence[ColumnProfile | None]) -> int:
    change = find_change_hour(reference, hours)
    return 0 if change is None else change.earliest


def _sound_hours(
    reference: ColumnProfile, hours: Sequence[ColumnProfile | None]
) -> tuple[int, int]:
    """Return how many of the last hours are sound: at least, and most likely."""
    back = hours[::-1]
    change = find_change_hour(reference, back)
    # Hours without rows, from the end on, are no sign that it is over.
    empty = next((index for index, hour in enumerate(back) if hour is not None and hour.rows), 0)
    if change is None or change.earliest <= empty:
        return 0, 0 if change is None or change.likeliest <= empty else change.likeliest
    return change.earliest, change.likeliest
