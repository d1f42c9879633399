"""The sample data's real change: none is seen before it, and all of it after."""

import duckdb
import numpy as np
import pytest
from numpy.typing import NDArray

from functions.contracts.artifact import ArtifactSpec
from functions.contracts.drift import Verdict
from functions.contracts.model_folder import MODELS_DIRECTORY, load_model_spec
from functions.core.drift import WindowDrift, judge_window
from functions.core.encoding import encode_columns
from functions.core.profile import Profile, profile_matrix, profile_predictions

MODEL = load_model_spec("loan_default")
SCHEMA = MODEL.schema_
CHUNK, CHANGE = 5_000, 25_000
HELD_OUT = 4_000

Matrix = NDArray[np.float32]


def read(file: str) -> Matrix:
    """The rows of one of the folder's files, in the order of their timestamps."""
    path = MODELS_DIRECTORY / MODEL.name / "data" / f"{file}.parquet"
    with duckdb.connect() as connection:
        found = connection.execute(
            "SELECT * FROM read_parquet(?) ORDER BY timestamp", [str(path)]
        ).fetchnumpy()
    return encode_columns(SCHEMA, found)


@pytest.fixture(scope="module")
def reference_rows() -> Matrix:
    return read("reference")


@pytest.fixture(scope="module")
def production_rows() -> Matrix:
    return read("production")


def profile(matrix: Matrix) -> Profile:
    """The profile of rows and of a stand-in for the model: a curve of one feature."""
    positive = 1 / (1 + np.exp(0.7 - matrix[:, SCHEMA.names.index("debt_to_income_ratio")]))
    outputs = np.stack([1 - positive, positive], axis=1).astype(np.float32)
    prediction = profile_predictions(MODEL.task, outputs)
    return profile_matrix(SCHEMA, matrix).model_copy(update={"prediction": prediction})


def judge(reference: Matrix, current: Matrix) -> WindowDrift:
    spec = ArtifactSpec(
        model=MODEL.name,
        task=MODEL.task,
        feature_schema=SCHEMA,
        target=MODEL.target.name,
        classes=MODEL.target.classes,
        maximum_rows=MODEL.serving.maximum_rows,
        model_sha256="0" * 64,
    )
    return judge_window(spec, MODEL.drift, reference=profile(reference), current=profile(current))


def test_sees_no_drift_before_the_change(reference_rows: Matrix, production_rows: Matrix) -> None:
    for start in range(0, CHANGE, CHUNK):
        drift = judge(reference_rows[-HELD_OUT:], production_rows[start : start + CHUNK])

        assert drift.verdict is Verdict.OK, drift.reason
        assert max(column.psi for column in drift.features) < 0.01


def test_sees_the_drift_in_every_chunk_after_the_change(
    reference_rows: Matrix, production_rows: Matrix
) -> None:
    for start in range(CHANGE, len(production_rows), CHUNK):
        drift = judge(reference_rows[-HELD_OUT:], production_rows[start : start + CHUNK])

        assert drift.verdict is Verdict.DRIFT
        assert drift.drifted[0].name == "car_value"
        assert drift.drifted[0].psi > 1.5


def test_sees_the_drift_in_just_the_rows_it_needs(
    reference_rows: Matrix, production_rows: Matrix
) -> None:
    calm = judge(reference_rows[-HELD_OUT:], production_rows[:CHUNK])
    after = production_rows[CHANGE : CHANGE + calm.rows_needed]

    assert calm.rows_needed < 500
    assert judge(reference_rows[-HELD_OUT:], after).data_breach
    assert judge(reference_rows[-HELD_OUT:], after[:-1]).data_breach is None


@pytest.mark.slow
def test_raises_no_more_false_alarms_on_real_columns_than_the_policy_allows(
    reference_rows: Matrix,
) -> None:
    rng = np.random.default_rng(12)
    needed = judge(reference_rows[-HELD_OUT:], reference_rows[:CHUNK]).rows_needed
    breaches = []
    for _ in range(200):
        drawn = reference_rows[rng.permutation(len(reference_rows))[: HELD_OUT + needed]]
        breaches.append(judge(drawn[:HELD_OUT], drawn[HELD_OUT:]).data_breach)

    # Two or more of 200 have a probability of 60% at the policy's 1%; six or more, of 2%.
    assert None not in breaches
    assert sum(map(bool, breaches)) <= 5
