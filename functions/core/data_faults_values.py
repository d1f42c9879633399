"""Faults of one column's values: missing, unknown, stuck, clipped, or a default in their place.

Each is a share of rows that the reference, the feature's own limits and a shift of the population
together leave implausible. All shares are compared by their bounds, so the chance of a fault where
there is none is at most the error asked for.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from functions.contracts.faults import FaultKind
from functions.contracts.feature_schema import Feature
from functions.contracts.profile import CODE_BITS
from functions.core.data_faults_odds import Values, share_bounds, values_of
from functions.core.drift_bins import NUMERIC_BINS, show_number
from functions.core.float_codes import merge_ascending
from functions.core.profile import (
    CategoricalProfile,
    ColumnProfile,
    NumericProfile,
)
from functions.core.significance import MINIMUM_RATE_RISE

VALUE_TESTS = 20
"""Bounds that a column's faults may rest on; they share the error."""

RARER = 10.0
"""A column is stuck if all other values, were they but so many times rarer, would still be seen."""

LOCAL_ODDS = 4.0
"""A shift may make a value so many times likelier against its neighbours.

A population's density changes little from one value to the next: tilted by two standard deviations,
a column of thirty evenly spaced values gains a factor of 2.2 at its edge.
"""

NEIGHBOURS = 4
"""Values to either side that a value is compared with."""

SPIKE = 0.25
"""So much more of the rows without a value is a fault where a model's own limit is wider."""

SENTINELS = (0.0, -1.0, 9.0, 99.0, 999.0, 9999.0, 99999.0, -9.0, -99.0, -999.0, -9999.0, 1e6, -1e6)
"""What programs write where they know no value; told only where the reference never goes."""


@dataclass(frozen=True, slots=True)
class ColumnFault:
    """One column's fault and the numbers that show it."""

    kind: FaultKind
    evidence: str


@dataclass(frozen=True, slots=True)
class ColumnPair:
    """A feature's rows in the reference and in some hours, and the error of each bound."""

    feature: Feature
    reference: ColumnProfile
    current: ColumnProfile
    error: float


@dataclass(frozen=True, slots=True)
class _Atom:
    """One of the numbers of a column, and how often each of them occurs on both sides.

    It is movable if a value of the reference is as frequent: a shift may have brought it here.
    """

    value: float
    before: NDArray[np.int64]
    after: NDArray[np.int64]
    index: int
    is_movable: bool
    evidence: str


def find_value_faults(pair: ColumnPair) -> Iterator[ColumnFault]:
    """Yield the faults of one column, the most certain kind first."""
    past, now = pair.reference, pair.current
    if not past.present:
        return
    yield from _find_stuck(pair)
    yield from _find_missing(pair)
    if isinstance(past, CategoricalProfile) and isinstance(now, CategoricalProfile):
        yield from _find_unseen(pair, past, now)
    elif isinstance(past, NumericProfile) and isinstance(now, NumericProfile):
        yield from _find_atoms(pair, *comparable_values(past, now))


def comparable_values(past: NumericProfile, now: NumericProfile) -> tuple[Values, Values]:
    """Return the numbers of two profiles of one column, by the cells that both have."""
    bits = min(past.bits, now.bits, CODE_BITS)
    return values_of(past, bits), values_of(now, bits)


def _find_missing(pair: ColumnPair) -> Iterator[ColumnFault]:
    past, now = pair.reference, pair.current
    if not _has_risen((past.missing, past.rows), (now.missing, now.rows)):
        return
    least, _ = share_bounds(now.missing, now.rows, pair.error)
    _, usual = share_bounds(past.missing, past.rows, pair.error)
    limit = max(pair.feature.max_missing_rate, usual) + MINIMUM_RATE_RISE
    if least > min(limit, usual + SPIKE):
        yield ColumnFault(
            FaultKind.VALUES_MISSING,
            f"{past.name} is missing in {now.missing / now.rows:.1%} of {now.rows:,} rows, "
            f"{past.missing / past.rows:.1%} in the reference",
        )


def _find_stuck(pair: ColumnPair) -> Iterator[ColumnFault]:
    label, most = _most_frequent(pair.current, pair.feature)
    _, past_most = _most_frequent(pair.reference, pair.feature)
    rows, past_rows = pair.current.present, pair.reference.present
    if not most or most < rows:
        return
    _, others = share_bounds(0, rows, pair.error)
    past_others, _ = share_bounds(past_rows - past_most, past_rows, pair.error)
    if others < past_others / RARER:
        yield ColumnFault(
            FaultKind.VALUE_STUCK,
            f"{pair.feature.name} is {label} in all of {rows:,} rows; no value has more than "
            f"{past_most / past_rows:.1%} in the reference",
        )


def _find_unseen(
    pair: ColumnPair, past: CategoricalProfile, now: CategoricalProfile
) -> Iterator[ColumnFault]:
    if not _has_risen((past.unseen, past.present), (now.unseen, now.present)):
        return
    least, most = share_bounds(now.unseen, now.present, pair.error)
    _, usual = share_bounds(past.unseen, past.present, pair.error)
    limit = max(pair.feature.max_unseen_rate, usual) + MINIMUM_RATE_RISE
    if least <= min(limit, usual + SPIKE):
        return
    told = (
        f"{past.name} has no known category in {now.unseen / now.present:.1%} of "
        f"{now.present:,} rows, {past.unseen / past.present:.1%} in the reference"
    )
    if now.unseen == now.present:
        yield ColumnFault(FaultKind.CATEGORIES_RENAMED, told)
        return
    gone = _vanished(pair, past, now, (least, most))
    kind = FaultKind.CATEGORIES_RENAMED if gone else FaultKind.CATEGORIES_NEW
    yield ColumnFault(kind, f"{told}; {gone!r} has gone in return" if gone else told)


def _vanished(
    pair: ColumnPair, past: CategoricalProfile, now: CategoricalProfile, unseen: tuple[float, float]
) -> str | None:
    """Return the category that no row has any more and whose share the unseen values have."""
    for name, before, after in zip(pair.feature.categories, past.counts, now.counts, strict=True):
        least, most = share_bounds(before, past.present, pair.error)
        _, left = share_bounds(after, now.present, pair.error)
        if not after and left < least and least <= unseen[1] and unseen[0] <= most:
            return name
    return None


def _find_atoms(pair: ColumnPair, past: Values, now: Values) -> Iterator[ColumnFault]:
    """Yield a value that far more rows have than its neighbours and the reference explain."""
    if not past.rows or not now.rows:
        return
    low, high = float(past.numbers[0]), float(past.numbers[-1])
    for atom in _gained_atoms(pair, past, now):
        may_move = atom.is_movable or len(past.numbers) <= NUMERIC_BINS
        if not low <= atom.value <= high:
            may_be = not may_move or atom.value in SENTINELS
            if may_be and _is_far_off(pair, past, now, atom.value):
                told = f"{atom.evidence}, which never goes there"
                yield ColumnFault(FaultKind.DEFAULT_VALUE, told)
        elif not may_move and _stands_out(pair, atom):
            beyond = _beyond(pair, atom)
            kind = FaultKind.VALUES_CLIPPED if beyond else FaultKind.DEFAULT_VALUE
            yield ColumnFault(kind, atom.evidence + beyond)


def _gained_atoms(pair: ColumnPair, past: Values, now: Values) -> Iterator[_Atom]:
    """Yield the values whose share has grown most: within the reference, below and above it."""
    numbers = merge_ascending(past.numbers, now.numbers)
    before, after = (_spread(values, numbers) for values in (past, now))
    gained = after / now.rows - before / past.rows
    first, last = np.searchsorted(numbers, past.numbers[[0, -1]])
    for start, end in ((first, last + 1), (0, first), (last + 1, len(numbers))):
        index = start + int(gained[start:end].argmax()) if end > start else start
        if end > start and gained[index] > MINIMUM_RATE_RISE:
            atom = _atom_at(pair, (numbers, before, after), index)
            if atom is not None:
                yield atom


def _atom_at(
    pair: ColumnPair,
    column: tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]],
    index: int,
) -> _Atom | None:
    """Return a value if its share has grown enough beyond chance."""
    numbers, before, after = column
    rows, past_rows = int(after.sum()), int(before.sum())
    least, _ = share_bounds(int(after[index]), rows, pair.error)
    _, usual = share_bounds(int(before[index]), past_rows, pair.error)
    if least < usual + MINIMUM_RATE_RISE:
        return None
    value = float(numbers[index])
    told = (
        f"{pair.feature.name} is {show_number(value)} in {after[index] / rows:.1%} of "
        f"{rows:,} rows, {before[index] / past_rows:.1%} in the reference"
    )
    _, largest = share_bounds(int(before.max()), past_rows, pair.error)
    return _Atom(value, before, after, index, is_movable=least <= largest, evidence=told)


def _is_far_off(pair: ColumnPair, past: Values, now: Values, value: float) -> bool:
    """Return whether a value beyond the reference is one single number apart from all others."""
    low, high = past.numbers[0], past.numbers[-1]
    above = value > high
    outside = int(now.counts[now.numbers > high if above else now.numbers < low].sum())
    least, _ = share_bounds(int(now.counts[now.numbers == value].sum()), outside, pair.error)
    if least <= 0.5:  # noqa: PLR2004 - the most of what lies beyond
        return False
    gap = float(np.median(np.diff(past.numbers))) if len(past.numbers) > 1 else 0.0
    return value in SENTINELS or bool((value - high if above else low - value) > RARER * gap)


def _stands_out(pair: ColumnPair, atom: _Atom) -> bool:
    """Return whether a value's odds against its neighbours are more than a shift can make them."""
    near = slice(max(atom.index - NEIGHBOURS, 0), atom.index + NEIGHBOURS + 1)
    before, after = (int(c[near].sum()) for c in (atom.before, atom.after))
    least, _ = share_bounds(int(atom.after[atom.index]), after, pair.error)
    _, usual = share_bounds(int(atom.before[atom.index]), before, pair.error)
    return least * (1.0 - usual) > LOCAL_ODDS * usual * (1.0 - least)


def _beyond(pair: ColumnPair, atom: _Atom) -> str:
    """Return on which side of a value no row is any more, in words; empty if there are some."""
    rows, past_rows = int(atom.after.sum()), int(atom.before.sum())
    for side, words in ((slice(atom.index + 1, None), "greater"), (slice(atom.index), "less")):
        gone = int(atom.before[side].sum())
        least, _ = share_bounds(gone, past_rows, pair.error)
        if not atom.after[side].any() and share_bounds(0, rows, pair.error)[1] < least:
            return f", and none is {words}; {gone / past_rows:.1%} are in the reference"
    return ""


def _has_risen(before: tuple[int, int], after: tuple[int, int]) -> bool:
    """Return whether a share is so much higher that its bounds are worth finding."""
    return after[0] > (before[0] / max(before[1], 1) + MINIMUM_RATE_RISE) * after[1]


def _most_frequent(column: ColumnProfile, feature: Feature) -> tuple[str, int]:
    """Return the value or category that most rows have, and how many; unknown ones are none."""
    if isinstance(column, CategoricalProfile):
        index = int(np.argmax(column.counts)) if column.counts else 0
        return (repr(feature.categories[index]), column.counts[index]) if column.counts else ("", 0)
    values = values_of(column)
    if not values.rows:
        return "", 0
    index = int(values.counts.argmax())
    return show_number(float(values.numbers[index])), int(values.counts[index])


def _spread(values: Values, numbers: NDArray[np.float64]) -> NDArray[np.int64]:
    counts = np.zeros(len(numbers), dtype=np.int64)
    counts[numbers.searchsorted(values.numbers)] = values.counts
    return counts
