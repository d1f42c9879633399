"""Whether an exported graph answers as the pipeline that it was exported from: rows and verdict."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from functions.contracts.artifact import ParityReport
from functions.contracts.feature_schema import UNSEEN_CATEGORY, Feature, FeatureSchema, FeatureType

STRESS_ROWS = 100_000
TOLERANCE = 1e-6

_WILD_SHARE = 0.5
_THRESHOLD_SHARE = 0.4
_MISSING_SHARE = 0.1
_UNSEEN_SHARE = 0.1
_NOT_COMPARABLE = float(np.finfo(np.float64).max)
"""Written where a number is missing on one side only: JSON has no infinity."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What pipeline and graph answered the same rows, shape (n, n_outputs) each."""

    pipeline: NDArray[np.float64]
    graph: NDArray[np.float32]


def stress_rows(
    schema: FeatureSchema,
    sample: NDArray[np.float32],
    thresholds: Mapping[int, NDArray[np.float32]],
    *,
    count: int = STRESS_ROWS,
    seed: int = 0,
) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    """Return rows made to bring out differences, and what they exercise.

    Parameters
    ----------
    schema : FeatureSchema
        The columns; says where values may be missing.
    sample : ndarray of float32, shape (m, n_features)
        Real rows. Each stress row takes every column from another of them.
    thresholds : mapping of column to ndarray of float32
        Values at which the model changes its mind; two rows of five take one, and its two
        neighbors among the float32 numbers come as often as itself.
    count : int, default 100,000
        Rows to make.
    seed : int, default 0
        The same arguments and seed give the same rows.

    Returns
    -------
    rows : ndarray of float32, shape (count, n_features)
        Every second row has one number column replaced by an identifier between 2**24 and 2**40
        (where float32 no longer holds every integer), an epoch second, a money amount with cents, a
        negative number or zero. One at a time, because two huge numbers that cancel each other in a
        weighted sum measure float32 and not the export. A tenth of the values of a feature that
        allows it are missing; a tenth of a category's codes are unseen.
    exercised : tuple of str
        A phrase for each column.
    """
    rng = np.random.default_rng(seed)
    rows = np.empty((count, len(schema.features)), dtype=np.float32)
    exercised = []
    wild_columns = [i for i in schema.numeric if schema.features[i].type is not FeatureType.BOOLEAN]
    wild = rng.random(count) < _WILD_SHARE
    wild_column = rng.choice(wild_columns, count) if wild_columns else np.full(count, -1)
    for index, feature in enumerate(schema.features):
        column = rng.choice(sample[:, index], count)
        parts = ["sampled values"]
        if feature.is_categorical:
            column = rng.integers(0, max(len(feature.categories), 1), count).astype(np.float32)
            column[rng.random(count) < _UNSEEN_SHARE] = UNSEEN_CATEGORY
            parts = ["every category", "unseen categories"]
        elif feature.type is not FeatureType.BOOLEAN:
            parts += _place_thresholds(column, thresholds.get(index), rng)
            replaced = wild & (wild_column == index)
            column[replaced] = _wild_numbers(int(replaced.sum()), rng)
            parts += ["large identifiers", "epoch seconds", "money amounts", "negative numbers"]
        parts += _place_missing(column, feature, rng)
        rows[:, index] = column
        exercised.append(f"{feature.name}: {', '.join(parts)}")
    return rows, tuple(exercised)


def compare_answers(
    held_out: Answers,
    stress: Answers,
    *,
    is_classification: bool,
    exercised: tuple[str, ...],
    tolerance: float = TOLERANCE,
) -> ParityReport:
    """Return the verdict on an export.

    Parameters
    ----------
    held_out, stress : Answers
        To real rows and to generated ones.
    is_classification : bool
        Whether the outputs are probabilities.
    exercised : tuple of str
        What the generated rows contain.
    tolerance : float, default 1e-6
        The largest difference that passes.

    Returns
    -------
    ParityReport
        `maximum_absolute_error` is the largest difference: of probabilities as it is; of a
        regressor's values divided by the largest absolute answer of the pipeline among the
        held-out or among the stress rows, each for itself, because a float32 carries seven digits
        of whatever it holds. `flipped_labels` counts rows whose likeliest class differs although
        the pipeline's own two likeliest are further apart than the tolerance; closer ones are ties,
        which no float32 can tell, and the reason counts them.
    """
    errors = [_largest_error(answers, is_classification) for answers in (held_out, stress)]
    flips = ties = 0
    if is_classification:
        for answers in (held_out, stress):
            flipped, tied = _count_flips(answers, tolerance)
            flips, ties = flips + flipped, ties + tied
    error, rows = max(errors), len(held_out.pipeline) + len(stress.pipeline)
    kind = "of a probability" if is_classification else "relative to the largest answer"
    sentence = f"largest difference {error:.2g} {kind} on {rows} rows, at most {tolerance:g} passes"
    if is_classification:
        sentence += f"; {flips} labels flipped, none may; {ties} ties"
    return ParityReport(
        rows=rows,
        maximum_absolute_error=error,
        tolerance=tolerance,
        flipped_labels=flips,
        passed=bool(error <= tolerance and flips == 0 and rows > 0),
        reason=sentence,
        stress_columns=exercised,
    )


def _place_thresholds(
    column: NDArray[np.float32], thresholds: NDArray[np.float32] | None, rng: np.random.Generator
) -> list[str]:
    if thresholds is None or len(thresholds) == 0:
        return []
    chosen = rng.random(len(column)) < _THRESHOLD_SHARE
    values = rng.choice(thresholds, int(chosen.sum()))
    side = rng.integers(0, 3, len(values))
    infinity = np.float32(np.inf)
    values[side == 1] = np.nextafter(values[side == 1], infinity)
    values[side == 2] = np.nextafter(values[side == 2], -infinity)  # noqa: PLR2004 - one of three sides
    column[chosen] = np.where(np.isfinite(values), values, column[chosen])
    return ["values on thresholds and beside them"]


def _wild_numbers(count: int, rng: np.random.Generator) -> NDArray[np.float32]:
    kinds = [
        np.exp2(rng.uniform(24, 40, count)).round(),
        rng.integers(1_500_000_000, 2_000_000_000, count),
        np.round(rng.lognormal(9.0, 2.0, count), 2),
        -np.round(rng.lognormal(5.0, 3.0, count), 2) * rng.integers(0, 2, count),
    ]
    return np.choose(rng.integers(0, len(kinds), count), kinds).astype(np.float32)


def _place_missing(
    column: NDArray[np.float32], feature: Feature, rng: np.random.Generator
) -> list[str]:
    if not feature.allows_missing:
        return []
    column[rng.random(len(column)) < _MISSING_SHARE] = np.nan
    return ["missing values"]


def _largest_error(answers: Answers, is_classification: bool) -> float:
    if answers.pipeline.shape != answers.graph.shape:
        return _NOT_COMPARABLE
    if len(answers.pipeline) == 0:
        return 0.0
    error = float(np.abs(answers.pipeline - answers.graph).max())
    if not is_classification:
        error /= max(float(np.abs(answers.pipeline).max()), float(np.finfo(np.float32).tiny))
    return error if np.isfinite(error) else _NOT_COMPARABLE


def _count_flips(answers: Answers, tolerance: float) -> tuple[int, int]:
    """Return how many labels differ, and how many of the pipeline's own are ties."""
    if answers.pipeline.shape != answers.graph.shape or len(answers.pipeline) == 0:
        return len(answers.pipeline), 0
    ordered = np.sort(answers.pipeline, axis=1)
    tied = ordered[:, -1] - ordered[:, -2] <= tolerance
    differs = answers.pipeline.argmax(axis=1) != answers.graph.argmax(axis=1)
    return int((differs & ~tied).sum()), int(tied.sum())
