"""A small model whose rows, answers and drift can be made up at will."""

import numpy as np
from numpy.typing import NDArray

from functions.contracts.artifact import ArtifactSpec
from functions.contracts.drift import DriftReport
from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.contracts.model_spec import DriftPolicy, ModelSpec, Target, Task, Training
from functions.core.drift import judge_window
from functions.core.profile import Profile, profile_matrix, profile_predictions
from tests.fakes.documents import NOW

Matrix = NDArray[np.float32]

SCHEMA = FeatureSchema(
    features=(
        Feature(name="amount", type="number"),
        Feature(name="fuel", type="string", categories=("diesel", "gas", "none")),
        Feature(name="is_new", type="boolean"),
    )
)


def spec(schema: FeatureSchema = SCHEMA) -> ArtifactSpec:
    return ArtifactSpec(
        model="car",
        task=Task.BINARY_CLASSIFICATION,
        feature_schema=schema,
        target="sold",
        classes=(0, 1),
        maximum_rows=100,
        model_sha256="a" * 64,
    )


def model_spec(**changes: object) -> ModelSpec:
    """The folder of the model, with changes."""
    fields: dict[str, object] = {
        "name": "car",
        "task": Task.BINARY_CLASSIFICATION,
        "owner": "ann",
        "target": Target(name="sold", classes=(0, 1)),
        "features": SCHEMA.features,
        "training": Training(metric="roc_auc_score"),
    }
    return ModelSpec.model_validate({**fields, **changes})


def personal(name: str) -> FeatureSchema:
    """The schema with one feature marked as personal data."""
    return FeatureSchema(
        features=tuple(
            feature.model_copy(update={"pii": feature.name == name}) for feature in SCHEMA.features
        )
    )


def rows(count: int, *, seed: int, shift: float = 0.0) -> Matrix:
    rng = np.random.default_rng(seed)
    columns = (
        rng.lognormal(shift, 1.0, count),
        rng.choice(3, count, p=[0.7, 0.2, 0.1]),
        rng.random(count) < 0.3,
    )
    return np.stack(columns, axis=1).astype(np.float32)


def answers(matrix: Matrix) -> Matrix:
    """What the model answers: a probability that falls with the amount."""
    positive = 1.0 / (1.0 + np.nan_to_num(matrix[:, 0]))
    return np.stack([1.0 - positive, positive], axis=1).astype(np.float32)


def profile(matrix: Matrix, *, answered: Matrix | None = None) -> Profile:
    """The profile of rows, and of the answers to them or to others."""
    prediction = profile_predictions(
        Task.BINARY_CLASSIFICATION, answers(matrix if answered is None else answered)
    )
    return profile_matrix(SCHEMA, matrix).model_copy(update={"prediction": prediction})


def report(current: Matrix, reference: Profile | None = None) -> DriftReport:
    """The report of a window against 4,000 rows that have not drifted."""
    reference = reference or profile(rows(4000, seed=1))
    drift = judge_window(spec(), DriftPolicy(), reference=reference, current=profile(current))
    return DriftReport(
        model="car",
        model_version=1,
        window_start=NOW,
        window_end=NOW,
        created_at=NOW,
        reference_rows=reference.rows,
        current_rows=len(current),
        rows_needed=drift.rows_needed,
        verdict=drift.verdict,
        reason=drift.reason,
        features=drift.features,
        prediction=drift.prediction,
    )
