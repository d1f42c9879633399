"""How often faults are found, and how often there is said to be one where there is none.

Prints the tables of docs/explanation/data-faults.md, on the models' sample data::

    python -m tests.bench.data_faults_table false 1000   # windows without a fault, half an hour
    python -m tests.bench.data_faults_table found 20     # injected faults, minutes
"""

import sys
from collections.abc import Callable, Iterator

import numpy as np

from tests.unit.core.data_fault_world import (
    CAR,
    INJECTIONS,
    LOAN,
    Matrix,
    draw,
    judge,
    past_of,
    split,
    world,
)

ROWS = (200, 1_000, 5_000, 20_000, 100_000)
SHARES = (0.3, 0.25, 0.2, 0.15, 0.1)
"""Of the clean windows, by rows: large ones take longer."""

FAULTY_ROWS = (200, 1_000, 5_000, 20_000)
FAULTY_HOURS = 12

Rng = np.random.Generator
Draw = Callable[[str, int, Rng], list[Matrix]]


def unchanged(model: str, rows: int, rng: Rng) -> list[Matrix]:
    """Return rows like the reference's."""
    return split(draw(world(model).before, rows, rng))


def shifted(model: str, rows: int, rng: Rng) -> list[Matrix]:
    """Return rows of which some numbers are half, one or two standard deviations larger."""
    matrix = draw(world(model).before, rows, rng)
    return split(matrix + _shift(model, rng).astype(np.float32))


def begun(model: str, rows: int, rng: Rng) -> list[Matrix]:
    """Return rows that are shifted abruptly, from some hour on."""
    parts = unchanged(model, rows, rng)
    shift, since = _shift(model, rng).astype(np.float32), int(rng.integers(1, len(parts)))
    return [part + shift if hour >= since else part for hour, part in enumerate(parts)]


def gradual(model: str, rows: int, rng: Rng) -> list[Matrix]:
    """Return rows whose numbers move hour by hour."""
    parts, shift = unchanged(model, rows, rng), _shift(model, rng)
    return [
        part + (shift * hour / len(parts)).astype(np.float32) for hour, part in enumerate(parts)
    ]


def selected(model: str, rows: int, rng: Rng) -> list[Matrix]:
    """Return rows of another mix: likelier the larger (or smaller) one of their numbers is."""
    matrix = world(model).before
    column = matrix[:, rng.choice(_wide(model))]
    scores = np.nan_to_num((column - np.nanmean(column)) / np.nanstd(column))
    weights = np.exp(rng.choice([-2.0, -1.0, -0.5, 0.5, 1.0, 2.0]) * scores)
    taken = rng.choice(len(matrix), rows, p=weights / weights.sum())
    return split(matrix[taken])


def remixed(model: str, rows: int, rng: Rng) -> list[Matrix]:
    """Return rows with other shares of each category of one column."""
    matrix = world(model).before
    column = matrix[:, rng.choice(world(model).schema.categorical)].astype(int)
    weights = rng.dirichlet(np.ones(column.max() + 1))[column]
    return split(matrix[rng.choice(len(matrix), rows, p=weights / weights.sum())])


def another_population(model: str, rows: int, rng: Rng) -> list[Matrix]:
    """Return the rows after the data's own change, from the start or from some hour on."""
    parts = split(draw(world(model).after, rows, rng))
    since = int(rng.integers(0, len(parts)))
    return [*unchanged(model, rows, rng)[:since], *parts[since:]]


def seasonal(model: str, rows: int, rng: Rng) -> list[Matrix]:
    """Return rows half as many by night and half as many again by day, or the other way round."""
    weights = 1.0 + 0.5 * np.sin(2.0 * np.pi * (np.arange(24) / 24.0 + rng.random()))
    return split(draw(world(model).before, rows, rng), weights)


CLEAN: tuple[Draw, ...] = (
    unchanged,
    shifted,
    begun,
    gradual,
    selected,
    remixed,
    another_population,
    seasonal,
)


def false_faults(windows: int) -> Iterator[str]:
    """Yield the lines of the table of windows without a fault."""
    yield f"| windows | {' | '.join(f'{rows:,} rows' for rows in ROWS)} | false |"
    yield f"| --- {'| --- ' * (len(ROWS) + 1)}|"
    total = wrong = 0
    for kind in CLEAN:
        cells, missed = [], 0
        for rows, share in zip(ROWS, SHARES, strict=True):
            count = max(1, round(windows / len(CLEAN) * share))
            found = sum(bool(_judged(kind, rows, seed)) for seed in range(count))
            cells.append(f"{found} of {count}")
            total, wrong, missed = total + count, wrong + found, missed + found
        yield f"| {kind.__name__.replace('_', ' ')} | {' | '.join(cells)} | {missed} |"
    yield f"\n{wrong} false faults in {total:,} windows"


def found_faults(trials: int) -> Iterator[str]:
    """Yield the lines of the table of injected faults, by rows of the window."""
    yield f"| fault | column | {' | '.join(f'{rows:,} rows' for rows in FAULTY_ROWS)} |"
    yield f"| --- | --- {'| --- ' * len(FAULTY_ROWS)}|"
    for injection in INJECTIONS:
        cells = []
        for rows in FAULTY_ROWS:
            held = 0
            for seed in range(trials):
                rng = np.random.default_rng([seed, rows])
                parts = unchanged(injection.model, rows, rng)
                faulty = [injection.change(part, rng) for part in parts[-FAULTY_HOURS:]]
                told = judge(injection.model, [*parts[:-FAULTY_HOURS], *faulty])
                held += any(kind in injection.kinds for kind in told)
            cells.append(f"{held / trials:.0%}")
        yield f"| {injection.name} | {injection.column} | {' | '.join(cells)} |"


def _judged(kind: Draw, rows: int, seed: int) -> tuple[str, ...]:
    rng = np.random.default_rng([CLEAN.index(kind), rows, seed])
    model = (LOAN, CAR)[seed % 2]
    parts = kind(model, rows, rng)
    told = judge(model, parts, past_of(rows // len(parts), rng))
    if told:
        sys.stderr.write(f"{kind.__name__}, {model}, {rows} rows, seed {seed}: {told}\n")
    return told


def _wide(model: str) -> list[int]:
    """Return the numbers of more than two values."""
    matrix = world(model).before
    return [i for i in world(model).schema.numeric if len(np.unique(matrix[:, i])) > 2]


def _shift(model: str, rng: Rng) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    """Return by how much each column moves; at least one does."""
    matrix, shift = world(model).before, np.zeros(len(world(model).schema.features))
    wide = _wide(model)
    moved = rng.choice(wide, rng.integers(1, len(wide) + 1), replace=False)
    shift[moved] = rng.choice([0.5, 1.0, 2.0], len(moved)) * np.nanstd(matrix[:, moved], axis=0)
    return shift


if __name__ == "__main__":
    TABLES = {"false": false_faults, "found": found_faults}
    for line in TABLES[sys.argv[1]](int(sys.argv[2])):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
