"""The rows that every subject looks at."""

from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from functions.contracts.artifact import ArtifactSpec
from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.contracts.model_spec import Task

REFERENCE_ROWS, CURRENT_ROWS = 100_000, 1_000_000
NUMBERS, TEXTS = 20, 5
CATEGORIES = tuple("abcdefgh")

Matrix: TypeAlias = NDArray[np.float32]

SCHEMA = FeatureSchema(
    features=(
        *(Feature(name=f"x{index}", type="number") for index in range(NUMBERS)),
        *(
            Feature(name=f"c{index}", type="string", categories=CATEGORIES)
            for index in range(TEXTS)
        ),
    )
)

SPEC = ArtifactSpec(
    model="bench",
    task=Task.BINARY_CLASSIFICATION,
    feature_schema=SCHEMA,
    target="y",
    classes=(0, 1),
    maximum_rows=1000,
    model_sha256="0" * 64,
)


def draw_rows(rows: int, *, seed: int, shift: float = 0.0) -> Matrix:
    """Return normal, lognormal and whole numbers, some missing, and categories."""
    rng = np.random.default_rng(seed)
    matrix = np.empty((rows, NUMBERS + TEXTS), dtype=np.float32)
    matrix[:, :NUMBERS] = rng.normal(size=(rows, NUMBERS))
    matrix[:, 0] += shift
    matrix[:, 5:10] = np.exp(matrix[:, 5:10]) * 1000
    matrix[:, 10:13] = np.round(matrix[:, 10:13] * 10)
    matrix[rng.random(rows) < 0.01, 13] = np.nan
    matrix[:, NUMBERS:] = rng.integers(0, len(CATEGORIES), size=(rows, TEXTS))
    return matrix


def draw_outputs(rows: int, *, seed: int) -> Matrix:
    """Return what a binary classifier might answer."""
    positive = np.random.default_rng(seed).random(rows, dtype=np.float32)
    return np.stack([1 - positive, positive], axis=1)


def write_rows(folder: Path) -> None:
    """Leave both samples where the other subjects read them."""
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "reference.npy", draw_rows(REFERENCE_ROWS, seed=1))
    np.save(folder / "current.npy", draw_rows(CURRENT_ROWS, seed=2, shift=0.1))
