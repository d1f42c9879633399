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
from functions.core.data_faults_values import ColumnFault, ColumnPair, comparable_values
from functions.core.profile import ColumnProfile, NumericProfile

LARGEST_SHIFT = 2.0 * NormalDist().cdf(1.0) - 1.0
"""The Kolmogorov-Smirnov distance, 0.683, of two normal samples two standard deviations apart."""

_LEAST_SHARE = 0.68
"""A little less than LARGEST_SHIFT: what a quantile's rounding could hide."""

CLOSER = 0.25
"""A map explains what it brings to a quarter of the distance; the rest may be drift beside it."""

MAP_TESTS = 4
"""Distances that a map's fault may rest on; they share the error."""


@dataclass(frozen=True, slots=True)
class UnitMap:
    """A factor and an offset that programs get wrong, in words."""

    words: str
    factor: float
    offset: float = 0.0

    @property
    def is_wide(self) -> bool:
        """Whether it moves numbers by an order of magnitude, or to the other sign."""
        return self.factor < 0.0 or not 0.1 < self.factor < 10.0  # noqa: PLR2004 - as it says


UNIT_MAPS = (
    UnitMap("with the other sign", -1.0),
    UnitMap("times 10", 10.0),
    UnitMap("times 100", 100.0),
    UnitMap("times 1,000", 1000.0),
    UnitMap("times 1,000,000", 1e6),
    UnitMap("a tenth", 0.1),
    UnitMap("a hundredth", 0.01),
    UnitMap("a thousandth", 0.001),
    UnitMap("a millionth", 1e-6),
    UnitMap("times 60, as seconds for minutes", 60.0),
    UnitMap("times 3,600, as seconds for hours", 3600.0),
    UnitMap("a sixtieth, as minutes for seconds", 1.0 / 60.0),
    UnitMap("a 3,600th, as hours for seconds", 1.0 / 3600.0),
    UnitMap("times 12, as months for years", 12.0),
    UnitMap("a twelfth, as years for months", 1.0 / 12.0),
    UnitMap("°F for °C", 1.8, 32.0),
    UnitMap("°C for °F", 1.0 / 1.8, -32.0 / 1.8),
)

_MATCHED_SHARES = (0.1, 0.25, 0.5, 0.75, 0.9)


@dataclass(frozen=True, slots=True)
class ColumnSwap:
    """Two columns that look like each other's reference."""

    columns: tuple[str, str]
    evidence: str


def find_unit_fault(pair: ColumnPair) -> ColumnFault | None:
    """Return the change of unit or sign that explains a column's rows, if one does.

    Zeros are left out, as no factor moves them.
    """
    past, now = pair.reference, pair.current
    if not isinstance(past, NumericProfile) or not isinstance(now, NumericProfile):
        return None
    before, after = (v.select(v.numbers != 0.0) for v in comparable_values(past, now))
    noise = sup_noise((before.rows, after.rows), pair.error)
    own = distance(before, after) if may_be_apart(before, after, _LEAST_SHARE) else 0.0
    if own - noise <= LARGEST_SHIFT:
        return None
    mapped, unit = min(
        ((distance(before.mapped(unit.factor, unit.offset), after), unit) for unit in UNIT_MAPS),
        key=lambda fit: fit[0],
    )
    shifted = shift_distance(before, after)
    fits = mapped <= CLOSER * own and (unit.is_wide or mapped <= noise)
    # A sign that the reference never has needs no worse shift, only none that fits better.
    margin = -noise if _changed_sides(before, after) else noise
    if not fits or shifted - margin <= mapped:
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
