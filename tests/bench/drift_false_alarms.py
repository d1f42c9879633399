"""How often drift is seen where there is none, and found where there is.

    python -m tests.bench.drift_false_alarms [--windows 1000] [--method psi]

Windows are drawn at the level of counts: rows of a column that has a few hundred cells are a draw
of a multinomial, so that a million rows cost as little as two hundred. Each window has a new
reference (an unlucky one would be wrong in every window), and both go through `judge_window`.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from functions.contracts.artifact import ArtifactSpec
from functions.contracts.drift import Verdict
from functions.contracts.drift_method import DriftMethod
from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.contracts.feature_types import FeatureType
from functions.contracts.model_spec import DriftPolicy, Task
from functions.core.drift import judge_window
from functions.core.float_codes import CodeCounts, codes_of
from functions.core.packed_integers import pack_codes, pack_counts
from functions.core.profile import (
    PREDICTION,
    CategoricalProfile,
    ColumnProfile,
    NumericProfile,
    Profile,
)

CELLS = np.linspace(-4.0, 4.5, 171).astype(np.float32)
WINDOW_ROWS = (200, 1000, 10_000, 100_000, 1_000_000)
FEATURES = (5, 20, 50)
REFERENCE_ROWS = 10_000
HALF_SIGMA = 0.5


@dataclass(frozen=True, slots=True)
class Column:
    """A column's chances: of each cell (or category, without cells) and of a missing value."""

    chances: NDArray[np.float64]
    cells: NDArray[np.float32] | None
    missing: float = 0.0


def bell(shift: float = 0.0) -> NDArray[np.float64]:
    """Return the chances of a normal variable in CELLS."""
    density = np.exp(-((CELLS.astype(np.float64) - shift) ** 2) / 2.0)
    return np.asarray(density / density.sum(), np.float64)


def columns(count: int, *, shift: float = 0.0) -> tuple[Column, ...]:
    """Return columns of five kinds in turn; the first, a normal one, is moved by `shift`."""
    skewed = np.exp(-(CELLS.astype(np.float64) + 4.0))
    sparse = 0.4 * bell() + 0.6 * (CELLS[40] == CELLS)
    kinds = (
        Column(bell(), CELLS),
        Column(skewed / skewed.sum(), CELLS, missing=0.02),
        Column(np.array([0.5, 0.25, 0.15, 0.06, 0.03, 0.01]), None, missing=0.02),
        Column(np.array([0.97, 0.03]), None),
        Column(sparse / sparse.sum(), CELLS, missing=0.05),
    )
    first = Column(bell(shift), CELLS)
    return (first, *(kinds[index % len(kinds)] for index in range(1, count)))


def spec(count: int) -> ArtifactSpec:
    """Return a regression model of so many features."""
    names = [f"x{index}" for index in range(count)]
    features = [
        Feature(name=name, type=FeatureType.NUMBER)
        if column.cells is not None
        else Feature(
            name=name,
            type=FeatureType.STRING,
            categories=tuple(f"c{code}" for code in range(len(column.chances))),
        )
        for name, column in zip(names, columns(count), strict=True)
    ]
    return ArtifactSpec(
        model="simulated",
        task=Task.REGRESSION,
        feature_schema=FeatureSchema(features=tuple(features)),
        target="y",
        classes=(),
        maximum_rows=100,
        model_sha256="a" * 64,
    )


def draw(rng: np.random.Generator, drawn: Sequence[Column], rows: int) -> Profile:
    """Return the profile of so many rows, and of as many predictions."""
    features = tuple(_draw(rng, f"x{i}", column, rows) for i, column in enumerate(drawn))
    prediction = _draw(rng, PREDICTION, Column(bell(), CELLS), rows)
    return Profile(rows=rows, features=features, prediction=prediction)


def _draw(rng: np.random.Generator, name: str, column: Column, rows: int) -> ColumnProfile:
    missing = int(rng.binomial(rows, column.missing))
    counts = rng.multinomial(rows - missing, column.chances)
    if column.cells is None:
        return CategoricalProfile(
            name=name, missing=missing, unseen=0, counts=tuple(counts.tolist())
        )
    values = column.cells.astype(np.float64)
    held = CodeCounts(32, codes_of(column.cells)[counts > 0], counts[counts > 0])
    return NumericProfile(
        name=name,
        missing=missing,
        present=rows - missing,
        bits=held.bits,
        cells=pack_codes(held.codes, held.bits),
        cell_rows=pack_counts(held.counts),
        total=float(counts @ values),
        total_squares=float(counts @ values**2),
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of how many windows were judged to have drifted, and how many could not be judged."""

    drifted: float
    not_judged: float


def simulate(
    policy: DriftPolicy,
    *,
    features: int,
    rows: tuple[int, int],
    windows: int,
    shift: float = 0.0,
    seed: int = 1,
) -> Outcome:
    """Judge windows, each against a reference of its own; `rows` are the reference's and theirs."""
    rng = np.random.default_rng(seed)
    model, past, now = spec(features), columns(features), columns(features, shift=shift)
    verdicts = [
        judge_window(
            model,
            policy,
            reference=draw(rng, past, rows[0]),
            current=draw(rng, now, rows[1]),
        ).verdict
        for _ in range(windows)
    ]
    return Outcome(
        verdicts.count(Verdict.DRIFT) / windows,
        verdicts.count(Verdict.NOT_ENOUGH_ROWS) / windows,
    )


def main() -> None:
    """Print the table of false alarms and that of shifts found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--windows", type=int, default=1000)
    parser.add_argument("--method", type=DriftMethod, default=DriftMethod.PSI)
    parser.add_argument("--reference", type=int, default=REFERENCE_ROWS)
    parser.add_argument("--features", type=int, nargs="*", default=FEATURES)
    asked = parser.parse_args()
    policy = DriftPolicy(method=asked.method)
    for features in asked.features:
        for rows in WINDOW_ROWS:
            pair = asked.reference, rows
            calm = simulate(policy, features=features, rows=pair, windows=asked.windows)
            moved = simulate(
                policy,
                features=features,
                rows=pair,
                windows=asked.windows // 5,
                shift=HALF_SIGMA,
                seed=2,
            )
            line = (
                f"| {features} | {rows:,} | {calm.drifted:.1%} | {calm.not_judged:.0%} | "
                f"{moved.drifted:.1%} |\n"
            )
            sys.stdout.write(line)
            sys.stdout.flush()


if __name__ == "__main__":
    main()
