"""Units that programs mix up: which map each pair is, and what tells it from a population's shift.

A factor of 1,000 is told by its size. One of 1.609 may be growth. It is told by the digits: the
values of the reference, mapped, are the values that are there, so exactly that no other data have
them. With an offset, as of °C and °F, it is told of any digits where the column lies far away, and
its place and its spread are both what the map makes of them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from functions.core.data_faults_odds import (
    Floats,
    Values,
    distance,
    quantile_bounds,
    share_bounds,
)


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

    def of(self, values: Values) -> Values:
        """Return what it makes of some numbers."""
        return values.mapped(self.factor, self.offset)


FACTORS = (
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
)

CONVERSIONS = (
    UnitMap("°F for °C", 1.8, 32.0),
    UnitMap("°C for °F", 1.0 / 1.8, -32.0 / 1.8),
    UnitMap("K for °C", 1.0, 273.15),
    UnitMap("°C for K", 1.0, -273.15),
    UnitMap("K for °F", 1.0 / 1.8, 273.15 - 32.0 / 1.8),
    UnitMap("°F for K", 1.8, 32.0 - 1.8 * 273.15),
    UnitMap("km for miles", 1.609344),
    UnitMap("miles for km", 1.0 / 1.609344),
    UnitMap("feet for metres", 1.0 / 0.3048),
    UnitMap("metres for feet", 0.3048),
    UnitMap("cm for inches", 2.54),
    UnitMap("inches for cm", 1.0 / 2.54),
    UnitMap("pounds for kg", 1.0 / 0.45359237),
    UnitMap("kg for pounds", 0.45359237),
)
"""Maps that a population's growth may come near to; currencies are none, for they change."""

UNIT_MAPS = (*FACTORS, *CONVERSIONS)

UNIT_TESTS = 20
"""Bounds that `is_converted` and `find_exact_map` may rest on; they share the error."""

PLACE_TOLERANCE = 0.15
"""Of the distance between the quartiles: so far the median may be from what the map makes of it."""

SPREAD_TOLERANCE = 0.08
"""So far, relatively, may the spread be from what the map makes of it."""

FAR = 10.0
"""Distances between the quartiles; no population that keeps its spread goes so far."""

MOST_OF_ROWS = 0.8
"""Must have a value of the mapped reference."""

MOST_OWN = 0.5
"""Of the rows may have a value of the reference: of whole °F, one °C in five is a whole one."""

MOST_COVERED = 0.2
"""Of the column's range by the cells of the mapped values: else others would fall into them."""

LEAST_REPEATS = 4.0
"""Rows a value of the reference, on average: else its values are not the ones that there can be."""

BY_CHANCE = 0.3
"""Of different values; of whole numbers one in five is one of °C with one digit, converted."""

_QUARTER = 0.25
_MATCHED = tuple(np.arange(0.05, 0.96, 0.05).tolist())
_TAILS = (0.02, 0.05, 0.1, 0.25)


def mapped_distance(unit: UnitMap, before: Values, after: Values) -> float:
    """Return the distance of mapped numbers from others; a conversion's may be rounded."""
    return distance(unit.of(before), after, 0.0 if unit.is_wide else _half_step(after))


def find_exact_map(before: Values, after: Values, error: float) -> UnitMap | None:
    """Return the conversion whose values are there, where the reference's own are not.

    Numbers that are written with few digits have few values, and a conversion has others: of whole
    kilometres, miles are multiples of 0.621371. A population that grows keeps its digits.
    """
    if before.rows < LEAST_REPEATS * len(before.numbers) or not after.rows:
        return None
    own = int(after.counts[_are_among(after, before)].sum())
    if share_bounds(own, after.rows, error)[1] > MOST_OWN:
        return None
    for unit in CONVERSIONS:
        mapped = unit.of(before)
        among = _are_among(after, mapped)
        of_rows = share_bounds(int(after.counts[among].sum()), after.rows, error)[0]
        of_values = share_bounds(int(among.sum()), len(among), error)[0]
        if of_rows > MOST_OF_ROWS and of_values > BY_CHANCE and _are_sparse(mapped, after):
            return unit
    return None


def is_converted(unit: UnitMap, before: Values, after: Values, error: float) -> bool:
    """Return whether place and spread are what a conversion makes of them, and no shift could be.

    Without an offset it is none that could be told from growth.

    Notes
    -----
    Of a factor of 1 nothing but the distance tells: it must be `FAR`. Of another the spreads must
    be apart, by bounds of their quantiles (Chernoff's), which no shift by a constant changes.
    """
    if unit.offset == 0.0 or not _is_placed(unit.of(before), after):
        return False
    if unit.factor == 1.0:
        return abs(unit.offset) > FAR * _spread(before, _QUARTER)
    narrow, wide = (before, after) if unit.factor > 1.0 else (after, before)
    return any(_is_wider(wide, narrow, share, error) for share in _TAILS)


def _is_placed(mapped: Values, after: Values) -> bool:
    """Return whether numbers have the place and the spread of mapped ones, near enough.

    Of the line that fits the quantiles best, the slope is the ratio of the spreads.
    """
    step, quartiles = _half_step(after), _spread(mapped, _QUARTER)
    off = abs(mapped.quantile(0.5) - after.quantile(0.5))
    if quartiles <= 0.0 or off > PLACE_TOLERANCE * quartiles + step:
        return False
    due, found = (np.array([v.quantile(share) for share in _MATCHED]) for v in (mapped, after))
    due -= due.mean()
    slope = float(due @ found) / float(due @ due)
    return abs(slope - 1.0) <= SPREAD_TOLERANCE + step / quartiles


def _is_wider(wide: Values, narrow: Values, share: float, error: float) -> bool:
    """Return whether the one's outer quantiles are further apart than the other's can be."""
    lower, upper = (quantile_bounds(wide, p, error) for p in (share, 1.0 - share))
    least = upper[0] - lower[1]
    lower, upper = (quantile_bounds(narrow, p, error) for p in (share, 1.0 - share))
    return least > upper[1] - lower[0]


def _spread(values: Values, share: float) -> float:
    return values.quantile(1.0 - share) - values.quantile(share)


def _half_step(values: Values) -> float:
    """Return half the step between neighbouring numbers that are rounded; 0 of others."""
    if len(values.numbers) < 2 or values.rows < 2 * len(values.numbers):  # noqa: PLR2004 - a step needs two, a rounded number comes twice
        return 0.0
    step = float(np.median(np.diff(values.numbers))) / 2.0
    return min(step, SPREAD_TOLERANCE * _spread(values, _QUARTER))


def _are_among(rows: Values, values: Values) -> NDArray[np.bool_]:
    """Return which numbers of rows are some values."""
    width = _width(values, rows)
    first = rows.numbers.searchsorted(values.numbers - width, side="left")
    last = rows.numbers.searchsorted(values.numbers + width, side="right")
    edges = np.zeros(len(rows.numbers) + 1, dtype=np.int64)
    np.add.at(edges, first, 1)
    np.add.at(edges, last, -1)
    among: NDArray[np.bool_] = np.cumsum(edges[:-1]) > 0
    return among


def _are_sparse(values: Values, rows: Values) -> bool:
    """Return whether rows of any other numbers would hardly have these values."""
    low, high = float(rows.numbers[0]), float(rows.numbers[-1])
    inside = (values.numbers >= low) & (values.numbers <= high)
    covered = float((2.0 * _width(values, rows)[inside]).sum())
    return covered < MOST_COVERED * (high - low)


def _width(values: Values, rows: Values) -> Floats:
    widths: Floats = np.abs(values.numbers) * (values.tolerance + rows.tolerance)
    return widths
