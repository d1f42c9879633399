"""How often a natural shift of one column is called a change of unit, and how often one is found.

Prints the tables of docs/explanation/data-faults.md::

    python -m tests.bench.natural_shifts false 20000   # columns that shift by themselves, minutes
    python -m tests.bench.natural_shifts found 20      # columns in another unit, a minute
"""

import sys
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from functions.contracts.feature_schema import Feature, FeatureSchema, FeatureType
from functions.core.data_faults import FALSE_FAULT_RATE
from functions.core.data_faults_maps import find_unit_fault
from functions.core.data_faults_units import CONVERSIONS, UnitMap
from functions.core.data_faults_values import ColumnPair
from functions.core.profile import profile_matrix

Rng = np.random.Generator
Numbers = NDArray[np.float64]

ROWS = (200, 500, 2_000, 10_000)
REFERENCE_ROWS = 4_000
ERROR = FALSE_FAULT_RATE / 20_000
"""Of each bound: what a window of 24 hours and seven features leaves."""

_COLUMN = Feature(name="column", type=FeatureType.NUMBER)
_SCHEMA = FeatureSchema(features=(_COLUMN,))


def temperatures(count: int, rng: Rng) -> Numbers:
    """Return °C over a year."""
    return rng.normal(12.0, 7.0, count)


def heights(count: int, rng: Rng) -> Numbers:
    """Return cm of adults."""
    return rng.normal(172.0, 9.0, count)


def distances(count: int, rng: Rng) -> Numbers:
    """Return km of trips."""
    return rng.lognormal(2.5, 0.8, count)


def weights(count: int, rng: Rng) -> Numbers:
    """Return kg of parcels."""
    return rng.gamma(4.0, 1.5, count) + 0.5


def readings(count: int, rng: Rng) -> Numbers:
    """Return a quantity of two clusters, far from 0."""
    low, high = rng.normal(60.0, 3.0, count), rng.normal(75.0, 2.0, count)
    return np.where(rng.random(count) < 0.7, low, high)


COLUMNS: dict[str, Callable[[int, Rng], Numbers]] = {
    "temperatures": temperatures,
    "heights": heights,
    "distances": distances,
    "weights": weights,
    "readings": readings,
}
DIGITS = (None, 1, 0)
"""As they are, with one digit, whole."""


def moved(values: Numbers, rng: Rng) -> Numbers:
    """Return values shifted by a constant: by some three standard deviations, up to ten."""
    return _on_its_side(values, values + rng.normal(0.0, 3.0) * float(values.std()))


def grown(values: Numbers, rng: Rng) -> Numbers:
    """Return values times a factor, of two or a half in two of three cases at most."""
    return values * float(np.exp(rng.normal(0.0, 0.7)))


def stretched(values: Numbers, rng: Rng) -> Numbers:
    """Return values moved and spread anew around their mean."""
    mean, deviation = float(values.mean()), float(values.std())
    spread = float(np.exp(rng.normal(0.0, 0.5)))
    centre = mean + rng.normal(0.0, 3.0) * deviation
    return _on_its_side(values, centre + (values - mean) * spread)


def tilted(values: Numbers, rng: Rng) -> Numbers:
    """Return another mix of the values, likelier the larger or the smaller they are."""
    scores = (values - values.mean()) / values.std()
    weights = np.exp(rng.normal(0.0, 1.5) * scores)
    drawn: Numbers = rng.choice(values, len(values), p=weights / weights.sum())
    return drawn


def _on_its_side(values: Numbers, shifted: Numbers) -> Numbers:
    """Return shifted values; of a quantity that is never below 0 the least one stays."""
    goes_below = float(values.min()) > 0.0 >= float(shifted.min())
    return shifted - float(shifted.min()) + float(values.min()) if goes_below else shifted


SHIFTS = (moved, grown, stretched, tilted)


def is_told(before: Numbers, after: Numbers) -> str:
    """Return how a column's rows are called another unit; empty: they are not."""
    past, now = (
        profile_matrix(_SCHEMA, values.astype(np.float32).reshape(-1, 1)).features[0]
        for values in (before, after)
    )
    fault = find_unit_fault(ColumnPair(_COLUMN, past, now, ERROR))
    return "" if fault is None else fault.evidence


def rounded(values: Numbers, digits: int | None) -> Numbers:
    """Return values with so many digits; None: as they are."""
    return values if digits is None else np.round(values, digits)


def false_units(trials: int) -> Iterator[str]:
    """Yield the lines of the table of columns that shift by themselves."""
    yield f"| shift | {' | '.join(f'{rows:,} rows' for rows in ROWS)} |"
    yield f"| --- {'| --- ' * len(ROWS)}|"
    each = trials // (len(SHIFTS) * len(ROWS))
    wrong = 0
    for shift in SHIFTS:
        cells = []
        for rows in ROWS:
            told = sum(_is_false(shift, rows, seed) for seed in range(each))
            cells.append(f"{told} of {each:,}")
            wrong += told
        yield f"| {shift.__name__} | {' | '.join(cells)} |"
    yield f"\n{wrong} false changes of unit in {each * len(SHIFTS) * len(ROWS):,} shifted columns"


def found_units(trials: int) -> Iterator[str]:
    """Yield the lines of the table of columns in another unit, as it is and rounded beforehand."""
    yield f"| unit | column | digits | {' | '.join(f'{rows:,} rows' for rows in ROWS)} |"
    yield f"| --- | --- | --- {'| --- ' * len(ROWS)}|"
    for unit, name in _cases():
        for digits in DIGITS:
            cells = (f"{_found(unit, name, digits, rows, trials):.0%}" for rows in ROWS)
            kept = "all" if digits is None else digits
            yield f"| {unit.words} | {name} | {kept} | {' | '.join(cells)} |"


def _cases() -> Iterator[tuple[UnitMap, str]]:
    by_words = {unit.words: unit for unit in CONVERSIONS}
    for words, name in (
        ("°F for °C", "temperatures"),
        ("K for °C", "temperatures"),
        ("inches for cm", "heights"),
        ("miles for km", "distances"),
        ("pounds for kg", "weights"),
    ):
        yield by_words[words], name


def _is_false(shift: Callable[[Numbers, Rng], Numbers], rows: int, seed: int) -> bool:
    rng = np.random.default_rng([SHIFTS.index(shift), rows, seed])
    draw = list(COLUMNS.values())[seed % len(COLUMNS)]
    digits = DIGITS[seed // len(COLUMNS) % len(DIGITS)]
    before, after = draw(REFERENCE_ROWS, rng), shift(draw(rows, rng), rng)
    told = is_told(rounded(before, digits), rounded(after, digits))
    if told:
        sys.stderr.write(f"{shift.__name__}, {draw.__name__}, {rows} rows, seed {seed}: {told}\n")
    return bool(told)


def _found(unit: UnitMap, name: str, digits: int | None, rows: int, trials: int) -> float:
    held = 0
    for seed in range(trials):
        rng = np.random.default_rng([rows, seed])
        before, after = (rounded(COLUMNS[name](n, rng), digits) for n in (REFERENCE_ROWS, rows))
        held += unit.words in is_told(before, after * unit.factor + unit.offset)
    return held / trials


if __name__ == "__main__":
    TABLES = {"false": false_units, "found": found_units}
    for line in TABLES[sys.argv[1]](int(sys.argv[2])):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
