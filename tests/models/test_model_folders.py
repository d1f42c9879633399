"""Every model folder found: nothing is wrong with it, and its own data pass its own gates."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from functions.contracts import keys
from functions.contracts.artifact import ArtifactSpec
from functions.contracts.drift import Verdict
from functions.contracts.messages import PrepareOutput
from functions.contracts.model_checks import check_all_model_folders
from functions.contracts.model_folder import MODELS_DIRECTORY, find_model_names, load_model_spec
from functions.contracts.model_spec import ModelSpec
from functions.core.drift import WindowDrift, judge_window
from functions.core.encoding import encode_columns
from functions.core.profile import Profile, profile_matrix, profile_predictions
from functions.core.scores import is_better, score_outputs
from functions.core.search_space import plan_candidates
from functions.inference.onnx_model import OnnxModel, load_onnx_model
from functions.training.fitting import Rows, answer_rows, divide_validation, fit_pipeline
from functions.training.model_code import load_model_code
from functions.training.onnx_export import export_onnx
from functions.training.parity import check_parity, run_in_batches
from tests.models.sample_data import THREADS, WINDOW_ROWS, read_columns, sha256_of, window_rows
from tests.unit.preparation.world import World

MAX_DATA_BYTES = 2_000_000
MODELS = find_model_names()


def having(file: str) -> list[object]:
    """Return the models that bring a file; a model's tests share what was trained."""
    return [
        pytest.param(name, marks=pytest.mark.xdist_group(f"model {name}"))
        for name in MODELS
        if (MODELS_DIRECTORY / name / "data" / file).is_file()
    ]


WITH_DATA = having("reference.parquet")
WITH_STREAM = having("production.parquet")


@dataclass(frozen=True, slots=True)
class Trained:
    """A model's best candidate, as it would be released."""

    spec: ModelSpec
    train: Rows
    held_out: Rows
    graph: OnnxModel
    scores: dict[str, float]
    parity_passed: bool
    parity_reason: str


@cache
def prepared(model: str) -> tuple[World, PrepareOutput]:
    world = World(load_model_spec(model))
    path = MODELS_DIRECTORY / model / "data" / "reference.parquet"
    world.add(path.read_bytes(), path.name)
    return world, world.prepare()


@cache
def trained(model: str) -> Trained:
    """Rank the candidates, refit the best, export it and score the graph."""
    world, output = prepared(model)
    code = load_model_code(model)
    spec = code.spec
    train = Rows(world.array(output, "train_x"), world.array(output, "train_y"))
    held_out = Rows(world.array(output, "holdout_x"), world.array(output, "holdout_y"))
    fit, validation = divide_validation(train, spec.training.holdout)
    best, best_value = None, float("nan")
    for candidate in plan_candidates(spec.training):
        pipeline = fit_pipeline(code, candidate.parameters, fit, threads=THREADS)
        answers = answer_rows(pipeline, spec, validation.x, threads=THREADS)
        value = score_outputs(spec.task, validation.y, answers)[spec.training.metric]
        if is_better(spec.training.metric, value, best_value):
            best, best_value = candidate, value
    assert best is not None
    pipeline = fit_pipeline(code, best.parameters, train, threads=THREADS)
    content = export_onnx(pipeline, spec)
    graph = load_onnx_model(content, expected_sha256=sha256_of(content), threads=THREADS)
    parity = check_parity(
        pipeline, content, spec, sample=train.x, held_out=held_out.x, threads=THREADS
    )
    scores = score_outputs(spec.task, held_out.y, run_in_batches(graph, held_out.x))
    return Trained(spec, train, held_out, graph, scores, parity.passed, parity.reason)


def profile(trained_model: Trained, matrix: NDArray[np.float32]) -> Profile:
    outputs = run_in_batches(trained_model.graph, matrix)
    prediction = profile_predictions(trained_model.spec.task, outputs)
    counted = profile_matrix(trained_model.spec.schema_, matrix)
    return counted.model_copy(update={"prediction": prediction})


def judge_stream(model: str, first: int) -> WindowDrift:
    """Judge one window of the production stream by the model's own policy."""
    found = trained(model)
    spec = found.spec
    columns = read_columns(model, "production.parquet", spec.schema_.names)
    window = encode_columns(spec.schema_, window_rows(columns, first))
    artifact = ArtifactSpec(
        model=spec.name,
        task=spec.task,
        feature_schema=spec.schema_,
        target=spec.target.name,
        classes=spec.target.classes,
        maximum_rows=1,
        model_sha256="a" * 64,
    )
    return judge_window(
        artifact,
        spec.drift,
        reference=profile(found, found.held_out.x),
        current=profile(found, window),
    )


def test_finds_no_mistake_in_any_folder() -> None:
    assert check_all_model_folders() == dict.fromkeys(MODELS, ())


@pytest.mark.parametrize("model", MODELS)
def test_keeps_the_data_small(model: str) -> None:
    files = (MODELS_DIRECTORY / model).rglob("*")

    assert sum(path.stat().st_size for path in files if path.is_file()) <= MAX_DATA_BYTES


@pytest.mark.parametrize("model", WITH_DATA)
def test_prepares_the_reference_data(model: str) -> None:
    world, output = prepared(model)

    assert output.passed, output.reason
    assert world.report(output).notes == ()
    key = keys.dataset_profile(model, output.dataset_version)
    assert Profile.model_validate_json(world.data.read(key)).rows == output.holdout_rows


@pytest.mark.parametrize("model", WITH_DATA)
def test_passes_its_own_absolute_gates(model: str) -> None:
    found = trained(model)

    for name, bound in found.spec.gates.absolute.items():
        assert bound.minimum is None or found.scores[name] >= bound.minimum, name
        assert bound.maximum is None or found.scores[name] <= bound.maximum, name


@pytest.mark.parametrize("model", WITH_DATA)
def test_answers_in_onnx_as_in_scikit_learn_on_its_own_data(model: str) -> None:
    found = trained(model)

    assert found.parity_passed, found.parity_reason


@pytest.mark.parametrize("first", [0, WINDOW_ROWS])
@pytest.mark.parametrize("model", WITH_STREAM)
def test_is_calm_while_nothing_has_changed(model: str, first: int) -> None:
    judged = judge_stream(model, first)

    assert judged.verdict is Verdict.OK, judged.reason


@pytest.mark.parametrize("model", WITH_STREAM)
def test_notices_the_change_of_its_stream(model: str) -> None:
    judged = judge_stream(model, -WINDOW_ROWS)

    assert judged.verdict is Verdict.DRIFT, judged.reason
