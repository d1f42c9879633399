"""Faults that a simple map of the reference explains: another unit, a sign, two columns swapped.

A map is told where three things hold at once: the rows are further from the reference than a shift
of two standard deviations takes them, the mapped reference fits, and no shift by a constant fits as
well.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist

import numpy as np

from functions.contracts.faults import FaultKind
from functions.core.data_faults_odds import (
    Values,
    distance,
    may_be_apart,
    sup_noise,
    values_of,
)
from functions.core.data_faults_units import (
    UNIT_MAPS,
    UNIT_TESTS,
    find_exact_map,
    is_converted,
    mapped_distance,
)
from functions.core.data_faults_values import ColumnFault, ColumnPair, comparable_values
from functions.core.profile import ColumnProfile, NumericProfile

LARGEST_SHIFT = 2.0 * NormalDist().cdf(1.0) - 1.0
"""The Kolmogorov-Smirnov distance, 0.683, of two normal samples two standard deviations apart."""

_LEAST_SHARE = 0.68
"""A little less than LARGEST_SHIFT: what a quantile's rounding could hide."""

CLOSER = 0.25
"""A map explains what it brings to a quarter of the distance; the rest may be drift beside it."""

MAP_TESTS = 4 + UNIT_TESTS
"""Distances and bounds that a map's fault may rest on; they share the error."""


_MATCHED_SHARES = (0.1, 0.25, 0.5, 0.75, 0.9)


@dataclass(frozen=True, slots=True)
class ColumnSwap:
    """Two columns that look like each other's reference."""

    columns: tuple[str, str]
    evidence: str


def find_unit_fault(pair: ColumnPair) -> ColumnFault | None:
    """Return the change of unit or sign that explains a column's rows, if one does."""
    past, now = pair.reference, pair.current
    if not isinstance(past, NumericProfile) or not isinstance(now, NumericProfile):
        return None
    before, after = comparable_values(past, now)
    unit = find_exact_map(before, after, pair.error)
    if unit is None:
        return _find_far_map(pair, before, after)
    return ColumnFault(
        FaultKind.UNIT_CHANGED,
        f"{pair.feature.name} is like its reference {unit.words}: most of {after.rows:,} rows have "
        "exactly its values converted, and few have its own",
    )


def _find_far_map(pair: ColumnPair, before: Values, after: Values) -> ColumnFault | None:
    """Return the map that explains why a column is further away than a shift takes it.

    Zeros are left out, as no factor moves them; an offset does.
    """
    whole = before, after
    before, after = (values.select(values.numbers != 0.0) for values in whole)
    noise = sup_noise((before.rows, after.rows), pair.error)
    own = distance(before, after) if may_be_apart(before, after, _LEAST_SHARE) else 0.0
    if own - noise <= LARGEST_SHIFT:
        return None
    mapped, unit = min(
        (
            (mapped_distance(unit, *(whole if unit.offset else (before, after))), unit)
            for unit in UNIT_MAPS
        ),
        key=lambda fit: fit[0],
    )
    shifted = shift_distance(before, after)
    if not unit.is_wide:
        is_told = mapped <= noise and is_converted(unit, *whole, pair.error)
    else:
        # A sign that the reference never has needs no worse shift, only none that fits better.
        margin = -noise if _changed_sides(before, after) else noise
        is_told = mapped <= CLOSER * own and shifted - margin > mapped
    if not is_told:
        return None
    kind = FaultKind.SIGN_FLIPPED if unit.factor < 0.0 else FaultKind.UNIT_CHANGED
    return ColumnFault(
        kind,
        f"{pair.feature.name} is like its reference {unit.words}: the distance of {own:.2f} falls "
        f"to {mapped:.2f}, a shift by a constant leaves {shifted:.2f} ({after.rows:,} rows)",
    )


def find_swaps(pairs: Sequence[ColumnPair]) -> Iterator[ColumnSwap]:
    """Yield the pairs of columns whose rows fit each other's reference better than their own."""
    moved = [pair for pair in pairs if _has_moved(pair)]
    for one, other in combinations(moved, 2):
        swap = _judge_swap(one, other)
        if swap is not None:
            yield swap


def shift_distance(past: Values, now: Values) -> float:
    """Return what is left of the distance if the reference is shifted by the best constant.

    Tried are the differences of five quantiles.
    """
    offsets = {now.quantile(share) - past.quantile(share) for share in _MATCHED_SHARES}
    return min(distance(past.mapped(1.0, offset), now) for offset in offsets)


def _changed_sides(before: Values, after: Values) -> bool:
    """Return whether all numbers were of one sign and all are of the other."""
    return bool(
        before.numbers[0] * before.numbers[-1] > 0.0
        and after.numbers[0] * after.numbers[-1] > 0.0
        and before.numbers[0] * after.numbers[0] < 0.0
    )


def _judge_swap(one: ColumnPair, other: ColumnPair) -> ColumnSwap | None:
    if not _may_be_swapped(one, other):
        return None
    distances = []
    is_shift = True
    for mine, theirs in ((one, other), (other, one)):
        past, now, foreign = (
            _numbers(column) for column in (mine.reference, mine.current, theirs.reference)
        )
        noise = sup_noise((min(past.rows, foreign.rows), now.rows), mine.error)
        own, crossed = distance(past, now), distance(foreign, now)
        if crossed > CLOSER * own or own - noise <= crossed:
            return None
        is_shift = is_shift and shift_distance(past, now) - noise <= crossed
        distances.append((own, crossed))
    if is_shift:
        return None
    told = " and ".join(f"{own:.2f} to {crossed:.2f}" for own, crossed in distances)
    names = (one.feature.name, other.feature.name)
    return ColumnSwap(
        names, f"{names[0]} and {names[1]} look like each other's reference: distances fall {told}"
    )


def _may_be_swapped(one: ColumnPair, other: ColumnPair) -> bool:
    """Return whether a swap can be told from two other changes: two values a column are too few."""
    if one.reference.kind != other.reference.kind:
        return False
    if one.feature.categories != other.feature.categories:
        return False
    distinct = max(len(_numbers(pair.reference).numbers) for pair in (one, other))
    return distinct > 2  # noqa: PLR2004 - as the docstring says


def _has_moved(pair: ColumnPair) -> bool:
    past, now = _numbers(pair.reference), _numbers(pair.current)
    return distance(past, now) > sup_noise((past.rows, now.rows), pair.error)


def _numbers(column: ColumnProfile) -> Values:
    """Return a column's values; of categories their codes."""
    if isinstance(column, NumericProfile):
        return values_of(column)
    counts = np.array(column.counts, dtype=np.int64)
    known = np.flatnonzero(counts)
    return Values(known.astype(np.float64), counts[known], 0.0)
