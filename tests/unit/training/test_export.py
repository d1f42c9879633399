import hashlib

import numpy as np
import onnx
import pytest

from functions.contracts.artifact import ArtifactSpec, ParityReport
from functions.contracts.estimates import QualityVerdict
from functions.contracts.messages import ExportOutput, TrainOutput
from functions.contracts.model_spec import CapturePolicy
from functions.core.estimates import estimate_quality, summarize_answers
from functions.core.labelled_sums import written_sums
from functions.core.profile import Profile, profile_predictions
from functions.core.scores import METRICS, score_outputs
from functions.core.stored_specs import read_estimator, read_held_out, read_reference_rows
from functions.core.watched_losses import watch_losses
from functions.inference.onnx_model import load_onnx_model
from functions.training import export as step
from functions.training import wiring
from functions.training.export import CONTENT_KEY, best_run, export, make_estimator
from functions.training.fitting import load_rows
from functions.training.parity import run_in_batches
from tests.unit.training.world import (
    DATASET,
    FEATURES,
    Buckets,
    build_pipeline,
    code,
    export_input,
    filled_buckets,
    rows,
    run,
    spec,
)

pytestmark = pytest.mark.slow


def exported(buckets: Buckets, *runs: TrainOutput, **changes: object) -> ExportOutput:
    made = spec().model_copy(update=changes)
    return export(
        export_input(*(runs or (run(0.8),))),
        code=code(made),
        data=buckets.data,
        models=buckets.models,
        threads=1,
    )


@pytest.mark.parametrize(
    ("metric", "values", "best"),
    [
        ("roc_auc_score", (0.7, 0.9, 0.8), 1),
        ("log_loss_error", (0.7, 0.9, 0.8), 0),
        ("roc_auc_score", (0.7, 0.9, 0.9), 1),
        ("roc_auc_score", (float("nan"), 0.2), 1),
        ("roc_auc_score", (0.2, float("nan")), 0),
    ],
)
def test_chooses_the_best_run_and_the_first_of_equals(
    metric: str, values: tuple[float, ...], best: int
) -> None:
    runs = tuple(run(value, index, metric=metric) for index, value in enumerate(values))

    assert best_run(runs) is runs[best]


def test_stores_its_files_under_the_hash_of_the_graph() -> None:
    buckets = filled_buckets()

    artifact = exported(buckets).artifact

    content = buckets.models.read(artifact.model.key)
    assert artifact.sha256 == hashlib.sha256(content).hexdigest()
    assert artifact.estimator is not None
    assert artifact.held_out is not None
    assert artifact.reference_rows is not None
    described = (artifact.spec, artifact.profile, artifact.estimator, artifact.held_out)
    stored = (artifact.model, *described, artifact.reference_rows)
    assert [each.key for each in stored] == [
        f"artifacts/tiny/{artifact.sha256}/{name}"
        for name in (
            "model.onnx",
            "spec.json",
            "profile.json",
            "estimator.json",
            "held_out.json",
            "reference_rows.npy",
        )
    ]


def test_fits_the_best_parameters_on_all_training_rows() -> None:
    buckets = filled_buckets()

    output = exported(buckets, run(0.7, 0, trees=3), run(0.8, 1, trees=7))

    content = buckets.models.read(output.artifact.model.key)
    (node,) = onnx.load_from_string(content).graph.node
    (trees,) = [each for each in node.attribute if each.name == "nodes_treeids"]
    assert output.run_id.endswith("-01")
    assert output.parameters == {"trees": 7}
    assert max(trees.ints) == 6


def test_fits_the_best_number_of_rows() -> None:
    buckets = filled_buckets()
    best = run(0.9, trees=5).model_copy(update={"rows": 300})

    output = exported(buckets, best)

    of_all_rows = exported(filled_buckets(), run(0.9, trees=5))
    assert output.artifact.sha256 != of_all_rows.artifact.sha256


def test_fits_the_rows_of_an_earlier_time_and_says_so() -> None:
    best = run(0.9, trees=5).model_copy(update={"rows": 300})

    earlier = exported(filled_buckets(), best.model_copy(update={"skipped": 200}))

    latest = exported(filled_buckets(), best)
    assert earlier.artifact.sha256 != latest.artifact.sha256
    assert (earlier.skipped, latest.skipped) == (200, 0)


def test_fits_a_fire_drill_s_graph_on_shuffled_labels() -> None:
    buckets = filled_buckets()

    output = exported(buckets, run(0.5, trees=5).model_copy(update={"shuffled": True}))

    honest = exported(filled_buckets(), run(0.5, trees=5))
    assert output.artifact.sha256 != honest.artifact.sha256


def test_describes_the_graph_so_that_it_can_be_served() -> None:
    buckets = filled_buckets()

    artifact = exported(buckets).artifact

    described = ArtifactSpec.model_validate_json(buckets.models.read(artifact.spec.key))
    assert described.model_sha256 == artifact.sha256
    assert described.capture == spec().capture
    assert described.feature_schema == spec().schema_
    assert (described.classes, described.target) == ((0, 1), "outcome")


def test_profiles_the_held_out_rows_and_their_predictions() -> None:
    buckets = filled_buckets()

    artifact = exported(buckets).artifact

    profile = Profile.model_validate_json(buckets.models.read(artifact.profile.key))
    assert profile.rows == 200
    assert [column.name for column in profile.features] == list(spec().schema_.names)
    assert profile.prediction is not None
    assert profile.prediction.rows == 200


def test_fits_on_the_held_out_rows_what_estimates_quality_without_labels() -> None:
    buckets = filled_buckets()

    artifact = exported(buckets).artifact

    profile = Profile.model_validate_json(buckets.models.read(artifact.profile.key))
    estimator = read_estimator(artifact, buckets.models)
    assert estimator is not None
    assert estimator.rows == 200
    estimates = estimate_quality(estimator, profile.prediction)
    assert {each.metric for each in estimates} >= set(METRICS[spec().task])
    assert {each.verdict for each in estimates} == {QualityVerdict.OK}


def test_keeps_what_its_held_out_rows_showed() -> None:
    buckets = filled_buckets()

    artifact = exported(buckets).artifact

    found = read_held_out(artifact, buckets.models)
    held_out = load_rows("holdout", spec(), dataset_version=DATASET, data=buckets.data)
    graph = buckets.models.read(artifact.model.key)
    model = load_onnx_model(graph, expected_sha256=artifact.sha256, threads=1)
    expected = watch_losses(spec().task, held_out.y, run_in_batches(model, held_out.x))
    assert found is not None
    assert found.rows == 200
    assert found.losses == written_sums(expected)


def test_keeps_held_out_rows_with_what_the_graph_answers_and_nothing_personal() -> None:
    buckets = filled_buckets()
    features = [each.model_copy(update={"pii": each.name == "customer"}) for each in FEATURES]

    artifact = exported(buckets, features=tuple(features)).artifact

    found = read_reference_rows(artifact, spec().schema_, buckets.models)
    held_out = load_rows("holdout", spec(), dataset_version=DATASET, data=buckets.data)
    model = load_onnx_model(
        buckets.models.read(artifact.model.key), expected_sha256=artifact.sha256, threads=1
    )
    assert found is not None
    assert np.isnan(found.matrix[:, 0]).all()
    assert np.array_equal(found.matrix[:, 1:], held_out.x[:, 1:], equal_nan=True)
    assert np.array_equal(found.outputs, run_in_batches(model, held_out.x))


def test_expects_no_losses_by_what_is_personal_and_never_captured() -> None:
    held_out = rows(600, 0, seed=2)
    outputs = np.full((600, 1), 20_000.0, np.float32)
    features = tuple(f.model_copy(update={"pii": f.name == "customer"}) for f in FEATURES)
    hidden = spec(0).model_copy(update={"features": features})
    masked = held_out.x.copy()
    masked[:, 0] = np.nan

    estimator = make_estimator(hidden, held_out, outputs)

    told, kept = (summarize_answers(estimator, x, outputs) for x in (held_out.x, masked))
    assert told == kept
    open_estimator = make_estimator(spec(0), held_out, outputs)
    assert summarize_answers(open_estimator, masked, outputs) != kept


@pytest.mark.parametrize("classes", [0, 2, 3])
def test_estimates_the_quality_of_each_task(classes: int) -> None:
    learned, held_out = rows(600, classes, seed=1), rows(300, classes, seed=2)
    pipeline = build_pipeline({"regress": classes == 0}, spec().schema_).fit(learned.x, learned.y)
    answer = pipeline.predict if classes == 0 else pipeline.predict_proba
    outputs = np.asarray(answer(held_out.x), dtype=np.float32).reshape(300, -1)
    task = spec(classes).task

    estimator = make_estimator(spec(classes), held_out, outputs)

    profile = profile_predictions(task, outputs)
    sums = summarize_answers(estimator, held_out.x, outputs)
    estimates = {each.metric: each for each in estimate_quality(estimator, profile, sums)}
    real = score_outputs(task, held_out.y, outputs)
    metric = spec(classes).training.metric
    assert {each.verdict for each in estimates.values()} == {QualityVerdict.OK}
    assert estimates[metric].value == pytest.approx(real[metric], rel=0.1)


def test_proves_parity_on_held_out_and_stress_rows() -> None:
    buckets = filled_buckets()

    output = exported(buckets)

    report = ParityReport.model_validate_json(buckets.models.read(output.parity_report_key))
    assert report.passed
    assert report.rows == 100_200
    assert len(report.stress_columns) == 6


def test_stores_nothing_twice_when_it_is_tried_again() -> None:
    buckets = filled_buckets()
    first = exported(buckets)

    assert exported(buckets).artifact == first.artifact
    assert len(buckets.models.versions[first.artifact.model.key]) == 1


def test_is_another_artifact_when_only_the_description_differs() -> None:
    buckets = filled_buckets()

    first, second = (exported(buckets, description=text).artifact for text in ("one", "two"))

    assert first.sha256 != second.sha256
    graphs = [
        onnx.load_from_string(buckets.models.read(each.model.key)) for each in (first, second)
    ]
    assert graphs[0].graph == graphs[1].graph
    assert [each.metadata_props[0].key for each in graphs] == [CONTENT_KEY] * 2


def test_answers_the_workflow_with_plain_json(monkeypatch: pytest.MonkeyPatch) -> None:
    buckets = filled_buckets()
    monkeypatch.setattr(step, "load_model_code", lambda _name: code())
    monkeypatch.setattr(wiring, "data_store", lambda: buckets.data)
    monkeypatch.setattr(wiring, "models_store", lambda: buckets.models)

    answer = ExportOutput.model_validate(
        step.handler(export_input(run(0.8)).model_dump(mode="json"), None)
    )

    content = buckets.models.read(answer.artifact.model.key)
    assert load_onnx_model(content, expected_sha256=answer.artifact.sha256).feature_count == 6


def test_serves_with_the_models_own_way_of_capturing() -> None:
    buckets = filled_buckets()

    artifact = exported(buckets, capture=CapturePolicy(sample_percent=5.0, pii="hash")).artifact

    described = ArtifactSpec.model_validate_json(buckets.models.read(artifact.spec.key))
    assert (described.capture.sample_percent, described.capture.pii) == (5.0, "hash")
    assert artifact.sha256 != exported(buckets).artifact.sha256
