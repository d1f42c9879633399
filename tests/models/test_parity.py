"""Every model folder found: its first and last candidate learn, export, and answer alike.

The rows are generated from the folder's own schema, so that a folder dropped in is held to the
same promise with no other change.
"""

import warnings
from functools import cache

import numpy as np
import pytest

from functions.contracts.model_folder import find_model_names
from functions.contracts.model_spec import ModelSpec
from functions.core.parity import STRESS_ROWS, stress_rows
from functions.core.search_space import plan_candidates
from functions.inference.admission import admit_onnx
from functions.inference.trial_process import TrialProcess
from functions.training.fitting import Rows, fit_pipeline
from functions.training.model_code import ModelCode, load_model_code
from functions.training.onnx_export import export_onnx
from functions.training.parity import check_parity

ROWS = 4_000
MODELS = find_model_names()


@cache
def code_of(model: str) -> ModelCode:
    return load_model_code(model)


def rows_of(spec: ModelSpec, *, seed: int) -> Rows:
    """Rows that the schema allows, and answers that depend on all of their numbers."""
    rng = np.random.default_rng(seed)
    limits = [
        (
            feature.minimum if feature.minimum is not None else 0.0,
            feature.maximum if feature.maximum is not None else 2.0**33,
        )
        for feature in spec.features
    ]
    sample = np.array([rng.uniform(low, high, 500) for low, high in limits], dtype=np.float32).T
    x, _ = stress_rows(spec.schema_, sample, {}, count=ROWS, seed=seed)
    ranks = np.nan_to_num(x).argsort(axis=0).argsort(axis=0) / ROWS
    signal = ranks @ rng.normal(size=x.shape[1]) + rng.normal(0.0, 0.05, ROWS)
    if not spec.is_classification:
        return Rows(x, 1_000.0 + 100.0 * signal)
    classes = len(spec.target.classes)
    edges = np.quantile(signal, np.arange(1, classes) / classes)
    return Rows(x, np.digitize(signal, edges).astype(np.int64))


@pytest.mark.parametrize("which", [0, -1], ids=["first", "last"])
@pytest.mark.parametrize("model", MODELS)
def test_answers_in_onnx_as_in_scikit_learn(model: str, which: int) -> None:
    code = code_of(model)
    parameters = plan_candidates(code.spec.training)[which].parameters
    train, held_out = rows_of(code.spec, seed=1), rows_of(code.spec, seed=2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # advice about settings is the author's business
        pipeline = fit_pipeline(code, parameters, train, threads=2)

    content = export_onnx(pipeline, code.spec)
    report = check_parity(
        pipeline, content, code.spec, sample=train.x, held_out=held_out.x, threads=2
    )

    assert report.passed, report.reason
    assert report.rows == STRESS_ROWS + ROWS
    assert export_onnx(pipeline, code.spec) == content
    outputs = admit_onnx(content, held_out.x[:16], trial=TrialProcess())
    assert outputs.shape == (16, max(len(code.spec.target.classes), 1))


def test_finds_model_folders() -> None:
    assert MODELS
