"""A model that only the tests know: will a pot crack in the kiln?"""

import csv
from pathlib import Path

import numpy as np

MODEL_TOML = """\
name = "{name}"
task = "binary_classification"
owner = "pottery"
description = "Will a pot crack in the kiln?"

[target]
name = "cracked"
classes = ["no", "yes"]

[data]
minimum_rows = 200
max_duplicate_rate = 0.05

[[features]]
name = "temperature"
type = "number"
minimum = 700.0
maximum = 1400.0
example = 1050.0

[[features]]
name = "thickness_mm"
type = "integer"
minimum = 1
maximum = 60
max_missing_rate = 0.2
example = 8

[[features]]
name = "glazed"
type = "boolean"
example = true

[[features]]
name = "clay"
type = "string"
categories = ["earthenware", "porcelain", "stoneware"]
example = "porcelain"

[training]
metric = "roc_auc_score"
candidates = {candidates}
holdout = {{ by = "random", fraction = 0.3 }}

[training.parameters]
leaves = [4, 8]

[gates.absolute]
roc_auc_score = {{ minimum = 0.9 }}

[drift]
window_hours = 24

[retraining]
cool_down_minutes = 0
"""

MODEL_PY = '''\
"""The pipeline of a model that only the tests know."""

from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder


def build_pipeline(params, features):
    """Return the unfitted pipeline."""
    columns = ColumnTransformer(
        [
            ("numbers", "passthrough", list(features.numeric)),
            (
                "categories",
                OneHotEncoder(handle_unknown="ignore", sparse_output=False),
                list(features.categorical),
            ),
        ]
    )
    trees = HistGradientBoostingClassifier(
        max_iter=40, max_leaf_nodes=params["leaves"], early_stopping=False, random_state=0
    )
    return Pipeline([("columns", columns), ("trees", trees)])
'''

CLAYS = ("earthenware", "porcelain", "stoneware")
COLUMNS = ("temperature", "thickness_mm", "glazed", "clay", "cracked")
RECORD = {"temperature": 1320.5, "thickness_mm": 40, "glazed": True, "clay": "earthenware"}


def add_model_folder(models: Path, name: str, *, policy: str = "", candidates: int = 2) -> None:
    """Drop the model's folder in, with more tables of model.toml; nothing else is changed."""
    folder = models / name
    folder.mkdir()
    (folder / "__init__.py").write_text('"""A model that only the tests know."""\n')
    (folder / "model.toml").write_text(MODEL_TOML.format(name=name, candidates=candidates) + policy)
    (folder / "model.py").write_text(MODEL_PY)
    (folder / "README.md").write_text(f"# {name}\n\nA model that only the tests know.\n")


def write_rows(
    file: Path, *, rows: int, seed: int, noise: float = 0.0, brittleness: float = 0.0
) -> Path:
    """Write rows in which heat and thickness crack pots; `noise` is the share of random labels.

    The more brittle, the less heat it takes.
    """
    rng = np.random.default_rng(seed)
    temperature = rng.uniform(700.0, 1400.0, rows).round(2)
    thickness = rng.integers(1, 61, rows)
    glazed = rng.random(rows) < 0.5
    clay = rng.integers(0, len(CLAYS), rows)
    strain = (temperature - 1050.0) / 150.0 + (thickness - 30.0) / 12.0 - clay + 1.0
    cracked = strain > -brittleness
    random_rows = rng.random(rows) < noise
    cracked[random_rows] = rng.random(int(random_rows.sum())) < 0.5
    missing = rng.random(rows) < 0.05

    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        for i in range(rows):
            writer.writerow(
                [
                    temperature[i],
                    "" if missing[i] else thickness[i],
                    str(bool(glazed[i])).lower(),
                    CLAYS[clay[i]],
                    "yes" if cracked[i] else "no",
                ]
            )
    return file
